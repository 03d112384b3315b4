"""Clocks as people meet them: marks that act, why a clock was due, breaches that are excused."""

from types import SimpleNamespace

import pytest

from tests.system.client import Api, wait_for

#: For tickets that come by SMS, which no other test registers.
ACTING = {
    "match": {"channel": ["sms"]},
    "breach_reasons": ["staff-short"],
    "exceptions": ["power-cut"],
    "targets": [
        {
            "clock": "resolution",
            "within": "PT4S",
            "calendar": "around-the-clock",
            "marks": [
                {"percent": 50, "actions": [{"do": "prioritise", "priority": 1}]},
                {"percent": 100, "actions": [{"do": "escalate"}]},
                {"after": "PT1S", "actions": [{"do": "question", "unit": "it"}]},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def code(staff: SimpleNamespace) -> str:
    """A ticket that nobody works on until its clock has run out."""
    staff.admin.put("/admin/agreements/acting", {"definition": ACTING}).expect(200)
    registered: str = staff.desk.register(
        subject="it.software",
        title="چاپگر کار نمی‌کند",
        description="Nobody hurries.",
        channel="sms",
        requester={"name": "R", "mobile": "09121112233"},
    )
    return registered


def timeline(client: Api, code: str) -> list[str]:
    """Give the types of the steps; none while routing has not heard of the ticket yet."""
    answer = client.get(f"/tickets/{code}/timeline")
    if answer.status == 404:
        return []
    return [step["type"] for step in answer.expect(200).json["steps"]]


def test_marks_raise_the_priority_escalate_and_ask_a_unit(
    staff: SimpleNamespace, code: str
) -> None:
    wait_for(lambda: "ticket.unit_asked" in timeline(staff.admin, code), 30, "the marks")

    told = timeline(staff.admin, code)
    ticket = staff.admin.get(f"/tickets/{code}").expect(200).json
    assert ticket["priority"] == 1
    assert "ticket.escalated" in told


def test_a_late_clock_says_why_it_was_due_and_may_be_excused(
    staff: SimpleNamespace, code: str
) -> None:
    clock = f"/tickets/{code}/clocks/resolution"

    def is_missed() -> bool:
        answer = staff.admin.get(f"/tickets/{code}/clocks")
        shown = answer.json if answer.status == 200 else []
        return bool(shown) and shown[0]["state"] == "breached"

    wait_for(is_missed, 30, "the breach")
    why = staff.admin.get(f"{clock}/explanation").expect(200).json
    counted = sum(line["seconds"] for line in why["lines"] if line["kind"] == "counted")
    assert counted == pytest.approx(4, abs=0.001)
    assert all(line["text"] for line in why["lines"])

    staff.supervisor.post(f"{clock}/reason", {"reason": "weather"}).expect(422)
    staff.supervisor.post(f"{clock}/reason", {"reason": "staff-short"}).expect(200)
    staff.supervisor.post(f"{clock}/exception", {"reason": "power-cut"}).expect(200)
    staff.supervisor.post(f"{clock}/exception/decision", {"approved": True}).expect(403)
    decided = staff.manager.post(f"{clock}/exception/decision", {"approved": True}).expect(200)
    assert decided.json["exception"] == "approved"
