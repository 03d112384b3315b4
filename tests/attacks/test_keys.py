"""Keys of outside systems: what one opens, who can make one, and what is left of one that ended."""

from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from contracts.rights import KEY_RIGHTS
from tests.attacks.clients import Session, Stranger, bearer
from tests.attacks.routes import ANYONE, Route
from tests.attacks.test_rights import lets_in, tried
from tests.http import Answer

FEED = "/api/v1/events?limit=1"
_SILENT_SECONDS = 60.0


@pytest.fixture(scope="module")
def make(admin: Session) -> Callable[..., Answer]:
    def made(name: str, *rights: str, **fields: Any) -> Answer:
        body = {"title": name, "rights": list(rights), **fields}
        return admin.put(f"/api/v1/admin/keys/{name}", body)

    return made


@pytest.fixture(scope="module")
def key(make: Callable[..., Answer]) -> str:
    """The text of a key that may read the feed."""
    return make("reader", "event.read").expect(201).json["key"]


@pytest.mark.parametrize("rights", [(right,) for right in KEY_RIGHTS] + [KEY_RIGHTS])
def test_a_key_may_what_was_chosen_and_nothing_else(rights, make, routes: list[Route], url):
    name = f"narrow-{len(rights)}-{rights[0].replace('_', '-')}"
    headers = bearer(make(name, *rights).expect(201).json["key"])
    stranger = Stranger(url)

    let_in = [route for route in routes if lets_in(tried(stranger, route, **headers))]

    # Not every route of a right: some are about a person's own, some want a second right.
    assert {route.right for route in let_in} == {ANYONE, *rights}


def test_the_text_of_a_key_is_shown_once(make, admin: Session):
    text = make("once", "event.read").expect(201).json["key"]

    for path in ("/api/v1/admin/keys", "/api/v1/admin/audit", "/api/v1/events?limit=1000"):
        assert text.rpartition("_")[2] not in admin.get(path).text


def test_no_key_with_anything_changed_opens_anything(key: str, url):
    stranger = Stranger(url)
    name, secret = key.removeprefix("pgk_").split("_")
    forged = [
        key.upper(),
        key[:-1],
        f"{key}a",
        f"{key}=",
        f"pgk_once_{secret}",
        f"pgk_{name}_{secret[::-1]}",
        f"pgk_{name}_",
        f"pgk__{secret}",
        f"pgk_{name}",
        secret,
        f"pgk_{name}.{secret}",
        "pgk_" + "a" * 5000,
        *(key[:n] + ("a" if key[n] != "a" else "b") + key[n + 1 :] for n in range(8, len(key), 5)),
    ]

    statuses = {stranger.get(FEED, headers=bearer(each)).status for each in forged}

    assert statuses == {401}
    stranger.get(FEED, headers=bearer(key)).expect(200)


def test_a_key_in_the_address_or_in_a_cookie_is_not_looked_at(key: str, url):
    elsewhere = [
        (f"{FEED}&key={key}", {}),
        (f"{FEED}&token={key}", {}),
        (FEED, {"Cookie": f"session={key}"}),
        (FEED, {"X-Api-Key": key}),
        (FEED, {"Authorization": f"Basic {key}"}),
    ]

    assert {Stranger(url).get(path, headers=h).status for path, h in elsewhere} == {401}


def test_a_key_opens_no_page_and_no_session(key: str, url):
    stranger = Stranger(url)

    page = stranger.get("/desk", headers=bearer(key))
    current = stranger.get("/api/v1/sessions/current", headers=bearer(key))
    refreshed = stranger.post("/api/v1/sessions/refresh", {"refresh_token": key})

    assert page.status != 200
    assert (current.status, current.json["code"]) == (403, "right_missing")
    assert refreshed.status == 401


def test_a_key_is_good_from_its_addresses_alone(make, url):
    inside = Stranger(url)
    headers = bearer(make("local", "event.read", addresses=[inside.address]).json["key"])

    inside.get(FEED, headers=headers).expect(200)
    outside = Stranger(url).get(FEED, headers=headers | {"X-Forwarded-For": inside.address})

    assert (outside.status, outside.json["code"]) == (401, "key_invalid")


def test_a_revoked_key_and_the_stream_it_opened_end_at_once(make, admin: Session, url):
    text = make("leaving", "event.read").expect(201).json["key"]
    connection = HTTPConnection(urlsplit(url).netloc, timeout=_SILENT_SECONDS)
    connection.request("GET", "/api/v1/events/stream?after=now", headers=bearer(text))
    stream = connection.getresponse()
    assert stream.status == 200

    admin.delete("/api/v1/admin/keys/leaving").expect(200)

    assert Stranger(url).get(FEED, headers=bearer(text)).status == 401
    # Reading ends by itself.
    while stream.readline():
        pass
    connection.close()


def test_a_key_makes_no_key_that_may_more_than_itself(make, url):
    maker = Stranger(url, headers=bearer(make("maker", "admin.change").json["key"]))

    wider = maker.put("/api/v1/admin/keys/wider", {"title": "X", "rights": ["event.read"]})
    same = maker.put("/api/v1/admin/keys/same", {"title": "X", "rights": ["admin.change"]})

    assert (wider.status, wider.json["code"]) == (403, "right_missing")
    assert same.status == 201


def test_nobody_but_administrators_makes_keys(sign_in):
    body = {"title": "X", "rights": ["event.read"]}

    statuses = {
        sign_in(name).put("/api/v1/admin/keys/mine", body).status
        for name in ("desk", "expert", "supervisor", "manager")
    }

    assert statuses == {403}


@pytest.mark.parametrize("right", ["ticket.work", "ticket.assign", "import", "limit.exempt", "*"])
def test_no_key_gets_what_is_for_people_or_importers(right, make):
    refused = make("greedy", right)

    assert refused.status == 422
    assert refused.json["errors"][0]["pointer"] == "/rights/0"
