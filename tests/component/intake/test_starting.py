"""Tickets that the workflow of another one starts, as routing asks for them."""

import secrets

from chassis.identity import Identity
from tests.component.intake.world import DESK

ROUTING = Identity(subject="system:routing", role="service")


def a_start(code: str, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "code": code,
        "subject": "it.software",
        "title": {"fa": "نصب برای «{title}»", "en": "Set up for {title}"},
        "description": {"fa": "{code}: {description}", "en": "{code}"},
        "generation": 2,
    }
    return fields | changes


def test_a_start_is_registered_once_per_key_for_the_same_requester(intake):
    first = intake.code_of_new_ticket(title="ده صندلی", description="برای تالار")
    key = secrets.token_hex(8)

    started = intake.call("start_ticket", a_start(first), by=ROUTING, key=key).expect(200)
    again = intake.call("start_ticket", a_start(first), by=ROUTING, key=key).expect(200)

    assert again.json == started.json
    (event,) = intake.events(started.json["code"])
    assert event["data"]["started_from"] == {"ticket": first, "generation": 2}
    assert event["data"]["subject"] == "it.software"
    content, origin = intake.content(started.json["code"]), intake.content(first)
    assert content["title"] == "نصب برای «ده صندلی»"
    assert content["description"] == f"{first}: برای تالار"
    assert content["requester"]["id"] == origin["requester"]["id"]


def test_nobody_but_a_service_starts_tickets_so(intake):
    first = intake.code_of_new_ticket()

    intake.call("start_ticket", a_start(first), by=DESK).expect(403)


def test_what_cannot_be_registered_is_refused_for_good(intake):
    first = intake.code_of_new_ticket()

    wrong = intake.call("start_ticket", a_start(first, subject="no.such"), by=ROUTING).expect(422)
    unknown = intake.call("start_ticket", a_start("100000000009"), by=ROUTING).expect(404)

    assert wrong.json["code"] == "request_invalid"
    assert unknown.json["code"] == "ticket_not_found"
