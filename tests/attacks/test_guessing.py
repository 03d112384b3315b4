"""Guessing: tracking codes, the proofs of a known code, passwords.

Eleven digits without a leading zero make 9 * 10^10 codes, and a proof has 10^4 values. Whoever
guesses both has, with a million tickets stored, one chance in 9 * 10^8 a try; in the region from
which codes are being drawn, three. At the most that one address may try, 2,000 a day, that is one
hit in 1,200 or 400 years; the tests below show that the most holds, whatever path and whatever
header the guesses take.
"""

import itertools
import secrets
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.attacks.clients import Stranger, a_request, new_address

#: The defaults of docs/settings.md: wrong proofs from an address in a quarter of an hour, tries of
#: one code in a minute from anywhere, tries of any code from an address in a minute.
WRONG_PER_ADDRESS, PER_CODE, PER_ADDRESS = 30, 20, 120
_GUESSING_SECONDS = 60.0
_SHOWN = {
    "code",
    "state",
    "title",
    "subject",
    "kind",
    "channel",
    "registered_at",
    "updated_at",
    "finished_at",
    "waiting_for",
    "handled_by",
    "rating",
    "actions",
    "messages",
    "timeline",
    "answers",
    "expected",
}
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def with_check_digit(eleven: str) -> str:
    """Give a code as an attacker makes it who knows how check digits are made."""
    state = 0
    for digit in eleven:
        state = _DAMM[state][int(digit)]
    return f"{eleven}{state}"


def a_code() -> str:
    return with_check_digit(f"{secrets.randbelow(10**11):011}")


def guess(client: Stranger, code: str, proof: str | None = None) -> Any:
    proof = proof or f"{secrets.randbelow(10**4):04}"
    return client.get(f"/api/v1/track/{code}", headers={"Peygir-Proof": proof})


def bare(answer: Any) -> tuple[Any, ...]:
    """Give what a refusal tells, without what is new in each."""
    told = answer.json
    new = {"trace_id", "instance"}
    headers = sorted(name.lower() for name in answer.headers)
    return answer.status, {k: v for k, v in told.items() if k not in new}, headers


@pytest.fixture(scope="module")
def known(admin) -> list[str]:
    """Codes of tickets whose proof is 0077; an administrator is past the limits."""
    requester = {"name": "خانم نهانی", "mobile": "09121110077", "email": "hidden@example.ir"}
    return [
        admin.post("/api/v1/tickets", a_request(requester=requester)).expect(201).json["code"]
        for _ in range(40)
    ]


def guessing(url: str, number: int) -> Counter[str]:
    """Guess from an address until it is blocked, then from the next; gives what came, how often."""
    came: Counter[str] = Counter()
    client, refused = Stranger(url), 0
    end = time.monotonic() + _GUESSING_SECONDS
    while came.total() < number and time.monotonic() < end:
        answer = guess(client, a_code())
        came["hit" if answer.status == 200 else answer.json["code"]] += 1
        refused += answer.status == 429
        if refused > 3:
            client.close()
            client, refused = Stranger(url), 0
    client.close()
    return came


