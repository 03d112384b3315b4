import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from chassis.calls.call import Call
from chassis.identity import ANONYMOUS
from chassis.mongo import reign
from services.intake.domain import codes
from services.intake.domain.contact import Contact
from services.intake.domain.request import Checked
from services.intake.repository.claims import Claims
from tests.component.intake.world import DESK, IMPORTER, Intake, a_mobile, a_request
from tests.component.service import ADMIN
from tests.component.waiting import eventually


def requester_of(intake: Intake, code: str) -> str:
    return str(intake.content(code)["requester"]["id"])


def profile_of(intake: Intake, requester: str) -> dict:
    answer = intake.call("contacts", {"requesters": [requester]}, by=ADMIN).expect(200)
    return answer.json[requester]


def told_of(intake: Intake, requester: str, *, changes: int) -> list[list[str]]:
    """The fields that the requester's stream tells of, once it tells of so many changes."""
    stream = f"requester:{requester}"
    eventually(lambda: len(intake.events(stream)) >= changes, f"{changes} changes told")
    return [event["data"]["fields"] for event in intake.events(stream)]


def stored(database: Database) -> dict[str, int]:
    """How much there is, but for what requesters' streams tell a moment later."""
    tickets = {"stream": {"$regex": "^[0-9]"}}
    counted = {name: database[name].count_documents({}) for name in ("claims", "profiles")}
    return counted | {"tickets": database["journal"].count_documents(tickets)}


def test_a_registered_ticket_has_a_wellformed_code_and_its_event(intake):
    registered = intake.register(title=" قطعی \n شبکه ").expect(200).json

    (event,) = intake.events(registered["code"])

    assert codes.is_wellformed(registered["code"])
    assert (registered["state"], registered["kind"]) == ("new", "incident")
    assert event["type"] == "ticket.registered"
    assert event["data"]["requester"] == requester_of(intake, registered["code"])
    assert intake.content(registered["code"])["title"] == "قطعی شبکه"


def test_a_repeat_of_the_key_finds_the_first_ticket(intake):
    key, request = secrets.token_hex(8), a_request()

    first = intake.call("register_ticket", request, key=key).expect(200)
    again = intake.call("register_ticket", request, key=key).expect(200)

    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(intake.events(first.json["code"])) == 1


def test_another_request_under_the_same_key_is_refused_and_changes_nothing(intake):
    key = secrets.token_hex(8)
    intake.register(key).expect(200)
    before = stored(intake.database)

    refused = intake.register(key, title="دیگر").expect(422)

    assert refused.json["code"] == "idempotency_key_reused"
    assert stored(intake.database) == before


def test_two_hundred_registrations_at_once_under_a_hundred_keys_are_a_hundred_tickets(intake):
    mobile = a_mobile()
    requests = {
        secrets.token_hex(8): a_request(requester={"name": "علی", "mobile": mobile})
        for _ in range(100)
    }

    def register(key: str) -> str:
        answer = intake.call("register_ticket", requests[key], key=key)
        return str(answer.expect(200).json["code"])

    with ThreadPoolExecutor(40) as threads:
        answers = list(threads.map(register, [*requests, *requests]))

    assert answers[:100] == answers[100:]
    assert len(set(answers)) == 100
    found = intake.database["journal"].count_documents({"stream": {"$in": answers}})
    assert found == 100
    assert len({requester_of(intake, code) for code in answers[:20]}) == 1


def test_a_repeat_completes_what_a_crash_left_after_the_claim(intake):
    key, request = secrets.token_hex(8), a_request()
    call = Call(
        method="register_ticket",
        identity=ANONYMOUS,
        key=key,
        now=datetime.now(UTC),
        body=json.dumps(request).encode(),
    )
    content = Checked(
        title=request["title"],
        description=request["description"],
        contact=Contact(name="سارا احمدی", mobile="+98" + request["requester"]["mobile"][1:]),
    )
    claim = Claims(intake.database["claims"], seconds=3).claim(
        call.cause, content, call.digest, call.now
    )

    answer = intake.call("register_ticket", request, key=key).expect(200)

    assert answer.json["code"] == claim.code
    assert len(intake.events(claim.code)) == 1


def test_a_code_that_is_taken_is_drawn_anew(intake, monkeypatch):
    taken, free = intake.code_of_new_ticket(), codes.draw()
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(codes, "draw", lambda _region: next(drawn))
    claims = Claims(intake.database["claims"], seconds=3)
    content = Checked(title="t", description="d", contact=Contact(name="n"))

    claim = claims.claim(f"cause:{free}", content, "digest", datetime.now(UTC))

    assert claim.code == free


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "nothing"},
        {"title": "\u200c \t"},
        {"description": "a\0b"},
        {"description": "\ud83d"},
        {"description": "x" * 100_000},
        {"requester": {"name": "علی"}},
        {"requester": {"name": "علی", "mobile": "12"}},
        {"requester": {"name": "علی", "mobile": a_mobile(), "vip": True}},
        {"channel": "fax"},
    ],
)
def test_what_breaks_a_rule_is_refused_and_stores_nothing(intake, changes):
    before = stored(intake.database)

    intake.register(**changes).expect(422)

    assert stored(intake.database) == before


def test_every_fault_is_told_with_its_place(intake):
    faulty = {"title": " ", "requester": {"name": "علی", "mobile": "12", "email": "@"}}

    refused = intake.register(**faulty).expect(422).json

    assert {(fault["pointer"], fault["code"]) for fault in refused["fields"]} == {
        ("/title", "empty"),
        ("/requester/mobile", "mobile_invalid"),
        ("/requester/email", "email_invalid"),
    }


