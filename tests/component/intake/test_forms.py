"""Forms in use: published, asked for at registering, kept by version, found by their answers."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chassis.identity import Identity
from tests.component.intake.world import DESK, IMPORTER, Intake, a_mobile
from tests.component.service import ADMIN

INTEGRATION = Identity(subject="key:partner", role="integration")
PURCHASE = {
    "purpose": "project",
    "project_code": "pr",
    "reason": "لازم است.",
    "items": [{"item": "چاپگر", "count": "۲", "price": "۱۵٬۰۰۰٬۰۰۰٬۰۰۰", "sum": 1}],
    "total": 5,
    "has_supplier": False,
    "supplier_name": "نباید بماند",
}


def words(fa: str = "عنوان", en: str = "Title") -> dict[str, str]:
    return {"fa": fa, "en": en}


def a_field(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": name, "label": words(), **more}


def a_form(*fields: dict[str, Any]) -> dict[str, Any]:
    section = {"id": "main", "title": words(), "fields": list(fields)}
    return {"title": words(), "sections": [section]}


def publish(intake: Intake, *fields: dict[str, Any], form: str | None = None) -> str:
    name = form or f"f{secrets.token_hex(4)}"
    request = {"id": name, "definition": a_form(*fields)}
    intake.call("define_form", request, by=ADMIN).expect(200)
    return name


def subject_with(intake: Intake, form: str) -> str:
    subject = {"id": f"s{secrets.token_hex(4)}", "kind": "request", "title": {"fa": "تازه"}}
    intake.call("define_subject", subject | {"form": form}, by=ADMIN).expect(200)
    return subject["id"]


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.expect(422).json["fields"]]


def test_what_is_filled_in_is_typed_computed_and_shown_by_its_version(intake):
    answers = PURCHASE | {"project_code": "PR-۱۴۰۵"}
    code = intake.code_of_new_ticket(subject="finance.purchase", answers=answers)

    filled = intake.content(code)["form"]
    (event,) = intake.events(code)

    assert (filled["id"], filled["version"], filled["title"]["en"]) == (
        "purchase",
        1,
        "Purchase request",
    )
    shown = {each["field"]: each for each in filled["answers"]}
    assert list(shown) == ["purpose", "project_code", "items", "total", "reason", "has_supplier"]
    assert shown["purpose"]["chosen"] == [{"fa": "پروژه", "en": "Project"}]
    assert shown["project_code"]["value"] == "PR-1405"
    assert shown["total"]["value"] == 30_000_000_000
    assert [cell["value"] for cell in shown["items"]["rows"][0]] == [
        "چاپگر",
        2,
        15_000_000_000,
        30_000_000_000,
    ]
    assert event["data"]["form"]["version"] == 1
    assert event["data"]["answers"] == {"purpose": "project", "total": 30_000_000_000}


def test_every_fault_is_told_at_once_and_nothing_is_stored(intake):
    before = intake.database["claims"].count_documents({})

    refused = intake.register(
        subject="finance.purchase", answers=PURCHASE | {"needed_by": "1403-01-01"}, title="\u200c"
    )

    assert faults(refused) == [
        ("/title", "empty"),
        ("/answers/project_code", "malformed"),
        ("/answers/needed_by", "rule_broken"),
    ]
    assert intake.database["claims"].count_documents({}) == before


def test_nothing_of_the_answers_is_in_the_journal_but_what_is_routable(intake):
    answers = {
        "topic": ["behaviour"],
        "wants": ["refund", "answer"],
        "refund_to": "IR820540102680020817909002",
    }
    code = intake.code_of_new_ticket(subject="complaint.service", answers=answers)

    (event,) = intake.events(code)

    assert event["data"]["answers"] == {"topic": ["behaviour"], "wants": ["answer", "refund"]}
    assert "IR8205" not in str(event)
    assert len(event["data"]["form"]["sha256"]) == 64


def test_a_repeat_finds_the_first_answers_and_other_answers_are_another_request(intake):
    key = secrets.token_hex(8)
    request = {"subject": "complaint.service", "answers": {"topic": ["behaviour"]}}
    whole = {
        "title": "x",
        "description": "y",
        "requester": {"name": "z", "mobile": a_mobile()},
        **request,
    }

    first = intake.call("register_ticket", whole, key=key).expect(200)
    again = intake.call("register_ticket", whole, key=key).expect(200)
    other = intake.call("register_ticket", whole | {"answers": {}}, key=key)

    assert first.json == again.json
    assert other.expect(422).json["code"] == "idempotency_key_reused"


def test_a_subject_with_a_form_asks_for_it_and_one_without_for_nothing(intake):
    subject = subject_with(intake, publish(intake, a_field("text", "why", required=True)))

    assert faults(intake.register(subject=subject)) == [("/answers/why", "required")]
    assert faults(intake.register(answers={"why": "x"})) == [("/answers", "no_form")]
    intake.register(subject=subject, by=IMPORTER).expect(200)
    intake.register(subject="complaint.service").expect(200)


def test_only_who_registers_for_others_chooses_another_form(intake):
    form = publish(intake, a_field("text", "why", required=True))

    stranger = intake.register(form=form, answers={"why": "x"})
    partner = intake.register(form=form, answers={"why": "x"}, by=INTEGRATION)
    unknown = intake.register(form="nothing", answers={}, by=DESK)

    assert faults(stranger) == [("/form", "form_of_another_subject")]
    partner.expect(200)
    assert faults(unknown) == [("/form", "form_not_found")]


def test_a_ticket_stays_with_the_version_it_was_made_with(intake):
    form = publish(intake, a_field("text", "why", label=words("چرا", "Why")))
    subject = subject_with(intake, form)
    code = intake.code_of_new_ticket(subject=subject, answers={"why": "چون"})

    publish(intake, a_field("yes_no", "urgent", required=True), form=form)

    filled = intake.content(code)["form"]
    assert (filled["version"], filled["answers"][0]["label"]["en"]) == (1, "Why")
    assert faults(intake.register(subject=subject, answers={"why": "چون"})) == [
        ("/answers/urgent", "required"),
        ("/answers/why", "unknown_field"),
    ]
    newest = intake.call("form", {"id": form}, by=DESK).expect(200).json
    first = intake.call("form", {"id": form, "version": 1}, by=DESK).expect(200).json
    assert (newest["version"], first["form"]["sections"][0]["fields"][0]["id"]) == (2, "why")


def test_a_changed_block_is_a_new_version_of_every_form_that_includes_it(intake):
    block, used = f"b{secrets.token_hex(4)}", f"f{secrets.token_hex(4)}"
    fields = [a_field("text", "city")]
    definition = {"title": words(), "fields": fields}
    intake.call("define_block", {"id": block, "definition": definition}, by=ADMIN).expect(200)
    form = a_form({"type": "block", "block": block}, a_field("text", "x", visible={"var": "city"}))
    intake.call("define_form", {"id": used, "definition": form}, by=ADMIN).expect(200)

    more = {"title": words(), "fields": [*fields, a_field("text", "street")]}
    view = intake.call("define_block", {"id": block, "definition": more}, by=ADMIN).expect(200)
    less = {"title": words(), "fields": [a_field("text", "street")]}
    refused = intake.call("define_block", {"id": block, "definition": less}, by=ADMIN)

    assert view.json["included_by"] == [used]
    now = intake.call("forms", {"ids": [used, "nothing"]}, by=DESK).expect(200).json
    assert [each["version"] for each in now] == [2]
    names = [field["id"] for field in now[0]["form"]["sections"][0]["fields"]]
    assert names == ["city", "street", "x"]
    assert faults(refused) == [("/definition", "breaks_form")]
    assert refused.json["fields"][0]["params"]["form"] == used
    newest, first = intake.call("form_versions", {"id": used}, by=ADMIN).expect(200).json
    assert (newest["version"], newest["block"], first["block"]) == (2, block, None)
    assert newest["definition"] == first["definition"] == form
    assert newest["form"]["sections"] != first["form"]["sections"]
    assert intake.call("form_versions", {"id": used}, by=DESK).status == 403
    assert intake.call("form_versions", {"id": "nothing"}, by=ADMIN).status == 404


def test_a_wrong_definition_is_refused_with_every_fault(intake):
    request = {
        "id": "wrong",
        "definition": a_form(a_field("colour", "a"), a_field("text", "b", pattern="(a+)+")),
    }

    refused = intake.call("define_form", request, by=ADMIN)

    assert refused.expect(422).json["code"] == "definition_invalid"
    assert faults(refused) == [
        ("/definition/sections/0/fields/0/type", "field_type_unknown"),
        ("/definition/sections/0/fields/1/pattern", "pattern_malformed"),
    ]


def test_two_who_publish_at_once_get_two_versions(intake):
    form = publish(intake, a_field("text", "a"))

    def change(number: int) -> int:
        request = {"id": form, "definition": a_form(a_field("text", f"b{number}"))}
        answer = intake.call("define_form", request, by=ADMIN).expect(200)
        return int(answer.json["version"])

    with ThreadPoolExecutor(8) as many:
        versions = list(many.map(change, range(8)))

    assert sorted(versions) == list(range(2, 10))


def test_a_published_form_repeated_is_no_new_version(intake):
    form = publish(intake, a_field("text", "a"))
    request = {"id": form, "definition": a_form(a_field("text", "b"))}
    key = secrets.token_hex(8)

    first = intake.call("define_form", request, by=ADMIN, key=key).expect(200)
    again = intake.call("define_form", request, by=ADMIN, key=key).expect(200)
    same = intake.call("define_form", request, by=ADMIN).expect(200)
    other = intake.call("define_form", request | {"definition": a_form()}, by=ADMIN, key=key)

    assert first.json == again.json == same.json
    assert other.expect(422).json["code"] == "idempotency_key_reused"


def test_tickets_are_found_by_their_answers(intake):
    number = f"A{secrets.randbelow(10**8):08}"
    answers = {
        "national_id": "0084575948",
        "born_on": "1360-01-01",
        "asks_for": "renewal",
        "old_number": number,
        "delivery": "counter",
        "place": "fars/shiraz",
    }
    code = intake.code_of_new_ticket(subject="passport", answers=answers)

    def found(text: str | None = None, **fields: str) -> list[str]:
        request = {"fields": fields, "text": text}
        return intake.call("search_tickets", request, by=DESK).expect(200).json

    assert found(old_number=number) == [code]
    assert found(old_number=number.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))) == [code]
    assert found(number) == [code]
    assert found(old_number=number, place="fars") == [code]
    assert found("شبکه", old_number=number, place="fars/shiraz", asks_for="renewal") in ([code], [])
    assert found(old_number=number, place="tehran") == []
    assert code in found(national_id="008-457594-8")
    refused = intake.call("search_tickets", {"fields": {"address": "x"}}, by=DESK)
    assert faults(refused) == [("/query/field.address", "field_not_searchable")]


def test_a_form_is_open_to_anybody_where_an_active_subject_asks_for_it(intake):
    form = publish(intake, a_field("text", "a"))

    intake.call("form", {"id": "passport"}).expect(200)
    intake.call("form", {"id": form}).expect(404)
    intake.call("form", {"id": form}, by=DESK).expect(200)
    intake.call("form", {"id": "nothing"}, by=DESK).expect(404)
    intake.call("form_definitions", {}, by=DESK).expect(403)
    intake.call("define_form", {"id": form, "definition": {}}, by=DESK).expect(403)


def test_a_subject_names_only_a_form_that_there_is(intake):
    subject = {"id": "s-x", "kind": "request", "title": {"fa": "تازه"}, "form": "nothing"}

    assert faults(intake.call("define_subject", subject, by=ADMIN)) == [("/form", "form_not_found")]


def test_what_is_public_is_shown_to_who_follows(intake):
    mobile = a_mobile()
    code = intake.code_of_new_ticket(
        subject="finance.purchase",
        answers=PURCHASE | {"purpose": "office"},
        requester={"name": "z", "mobile": mobile},
    )

    tracked = intake.call("track", {"code": code, "proof": mobile[-4:]}).expect(200).json

    assert [(each["field"], each["value"]) for each in tracked["answers"]] == [
        ("total", 30_000_000_000)
    ]


def test_answers_are_found_by_their_index_and_cost_tickets_without_a_form_nothing(intake):
    indexes = intake.database["claims"].index_information()
    (index,) = (info for info in indexes.values() if info["key"][0][0] == "fields.f")
    assert index["partialFilterExpression"] == {"form": {"$gt": ""}}
    intake.database.command("profile", 2)
    try:
        request = {"fields": {"asks_for": "renewal", "place": "fars"}, "text": None}
        intake.call("search_tickets", request, by=DESK).expect(200)
    finally:
        intake.database.command("profile", 0)

    search = {"ns": f"{intake.database.name}.claims", "command.filter.form": {"$exists": True}}
    plans = {
        each["planSummary"]
        for each in intake.database["system.profile"].find(search)
        if "planSummary" in each
    }
    assert plans == {"IXSCAN { fields.f: 1, fields.v: 1, at: -1 }"}
