"""Planned work and how full units are, as people see both by HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from tests.system.client import wait_for

VISIT = {
    "subject": "it.hardware",
    "title": "Monthly visit",
    "description": "Look at the batteries.",
    "requester": {"name": "Technical office", "email": "office@example.ir"},
}


def test_planned_work_comes_to_its_unit_and_counts_before_it_does(staff: SimpleNamespace) -> None:
    before = unit_of(staff)
    weekly = {"repeat": "working_days", "every": 5, "time": "09:00"}
    defined = staff.supervisor.put("/plans/visits", VISIT | {"schedule": weekly}).expect(200).json
    at = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    once = VISIT | {"schedule": {"repeat": "once", "at": at}}
    staff.supervisor.put("/plans/first-visit", once).expect(200)
    assert len(defined["ahead"]) == 10
    assert unit_of(staff)["planned"] >= before["planned"] + 10

    def made() -> Any:
        return staff.supervisor.get("/plans/first-visit").expect(200).json["made"]

    (ticket,) = wait_for(made, 20, "the planned ticket")
    path = f"/tickets/{ticket['code']}"
    wait_for(lambda: staff.admin.get(path).json.get("unit") == "it", 20, "the ticket's unit")
    assert unit_of(staff)["tickets"] > 0

    staff.supervisor.post("/plans/visits/end", {}).expect(200)
    assert unit_of(staff)["planned"] <= before["planned"]


def unit_of(staff: SimpleNamespace) -> dict[str, Any]:
    page = staff.supervisor.get("/capacity?unit=it").expect(200).json
    return next(each for each in page["items"] if each["unit"] == "it")


def test_capacity_is_for_who_gives_work_to_the_unit(staff: SimpleNamespace) -> None:
    assert staff.expert.get("/capacity?unit=it").status == 403
    assert staff.supervisor.get("/capacity?unit=finance").status == 403
    units = {
        each["unit"] for each in staff.manager.get("/capacity?unit=hq").expect(200).json["items"]
    }
    assert {"hq", "it", "finance"} <= units
    asked = {"subject": "finance", "count": 3}
    assert staff.supervisor.post("/capacity/trial", asked).status == 403
    assert staff.manager.post("/capacity/trial", asked).status in (200, 422)
    assert staff.supervisor.get("/units/it/deliveries").expect(200).json is not None


def test_a_ticket_is_put_off_to_the_next_working_day(staff: SimpleNamespace) -> None:
    code = staff.desk.register(**VISIT)
    wait_for(lambda: staff.admin.get(f"/tickets/{code}").json.get("owner"), 20, "an owner")
    owner = staff.admin.get(f"/tickets/{code}").json["owner"]
    staff.admin.post(f"/tickets/{code}/actions/assign", {"person": "expert"}).expect(200)

    shown = staff.expert.post(f"/tickets/{code}/actions/snooze", {"when": "next_working_day"})

    assert owner
    until = datetime.fromisoformat(shown.expect(200).json["snoozed_until"])
    assert timedelta(0) < until - datetime.now(UTC) < timedelta(days=10)
