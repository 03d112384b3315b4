"""Every route of the document, tried by every role and by every kind of session that is none."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest

from contracts.rights import ROLES
from deploy.local.installation import Installation
from tests.attacks.clients import Session, Stranger, bearer
from tests.attacks.routes import ANYONE, Route
from tests.http import Answer

#: The demo organisation's account of each role.
ACCOUNTS = {
    "agent": "desk",
    "expert": "expert",
    "supervisor": "supervisor",
    "manager": "manager",
    "admin": "admin",
}
#: Nobody can sign in as one of these.
WITHOUT_SESSION = {
    "requester",
    "integration",
    "service",
    "partner",
    "founder",
    "enrolling",
    "anonymous",
}
STAFF = ("agent", "expert", "supervisor", "manager", "admin", "importer")


def tried(client: Stranger, route: Route, **headers: str) -> Answer:
    """Ask for something that does not exist, with an empty document where one is taken."""
    body = {} if route.takes_json else None
    return client.request(route.method, route.filled(), body, headers=headers)


def lets_in(answer: Answer) -> bool:
    """Tell whether the door was open; what is behind it may refuse for reasons of its own."""
    if answer.status in {401, 403}:
        return answer.json["code"] not in {"sign_in_required", "right_missing", "requesters_only"}
    return True


@pytest.fixture
def signed_in(sign_in, employ) -> Callable[[str], Session]:
    def by_role(role: str) -> Session:
        if role in ACCOUNTS:
            return sign_in(ACCOUNTS[role])
        return employ(f"some-{role}", role=role, unit="hq")

    return by_role


def test_every_role_that_can_sign_in_is_tried():
    assert set(STAFF) | WITHOUT_SESSION == set(ROLES)


def test_nobody_can_be_given_a_role_that_is_not_for_people(admin: Session):
    for role in WITHOUT_SESSION:
        person = {"name": "X", "role": role, "unit": "hq", "password": "long-enough-to-do"}

        refused = admin.request("PUT", "/api/v1/admin/people/some-nobody", person)

        assert (refused.status, refused.json["code"]) == (422, "role_unknown")


def test_every_route_declares_what_it_demands(routes: list[Route]):
    assert len(routes) > 40
    assert all(route.right for route in routes)


@pytest.mark.parametrize("role", [None, *STAFF])
def test_a_role_may_what_its_rights_say_and_nothing_else(role, routes, stranger, signed_in):
    client = signed_in(role) if role else stranger

    let_in = {str(route) for route in routes if lets_in(tried(client, route))}

    assert let_in == {str(route) for route in routes if route.is_open_to(role)}


@pytest.fixture(scope="module")
def no_sessions(url, sign_in, employ, admin, installation: Installation) -> dict[str, str]:
    """Tokens that open nothing, by what is wrong with them."""
    good = sign_in("admin").token
    key = installation.environment["PEYGIR_SESSION_KEYS"].split(",")[0]
    signed_out = sign_in("admin")
    signed_out.delete("/api/v1/sessions/current").expect(204)
    suspended = employ("some-suspended", role="manager", unit="hq")
    leave = {"name": "X", "role": "manager", "unit": "hq", "active": False}
    admin.request("PUT", "/api/v1/admin/people/some-suspended", leave).expect(200)
    return {
        "rubbish": "rubbish",
        "expired": forged(good, key, exp=int(time.time()) - 1),
        "signed with another key": forged(good, "k" * 40),
        "not signed": forged(good, None),
        "for refreshing": sign_in("admin").refresh_token,
        "signed out": signed_out.token,
        "of somebody suspended": suspended.token,
    }


def forged(token: str, key: str | None, **claims: object) -> str:
    """Give a token with other claims, signed as one likes."""
    head, body, _ = token.split(".")
    head, body = _decoded(head), _decoded(body) | claims
    if key is None:
        return f"{_encoded(head | {'alg': 'none'})}.{_encoded(body)}."
    signed = f"{_encoded(head)}.{_encoded(body)}"
    mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _decoded(part: str) -> dict[str, object]:
    return json.loads(base64.urlsafe_b64decode(part + "=="))


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_the_forger_knows_his_trade(url, sign_in, installation):
    key = installation.environment["PEYGIR_SESSION_KEYS"].split(",")[0]
    longer = forged(sign_in("admin").token, key, exp=int(time.time()) + 60)

    Stranger(url).get("/api/v1/inbox", headers=bearer(longer)).expect(200)


@pytest.mark.parametrize(
    "flaw",
    [
        "rubbish",
        "expired",
        "signed with another key",
        "not signed",
        "for refreshing",
        "signed out",
        "of somebody suspended",
    ],
)
def test_what_is_no_session_opens_no_route(flaw, no_sessions, routes, stranger):
    token = no_sessions[flaw]

    let_in = [
        str(route) for route in routes if tried(stranger, route, **bearer(token)).status != 401
    ]

    # Where anyone may come, a broken session is refused as well: it is never taken for nobody.
    assert let_in == []


def test_who_is_suspended_is_out_with_his_next_request(url, employ, admin):
    session = employ("some-leaver", role="supervisor", unit="it")
    session.get("/api/v1/inbox").expect(200)

    leave = {"name": "X", "role": "supervisor", "unit": "it", "active": False}
    admin.request("PUT", "/api/v1/admin/people/some-leaver", leave).expect(200)

    assert session.get("/api/v1/inbox").status == 401
    continued = Stranger(url).post(
        "/api/v1/sessions/refresh", {"refresh_token": session.refresh_token}
    )
    assert continued.status == 401


def test_who_gets_another_role_or_password_has_to_sign_in_again(url, employ, admin):
    session = employ("some-climber", role="manager", unit="hq")
    now = {"name": "X", "role": "expert", "unit": "it", "password": "quite-another-password"}

    admin.request("PUT", "/api/v1/admin/people/some-climber", now).expect(200)

    assert session.get("/api/v1/reports").status == 401
    again = Stranger(url).sign_in("some-climber", "quite-another-password")
    assert (again.get("/api/v1/inbox").status, again.get("/api/v1/reports").status) == (200, 403)


def test_open_routes_are_few_and_known(routes: list[Route]):
    """A route that becomes open to anyone is a decision, so it is written down here too."""
    assert {str(route) for route in routes if route.right == ANYONE} == {
        "POST /api/v1/tickets",
        "GET /api/v1/track/{code}",
        "POST /api/v1/track/{code}/messages",
        "POST /api/v1/track/{code}/feedback",
        "POST /api/v1/track/{code}/actions/{action}",
        "POST /api/v1/requester/codes",
        "POST /api/v1/requester/sessions",
        "GET /api/v1/subjects",
        "GET /api/v1/forms/{id}",
        "GET /api/v1/installation",
        "POST /api/v1/installation",
        "POST /api/v1/sessions",
        "POST /api/v1/sessions/refresh",
        "POST /api/v1/providers/kavenegar/receipts/{secret}",
        "POST /api/v1/partners/{id}/events",
    }
