"""Forms at the door: shown in the reader's language, filled in, told in words, found."""

from __future__ import annotations

from typing import Any

import msgspec

from chassis.errors import FieldFault, Invalid, NotFound
from contracts.calls.forms import FilledForm, FormView, PublishedForm, ShownAnswer
from contracts.calls.routing import TicketPage
from tests.unit.gateway.samples import (
    CODE,
    NOON,
    a_content,
    a_request,
    a_tracked,
    a_view,
    signed_in,
)

TOTAL = {"reduce": [{"var": "rows"}, {"+": [{"var": "accumulator"}, {"var": "current.n"}]}, 0]}
FORM = {
    "title": {"fa": "خرید", "en": "Purchase"},
    "sections": [
        {
            "id": "what",
            "title": {"fa": "چه", "en": "What"},
            "fields": [
                {
                    "type": "choice",
                    "id": "label",
                    "label": {"fa": "برای", "en": "For"},
                    "options": [{"value": "x", "label": {"fa": "اداره", "en": "Office"}}],
                },
                {
                    "type": "number",
                    "id": "total",
                    "label": {"fa": "جمع", "en": "Total"},
                    "unit": {"fa": "ریال", "en": "rials"},
                    "computed": TOTAL,
                },
            ],
        }
    ],
    "rules": [
        {
            "test": {">": [{"var": "total"}, 0]},
            "message": {"fa": "هیچ", "en": "None"},
            "at": "total",
        }
    ],
}


def an_answer(kind: str, value: Any, **more: Any) -> ShownAnswer:
    return ShownAnswer(
        field=kind, type=kind, label={"fa": "برچسب", "en": "Label"}, value=value, **more
    )


ANSWERS = [
    an_answer("text", "متن"),
    an_answer("number", 1250000.5, unit={"fa": "ریال", "en": "rials"}),
    an_answer("date", "2026-11-22"),
    an_answer("yes_no", False),
    an_answer(
        "cascade",
        ["a", "b"],
        chosen=[{"fa": "فارس", "en": "Fars"}, {"fa": "شیراز", "en": "Shiraz"}],
    ),
    an_answer("table", [{"n": 1}], rows=[[an_answer("number", 1)]]),
]


async def test_a_form_is_shown_in_the_readers_language_with_its_conditions(world):
    world.services.tell("intake", "form", PublishedForm(id="purchase", version=3, form=FORM))

    reply = await world.get("/api/v1/forms/purchase", headers={"Accept-Language": "en"})

    assert (reply.json["version"], reply.json["title"]) == (3, "Purchase")
    choice, total = reply.json["sections"][0]["fields"]
    assert (choice["label"], choice["options"][0]["label"]) == ("For", "Office")
    assert (total["unit"], total["computed"]) == ("rials", TOTAL)
    assert reply.json["rules"][0]["message"] == "None"


async def test_an_unknown_form_is_not_found(world):
    world.services.tell("intake", "form", NotFound("form_not_found"))

    reply = await world.get("/api/v1/forms/nothing")

    assert (reply.status, reply.json["code"]) == (404, "form_not_found")


async def test_answers_reach_intake_and_its_faults_come_back_in_the_readers_words(world):
    said = {"fa": "این روز گذشته است.", "en": "This day has passed."}
    faults = [
        FieldFault(pointer="/answers/rows/2/iban", code="iban_invalid"),
        FieldFault(pointer="/answers/day", code="rule_broken", params=said),
    ]
    world.services.tell("intake", "register_ticket", Invalid("request_invalid", fields=faults))
    body = a_request(form="purchase", answers={"rows": [{"iban": "1"}]})

    reply = await world.post("/api/v1/tickets", json=body, headers={"Accept-Language": "en"})

    asked = world.services.last("register_ticket").request
    assert (asked.form, asked.answers) == ("purchase", {"rows": [{"iban": "1"}]})
    assert [(each["pointer"], each["message"]) for each in reply.json["errors"]] == [
        (
            "/answers/rows/2/iban",
            "This account number (IBAN) is not right. Please check every digit.",
        ),
        ("/answers/day", "This day has passed."),
    ]


async def test_a_ticket_tells_its_answers_as_values_and_in_words(world):
    filled = FilledForm(
        id="purchase", version=3, title={"fa": "خرید", "en": "Purchase"}, answers=ANSWERS
    )
    content = msgspec.structs.replace(a_content(), form=filled)
    world.services.tell("intake", "describe_tickets", {CODE: content})

    async def texts(language: str) -> list[str]:
        headers = {**signed_in(world, "agent"), "Accept-Language": language}
        form = (await world.get(f"/api/v1/tickets/{CODE}", headers=headers)).json["form"]
        assert (form["id"], form["version"]) == ("purchase", 3)
        assert form["answers"][1]["value"] == 1250000.5
        assert form["answers"][5]["rows"][0][0]["value"] == 1
        return [answer["text"] for answer in form["answers"]]

    assert await texts("en") == [
        "متن",
        "1,250,000.5 rials",
        "2026/11/22",
        "No",
        "Fars › Shiraz",
        "",
    ]
    assert await texts("fa") == [
        "متن",
        "۱٬۲۵۰٬۰۰۰٫۵ ریال",
        "۱۴۰۵/۰۹/۰۱",
        "خیر",
        "فارس › شیراز",
        "",
    ]
    assert world.services.last("describe_tickets").request.forms


async def test_who_follows_sees_what_is_public(world):
    tracked = msgspec.structs.replace(a_tracked(), answers=[an_answer("yes_no", True)])
    world.services.tell("intake", "track", tracked)

    reply = await world.get(
        f"/api/v1/track/{CODE}", headers={"Peygir-Proof": "4567", "Accept-Language": "en"}
    )

    assert [(each["label"], each["text"]) for each in reply.json["answers"]] == [("Label", "Yes")]


async def test_a_list_is_asked_for_by_answers_within_the_readers_rights(world):
    world.services.tell("intake", "search_tickets", [CODE])
    world.services.tell("routing", "tickets", TicketPage(items=[a_view()], next=None))

    reply = await world.get(
        "/api/v1/tickets?field.place=fars&field.number=A12", headers=signed_in(world, "agent")
    )

    assert [item["code"] for item in reply.json["items"]] == [CODE]
    asked = world.services.last("search_tickets").request
    assert (asked.text, asked.fields) == (None, {"place": "fars", "number": "A12"})
    assert world.services.last("tickets").request.codes == [CODE]


async def test_an_empty_answer_is_nothing_to_look_for(world):
    reply = await world.get("/api/v1/tickets?field.place=", headers=signed_in(world, "agent"))

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/query/field.place")


async def test_administrators_publish_forms_and_blocks(world):
    view = FormView(
        id="purchase", version=2, definition=FORM, published_by="person:admin", published_at=NOON
    )
    world.services.tell("intake", "define_form", view)
    admin = signed_in(world, "admin")

    reply = await world.send(
        "PUT", "/api/v1/admin/forms/purchase", json={"definition": FORM}, headers=admin
    )

    assert reply.json["version"] == 2
    assert world.services.last("define_form").request.definition == FORM
    refused = await world.get("/api/v1/admin/forms", headers=signed_in(world, "agent"))
    assert refused.status == 403
