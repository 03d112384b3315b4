"""One ticket's whole life, as the people in it see it."""

from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.http import Http
from tests.system.client import Api, wait_for

MOBILE = "09121234567"
PROOF = "4567"


@pytest.fixture(scope="module", autouse=True)
def room(staff: SimpleNamespace) -> None:
    """Take from the expert what other tests of this installation have left with him."""
    left = staff.admin.get("/tickets?assignee=expert&limit=200").expect(200).json["items"]
    for each in left:
        staff.admin.post(f"/tickets/{each['code']}/actions/withdraw", {"reason": "…"})


@pytest.fixture
def act(staff: SimpleNamespace) -> Any:
    def do(who: str, code: str, action: str, expected: int = 200, **arguments: Any) -> Any:
        client: Api = getattr(staff, who)
        answer = client.post(f"/tickets/{code}/actions/{action}", arguments)
        return answer.expect(expected).json

    return do


def registered_by_desk(staff: SimpleNamespace, **changes: Any) -> str:
    return staff.desk.register(
        **{
            "subject": "it.software",
            "title": "سامانهٔ حقوق باز نمی‌شود",
            "description": "پس از ورود، صفحه سفید می‌ماند.",
            "channel": "phone",
            "requester": {"name": "رضا احمدی", "mobile": MOBILE, "email": "reza@example.org"},
        }
        | changes
    )


def in_progress(staff: SimpleNamespace, code: str) -> dict[str, Any]:
    return wait_for(
        lambda: (
            ticket
            if (ticket := staff.admin.get(f"/tickets/{code}").json).get("state") == "in_progress"
            else None
        ),
        what="the assignment",
    )


def messages_about(installation: Installation, code: str) -> list[str]:
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    texts = Http(installation.addresses.sms_provider).get("/messages").json
    return [item["message"] for item in texts if shown in item["message"]]


def test_a_ticket_is_registered_worked_asked_answered_approved_and_rated(
    installation: Installation, staff: SimpleNamespace, anyone: Api, act: Any
) -> None:
    code = registered_by_desk(staff)
    ticket = in_progress(staff, code)
    assert ticket["owner"] == "desk"
    assert ticket["unit"] == "it"
    assert ticket["tier"] == 2

    act("supervisor", code, "assign", person="expert")
    logged = act(
        "expert", code, "log-work", work_group="software_fault", duration="PT15M", note="گزارش خطا"
    )
    assert logged["touch_seconds"] == 900
    assert logged["cost"] == 600_000
    act("expert", code, "escalate", reason="دسترسی لازم است")
    act("supervisor", code, "return", proposal="حساب کاربری فعال شد.")
    act("expert", code, "answer", expected=403, text="only the owner may")
    act("desk", code, "ask", question="از کدام مرورگر استفاده می‌کنید؟")
    followed = anyone.track(code, PROOF).expect(200).json
    assert followed["state"] == "waiting"

    answer = {"text": "فایرفاکس"}
    anyone.post(f"/track/{code}/messages", answer, headers={"Peygir-Proof": PROOF}).expect(201)
    in_progress(staff, code)
    act("desk", code, "answer", text="مشکل برطرف شد؛ لطفاً دوباره وارد شوید.")
    act("expert", code, "done", result="solved")
    act("expert", code, "approve", expected=403)
    finished = act("supervisor", code, "approve")
    assert finished["state"] == "finished"
    score = {"score": 5, "comment": "سپاس"}
    anyone.post(f"/track/{code}/feedback", score, headers={"Peygir-Proof": PROOF}).expect(200)

    whole = staff.manager.get(f"/tickets/{code}").expect(200).json
    assert whole["state"] == "finished"
    assert whole["rating"] == 5
    assert whole["owner"] == "desk"
    types = [step["type"] for step in staff.manager.get(f"/tickets/{code}/timeline").json["steps"]]
    for expected in ("ticket.escalated", "ticket.returned", "ticket.waiting", "ticket.resumed"):
        assert expected in types
    clocks = wait_for(
        lambda: [
            clock
            for clock in staff.manager.get(f"/tickets/{code}").json["clocks"]
            if clock["state"] == "met"
        ],
        what="the clocks",
    )
    assert clocks
    told = wait_for(
        lambda: found if len(found := messages_about(installation, code)) >= 4 else None,
        deadline=30,
        what="the messages",
    )
    assert any("فایرفاکس" not in text for text in told)


