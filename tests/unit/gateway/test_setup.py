"""The first hour: who may found, what the steps see, and what they define."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from chassis.errors import Conflict
from chassis.identity import Identity, Signer
from contracts.calls.intake import Subject
from contracts.calls.notify import SendingTrial
from contracts.calls.routing import Founding, Staff, Unit
from contracts.calls.sla import AgreementView
from contracts.setup import founder_of, setup_pass
from gateway.setup.standing import STEPS, Standing, next_step
from tests.unit.gateway.fakes import KEY, Outcome, World
from tests.unit.gateway.samples import SUBJECTS, a_member

ADMIN = Staff(
    id="sara", username="sara", name="سارا", role="admin", unit="hq", tier=3, language="fa"
)
FORM = {
    "organisation": "شهرداری",
    "name": "سارا موسوی",
    "username": "sara",
    "password": "a long enough password",
}


@pytest.fixture
def empty(world: World) -> World:
    """A gateway of an installation that nobody administers."""
    world.services.tell("routing", "founding", Founding(founded=False))
    world.services.tell("routing", "found", ADMIN)
    return world


def a_pass(seconds: float = 60) -> str:
    return setup_pass([KEY], now=time.time(), seconds=seconds)


async def test_every_door_of_an_empty_installation_leads_to_its_setup(empty: World):
    for path in ("/", "/sign-in"):
        led = await empty.get(path)
        assert (led.status, led.headers["location"]) == (303, "/setup")

    told = await empty.get("/setup")

    assert "peygir setup" in told.text
    assert "<form" not in told.text


async def test_the_first_administrator_is_made_and_signed_in(empty: World):
    shown = await empty.get(f"/setup?pass={a_pass()}")
    key = re.search(r'name="key" value="(\w+)"', shown.text)[1]

    made = await empty.post("/setup", form={**FORM, "setup_pass": a_pass(), "key": key})

    assert (made.status, made.headers["location"]) == (303, "/admin/start")
    asked = empty.services.last("found")
    assert (asked.identity.role, asked.request.language, asked.key) == ("founder", "fa", key)
    assert empty.gateway.sessions.read(empty.cookies["session"]).staff.id == "sara"
    assert (await empty.get("/")).status == 200


@pytest.mark.parametrize(
    "given",
    [
        "",
        "rubbish",
        a_pass(-1),
        setup_pass(["x" * 40], now=time.time()),
        Signer([KEY]).sign(Identity(subject="person:x", role="admin"), now=time.time()),
        Signer([KEY]).sign(Identity(subject="system:x", role="founder"), now=time.time()),
    ],
)
async def test_nothing_but_a_pass_opens(empty: World, given: str):
    body = {**FORM, "setup_pass": given or "-"}

    refused = await empty.post("/api/v1/installation", json=body)

    assert (refused.status, refused.json["code"]) == (401, "setup_pass_invalid")
    assert not any(asked.method == "found" for asked in empty.services.asked)


async def test_what_was_typed_stays_when_somebody_was_quicker(empty: World):
    empty.services.tell("routing", "found", Conflict("administrator_exists"))

    refused = await empty.post("/setup", form={**FORM, "setup_pass": a_pass(), "mobile": ""})

    assert refused.status == 409
    assert "شهرداری" in refused.text
    assert FORM["password"] not in refused.text


async def test_an_address_that_is_none_is_told_beside_its_field(empty: World):
    wrong = await empty.post("/setup", form={**FORM, "setup_pass": a_pass(), "mobile": "12"})

    assert wrong.status == 422
    assert 'id="mobile-fault"' in wrong.text


async def test_with_routing_away_the_doors_are_the_usual_ones(world: World):
    assert (await world.get("/sign-in")).status == 200


def test_a_pass_names_the_founder_and_nobody_else():
    assert founder_of(a_pass(), [KEY], now=time.time()).role == "founder"


# -- the steps -------------------------------------------------------------------------------------


def everything() -> Standing:
    unit = Unit(id="hq", title={"fa": "شهرداری"}, parent=None, desk=True, active=True)
    person = a_member("d", "د", role="agent", unit="hq", capacity=1)
    subject = Subject(id="x", parent=None, kind="request", title={"fa": "x"}, form="x")
    return Standing(
        units=[unit],
        people=[person],
        subjects=[subject],
        agreements=[AgreementView(id="a", version=1, definition={})],
        trials=[SendingTrial(channel="sms", at=None)],  # type: ignore[arg-type]
    )


def test_steps_are_seen_from_what_there_is():
    nothing, all_but_the_ticket = Standing(), everything()

    assert next_step(nothing.done()) == STEPS[0]
    assert nothing.away() == ["routing", "intake", "sla", "notify"]
    assert next_step(all_but_the_ticket.done()) == "ticket"
    assert next_step(dict.fromkeys(STEPS, True)) is None


@pytest.fixture
async def begun(empty: World) -> World:
    """An administrator in front of an installation that has nothing yet."""
    standing = everything()
    for service, method, answer in (
        ("routing", "units", standing.units),
        ("routing", "staff", []),
        ("intake", "subjects", []),
        ("sla", "agreements", []),
        ("sla", "calendars", []),
        ("notify", "sending_trials", []),
    ):
        empty.services.tell(service, method, answer)
    await empty.post("/setup", form={**FORM, "setup_pass": a_pass()})
    return empty


async def sent(world: World, step: str, method: str, service: str, **form: str) -> Any:
    """Send a step's form, and give what the service was asked for."""
    world.services.tell(service, method, Outcome)
    reply = await world.post(f"/admin/start/{step}", form=form)
    assert (reply.status, reply.headers.get("location")) == (303, f"/admin/start?done={step}")
    return world.services.last(method).request


