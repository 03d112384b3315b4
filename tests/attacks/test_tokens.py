"""A session's token: taken from nowhere but its header, and not with one letter changed."""

from collections.abc import Iterator

import pytest

from tests.attacks.clients import Session, Stranger, bearer

INBOX = "/api/v1/inbox"


@pytest.fixture(scope="module")
def session(sign_in) -> Session:
    return sign_in("supervisor")


def test_a_token_in_the_address_or_in_a_cookie_is_not_looked_at(session: Session, url):
    token = session.token
    elsewhere = [
        (f"{INBOX}?{name}={token}", {})
        for name in ("token", "access_token", "authorization", "Authorization", "api_key", "key")
    ]
    elsewhere += [
        (INBOX, {"Cookie": f"{name}={token}"}) for name in ("token", "session", "Authorization")
    ]
    elsewhere += [(INBOX, {"X-Api-Key": token}), (INBOX, {"X-Authorization": f"Bearer {token}"})]

    statuses = {Stranger(url).get(path, headers=headers).status for path, headers in elsewhere}

    assert statuses == {401}


def altered(token: str) -> Iterator[str]:
    """Give the token with something else about it each time."""
    head, body, signature = token.split(".")
    yield from (token[:length] for length in (1, len(head), len(token) // 2, len(token) - 1))
    yield from (token.upper(), token.lower(), token.swapcase(), token[::-1])
    yield from (f"{head}.{body}", f"{head}.{body}.", f".{body}.{signature}", f"{token}.{token}")
    yield from (f"{token}x", f"{token}=", f"{token}.", f"{body}.{head}.{signature}")
    for place in [*range(0, len(token), 7), *range(len(token) - 4, len(token))]:
        for other in "Aa0_":
            if token[place] not in {other, "."}:
                yield token[:place] + other + token[place + 1 :]


def test_no_token_with_anything_changed_is_accepted(session: Session, url):
    stranger = Stranger(url)
    tried = list(altered(session.token))

    accepted = [t for t in tried if stranger.get(INBOX, headers=bearer(t)).status != 401]

    assert len(tried) > 200
    assert accepted == []


def test_the_spare_bits_of_a_signature_make_no_second_token(session: Session, url):
    """The last letter stands for four bits of six; the letters beside it say the same."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = letters.index(session.token[-1])
    twins = [session.token[:-1] + letters[last ^ spare] for spare in (1, 2, 3)]

    statuses = {Stranger(url).get(INBOX, headers=bearer(twin)).status for twin in twins}

    assert statuses == {401}


@pytest.mark.parametrize("scheme", ["Basic", "Token", "", "Bearer Bearer", "Bearer,"])
def test_only_one_scheme_is_taken(scheme, session: Session, url):
    answer = Stranger(url).get(INBOX, headers={"Authorization": f"{scheme} {session.token}"})

    assert answer.status == 401


def test_signing_out_ends_both_tokens_at_once(sign_in, url):
    session = sign_in("expert")
    session.get(INBOX).expect(200)

    session.delete("/api/v1/sessions/current").expect(204)

    assert session.get(INBOX).status == 401
    refresh = {"refresh_token": session.refresh_token}
    assert Stranger(url).post("/api/v1/sessions/refresh", refresh).status == 401


def test_the_page_pass_is_sealed(registered, stranger: Stranger):
    code = registered(requester={"name": "من", "mobile": "09121110009"})
    given = stranger.post("/track", form={"code": code, "proof": "0009"}).expect(303)
    cookie = given.headers["Set-Cookie"]
    name, _, sealed = cookie.partition(";")[0].partition("=")

    assert {"httponly", "samesite=lax"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "0009" not in sealed
    for broken in (sealed[:-2], sealed.swapcase(), sealed[:40] + "A" + sealed[41:]):
        page = stranger.get(f"/track/{code}", headers={"Cookie": f"{name}={broken}"}).expect(200)
        assert "سامانهٔ حقوق" not in page.text
