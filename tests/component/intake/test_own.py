"""Requesters who prove who they are by a one-time code, and what is theirs then."""

import secrets
import threading
from typing import Any

import pytest

from chassis.identity import Identity
from tests.component.intake.world import Intake, a_mobile
from tests.component.waiting import eventually

SERVICE = Identity(subject="system:notify", role="service")
WRONG = "000000"


def as_requester(id_: str) -> Identity:
    return Identity(subject=f"requester:{id_}", role="requester")


def asked(intake: Intake, contact: str, **options: Any) -> dict[str, Any]:
    return intake.call("ask_code", {"contact": contact}, **options).expect(200).json


def code_of(intake: Intake, id_: str) -> str:
    """What notify is told when it sends."""
    found = intake.call("one_time_codes", {"ids": [id_]}, by=SERVICE).expect(200).json
    return found[id_]["code"]


def given(intake: Intake, id_: str, code: str, **options: Any):
    return intake.call("give_code", {"id": id_, "code": code}, **options)


def proved(intake: Intake, contact: str) -> dict[str, Any]:
    id_ = asked(intake, contact)["id"]
    return given(intake, id_, code_of(intake, id_)).expect(200).json


def own(intake: Intake, id_: str, method: str, request: dict[str, Any] | None = None):
    return intake.call(method, request or {}, by=as_requester(id_))


@pytest.fixture
def sara(intake: Intake) -> dict[str, Any]:
    """A requester with a ticket, who has proved her number."""
    mobile = a_mobile()
    code = intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile})
    return proved(intake, mobile) | {"ticket": code}


def test_a_code_proves_who_somebody_is_once(intake: Intake):
    mobile = a_mobile()
    intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile})
    id_ = asked(intake, mobile)["id"]
    code = code_of(intake, id_)

    first = given(intake, id_, code, key="k1").expect(200).json
    repeated = given(intake, id_, code, key="k1").expect(200).json
    again = given(intake, id_, code, key="k2")

    assert (first["name"], first["proved"]) == ("سارا", ["mobile"])
    assert repeated == first
    assert (again.status, again.json) == (422, {"code": "one_time_code_wrong"})


def test_known_and_unknown_are_told_and_refused_alike(intake: Intake, sara):
    known, unknown = asked(intake, a_mobile_of(intake, sara)), asked(intake, a_mobile())
    refusals = {given(intake, each["id"], WRONG).body for each in (known, unknown)}
    refusals |= {given(intake, secrets.token_hex(16), WRONG).body}

    assert set(known) == set(unknown)
    assert len(refusals) == 1


def test_the_right_code_of_an_unknown_number_proves_nothing(intake: Intake):
    id_ = asked(intake, a_mobile())["id"]

    assert given(intake, id_, code_of(intake, id_)).status == 422


def test_only_a_known_requesters_stream_tells_of_a_code_and_not_what_it_is(intake: Intake, sara):
    unknown = asked(intake, a_mobile())["id"]
    id_ = asked(intake, a_mobile_of(intake, sara))["id"]
    stream = f"requester:{sara['id']}"

    def told() -> Any:
        events = [e["data"] for e in intake.events(stream) if e["type"] == "requester.code_asked"]
        return next((each for each in events if each["code"] == id_), None)

    assert eventually(told, "the code to be told of") == {"code": id_, "channel": "sms"}
    sheets = intake.database["one_time_codes"]
    eventually(lambda: not sheets.find_one({"untold": unknown}), "the unknown one to be settled")
    assert intake.database["journal"].count_documents({"events.data.code": unknown}) == 0
    assert code_of(intake, id_) not in str(intake.events(stream))


def a_mobile_of(intake: Intake, sara: dict[str, Any]) -> str:
    """Her number, once more time has passed than between two codes."""
    pause = {"$set": {"asked": []}}
    intake.database["one_time_codes"].update_one({"_id": sara["mobile"]}, pause)
    return sara["mobile"]


def test_codes_for_a_contact_are_few(intake: Intake):
    mobile = a_mobile()
    first = asked(intake, mobile, key="once")

    again = intake.call("ask_code", {"contact": mobile})

    assert asked(intake, mobile, key="once") == first
    assert again.expect(429).json["code"] == "too_many_codes"
    assert 0 < again.json["retry_after"] <= 60


