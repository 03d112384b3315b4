"""A day at the desk: requests are registered, worked on, answered, late, done and rated."""

from collections.abc import Callable
from typing import Any

from deploy.local.installation import Installation
from tests.recording.recorder import Recorder
from tests.system.client import wait_for

_PROOF = {"Peygir-Proof": "4567"}
_SALARY = {
    "subject": "it.software",
    "title": "سامانهٔ حقوق باز نمی‌شود",
    "description": "پس از ورود، صفحه سفید می‌ماند.",
    "requester": {"name": "رضا احمدی", "mobile": "09121234567"},
    "channel": "phone",
}
_NETWORK = {
    "subject": "it.network",
    "title": "شبکهٔ طبقهٔ سوم قطع است",
    "description": "از ساعت ۹ صبح هیچ رایانه‌ای به شبکه وصل نمی‌شود.",
    "requester": {"name": "نرگس حسینی", "mobile": "09129876543"},
}
#: Late in a moment, so that nobody waits for a recording; hours look the same.
_HURRIED = {
    "match": {"channel": ["sms"]},
    "breach_reasons": ["staff-short", "supplier-late"],
    "exceptions": ["power-cut"],
    "targets": [
        {
            "clock": "resolution",
            "within": "PT6S",
            "calendar": "around-the-clock",
            "marks": [
                {
                    "percent": 50,
                    "notices": [
                        {"role": "assignee", "channel": "sms", "acknowledge_within": "PT5M"}
                    ],
                }
            ],
        }
    ],
}
_SOON = 30.0


def play(recorder: Recorder, installation: Installation, _password: str) -> None:
    """Live the day."""
    del installation
    code = _worked(recorder)
    _together(recorder, code)
    _late(recorder)
    _answered(recorder, code)
    _looked_at(recorder)


def _worked(recorder: Recorder) -> str:
    call = recorder.call
    code: str = call("desk", "register_ticket", _SALARY)["code"]
    recorder.first = code
    _when(recorder, code, lambda ticket: ticket["state"] == "in_progress")
    _act(recorder, "supervisor", code, "assign", {"person": "expert"}, shown=False)
    worked = {"work_group": "software_fault", "duration": "PT15M", "note": "گزارش خطا بررسی شد."}
    _act(recorder, "expert", code, "log-work", worked)
    call("desk", "list_macros")
    call("desk", "use_macro", code=code, id="password")
    call("desk", "save_draft", {"text": "لطفاً دوباره وارد شوید."}, code=code)
    call("desk", "get_draft", code=code)
    call("desk", "list_drafts")
    call("desk", "drop_draft", code=code)
    call("expert", "look_at_ticket", {"typing": True}, code=code, shown=False)
    call("desk", "look_at_ticket", {"typing": True}, code=code)
    call("desk", "list_viewers", code=code)
    call("desk", "leave_ticket", code=code)
    call("anyone", "follow_ticket", code=code, headers=_PROOF)
    return code


def _together(recorder: Recorder, code: str) -> None:
    call = recorder.call
    other: str = call("anyone", "register_ticket", _NETWORK, shown=False)["code"]
    _when(recorder, other, lambda ticket: ticket["state"] == "in_progress")
    part = {
        "title": "دسترسی به گزارش حقوق",
        "description": "گزارش ماهانه هم باز نمی‌شود.",
        "subject": "it.account",
    }
    call("desk", "split_ticket", part, code=code)
    wait_for(
        lambda: call("desk", "related_tickets", code=code, shown=False)["tickets"],
        _SOON,
        "the part",
    )
    call("desk", "related_tickets", code=code)
    many = {"codes": [code, other], "arguments": {"add": ["payday"]}}
    call("supervisor", "act_on_many", many, action="tag")


