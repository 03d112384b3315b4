"""Secrets are planted in every place that takes one, and looked for where none may be."""

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import redis
from pymongo import MongoClient

from deploy.local.installation import Installation
from tests.attacks.clients import Stranger, a_request
from tests.system.client import wait_for

#: Collections that may hold texts and contacts: each text there can be erased by itself.
ERASABLE = {
    "peygir_intake": {"claims", "profiles", "texts"},
    "peygir_routing": {"texts", "people"},
    "peygir_notify": {"deliveries"},
}
_ARGON2 = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$")


class Planted(NamedTuple):
    """What was planted: credentials may be nowhere, private data only where it is erasable."""

    credentials: dict[str, str]
    private: dict[str, str]


def word() -> str:
    """A word that stands nowhere else."""
    return f"planted{secrets.token_hex(6)}"


@pytest.fixture(scope="module")
def every_operation_slow(installation: Installation) -> None:
    """Have the database take every operation for one that it would log for being slow."""
    with MongoClient(installation.addresses.mongo_uri) as client:
        client["peygir_intake"].command("profile", 0, slowms=-1)


@pytest.fixture(scope="module")
def planted(url, installation: Installation, admin, desk, sign_in, every_operation_slow) -> Planted:
    mobile = f"0912{secrets.randbelow(10**7):07}"
    private = {name: word() for name in ("title", "description", "name", "message", "question")}
    private |= {"mobile": mobile[1:], "email": f"{word()}@example.ir"}
    credentials = {name: word() for name in ("right password", "wrong password", "queried token")}
    requester = {"name": private["name"], "mobile": mobile, "email": private["email"]}
    ticket = a_request(
        title=private["title"],
        description=private["description"],
        requester=requester,
        channel="phone",
    )
    code = desk.post("/api/v1/tickets", ticket).expect(201).json["code"]
    wait_for(
        lambda: desk.get(f"/api/v1/tickets/{code}").json.get("state") == "in_progress",
        deadline=30,
        what="the assignment",
    )
    desk.act(code, "ask", question=private["question"]).expect(200)
    _follow(url, code, private, mobile)
    _sign_in(url, admin, credentials)
    _fail(url, code, ticket, private, credentials)
    someone = sign_in("manager")
    someone.get(f"/api/v1/tickets?q={private['name']}").expect(200)
    someone.get(f"/api/v1/tickets?q={mobile}").expect(200)
    credentials |= {"token": someone.token, "refresh token": someone.refresh_token}
    environment = installation.environment
    credentials |= {
        name: environment[name]
        for name in ("PEYGIR_DEMO_PASSWORD", "PEYGIR_SESSION_KEYS", "PEYGIR_CALL_KEYS")
    }
    return Planted(credentials, private)


def _follow(url: str, code: str, private: dict[str, str], mobile: str) -> None:
    follower = Stranger(url, headers={"Peygir-Proof": private["email"]})
    follower.get(f"/api/v1/track/{code}").expect(200)
    message = {"text": private["message"]}
    follower.post(f"/api/v1/track/{code}/messages", message).expect(201)
    Stranger(url).post("/track", form={"code": code, "proof": mobile[-4:]}).expect(303)


def _sign_in(url: str, admin: Stranger, credentials: dict[str, str]) -> None:
    person = {"name": "X", "role": "expert", "unit": "hr", "capacity": 0}
    person["password"] = credentials["right password"]
    admin.request("PUT", "/api/v1/admin/people/some-planted", person).expect(200)
    Stranger(url).sign_in("some-planted", credentials["right password"])
    wrong = {"username": "some-planted", "password": credentials["wrong password"]}
    Stranger(url).post("/api/v1/sessions", wrong).expect(401)


def _fail(
    url: str, code: str, ticket: dict[str, Any], private: dict[str, str], secret: dict[str, str]
) -> None:
    """Go wrong in ways that leave traces: refused fields, broken JSON, wrong places."""
    stranger = Stranger(url)
    broken = ticket | {"subject": "no such subject", "title": private["title"] * 30}
    stranger.post("/api/v1/tickets", broken).expect(422)
    stranger.raw("POST", "/api/v1/tickets", f'{{"title": "{private["title"]}'.encode()).expect(422)
    stranger.get(f"/api/v1/inbox?token={secret['queried token']}").expect(401)
    stranger.get(f"/api/v1/nothing/{secret['queried token']}").expect(404)
    stranger.get(f"/api/v1/track/{code}", headers={"Peygir-Proof": private["name"]}).expect(404)
    stranger.post("/api/v1/sessions", {"username": private["name"], "password": "x"}).expect(401)
    stranger.get("/api/v1/inbox", headers={"Authorization": f"Bearer {secret['queried token']}"})


