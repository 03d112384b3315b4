"""Signing in by an identity provider, and everything that must not open the door."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from chassis.errors import Unauthenticated
from contracts.calls.routing import Admit
from gateway.oidc import client
from tests.unit.gateway.fakes import Outcome, Reply, World
from tests.unit.gateway.provider import CLIENT, SECRET, Provider, running
from tests.unit.gateway.samples import a_staff_member, told


@pytest.fixture(scope="module")
def one() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(one: Provider) -> Provider:
    """The provider as on a good day."""
    one.claims, one.offer, one.algorithm, one.asked = {}, {}, "RS256", []
    one.published = [one.key]
    return one


@pytest.fixture
def world(provider: Provider) -> World:
    """A gateway whose staff come in by the provider, or by another one of the same kind."""
    usual = {"title": {"fa": "سازمان", "en": "Work"}, "client_id": CLIENT, "client_secret": SECRET}
    listed = [
        {"id": "work", "issuer": provider.url, **usual},
        {"id": "other", "issuer": provider.url, "match": "username", **usual},
    ]
    made = told(World(oidc_providers=json.dumps(listed), public_url="http://peygir.test"))
    made.services.tell("routing", "admit", Outcome(a_staff_member()))
    return made


async def began(
    world: World, provider: Provider, path: str = "/sign-in/with/work"
) -> dict[str, Any]:
    """Go to the provider; gives what it was asked, and the code that it gave."""
    led = await world.get(path)
    assert led.status == 303
    location = led.headers["location"]
    asked = {name: each[0] for name, each in parse_qs(urlsplit(location).query).items()}
    return {**asked, "code": provider.authorize(location)}


async def back(world: World, at: str = "work", **query: str) -> Reply:
    return await world.get(f"/sign-in/back/{at}?{urlencode(query)}")


async def through(world: World, provider: Provider, **changes: str) -> Reply:
    begun = await began(world, provider)
    return await back(world, **{"code": begun["code"], "state": begun["state"], **changes})


def asked_of_routing(world: World) -> list[Admit]:
    return [each.request for each in world.services.asked if each.method == "admit"]


async def test_the_door_offers_the_providers(world: World):
    page = await world.get("/sign-in?next=/desk/tickets&lang=en")

    assert 'href="/sign-in/with/work?next=/desk/tickets"' in page.text
    assert "Sign in with Work" in page.text


async def test_who_is_proved_comes_in_where_he_wanted_to_go(world: World, provider: Provider):
    begun = await began(world, provider, "/sign-in/with/work?next=/desk/tickets%3Fq%3Dx")
    assert begun["redirect_uri"] == "http://peygir.test/sign-in/back/work"
    assert begun["code_challenge_method"] == "S256"

    entered = await back(world, code=begun["code"], state=begun["state"])

    assert (entered.status, entered.headers["location"]) == (303, "/desk/tickets?q=x")
    (admit,) = asked_of_routing(world)
    assert (admit.by, admit.name, admit.has_second_factor) == ("email", "Desk@Example.org", False)
    assert world.services.last("admit").identity.role == "service"
    assert world.gateway.sessions.read(world.cookies["session"]).staff.id == "desk"
    assert (await world.get("/me")).status == 200


async def test_an_account_can_be_found_by_the_user_name(world: World, provider: Provider):
    provider.claims = {"preferred_username": "desk", "email_verified": False}
    begun = await began(world, provider, "/sign-in/with/other")

    entered = await back(world, at="other", code=begun["code"], state=begun["state"])

    assert entered.status == 303
    assert asked_of_routing(world)[0].name == "desk"


#: What a token says, and the door stays shut.
LIES: dict[str, dict[str, Any]] = {
    "another's nonce": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "for another client": {"aud": "somebody-else"},
    "for several, ours not the party": {"aud": [CLIENT, "other"], "azp": "other"},
    "for several, none the party": {"aud": [CLIENT, "other"]},
    "of another issuer": {"iss": "http://127.0.0.1:1"},
    "expired": {"exp": int(time.time()) - 120},
    "without an end": {"exp": None},
    "made long ago": {"iat": int(time.time()) - 7200},
    "made in the future": {"iat": int(time.time()) + 7200},
    "an address that nobody verified": {"email_verified": False},
    "an address verified in words": {"email_verified": "true"},
    "no address": {"email": None},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
async def test_a_token_that_says_something_else_opens_nothing(world, provider, lie):
    provider.claims = lie

    refused = await through(world, provider)

    assert refused.status == 401
    assert asked_of_routing(world) == []
    assert "session" not in refused.cookies


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_that_anybody_could_have_signed_opens_nothing(world, provider, algorithm):
    provider.algorithm = algorithm

    assert (await through(world, provider)).status == 401
    assert asked_of_routing(world) == []


async def test_a_token_of_a_key_that_is_not_published_opens_nothing(world, provider):
    provider.published = [RSAKey.generate_key(2048, {"kid": provider.key.kid})]

    assert (await through(world, provider)).status == 401


async def test_a_new_key_is_asked_for(world, provider, monkeypatch):
    monkeypatch.setattr(client, "_KEYS_SECONDS", 0.0)
    assert (await through(world, provider)).status == 303
    old, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "second"})
    provider.published = [old, provider.key]

    try:
        assert (await through(world, provider)).status == 303
    finally:
        provider.key = old


async def test_a_code_and_what_was_begun_are_good_once(world, provider):
    begun = await began(world, provider)
    kept = world.cookies["oidc"]
    assert (await back(world, code=begun["code"], state=begun["state"])).status == 303

    again = await back(world, code=begun["code"], state=begun["state"])
    world.cookies["oidc"] = kept
    replayed = await back(world, code=begun["code"], state=begun["state"])

    assert (again.status, replayed.status) == (401, 401)
    assert len(asked_of_routing(world)) == 1


async def test_a_way_back_that_was_not_begun_here_opens_nothing(world, provider):
    begun = await began(world, provider)
    mine = dict(world.cookies)
    tries = [
        {"code": begun["code"], "state": "guessed"},
        {"code": begun["code"]},
        {"state": begun["state"]},
        {"error": "access_denied", "state": begun["state"]},
        {"code": "guessed", "state": begun["state"]},
        {"code": begun["code"], "state": begun["state"], "iss": "https://evil.example"},
    ]
    for query in tries:
        world.cookies = dict(mine)
        assert (await back(world, **query)).status == 401
    world.cookies = {}
    assert (await back(world, code=begun["code"], state=begun["state"])).status == 401
    assert asked_of_routing(world) == []


async def test_what_was_begun_with_one_provider_is_not_ended_by_another(world, provider):
    begun = await began(world, provider)

    mixed_up = await back(world, at="other", code=begun["code"], state=begun["state"])

    assert mixed_up.status == 401


async def test_an_issuer_that_says_it_names_itself_must(world, provider):
    provider.offer = {"authorization_response_iss_parameter_supported": True}

    assert (await through(world, provider)).status == 401
    assert (await through(world, provider, iss=provider.url)).status == 303


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_nobody_is_led_elsewhere(world, provider, wanted):
    begun = await began(world, provider, f"/sign-in/with/work?{urlencode({'next': wanted})}")

    entered = await back(world, code=begun["code"], state=begun["state"])

    assert entered.headers["location"] == "/desk"


async def test_a_second_step_is_asked_for_unless_the_provider_has_asked(world, provider):
    world.services.tell("routing", "admit", _with_second_step)
    asked = await through(world, provider)
    assert asked.status == 401
    assert 'action="/sign-in/with"' in asked.text
    sealed = asked.text.partition('name="admitted" value="')[2].partition('"')[0]

    wrong = await world.post("/sign-in/with", form={"admitted": sealed, "code": "000000"})
    forged = await world.post(
        "/sign-in/with", form={"admitted": sealed[:-4] + "AAAA", "code": "123456"}
    )
    right = await world.post("/sign-in/with", form={"admitted": sealed, "code": "123456"})
    provider.claims = {"amr": ["pwd", "mfa"]}
    strong = await through(world, provider)

    assert (wrong.status, forged.status, right.status, strong.status) == (401, 401, 303, 303)


def _with_second_step(request: Admit) -> Any:
    if not request.has_second_factor and request.code != "123456":
        code = "second_factor_wrong" if request.code else "second_factor_required"
        return Unauthenticated(code)
    return Outcome(a_staff_member())


async def test_who_has_no_account_is_told_so(world, provider):
    world.services.tell("routing", "admit", Unauthenticated("account_unknown", name="x"))

    refused = await through(world, provider)

    assert refused.status == 401
    assert 'href="/sign-in/with/work"' in refused.text


@pytest.mark.parametrize(
    "offer",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"token_endpoint": None},
    ],
)
async def test_a_provider_that_offers_anothers_ways_is_not_followed(world, provider, offer):
    provider.offer = offer

    refused = await world.get("/sign-in/with/work")

    assert refused.status == 503
    assert "/token" not in provider.asked


async def test_signing_out_offers_to_sign_out_there_too(world, provider):
    await through(world, provider)

    left = await world.post("/sign-out", form={})
    page = await world.get(left.headers["location"])
    away = await world.get("/sign-in/leave/work")

    assert left.headers["location"] == "/sign-in?left=work"
    assert 'href="/sign-in/leave/work"' in page.text
    assert away.headers["location"].startswith(f"{provider.url}/end?client_id={CLIENT}&")


async def test_a_provider_that_is_not_set_is_not_there(world):
    assert (await world.get("/sign-in/with/evil")).status == 404
    assert (await world.get("/sign-in/back/evil?code=x&state=y")).status == 404


@pytest.mark.parametrize(
    "written",
    [
        "no json",
        '[{"id": "x"}]',
        '[{"id": "x", "title": {}, "issuer": "http://evil.example", "client_id": "c"}]',
        '[{"id": "../x", "title": {}, "issuer": "https://x", "client_id": "c"}]',
    ],
)
def test_a_setting_that_is_wrong_stops_the_start(written):
    with pytest.raises(ValidationError):
        World(oidc_providers=written)
