"""Forms by HTTP, in both languages: published, filled in, told, found."""

from __future__ import annotations

import secrets
from types import SimpleNamespace
from typing import Any

from tests.http import Answer
from tests.system.client import Api, wait_for

MOBILE = "09121230097"
IBAN = "IR820540102680020817909002"


def words(fa: str, en: str) -> dict[str, str]:
    return {"fa": fa, "en": en}


def a_definition(*, label: str = "Number") -> dict[str, Any]:
    """A purchase with rows, their sum, a number to find it by, and one question that follows."""
    rows = {
        "type": "table",
        "id": "rows",
        "label": words("اقلام", "Items"),
        "required": True,
        "columns": [
            {"type": "text", "id": "item", "label": words("شرح", "Item"), "required": True},
            {"type": "number", "id": "price", "label": words("بها", "Price"), "min": 0},
            {"type": "iban", "id": "iban", "label": words("شبا", "IBAN")},
        ],
    }
    total = {
        "type": "number",
        "id": "total",
        "label": words("جمع", "Total"),
        "unit": words("ریال", "rials"),
        "public": True,
        "routable": True,
        "computed": {
            "reduce": [
                {"var": "rows"},
                {"+": [{"var": "accumulator"}, {"var": "current.price"}]},
                0,
            ]
        },
    }
    number = {
        "type": "text",
        "id": "contract_number",
        "label": words("شماره", label),
        "searchable": True,
    }
    reason = {
        "type": "text",
        "id": "reason",
        "label": words("دلیل", "Reason"),
        "visible": {">": [{"var": "total"}, 1_000_000_000]},
        "required": True,
    }
    section = {"id": "what", "title": words("چه", "What"), "fields": [rows, total, number, reason]}
    return {"title": words("خرید", "Purchase"), "sections": [section]}


def a_subject_with_a_form(staff: SimpleNamespace) -> tuple[str, str]:
    form, subject = (f"{kind}-{secrets.token_hex(4)}" for kind in ("form", "subject"))
    publish(staff, form, a_definition()).expect(200)
    line = {"kind": "request", "title": words("خرید", "Purchase"), "form": form}
    staff.admin.request("PUT", f"/admin/subjects/{subject}", line).expect(200)
    return form, subject


def publish(staff: SimpleNamespace, form: str, definition: dict[str, Any]) -> Answer:
    return staff.admin.request("PUT", f"/admin/forms/{form}", {"definition": definition})


def register(client: Api, subject: str, answers: dict[str, Any], language: str = "fa") -> Answer:
    request = {
        "subject": subject,
        "title": "چند چاپگر",
        "description": "لازم است.",
        "requester": {"name": "مریم احمدی", "mobile": MOBILE},
        "answers": answers,
    }
    return client.post("/tickets", request, headers={"Accept-Language": language})


def ticket_of(client: Api, code: str, language: str) -> dict[str, Any]:
    def read() -> dict[str, Any] | None:
        answer = client.get(f"/tickets/{code}", headers={"Accept-Language": language})
        return answer.json if answer.status == 200 else None

    return wait_for(read, deadline=30, what="routing to know of it")


def test_a_form_goes_from_its_publication_to_the_answers_in_words(
    staff: SimpleNamespace, anyone: Api
) -> None:
    form, subject = a_subject_with_a_form(staff)
    number = f"K-{secrets.token_hex(4)}"

    for language, title in (("fa", "خرید"), ("en", "Purchase")):
        shown = anyone.get(f"/forms/{form}", headers={"Accept-Language": language}).expect(200)
        assert (shown.json["title"], shown.json["version"]) == (title, 1)
    tree = anyone.get("/subjects").json
    assert next(node["form"] for node in tree if node["id"] == subject) == form

    wrong = {"rows": [{"item": "x", "price": "دو"}, {"iban": "IR00"}], "colour": "red"}
    told = {
        language: register(anyone, subject, wrong, language).expect(422).json["errors"]
        for language in ("fa", "en")
    }
    assert [fault["pointer"] for fault in told["en"]] == [
        "/answers/rows/0/price",
        "/answers/rows/1/item",
        "/answers/rows/1/iban",
        "/answers/colour",
    ]
    assert (told["en"][0]["message"], told["fa"][0]["message"]) == (
        "Please write a number.",
        "لطفاً عدد بنویسید.",
    )

    rows = [{"item": "چاپگر", "price": "۲٬۵۰۰٬۰۰۰٬۰۰۰", "iban": IBAN.lower()}]
    unreasoned = register(anyone, subject, {"rows": rows}).expect(422).json["errors"]
    assert [fault["pointer"] for fault in unreasoned] == ["/answers/reason"]
    answers = {"rows": rows, "reason": "همین", "contract_number": number, "total": 1}
    code = register(anyone, subject, answers).expect(201).json["code"]

    for language, total in (("fa", "۲٬۵۰۰٬۰۰۰٬۰۰۰ ریال"), ("en", "2,500,000,000 rials")):
        filled = ticket_of(staff.admin, code, language)["form"]
        by_field = {answer["field"]: answer for answer in filled["answers"]}
        assert (filled["id"], filled["version"]) == (form, 1)
        assert (by_field["total"]["value"], by_field["total"]["text"]) == (2_500_000_000, total)
        assert by_field["rows"]["value"][0]["iban"] == IBAN

    found = staff.admin.get(f"/tickets?field.contract_number={number.lower()}").expect(200).json
    assert [item["code"] for item in found["items"]] == [code]
    followed = anyone.track(code, MOBILE[-4:]).expect(200).json
    assert [answer["field"] for answer in followed["answers"]] == ["total"]

    def event() -> dict[str, Any] | None:
        after = ""
        while True:
            path = f"/events?types=ticket.registered&limit=1000{after}"
            page = staff.admin.get(path).expect(200).json
            events = page.get("items", page.get("events", []))
            if not events:
                return None
            if found := next((each for each in events if each["subject"] == code), None):
                return dict(found)
            after = f"&after={page['next']}"

    data = wait_for(event, deadline=30, what="the event")["data"]
    assert (data["form"]["id"], data["answers"]) == (form, {"total": 2_500_000_000})


def test_a_ticket_keeps_the_words_of_its_version(staff: SimpleNamespace, anyone: Api) -> None:
    form, subject = a_subject_with_a_form(staff)
    answers = {"rows": [{"item": "x"}], "contract_number": "K"}
    code = register(anyone, subject, answers).expect(201).json["code"]

    view = publish(staff, form, a_definition(label="Contract")).expect(200).json

    assert view["version"] == 2
    filled = ticket_of(staff.admin, code, "en")["form"]
    assert [a["label"] for a in filled["answers"] if a["field"] == "contract_number"] == ["Number"]


def test_a_wrong_form_is_refused_with_every_fault(staff: SimpleNamespace) -> None:
    definition = a_definition()
    fields = definition["sections"][0]["fields"]
    del fields[1]["label"]["fa"]
    fields[2]["pattern"] = "(a+)+"
    fields[3]["visible"] = {"==": [1, 1]}

    refused = publish(staff, "wrong", definition).expect(422).json

    assert refused["code"] == "definition_invalid"
    assert {(fault["pointer"], fault["code"]) for fault in refused["errors"]} == {
        ("/definition/sections/0/fields/1/label/fa", "language_missing"),
        ("/definition/sections/0/fields/2/pattern", "pattern_malformed"),
        ("/definition/sections/0/fields/3/visible", "logic_operator_unknown"),
    }