@pytest.mark.parametrize("number", [1_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_guessing_finds_nothing(number, url, known):
    with ThreadPoolExecutor(8) as workers:
        parts = list(workers.map(guessing, [url] * 8, [number // 8] * 8))

    came = sum(parts, Counter())
    print(f"\n{came.total()} guesses: {dict(came)}")
    assert set(came) <= {"tracking_refused", "too_many_proofs", "rate_limited"}
    assert came["tracking_refused"] > 500


def near_misses(code: str) -> Iterator[str]:
    for place, digit in itertools.product(range(12), "0123456789"):
        if code[place] != digit:
            yield code[:place] + digit + code[place + 1 :]
    for place in range(11):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            yield swapped
    number = int(code[:11])
    yield from (with_check_digit(f"{near % 10**11:011}") for near in range(number - 5, number + 6))


def test_near_misses_of_a_code_open_nothing(url, known):
    clients = itertools.cycle([Stranger(url) for _ in range(10)])
    misses = [code for code in near_misses(known[0]) if code not in known]

    statuses = Counter(guess(next(clients), code, "0077").status for code in misses)

    # One digit wrong, or two swapped, is always a mistyped code: nobody is asked about it.
    assert set(statuses) == {404, 422}
    assert statuses[404] == 10


def test_an_unknown_code_and_a_wrong_proof_are_told_alike(url, known):
    unknown = {str(bare(guess(Stranger(url), a_code(), "0000"))) for _ in range(5)}
    wrong = {str(bare(guess(Stranger(url), code, "0000"))) for code in known[:5]}
    pages = {
        Stranger(url).post("/track", form={"code": code, "proof": "0000"}).text.replace(code, "")
        for code in (a_code(), known[5])
    }

    assert unknown == wrong
    assert len(unknown) == 1
    assert len(pages) == 1


def test_an_unknown_code_and_a_wrong_proof_take_the_same_time(url, known):
    medians = []
    for _ in range(3):
        taken: dict[str, list[float]] = {"unknown": [], "wrong": []}
        for code in known[6:36]:
            client = Stranger(url)
            for kind, asked in (("unknown", a_code()), ("wrong", code), ("unknown", a_code())):
                started = time.perf_counter()
                guess(client, asked, "0000").expect(404)
                taken[kind].append(time.perf_counter() - started)
            client.close()
        unknown, wrong = (statistics.median(taken[kind]) for kind in ("unknown", "wrong"))
        medians.append(abs(unknown - wrong) / max(unknown, wrong))
    print(f"\nmedians apart by {[f'{each:.0%}' for each in medians]}")

    assert min(medians) < 0.2


FORGED = (
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Cluster-Client-IP",
    "X-Originating-IP",
    "Via",
)


def test_a_forged_address_gives_no_new_tries(url):
    client = Stranger(url)
    for _ in range(WRONG_PER_ADDRESS):
        guess(client, a_code()).expect(404)

    for name in FORGED:
        forged = new_address()
        value = f"for={forged}" if name == "Forwarded" else forged
        client.headers = {name: value}
        assert guess(client, a_code()).status == 429, name
    client.headers = {"X-Forwarded-For": "::1", "X-Forwarded-Host": "localhost", "Host": "x"}
    assert guess(client, a_code()).status == 429


def paths_to(code: str) -> list[Callable[[Stranger], Any]]:
    """Every way to try a proof."""
    track, proof = f"/api/v1/track/{code}", {"Peygir-Proof": "0000"}
    return [
        lambda client: client.get(track, headers=proof),
        lambda client: client.post(f"{track}/messages", {"text": "x"}, headers=proof),
        lambda client: client.post(f"{track}/feedback", {"score": 1}, headers=proof),
        lambda client: client.post(f"{track}/actions/withdraw", {}, headers=proof),
        lambda client: client.post("/track", form={"code": code, "proof": "0000"}),
    ]


def test_an_address_is_blocked_on_every_path_by_tries_on_any(url):
    client = Stranger(url)
    tries = [way(client).status for _ in range(6) for way in paths_to(a_code())]

    blocked = [way(client).status for way in paths_to(a_code())]

    assert set(tries) == {404}
    assert len(tries) == WRONG_PER_ADDRESS
    assert set(blocked) == {429}


def test_the_proofs_of_a_known_code_are_few_from_however_many_addresses(url, known):
    ways = itertools.cycle(paths_to(known[36]))

    statuses = Counter(next(ways)(Stranger(url)).status for _ in range(200))

    assert set(statuses) == {404, 429}
    assert statuses[404] <= 2 * PER_CODE  # the minute may turn while they come


def test_one_address_has_a_handful_of_proofs_for_a_code_and_its_holder_keeps_his(url, known):
    code, attacker = known[37], Stranger(url)

    statuses = [guess(attacker, code, "0000").status for _ in range(12)]

    assert statuses == [404] * 5 + [429] * 7
    guess(Stranger(url), code, "0077").expect(200)


def test_a_follower_sees_the_allowed_fields_and_nothing_else(url, known):
    told = guess(Stranger(url), known[38], "0077").expect(200)
    visitor = Stranger(url)
    given = visitor.post("/track", form={"code": known[38], "proof": "0077"}).expect(303)
    cookie = given.headers["Set-Cookie"].partition(";")[0]
    page = visitor.get(f"/track/{known[38]}", headers={"Cookie": cookie}).expect(200)

    assert set(told.json) == _SHOWN
    assert {key for step in told.json["timeline"] for key in step} <= {
        "at",
        "type",
        "title",
        "texts",
    }
    for hidden in ("خانم نهانی", "9121110077", "hidden@example.ir", "assignee", "cost"):
        assert hidden not in told.text
        assert hidden not in page.text


def test_codes_have_nothing_in_common_but_their_region(known):
    numbers = [int(code[3:11]) for code in known]
    steps = {abs(a - b) for a, b in itertools.pairwise(numbers)}

    assert len(set(numbers)) == len(known)
    assert min(steps) > 10**2
    assert max(numbers) - min(numbers) > 5 * 10**7


def test_passwords_are_tried_ever_more_slowly_and_the_person_himself_gets_in(url, installation):
    attacker = Stranger(url)
    login = {"username": "expert", "password": "wrong"}

    statuses = Counter(attacker.post("/api/v1/sessions", login).status for _ in range(100))

    print(f"\n100 sign-ins under one name: {dict(statuses)}")
    assert set(statuses) == {401, 429}
    assert statuses[401] <= 10
    Stranger(url).sign_in("expert", installation.environment["PEYGIR_DEMO_PASSWORD"])


def test_one_password_tried_under_many_names_is_stopped_as_well(url):
    attacker = Stranger(url)

    statuses = Counter(
        attacker.post("/api/v1/sessions", {"username": f"user{n}", "password": "Peygir1405"}).status
        for n in range(150)
    )

    assert set(statuses) == {401, 429}
    assert statuses[401] <= 2 * 60


def test_an_unknown_name_and_a_wrong_password_are_told_alike_and_as_slowly(url):
    taken: dict[str, list[float]] = {"desk": [], "nobody": []}
    told = set()
    for _ in range(12):
        for name, times in taken.items():
            started = time.perf_counter()
            answer = Stranger(url).post("/api/v1/sessions", {"username": name, "password": "x"})
            times.append(time.perf_counter() - started)
            told.add(str(bare(answer.expect(401))))
    known, unknown = (statistics.median(times) for times in taken.values())

    assert len(told) == 1
    assert abs(known - unknown) < 0.5 * max(known, unknown)
