"""A workflow made by the API alone, as an editor makes it: it runs at once, unless it is unsound.

Five steps of a purchase with a legal check beside the comparison of offers, and a form on each.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.http import Answer
from tests.system.client import Api, wait_for

PASSWORD = "a password of nine words"
MOBILE, PROOF = "09127654321", "4321"
UNITS = ("trade", "trade-legal", "trade-money", "trade-store")
PEOPLE = {
    "t.buyer": ("expert", "trade", 1),
    "t.chief": ("supervisor", "trade", 2),
    "t.lawyer": ("expert", "trade-legal", 1),
    "t.money": ("supervisor", "trade-money", 2),
    "t.store": ("expert", "trade-store", 1),
}


def words(english: str) -> dict[str, str]:
    return {"fa": f"«{english}»", "en": english}


def a_form(*fields: dict[str, Any]) -> dict[str, Any]:
    section = {"id": "all", "title": words("All"), "fields": list(fields)}
    return {"title": words("Form"), "sections": [section]}


AMOUNT = {"type": "number", "id": "amount", "label": words("Amount"), "required": True, "min": 1}
REMARK = {"type": "text", "id": "remark", "label": words("Remark"), "required": True}
FORMS = {
    "trade-need": a_form(AMOUNT | {"routable": True}),
    "trade-offers": a_form(AMOUNT, REMARK),
    "trade-legal": a_form(REMARK),
    "trade-consent": a_form(REMARK),
    "trade-order": a_form(AMOUNT),
    "trade-receipt": a_form(REMARK),
}


def a_way(action: str, leaves: str, to: str, *who: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "from": [leaves], "to": to, "who": list(who), **more}


def a_purchase() -> dict[str, Any]:
    """New, comparing with a legal check beside it, consent, ordering, receiving."""
    own = ("need-clear", "agreed", "sent-back-by-chief", "ordered", "received")
    offers = {"title": words("Offers"), "unit": "trade", "form": "trade-offers"}
    legal = {"title": words("Legal check"), "unit": "trade-legal", "form": "trade-legal"}
    seats = ["supervisor", "unit:trade-money/supervisor"]
    return {
        "title": words("Purchase"),
        "start": "need",
        "actions": {name: {"title": words(name)} for name in own},
        "steps": {
            "need": {"kind": "new", "unit": "trade"},
            "comparing": {
                "kind": "in_progress",
                "tells": words("Offers are compared."),
                "tasks": {"offers": offers, "legal": legal},
            },
            "stating": {"kind": "in_progress", "unit": "trade", "tier": 1},
            "consent": {"kind": "in_progress", "approvals": {"by": seats, "in_order": True}},
            "ordering": {"kind": "in_progress", "unit": "trade", "tells": words("It is ordered.")},
            "receiving": {"kind": "waiting", "waiting_for": "supplier", "unit": "trade-store"},
            "delivered": {"kind": "finished", "tells": words("It is here.")},
            "refused": {"kind": "declined"},
        },
        "transitions": [
            a_way("need-clear", "need", "comparing", "assignee", form="trade-need"),
            a_way("passed", "comparing", "stating"),
            a_way("failed", "comparing", "refused"),
            a_way("agreed", "stating", "consent", "assignee", form="trade-consent"),
            a_way("passed", "consent", "ordering"),
            a_way("failed", "consent", "refused"),
            a_way("sent-back-by-chief", "ordering", "stating", "unit:trade/supervisor"),
            a_way("ordered", "ordering", "receiving", "assignee", form="trade-order"),
            a_way("received", "receiving", "delivered", "assignee", form="trade-receipt"),
        ],
    }


@pytest.fixture(scope="module")
def trade(staff: SimpleNamespace, anyone: Api) -> SimpleNamespace:
    """Units, people and forms of a trade department, and its people signed in."""
    for unit in UNITS:
        body = {"title": words(unit), "parent": "hq"}
        staff.admin.put(f"/admin/units/{unit}", body).expect(200)
    for person, (role, unit, tier) in PEOPLE.items():
        body = {"name": person, "role": role, "unit": unit, "tier": tier, "password": PASSWORD}
        staff.admin.put(f"/admin/people/{person}", body).expect(200)
    for form, definition in FORMS.items():
        staff.admin.put(f"/admin/forms/{form}", {"definition": definition}).expect(200)
    people = {name.removeprefix("t."): anyone.sign_in(name, PASSWORD) for name in PEOPLE}
    return SimpleNamespace(admin=staff.admin, **people)


def published(trade: SimpleNamespace, definition: dict[str, Any]) -> Answer:
    return trade.admin.put("/admin/workflows/trade-purchase", {"definition": definition})


def standing(trade: SimpleNamespace, code: str, **wanted: Any) -> dict[str, Any]:
    """The ticket, once it is as wanted."""

    def so() -> dict[str, Any] | None:
        ticket: dict[str, Any] = trade.admin.get(f"/tickets/{code}").json
        return ticket if wanted.items() <= ticket.items() else None

    return wait_for(so, what=f"{wanted} of {code}")


def do(who: Api, code: str, action: str, **arguments: Any) -> Answer:
    return who.post(f"/tickets/{code}/actions/{action}", arguments)


def a_task(trade: SimpleNamespace, code: str, task: str, person: str) -> None:
    """Wait until somebody has a task."""

    def his() -> bool:
        tasks = trade.admin.get(f"/tickets/{code}").json["tasks"]
        return any(each["id"] == task and each["assignee"] == person for each in tasks)

    wait_for(his, what=f"the task {task} with {person}")


def test_a_workflow_made_by_the_api_runs_end_to_end_without_a_restart(
    trade: SimpleNamespace, anyone: Api
) -> None:
    checked = trade.admin.post(
        "/admin/workflows/trade-purchase/check", {"definition": a_purchase()}
    )
    assert checked.expect(200).json["version"] == 1
    assert published(trade, a_purchase()).expect(200).json["version"] == 1
    code = trade.admin.register(
        subject="finance.invoice",
        title="ده صندلی",
        description="برای اتاق جلسه",
        requester={"name": "سارا", "mobile": MOBILE},
        workflow="trade-purchase",
    )
    ticket = standing(trade, code, assignee="t.buyer", step="need")
    assert ticket["unit"] == "trade"
    seen = trade.buyer.get(f"/tickets/{code}").expect(200).json
    assert "need-clear" in seen["actions"]
    assert seen["forms"] == {"need-clear": "trade-need"}

    refused = do(trade.buyer, code, "need-clear").expect(422).json
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("form_required", "/answers")
    wrong = do(trade.buyer, code, "need-clear", answers={"amount": 0}).expect(422).json
    assert [error["pointer"] for error in wrong["errors"]] == ["/answers/amount"]
    do(trade.buyer, code, "need-clear", answers={"amount": 10}).expect(200)
    a_task(trade, code, "legal", "t.lawyer")
    asked = trade.lawyer.get("/inbox").expect(200).json["asked"]
    assert code in [line["code"] for line in asked]
    offered = {"amount": 9, "remark": "The cheapest of three."}
    a_task(trade, code, "offers", "t.buyer")
    do(trade.buyer, code, "finish-task", task="offers", answers=offered).expect(200)
    standing(trade, code, step="comparing")
    do(trade.lawyer, code, "finish-task", task="legal", answers={"remark": "Sound."}).expect(200)
    standing(trade, code, step="stating", assignee="t.buyer")
    do(trade.buyer, code, "agreed", answers={"remark": "Please."}).expect(200)

    do(trade.money, code, "approve").expect(403)
    do(trade.chief, code, "approve").expect(200)
    do(trade.money, code, "approve").expect(200)
    standing(trade, code, step="ordering", assignee="t.buyer")
    do(trade.buyer, code, "ordered", answers={"amount": 9}).expect(200)
    standing(trade, code, state="waiting", assignee="t.store")
    ended = do(trade.store, code, "received", answers={"remark": "Ten chairs."}).expect(200)

    assert (ended.json["state"], ended.json["step"]) == ("finished", "delivered")
    steps = trade.admin.get(f"/tickets/{code}/timeline").expect(200).json["steps"]
    filled = [step["data"]["form"] for step in steps if step["type"] == "ticket.form_filled"]
    assert sorted(filled) == sorted(FORMS)
    followed = anyone.track(code, PROOF).expect(200).json
    told = [step["title"] for step in followed["timeline"] if step["type"] == "ticket.moved"]
    assert told == ["«Offers are compared.»", "«It is ordered.»", "«It is here.»"]


def test_a_step_goes_on_by_itself_when_its_time_has_come(trade: SimpleNamespace) -> None:
    days = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
    always = {day: ["00:00-24:00"] for day in days}
    hours = {"zone": "Asia/Tehran", "week": always, "units": ["trade"]}
    trade.admin.put("/admin/calendars/trade-hours", {"definition": hours}).expect(200)
    definition = a_purchase()
    definition["actions"] |= {name: {"title": words(name)} for name in ("hurry", "too-late")}
    definition["steps"]["need"]["timers"] = [
        {"after": "PT1S", "action": "hurry"},
        {"after": "PT9H", "action": "too-late"},
    ]
    inquiry = {"subject": "info.general", "title": words("Ask why {code} lies")}
    notice = {
        "priority": 1,
        "notify": [{"role": "assignee", "text": words("Hurry up.")}],
        "start": [inquiry | {"description": words("{title} — {description}")}],
    }
    definition["transitions"] += [
        {"action": "hurry", "from": ["need"], "effects": notice},
        a_way("too-late", "need", "refused-late"),
    ]
    definition["steps"]["refused-late"] = {"kind": "finished"}
    path = "/admin/workflows/trade-hurry"
    trade.admin.put(path, {"definition": definition}).expect(200)

    code = trade.admin.register(
        subject="finance.invoice",
        title="دو میز",
        description="برای اتاق جلسه",
        requester={"name": "سارا", "mobile": MOBILE},
        workflow="trade-hurry",
    )

    ticket = standing(trade, code, priority=1, step="need")
    (ahead,) = ticket["timers"]
    assert (ahead["action"], ahead["step"], ahead["target_seconds"]) == ("too-late", "need", 32400)
    steps = trade.admin.get(f"/tickets/{code}/timeline").expect(200).json["steps"]
    titles = [step["title"] for step in steps if step["type"] == "ticket.timer_set"]
    assert titles == [
        "پس از ۱ ثانیه زمان کاری، خودبه‌خود: «hurry»",
        "پس از ۹ ساعت زمان کاری، خودبه‌خود: «too-late»",
    ]
    assert "ticket.timer_ended" in [step["type"] for step in steps]

    def started() -> list[str]:
        told = trade.admin.get(f"/tickets/{code}/timeline").expect(200).json["steps"]
        return [each["data"]["ticket"] for each in told if each["type"] == "ticket.started"]

    (other,) = wait_for(started, what="the other ticket")
    second = standing(trade, other, subject="info.general")
    assert second["title"] == f"«Ask why {code} lies»"
    assert second["description"] == "«دو میز — برای اتاق جلسه»"
    linked = trade.admin.get(f"/tickets/{other}/related").expect(200).json["tickets"]
    assert [(each["relation"], each["code"]) for each in linked] == [("started_by", code)]


def test_an_unsound_one_is_refused_with_every_fault_named(trade: SimpleNamespace) -> None:
    definition = a_purchase()
    definition["steps"]["comparing"]["needs"] = 3
    definition["steps"]["consent"]["approvals"]["by"][1] = "unit:trade-money/manager"
    definition["steps"]["comparing"]["tasks"]["legal"]["form"] = "no-such-form"
    definition["steps"]["ordering"] |= {"unit": "moon", "tells": {"fa": "سفارش"}}
    definition["steps"]["island"] = {"kind": "in_progress"}
    definition["actions"]["never"] = {"title": words("Never")}

    refused = published(trade, definition).expect(422).json

    assert refused["code"] == "workflow_invalid"
    found = {(error["pointer"], error["code"]) for error in refused["errors"]}
    assert {(at.removeprefix("/definition/"), code) for at, code in found} == {
        ("steps/comparing/needs", "needs_too_many"),
        ("steps/ordering/tells", "language_missing"),
        ("steps/island", "unreachable"),
        ("steps/island", "dead_end"),
        ("actions/never", "action_unused"),
        ("steps/consent/approvals/by/1", "resolves_to_nobody"),
        ("steps/ordering/unit", "unit_unknown"),
        ("forms", "form_unknown"),
    }
    assert all(error["message"] for error in refused["errors"])