def test_guesses_sent_at_the_same_moment_are_counted_one_by_one(intake: Intake, sara):
    id_ = asked(intake, a_mobile_of(intake, sara))["id"]
    right = code_of(intake, id_)
    threads = [threading.Thread(target=given, args=(intake, id_, WRONG)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    sheet = intake.database["one_time_codes"].find_one({"_id": sara["mobile"]})

    assert sheet["asked"][-1]["tries"] == 5
    assert given(intake, id_, right).status == 422


def test_a_requester_sees_his_tickets_and_not_those_of_who_typed_his_address(intake: Intake, sara):
    email = f"{secrets.token_hex(4)}@example.ir"
    stranger = {"name": "دیگری", "mobile": a_mobile(), "email": email}
    intake.code_of_new_ticket(requester=stranger)
    with_email = intake.code_of_new_ticket(requester={"name": "دیگری", "email": email})
    other = proved(intake, stranger["mobile"])

    mine = own(intake, sara["id"], "own_tickets").expect(200).json
    theirs = own(intake, other["id"], "own_tickets").expect(200).json

    assert [(each["code"], each["proof"]) for each in mine] == [
        (sara["ticket"], sara["mobile"][-4:])
    ]
    # The address beside his number may be anybody's: what came with it alone is not shown.
    assert len(theirs) == 1
    assert with_email not in {each["code"] for each in theirs}
    alone = own(intake, sara["id"], "own_tickets", {"code": with_email}).expect(200).json
    assert alone == []


def test_who_owns_an_address_that_another_typed_does_not_come_in_as_him(intake: Intake):
    email = f"{secrets.token_hex(4)}@example.ir"
    typed = {"name": "دیگری", "mobile": a_mobile(), "email": email}
    intake.code_of_new_ticket(requester=typed)
    id_ = asked(intake, email)["id"]

    assert given(intake, id_, code_of(intake, id_)).status == 422
    seen = proved(intake, typed["mobile"])["email"]
    assert seen == f"{email[0]}•••@example.ir"


def test_a_requester_changes_his_data(intake: Intake, sara):
    said = {"name": "سارا احمدی", "language": "en", "told_by": "email", "digits": "latin"}

    changed = own(intake, sara["id"], "change_own_data", said).expect(200).json

    assert {name: changed[name] for name in said} == said
    assert own(intake, sara["id"], "own_data").json == changed
    stream = f"requester:{sara['id']}"

    def told() -> bool:
        fields = [event["data"].get("fields", []) for event in intake.events(stream)]
        return any("told_by" in each for each in fields)

    eventually(told, "the change to be told")


def test_a_code_for_an_address_is_good_for_who_asked_for_it_alone(intake: Intake, sara):
    email = f"{secrets.token_hex(4)}@example.ir"
    id_ = asked(intake, email, by=as_requester(sara["id"]))["id"]

    by_nobody = given(intake, id_, code_of(intake, id_))

    assert by_nobody.status == 422
    assert own(intake, sara["id"], "own_data").json["email"] is None


def test_an_address_that_another_has_typed_goes_to_who_proves_it(intake: Intake, sara):
    email = f"{secrets.token_hex(4)}@example.ir"
    typed = {"name": "دیگری", "mobile": a_mobile(), "email": email}
    intake.code_of_new_ticket(requester=typed)
    me = as_requester(sara["id"])
    id_ = asked(intake, email, by=me)["id"]

    adopted = given(intake, id_, code_of(intake, id_), by=me).expect(200).json

    assert (adopted["email"], adopted["proved"]) == (email, ["mobile", "email"])
    assert proved(intake, typed["mobile"])["email"] is None


def test_an_address_is_not_taken_from_whom_nothing_else_reaches(intake: Intake, sara):
    email = f"{secrets.token_hex(4)}@example.ir"
    intake.code_of_new_ticket(requester={"name": "دیگری", "email": email})
    me = as_requester(sara["id"])
    id_ = asked(intake, email, by=me)["id"]

    refused = given(intake, id_, code_of(intake, id_), by=me)

    assert (refused.status, refused.json["code"]) == (409, "contact_in_use")


def test_a_requester_gives_up_a_contact_but_not_the_last(intake: Intake, sara):
    last = own(intake, sara["id"], "drop_contact", {"contact": "mobile"})

    assert (last.status, last.json["code"]) == (409, "last_contact")


@pytest.mark.parametrize("method", ["own_data", "own_tickets"])
def test_nobody_else_has_own_data(intake: Intake, method):
    for who in (SERVICE, Identity(subject="person:desk", role="requester")):
        refused = intake.call(method, {}, by=who)
        assert (refused.status, refused.json["code"]) == (403, "requesters_only")
    assert intake.call("one_time_codes", {"ids": []}).status == 403
