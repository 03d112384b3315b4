"""One outage, five hundred tickets, one answer: everybody who asked is told once, and soon."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.http import Http
from tests.system.client import Api, wait_for

CHILDREN = 500
CALLERS = 8
#: What an agent may act on at once.
TOGETHER = 200
#: The promise: from the answer to the last letter.
SECONDS = 10.0
ANSWER = "The line to the third floor is repaired."


def a_ticket(client: Api, number: int) -> str:
    return client.register(
        subject="it.software",
        title=f"Outage {number}",
        description="Nothing works.",
        channel="api",
        requester={"name": "A", "email": f"outage{number}@example.org"},
    )


def many_tickets(client: Api) -> list[str]:
    def register(first: int) -> list[str]:
        own = Api(client.url, headers=client.headers)
        return [a_ticket(own, number) for number in range(first, CHILDREN, CALLERS)]

    with ThreadPoolExecutor(CALLERS) as pool:
        return [code for codes in pool.map(register, range(CALLERS)) for code in codes]


def together(client: Api, action: str, codes: list[str], **arguments: Any) -> list[dict[str, Any]]:
    """Act on many, as many calls as it takes; what was too slow to be certain is tried again."""
    results: dict[str, dict[str, Any]] = {}
    for _try in range(5):
        left = [code for code in codes if results.get(code, {}).get("status", 503) == 503]
        for start in range(0, len(left), TOGETHER):
            body = {"codes": left[start : start + TOGETHER], "arguments": arguments}
            told = client.post(f"/tickets/actions/{action}", body).expect(200).json
            results |= {item["code"]: item for item in told}
    return list(results.values())


def is_quiet(sink: Http) -> bool:
    """Whether for a moment no letter has come."""
    before = received(sink)
    time.sleep(1)
    return received(sink) == before


def received(sink: Http) -> int:
    count: int = sink.get("/count").json["received"]
    return count


@pytest.mark.timeout(300)
def test_five_hundred_requesters_are_told_one_answer_once_within_ten_seconds(
    installation: Installation, staff: SimpleNamespace
) -> None:
    parent = a_ticket(staff.admin, CHILDREN)
    children = many_tickets(staff.admin)
    sink = Http(installation.addresses.mail_sink)

    def told() -> Counter[str]:
        letters = sink.get("/messages").json
        return Counter(letter["to"][0] for letter in letters if ANSWER in letter["text"])

    wait_for(lambda: staff.admin.get(f"/tickets/{children[-1]}").status == 200, 60, "the last one")
    attached = together(staff.admin, "attach", children, parent=parent)
    # Refused where an earlier try had been done after all.
    assert {item["status"] for item in attached} <= {200, 409}
    assert len(attached) == CHILDREN

    # The letters of registering are on their way first.
    wait_for(lambda: is_quiet(sink), 120, "the letters of registering")
    sink.delete("/messages")
    before = received(sink)
    began = time.monotonic()
    staff.admin.post(f"/tickets/{parent}/actions/answer", {"text": ANSWER}).expect(200)
    wait_for(lambda: received(sink) > before + CHILDREN, 60, "a letter to everybody")
    lasted = time.monotonic() - began
    print(f"{CHILDREN} children told in {lasted:.1f} s")

    wait_for(
        lambda: not staff.admin.get(f"/tickets/{parent}/related").json["passages"], 30, "the end"
    )
    assert len(told()) == CHILDREN + 1
    assert set(told().values()) == {1}
    assert lasted < SECONDS

    # They would be on every other test's board and lists.
    ended = together(staff.admin, "decline", [parent, *children], reason="The outage is over.")
    assert {item["status"] for item in ended} == {200}