def test_the_requester_sees_one_name_and_no_internals(
    staff: SimpleNamespace, anyone: Api, act: Any
) -> None:
    code = registered_by_desk(staff)
    in_progress(staff, code)
    act("supervisor", code, "assign", person="expert")
    act("expert", code, "note", text="یادداشت محرمانه")

    followed = anyone.track(code, PROOF).expect(200)

    assert "محرمانه" not in followed.text
    assert "expert" not in followed.text
    assert MOBILE not in followed.text


def test_two_people_claiming_end_with_one_winner(staff: SimpleNamespace, act: Any) -> None:
    code = registered_by_desk(staff)
    in_progress(staff, code)
    act("supervisor", code, "assign", person="supervisor")
    act("supervisor", code, "refer", unit="it", person="expert")
    refused = act("supervisor", code, "refer", expected=409, unit="finance")
    assert refused["code"] == "action_not_allowed_now"


def test_a_repeated_key_gives_the_first_ticket(staff: SimpleNamespace) -> None:
    body = {
        "subject": "it.network",
        "title": "Once",
        "description": "only once",
        "requester": {"name": "A", "mobile": MOBILE},
    }
    headers = {"Idempotency-Key": "system-test-once"}

    first = staff.desk.post("/tickets", body, headers=headers).expect(201)
    again = staff.desk.post("/tickets", body, headers=headers).expect(201)
    other = staff.desk.post("/tickets", body | {"title": "Other"}, headers=headers).expect(422)

    assert again.json["code"] == first.json["code"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert other.json["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"subject": "no.such"}, 422, "subject_unknown"),
        ({"title": ""}, 422, None),
        ({"description": "x" * 100_000}, 422, None),
        ({"requester": {"name": "A"}}, 422, None),
        ({"requester": {"name": "A", "mobile": "12"}}, 422, None),
        ({"surprise": 1}, 422, None),
        ({"title": "a\u0000b"}, 422, None),
    ],
)
def test_bad_input_is_told_and_stores_nothing(
    staff: SimpleNamespace, change: dict[str, Any], status: int, code: str | None
) -> None:
    body = {
        "subject": "it.network",
        "title": "Bad",
        "description": "bad",
        "requester": {"name": "A", "mobile": MOBILE},
    }

    answer = staff.desk.post("/tickets", body | change)

    answer.expect(status)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json["status"] == status
    if code:
        assert code in answer.text


def test_an_unknown_code_and_a_wrong_proof_look_the_same(
    staff: SimpleNamespace, anyone: Api
) -> None:
    code = registered_by_desk(staff)
    unknown = "000000000000"

    wrong = anyone.track(code, "0000")
    missing = anyone.track(unknown, "0000")
    mistyped = anyone.track(code[:-1] + str((int(code[-1]) + 1) % 10), PROOF)

    assert wrong.status == missing.status == 404
    same = {"code", "title", "detail", "status", "type"}
    assert {k: wrong.json[k] for k in same} == {k: missing.json[k] for k in same}
    assert mistyped.status == 422
    assert "code_mistyped" in mistyped.text


def test_an_expired_or_made_up_token_is_refused(anyone: Api) -> None:
    made_up = Api(anyone.url, headers={"Authorization": "Bearer abc.def.ghi"})

    made_up.get("/inbox").expect(401)
    anyone.get("/inbox").expect(401)
    anyone.post("/sessions", {"username": "desk", "password": "wrong"}).expect(401)