def test_nothing_planted_is_in_any_log(planted: Planted, installation: Installation):
    logs = list(log_files(installation.base))
    assert {"gateway.log", "intake.log", "mongod.log"} <= {file.name for file in logs}

    assert planted_in(logs, planted) == set()


def test_the_broker_keeps_nothing_planted(planted: Planted, installation: Installation):
    files = [file for file in (installation.base / "rabbitmq").rglob("*") if file.is_file()]
    assert len(files) > 5

    assert planted_in(files, planted) == set()


def test_no_collection_holds_a_credential(planted: Planted, installation: Installation):
    found = {
        (place, name)
        for place, text in stored(installation)
        for name in found_in(text, planted.credentials)
    }

    assert found == set()


def test_journals_and_events_hold_nothing_private(planted: Planted, installation: Installation):
    holding = {
        place for place, text in stored(installation) if set(found_in(text, planted.private))
    }

    allowed = {f"{base}.{name}" for base, names in ERASABLE.items() for name in names}
    assert holding, "the search finds what is there"
    assert holding <= allowed


def test_the_event_log_tells_nothing_private(planted: Planted, sign_in):
    manager, after, told = sign_in("manager"), "", b""
    while True:
        page = manager.get(f"/api/v1/events?limit=1000&after={after}").expect(200)
        told += page.body
        after = page.json["next"]
        if page.json["end"]:
            break

    assert b"ticket.registered" in told
    assert list(found_in(told, planted.private | planted.credentials)) == []


def test_redis_holds_nothing_planted(planted: Planted, installation: Installation):
    with redis.Redis.from_url(installation.addresses.redis_url) as client:
        kept = [key + b" " + (client.dump(key) or b"") for key in client.scan_iter(count=1000)]

    assert kept
    everything = planted.private | planted.credentials
    assert list(found_in(b"\n".join(kept), everything)) == []


def test_passwords_are_kept_as_slow_hashes(planted: Planted, installation: Installation):
    with MongoClient(installation.addresses.mongo_uri) as client:
        database = client["peygir_routing"]
        people = [p for name in database.list_collection_names() for p in database[name].find()]
    kept = [person["password"] for person in people if person.get("password")]

    assert len(kept) >= 6
    for password in kept:
        parameters = _ARGON2.match(password)
        assert parameters, password[:12]
        assert (int(parameters[1]), int(parameters[2])) >= (19_456, 2)


def test_the_gateway_logs_who_came_in_and_who_did_not(planted: Planted, installation: Installation):
    rows = [json.loads(line) for line in installation.log_file("gateway").read_bytes().splitlines()]
    told = {(row["event"], row.get("code"), row.get("subject")) for row in rows}

    assert ("signed_in", None, "person:some-planted") in told
    assert ("not_let_in", "wrong_credentials", "anonymous") in told
    assert ("not_let_in", "sign_in_required", "anonymous") in told


def test_nothing_that_is_sent_begins_a_line_of_the_log(url, installation: Installation):
    forged = '{"event":"signed_in","subject":"person:admin","forged":true}'
    stranger = Stranger(url)
    stranger.post("/api/v1/sessions", {"username": f"x\n{forged}", "password": "x"}).expect(401)
    path = quote("x\r\n" + forged)
    stranger.get(f"/api/v1/{path}").expect(404)
    stranger.get("/api/v1/inbox", headers={"traceparent": f"00-{forged}"}).expect(401)

    lines = installation.log_file("gateway").read_bytes().splitlines()

    assert not any("forged" in json.loads(line) for line in lines)


def test_only_the_installations_owner_may_read_its_folder(installation: Installation):
    assert installation.base.stat().st_mode & 0o077 == 0


def log_files(base: Path) -> Iterator[Path]:
    yield from (file for file in base.rglob("*.log*") if file.is_file())


def planted_in(files: Iterable[Path], planted: Planted) -> set[tuple[str, str]]:
    """Give what of all that was planted stands in which file."""
    wanted = planted.credentials | planted.private
    return {(file.name, name) for file in files for name in found_in(file.read_bytes(), wanted)}


def found_in(text: bytes, planted: dict[str, str]) -> Iterator[str]:
    """Give the names of what stands in a text, in whatever way a log may write it."""
    for name, value in planted.items():
        if value.encode() in text or value.encode("utf-16-le") in text:
            yield name


def stored(installation: Installation) -> Iterator[tuple[str, bytes]]:
    """Give every document of every collection of ours, as text, with the collection's name."""
    with MongoClient(installation.addresses.mongo_uri) as client:
        for base in client.list_database_names():
            if base.startswith("peygir_"):
                for name in client[base].list_collection_names():
                    for document in client[base][name].find():
                        yield f"{base}.{name}", repr(document).encode()