def _late(recorder: Recorder) -> None:
    """Somebody is told in vain, and waits longer than was promised."""
    call = recorder.call
    call("admin", "define_agreement", {"definition": _HURRIED}, id="sms", shown=False)
    sent = {**_NETWORK, "title": "تلفن داخلی قطع است", "channel": "sms"}
    code: str = call("desk", "register_ticket", sent, shown=False)["code"]

    def told(ticket: dict[str, Any]) -> list[dict[str, Any]]:
        return [each for each in ticket["deliveries"] if each["ladder"]]

    (delivery, *_others) = told(_when(recorder, code, told))
    call("supervisor", "acknowledge_delivery", code=code, delivery=delivery["id"])
    _when(recorder, code, lambda ticket: ticket["clocks"][0]["state"] == "breached")
    place = {"code": code, "clock": "resolution"}
    call("supervisor", "list_clocks", code=code)
    call("supervisor", "explain_clock", **place)
    call("supervisor", "give_breach_reason", {"reason": "staff-short"}, **place)
    call("supervisor", "request_breach_exception", {"reason": "power-cut"}, **place)
    call("manager", "decide_breach_exception", {"approved": True}, **place)


def _answered(recorder: Recorder, code: str) -> None:
    call = recorder.call
    question = {"question": "از کدام مرورگر استفاده می‌کنید؟"}
    _act(recorder, "desk", code, "ask", question, shown=False)
    call("anyone", "add_message", {"text": "فایرفاکس"}, code=code, headers=_PROOF)
    _when(recorder, code, lambda ticket: ticket["state"] == "in_progress")
    text = {"text": "مشکل برطرف شد؛ لطفاً دوباره وارد شوید."}
    _act(recorder, "desk", code, "answer", text, shown=False)
    call("manager", "get_ticket", code=code)
    call("manager", "ticket_timeline", code=code)
    _act(recorder, "expert", code, "done", {"result": "solved"}, shown=False)
    _act(recorder, "supervisor", code, "approve", {}, shown=False)
    score = {"score": 5, "comment": "سپاس"}
    call("anyone", "give_feedback", score, code=code, headers=_PROOF)
    again = {"reason": "امروز باز هم باز نشد."}
    call("anyone", "act_as_requester", again, code=code, action="reopen", headers=_PROOF)


def _looked_at(recorder: Recorder) -> None:
    call = recorder.call
    call("supervisor", "list_tickets", query={"unit": "it", "state": "in_progress", "limit": "2"})
    call("expert", "get_inbox")
    call("manager", "list_unit_clocks", unit="it")
    call("manager", "list_reports")
    names = [each["name"] for each in call("manager", "list_reports", shown=False)]
    query = {"from": "2026-11-21", "to": "2026-11-24", "by": "unit"}
    call("manager", "get_report", name="volume" if "volume" in names else names[0], query=query)
    call("manager", "get_board", query={"unit": "it"})
    call("manager", "list_board_tickets", query={"unit": "it", "limit": "2"})
    call("manager", "list_expectations")
    call("manager", "list_events", query={"types": "ticket.registered,sla.*", "limit": "2"})
    call("admin", "list_changes", query={"limit": "2"})
    call("admin", "list_stuck")
    row = "routing|481920374652"
    for operation in ("retry_stuck", "skip_stuck"):
        recorder.note("admin", operation, service="sla", row=row)
    recorder.note("manager", "stream_events")
    call("admin", "verify_journal", service="intake")
    call("admin", "rebuild_reporting")
    call("admin", "rebuild_progress")


def _act(
    recorder: Recorder, who: str, code: str, action: str, arguments: Any, *, shown: bool = True
) -> None:
    recorder.call(who, "act", arguments, code=code, action=action, shown=shown)


def _when(recorder: Recorder, code: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Wait until something holds of a ticket; gives the ticket."""
    admin = recorder.clients["admin"]

    def seen() -> dict[str, Any] | None:
        answer = admin.get(f"/tickets/{code}")
        found: dict[str, Any] = answer.json
        return found if answer.status == 200 and holds(found) else None

    return wait_for(seen, _SOON, f"ticket {code}")
