"""What the steps of the set-up do: the smallest definitions that work."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts import addresses
from contracts.calls.base import Nothing
from contracts.calls.forms import DefineForm, FormView
from contracts.calls.intake import DefineSubject, Subject
from contracts.calls.notify import SendingTrial, SendTrial
from contracts.calls.routing import DefinePerson, DefineUnit, Staff, StaffMember, Unit
from contracts.calls.sla import AgreementView, CalendarView, DefineAgreement, DefineCalendar
from gateway.admin.editing import Fields
from gateway.admin.organisation.members import DAYS
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.texts import LANGUAGES, latin, text

_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_LINES: Final = re.compile(r"[\r\n]+")
_AGREEMENT: Final = "standard"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday")
#: Calendars to begin with, by id.
HOURS: Final[dict[str, dict[str, Any]]] = {
    "office-hours": {
        "week": {**{day: ["08:00-16:00"] for day in DAYS[:5]}, "thursday": ["08:00-12:00"]},
        "holidays": ["ir-official"],
    },
    "weekdays": {"week": {day: ["09:00-17:00"] for day in _WEEKDAYS}},
    "around-the-clock": {"week": {day: ["00:00-24:00"] for day in DAYS}},
}
#: Kinds of questions to begin with.
QUESTIONS: Final = ("text", "long_text", "choice", "number", "date")
ROLES: Final = ("agent", "expert", "supervisor")
KINDS: Final = ("request", "question", "complaint", "suggestion", "incident")
CHANNELS: Final = ("sms", "email")
#: Who works at the desk to begin with may have so many tickets, in points.
_CAPACITY: Final = 50
_MARKS: Final = [
    {"percent": 75, "notices": [{"role": "assignee", "channel": "email"}]},
    {"percent": 100, "notices": [{"role": "service_manager", "channel": "email"}]},
]


async def name_organisation(caller: Caller, fields: Fields) -> None:
    """Give the unit above all others its name in both languages; raises Invalid."""
    units = await caller.query("routing", "units", Nothing(), list[Unit])
    top = next((unit for unit in units if unit.parent is None), None)
    first = {"id": "hq", "kind": "head_office", "desk": True}
    known: dict[str, Any] = msgspec.structs.asdict(top) if top else first
    named = DefineUnit(**(known | {"title": _titles(fields)}))
    await caller.command("routing", "define_unit", named, Unit)


async def employ(caller: Caller, fields: Fields) -> None:
    """Make a colleague who takes and answers requests; raises Invalid or Conflict."""
    people = await caller.query("routing", "staff", Nothing(), list[StaffMember])
    units = await caller.query("routing", "units", Nothing(), list[Unit])
    top = next((unit.id for unit in units if unit.parent is None), "hq")
    username = fields.get("username").lower()
    mobile, email = fields.get("mobile"), fields.get("email")
    given = {
        "id": _free(username, "colleague", {person.id for person in people}),
        "name": fields.get("name"),
        "username": username or None,
        "password": fields.get("password"),
        "role": fields.get("role"),
        "unit": top,
        "capacity": _CAPACITY,
        "language": caller.language,
        "mobile": _address(mobile, addresses.mobile, "mobile") if mobile else None,
        "email": _address(email, addresses.email, "email") if email else None,
    }
    await caller.command("routing", "define_person", read_as(DefinePerson, given), Staff)


async def offer(caller: Caller, fields: Fields) -> None:
    """Make a subject that people can ask for; raises Invalid."""
    subjects = await caller.query("intake", "subjects", Nothing(), list[Subject])
    titles = _titles(fields)
    given = {
        "id": _free(titles.get("en", ""), "service", {subject.id for subject in subjects}),
        "kind": fields.get("kind"),
        "title": titles,
    }
    await caller.command("intake", "define_subject", read_as(DefineSubject, given), Subject)


async def ask(caller: Caller, fields: Fields) -> None:
    """Make a form of one question, and have a subject ask it; raises Invalid."""
    subjects = await caller.query("intake", "subjects", Nothing(), list[Subject])
    subject = next((each for each in subjects if each.id == fields.get("subject")), None)
    if subject is None:
        raise _wrong("subject", "required")
    question: dict[str, Any] = {
        "type": fields.get("type") if fields.get("type") in QUESTIONS else QUESTIONS[0],
        "id": "question",
        "label": _both(_titles(fields, "label")),
        "required": fields.get("required") == "yes",
        "public": True,
    }
    if question["type"] == "choice":
        question["options"] = _options(fields)
    section = {"id": "main", "title": _both(subject.title), "fields": [question]}
    definition = {"title": _both(subject.title), "sections": [section]}
    form = DefineForm(id=subject.id, definition=definition)
    await caller.command("intake", "define_form", form, FormView)
    changed = {name: getattr(subject, name) for name in ("id", "kind", "title", "parent", "active")}
    asked = read_as(DefineSubject, {**changed, "form": subject.id})
    await caller.command("intake", "define_subject", asked, Subject)


async def promise(caller: Caller, fields: Fields) -> None:
    """Publish an agreement with two promises, and the calendar that it goes by; raises Invalid."""
    hours = fields.get("hours")
    if hours not in HOURS:
        raise _wrong("hours", "required")
    calendars = await caller.query("sla", "calendars", Nothing(), list[CalendarView])
    targets = [
        {"clock": clock, "within": _hours(fields, clock), "calendar": hours, "marks": _MARKS}
        for clock in ("first_response", "resolution")
    ]
    if hours not in {calendar.id for calendar in calendars}:
        zone = caller.gateway.settings.zone
        title = {each: text(each, f"setup.calendar.{hours}") for each in LANGUAGES}
        laid_out = {**HOURS[hours], "zone": zone, "default": not calendars, "title": title}
        asked = DefineCalendar(id=hours, definition=laid_out)
        await caller.command("sla", "define_calendar", asked, CalendarView)
    agreement = DefineAgreement(id=_AGREEMENT, definition={"public": True, "targets": targets})
    await caller.command("sla", "define_agreement", agreement, AgreementView)


async def send_trial(caller: Caller, fields: Fields) -> None:
    """Have a test message sent; how it went is seen afterwards. Raises Invalid."""
    channel = fields.get("channel")
    given = {"channel": channel, "address": fields.get(channel), "language": caller.language}
    try:
        await caller.command("notify", "send_trial", read_as(SendTrial, given), SendingTrial)
    except Invalid as error:
        code = error.fields[0].code if error.fields else "required"
        raise _wrong(channel, code) from None


#: What is done when a step's form is sent.
DOINGS: Final[dict[str, Callable[[Caller, Fields], Awaitable[None]]]] = {
    "organisation": name_organisation,
    "desk": employ,
    "subject": offer,
    "form": ask,
    "agreement": promise,
    "messages": send_trial,
}


def _titles(fields: Fields, name: str = "title") -> dict[str, str]:
    titles = fields.words(name)
    if not titles:
        raise _wrong(name, "required")
    return titles


def _both(titles: dict[str, str]) -> dict[str, str]:
    """Give words in both languages; what one of them lacks is said in the other."""
    known = next(iter(titles.values()), "")
    return {language: titles.get(language) or known for language in LANGUAGES}


def _free(wanted: str, otherwise: str, taken: Collection[str]) -> str:
    """Give an id that nothing has: made of a word, or counted."""
    name = _SIGNS.sub("-", latin(wanted).lower()).strip("-")[:40]
    counted = (f"{name or otherwise}-{number}" for number in range(1, len(taken) + 2))
    return next(each for each in (name, *counted) if each and each not in taken)


def _options(fields: Fields) -> list[dict[str, Any]]:
    labels = [line.strip() for line in _LINES.split(fields.get("options")) if line.strip()]
    if not labels:
        raise _wrong("options", "required")
    return [
        {"value": f"option-{number}", "label": _both({"fa": label})}
        for number, label in enumerate(labels, start=1)
    ]


def _hours(fields: Fields, clock: str) -> str:
    hours = fields.number(clock)
    if not hours:
        raise _wrong(clock, "required")
    return f"PT{hours}H"


def _address(typed: str, read: Callable[[str], str | None], field: str) -> str:
    found = read(typed)
    if found is None:
        raise _wrong(field, f"{field}_invalid")
    return found


def _wrong(field: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=f"/{field}", code=code)])