def test_a_requester_is_recognised_by_either_contact(intake):
    mobile, address = a_mobile(), f"{secrets.token_hex(4)}@example.com"
    typed = mobile.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

    first = intake.code_of_new_ticket(
        requester={"name": "سارا", "mobile": mobile, "email": address}
    )
    by_mobile = intake.code_of_new_ticket(requester={"name": "س. احمدی", "mobile": typed})
    by_address = intake.code_of_new_ticket(
        requester={"name": "Sara", "mobile": a_mobile(), "email": address.upper()}
    )

    ids = {requester_of(intake, code) for code in (first, by_mobile, by_address)}
    assert len(ids) == 1
    assert profile_of(intake, ids.pop())["name"] == "سارا"


def test_staff_complete_what_is_known_of_a_requester_and_his_stream_tells_it(intake):
    mobile, address = a_mobile(), f"{secrets.token_hex(4)}@example.com"
    requester = requester_of(
        intake, intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile})
    )
    told = told_of(intake, requester, changes=1)

    intake.code_of_new_ticket(
        by=DESK, requester={"name": "سارا", "mobile": mobile, "email": address}
    )

    assert told == [["name", "mobile"]]
    assert profile_of(intake, requester)["email"] == address
    assert told_of(intake, requester, changes=2) == [["name", "mobile"], ["email"]]


def test_a_stranger_adds_nothing_to_what_is_known_and_learns_nothing_of_it(intake):
    mobile = a_mobile()
    victim = intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile})
    stranger = {"name": "دیگری", "mobile": mobile, "email": "stranger@example.com"}

    code = intake.code_of_new_ticket(requester=stranger)

    requester = requester_of(intake, victim)
    assert requester_of(intake, code) == requester
    assert profile_of(intake, requester)["email"] is None
    tracked = intake.call("track", {"code": code, "proof": mobile[-4:]}).expect(200)
    assert "سارا" not in tracked.text
    assert intake.content(code)["requester"]["name"] == "دیگری"


def test_two_known_requesters_are_not_made_one(intake):
    mobile, address = a_mobile(), f"{secrets.token_hex(4)}@example.com"
    sara = intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile})
    reza = intake.code_of_new_ticket(requester={"name": "رضا", "email": address})

    both = intake.code_of_new_ticket(
        by=DESK, requester={"name": "؟", "mobile": mobile, "email": address}
    )

    assert requester_of(intake, both) == requester_of(intake, sara)
    assert profile_of(intake, requester_of(intake, sara))["email"] is None
    assert requester_of(intake, reza) != requester_of(intake, sara)


def test_staff_register_for_others_and_need_not_ask_for_a_known_number(intake):
    mobile, address = a_mobile(), f"{secrets.token_hex(4)}@example.com"
    intake.code_of_new_ticket(requester={"name": "سارا", "mobile": mobile, "email": address})

    code = intake.code_of_new_ticket(
        by=DESK, channel="phone", requester={"name": "سارا", "email": address}
    )

    assert intake.content(code)["registered_by"] == "desk"
    intake.call("track", {"code": code, "proof": mobile[-4:]}).expect(200)


def test_only_some_may_name_a_workflow_and_only_an_importer_a_time(intake):
    then = datetime(2026, 1, 5, 7, 30, tzinfo=UTC)

    by_anybody = intake.code_of_new_ticket(workflow="replay")
    imported = intake.code_of_new_ticket(workflow="replay", by=IMPORTER, at=then)
    refused = intake.register(by=DESK, at=then)

    (event,) = intake.events(imported)
    assert intake.events(by_anybody)[0]["data"]["workflow"] == "default"
    assert event["data"]["workflow"] == "replay"
    assert event["data"]["imported"] is True
    assert event["at"] == then
    assert refused.expect(403).json["code"] == "right_missing"


def test_neither_names_nor_contacts_nor_texts_are_in_the_journal(intake):
    mobile, secret = a_mobile(), secrets.token_hex(8)
    code = intake.code_of_new_ticket(
        title=f"t-{secret}",
        description=f"d-{secret}",
        requester={"name": f"n-{secret}", "mobile": mobile, "email": f"{secret}@example.com"},
    )
    message = {"code": code, "proof": mobile[-4:], "text": f"m-{secret}"}
    intake.call("add_message", message).expect(200)
    requester = requester_of(intake, code)
    told_of(intake, requester, changes=1)

    told = str(list(intake.database["journal"].find()))

    assert requester in told
    assert secret not in told
    assert mobile[1:] not in told


def test_a_claim_that_its_server_forgot_opens_no_second_ticket(intake):
    key, request = secrets.token_hex(8), a_request()
    first = intake.call("register_ticket", request, key=key).expect(200).json["code"]
    claims = intake.database["claims"]
    assert claims.delete_one({"code": first}).deleted_count == 1

    again = intake.call("register_ticket", request, key=key).expect(200)

    assert again.json["code"] == first
    assert again.headers["Idempotent-Replayed"] == "true"
    assert claims.find_one({"code": first})["title"] == request["title"]
    assert len(intake.events(first)) == 1
    other = a_request() | {"title": "another"}
    assert intake.call("register_ticket", other, key=key).expect(422).json["code"]


def test_what_no_server_takes_writes_for_is_never_the_same_reign():
    nobody = MongoClient("mongodb://127.0.0.1:1", connect=False)

    assert reign(nobody) != reign(nobody)


def test_the_reign_is_the_same_until_the_server_starts_anew(intake):
    client = intake.database.client

    assert reign(client) == reign(client)


def test_a_ticket_is_described_before_its_snapshot_is_written(intake):
    code = intake.code_of_new_ticket()
    eventually(lambda: intake.database["tickets"].delete_one({"_id": code}).deleted_count)

    assert intake.content(code)["title"] == "قطعی شبکه"
