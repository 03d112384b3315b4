"""One-time codes: guessing them, flooding a telephone with them, learning who is known.

A code has 10^6 values and bears five tries; a contact gets eight codes a day. So whoever guesses
the codes of one contact has forty tries a day from however many addresses: one hit in 68 years. The
tests below show that these numbers hold.
"""

import re
import secrets
import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.attacks.clients import Stranger, a_request, bearer
from tests.attacks.routes import ANYONE, REQUESTER, Route
from tests.attacks.test_guessing import bare
from tests.attacks.test_rights import lets_in, tried
from tests.system.client import wait_for

TRIES, PER_ADDRESS_A_MINUTE = 5, 20
#: Six figures and no more: what is longer is a tracking code.
CODE = re.compile(r"(?<![\d-])\d{6}(?![\d-])")


def a_mobile() -> str:
    return f"0912{secrets.randbelow(10**7):07}"


def ask(client: Stranger, contact: str) -> Any:
    return client.post("/api/v1/requester/codes", {"contact": contact})


def give(client: Stranger, id_: str, code: str) -> Any:
    return client.post("/api/v1/requester/sessions", {"id": id_, "code": code})


@pytest.fixture
def known(url: str) -> str:
    """The number of somebody who has registered a request."""
    mobile = a_mobile()
    requester = {"name": "مریم احمدی", "mobile": mobile}
    Stranger(url).post("/api/v1/tickets", a_request(requester=requester)).expect(201)
    return mobile


def codes_sent_to(mobile: str, installation: Installation) -> list[str]:
    sink = Stranger(installation.addresses.sms_provider)
    texts = [m["message"] for m in sink.get("/messages").json if m["receptor"] == mobile]
    return [found[0] for found in map(CODE.search, texts) if found]


def test_the_codes_of_a_contact_are_guessed_a_few_times_from_however_many_addresses(
    url: str, known: str, installation: Installation
):
    id_ = ask(Stranger(url), known).expect(202).json["id"]
    (right,) = wait_for(lambda: codes_sent_to(known, installation), deadline=30, what="the code")
    guesses = [f"{secrets.randbelow(10**6):06}" for _ in range(200)]

    with ThreadPoolExecutor(8) as workers:
        statuses = Counter(
            workers.map(lambda guessed: give(Stranger(url), id_, guessed).status, guesses)
        )

    assert set(statuses) <= {422, 429, 503}
    # Its tries are used up, so that the right one opens nothing either.
    assert give(Stranger(url), id_, right).status == 422


def test_one_address_tries_few_codes_of_anybody(url: str):
    attacker = Stranger(url)

    statuses = Counter(give(attacker, secrets.token_hex(16), "000000").status for _ in range(80))

    assert set(statuses) == {422, 429}
    assert statuses[422] <= 2 * 30  # the minute may turn while they come


def test_nobody_floods_a_telephone(url: str, known: str, installation: Installation):
    statuses = Counter(ask(Stranger(url), known).status for _ in range(40))
    pages = Counter(
        Stranger(url).post("/mine/sign-in", form={"contact": known}).status for _ in range(10)
    )

    assert statuses == {202: 1, 429: 39}
    assert pages == {429: 10}
    wait_for(lambda: codes_sent_to(known, installation), deadline=30, what="the one code")
    assert len(codes_sent_to(known, installation)) == 1


def test_one_address_has_few_codes_sent_to_however_many_contacts(url: str):
    attacker = Stranger(url)

    statuses = Counter(ask(attacker, a_mobile()).status for _ in range(60))

    assert set(statuses) == {202, 429}
    assert statuses[202] <= 2 * PER_ADDRESS_A_MINUTE


def test_a_stranger_without_requests_is_sent_nothing(url: str, installation: Installation):
    unknown, known = a_mobile(), a_mobile()
    requester = {"name": "مریم احمدی", "mobile": known}
    Stranger(url).post("/api/v1/tickets", a_request(requester=requester)).expect(201)

    ask(Stranger(url), unknown).expect(202)
    ask(Stranger(url), known).expect(202)

    # The later one has come, so that the first would be there.
    wait_for(lambda: codes_sent_to(known, installation), deadline=30, what="the later code")
    assert codes_sent_to(unknown, installation) == []


def test_known_and_unknown_contacts_are_told_alike_and_as_fast(url: str):
    told: set[str] = set()
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for _ in range(20):
        mobile = a_mobile()
        requester = {"name": "مریم احمدی", "mobile": mobile}
        Stranger(url).post("/api/v1/tickets", a_request(requester=requester)).expect(201)
        for kind, contact in (("known", mobile), ("unknown", a_mobile())):
            client = Stranger(url)
            started = time.perf_counter()
            asked = ask(client, contact).expect(202)
            taken[kind].append(time.perf_counter() - started)
            told.add(str(sorted(asked.json)))
            told.add(str(bare(give(client, asked.json["id"], "000000"))))
    known, unknown = (statistics.median(times) for times in taken.values())
    print(f"\nmedians {known * 1000:.1f} and {unknown * 1000:.1f} ms")

    assert len(told) == 2
    assert abs(known - unknown) < 0.35 * max(known, unknown)


def test_a_code_opens_one_session_and_only_what_is_a_requesters(
    url: str, known: str, installation: Installation, routes: list[Route]
):
    id_ = ask(Stranger(url), known).expect(202).json["id"]
    (code,) = wait_for(lambda: codes_sent_to(known, installation), deadline=30, what="the code")
    token = give(Stranger(url), id_, code).expect(201).json["token"]
    client = Stranger(url, headers=bearer(token))

    again = give(Stranger(url), id_, code)
    let_in = {str(each) for each in sorted(routes, key=_leaves) if lets_in(tried(client, each))}

    assert again.status == 422
    assert let_in == {str(each) for each in routes if each.right in {ANYONE, REQUESTER}}
    assert client.get("/api/v1/requester/data").status == 401


def _leaves(route: Route) -> bool:
    """What ends the session comes last of all."""
    return str(route) == "DELETE /api/v1/requester/sessions/current"


@pytest.mark.parametrize("change", ["", "x", "pgr_", "another"])
def test_a_token_that_was_changed_opens_nothing(url: str, change: str):
    forged = {"": "pgr_", "x": "pgr_x.y", "pgr_": "pgr_pgr_", "another": "pgr_" + "e30." * 4}

    refused = Stranger(url).get("/api/v1/requester/data", headers=bearer(forged[change]))

    assert refused.status == 401