async def test_an_administrator_is_led_to_the_steps_until_there_is_something_to_ask_for(begun):
    led = await begun.get("/desk")
    shown = await begun.get("/admin/start")

    assert led.headers["location"] == "/admin/start"
    assert 'action="/admin/start/desk"' in shown.text

    begun.services.tell("intake", "subjects", SUBJECTS)
    assert (await begun.get("/desk")).status != 303


async def test_each_step_makes_the_smallest_definition(begun: World):
    named = await sent(begun, "organisation", "define_unit", "routing", **{"title.en": "City"})
    assert (named.id, named.title, named.desk) == ("hq", {"en": "City"}, True)

    form = {"name": "رضا", "username": "Reza", "password": "long enough", "role": "agent"}
    person = await sent(begun, "desk", "define_person", "routing", mobile="0912 123 4567", **form)
    assert (person.id, person.unit, person.mobile) == ("reza", "hq", "+989121234567")

    titles = {"title.fa": "اینترنت", "title.en": "No Internet!"}
    subject = await sent(begun, "subject", "define_subject", "intake", kind="incident", **titles)
    assert (subject.id, subject.kind) == ("no-internet", "incident")
    only = await sent(
        begun, "subject", "define_subject", "intake", kind="request", **{"title.fa": "آب"}
    )
    assert only.id == "service-1"

    hours = {"first_response": "۲", "resolution": "24", "hours": "office-hours"}
    begun.services.tell("sla", "define_calendar", Outcome)
    agreement = await sent(begun, "agreement", "define_agreement", "sla", **hours)
    assert [each["within"] for each in agreement.definition["targets"]] == ["PT2H", "PT24H"]
    calendar = begun.services.last("define_calendar").request
    assert (calendar.id, calendar.definition["default"]) == ("office-hours", True)

    trial = await sent(
        begun, "messages", "send_trial", "notify", channel="sms", sms="09121234567", key="k1"
    )
    assert (trial.channel, trial.address) == ("sms", "09121234567")


async def test_a_question_becomes_a_form_and_its_subject_asks_it(begun: World):
    begun.services.tell("intake", "subjects", SUBJECTS)
    begun.services.tell("intake", "define_form", Outcome)
    form = {
        "subject": "network",
        "label.fa": "کدام ساختمان؟",
        "type": "choice",
        "options": "الف\r\nب\r\n",
        "required": "yes",
    }

    subject = await sent(begun, "form", "define_subject", "intake", **form)

    definition = begun.services.last("define_form").request.definition
    (question,) = definition["sections"][0]["fields"]
    assert question["label"] == {"fa": "کدام ساختمان؟", "en": "کدام ساختمان؟"}
    assert [each["value"] for each in question["options"]] == ["option-1", "option-2"]
    assert (subject.id, subject.form, subject.parent) == ("network", "network", "it")


@pytest.mark.parametrize(
    ("step", "form", "fault"),
    [
        ("subject", {"kind": "request"}, "title"),
        ("agreement", {"hours": "weekdays", "first_response": "x"}, "first_response"),
        ("form", {"subject": "none"}, "subject"),
        ("desk", {"name": "x", "username": "x", "password": "short", "role": "agent"}, "password"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_typed_is_lost(begun: World, step, form, fault):
    reply = await begun.post(f"/admin/start/{step}", form=form)

    assert reply.status == 422
    assert 'class="fault"' in reply.text or fault in reply.text
