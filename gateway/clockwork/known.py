"""What a form about promises offers to choose from, and definitions as readers see them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, get_args

import msgspec

from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from contracts.calls.promises import (
    PublicAgreement,
    PublicCalendar,
    PublicMark,
    PublicNotice,
    PublicTarget,
)
from contracts.calls.sla import AgreementView, CalendarView
from contracts.sla import ROLES, Action
from gateway.admin.editing import said
from gateway.board.figures import written
from gateway.caller import Caller
from gateway.directory import Names
from gateway.pages.forms import new_key
from gateway.portal.wording import Sheet, Words, sheet
from gateway.texts import LANGUAGES, digits, has, text

#: The list of holidays that every installation starts with.
OFFICIAL: Final = "ir-official"
_FULL_DAY: Final = ["00:00-24:00"]
_WEEK: Final = 7
#: A page of administration tells when a version was published by itself.
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: Final = (
    "first_response",
    "next_response",
    "update",
    "resolution",
    "stage",
    "ola",
    "contract",
    "question",
)
CHANNELS: Final = ("web", "phone", "email", "sms", "api")
TICKET_KINDS: Final = ("request", "question", "complaint", "suggestion", "incident")
#: How many days of past tickets a draft may be tried on.
TRIED_DAYS: Final = (7, 30, 90, 365)
STATES: Final = ("new", "in_progress", "waiting", "done")
WAYS: Final = ("sms", "email", "push")
DEEDS: Final[tuple[str, ...]] = get_args(
    next(field.type for field in msgspec.structs.fields(Action) if field.name == "do")
)


class Choices(NamedTuple):
    """What may be chosen."""

    names: Names
    agreements: list[AgreementView]
    calendars: list[CalendarView]
    kinds: tuple[str, ...] = KINDS
    channels: tuple[str, ...] = CHANNELS
    ticket_kinds: tuple[str, ...] = TICKET_KINDS
    states: tuple[str, ...] = STATES
    roles: tuple[str, ...] = ROLES
    ways: tuple[str, ...] = WAYS
    deeds: tuple[str, ...] = DEEDS

    def general(self, name: str) -> list[AgreementView]:
        """Give the agreements that another may extend."""
        return [
            each
            for each in self.agreements
            if each.id != name and not each.definition.get("extends")
        ]

    def subjects(self) -> list[Subject]:
        """Give the subjects that requests can be about."""
        return [each for each in self.names.subjects.values() if each.active]


def name_of(name: str, definition: Mapping[str, Any], language: str) -> str:
    """Give what people call a definition: its title, else its id."""
    otherwise = text(language, "clockwork.official") if name == OFFICIAL else name
    return said(definition.get("title"), language, otherwise)


def tried_days(typed: object) -> int:
    """Give on how many days' tickets a draft is to be tried, as somebody has chosen it."""
    days = str(typed)
    return int(days) if days.isdecimal() and int(days) in TRIED_DAYS else TRIED_DAYS[1]


def helpers(language: str, choices: Choices | None = None) -> dict[str, Any]:
    """Give what the templates of these pages make words and options with."""

    def titled(group: str, keys: Iterable[str]) -> list[tuple[str, str]]:
        return [(key, text(language, f"{group}.{key}")) for key in keys]

    given: dict[str, Any] = {
        "titled": titled,
        "new_key": new_key,
        "name_of": lambda name, definition: name_of(name, definition, language),
        "money": lambda amount: written(amount, language),
        "priorities": [(str(level), digits(level, language)) for level in range(1, 6)],
    }
    if choices is not None:
        given |= {
            "choices": choices,
            "subjects": [(each.id, choices.names.subject(each.id)) for each in choices.subjects()],
            "units": [
                (each.id, choices.names.unit(each.id)) for each in choices.names.open_units()
            ],
            "calendars": _named(choices.calendars, language),
            "general_of": lambda name: _named(choices.general(name), language),
        }
    return given


def _named(views: Iterable[AgreementView | CalendarView], language: str) -> list[tuple[str, str]]:
    return [(each.id, name_of(each.id, each.definition, language)) for each in views]


async def choices_for(caller: Caller) -> Choices:
    """Ask for what may be chosen."""
    agreements, calendars, names = await asyncio.gather(
        caller.query("sla", "agreements", Nothing(), list[AgreementView]),
        caller.query("sla", "calendars", Nothing(), list[CalendarView]),
        caller.names(),
    )
    return Choices(names, agreements, calendars)


def in_words(view: AgreementView, choices: Choices) -> Sheet:
    """Put an agreement into words as its public page does, with staff's names of the promises."""
    definition = view.definition
    match = definition.get("match", {})
    calendars = [_calendar(each) for each in choices.calendars]
    targets = [_target(target) for target in definition.get("targets", [])]
    language = choices.names.language
    titles = {
        "subject": {name: choices.names.subject(name) for name in match.get("subject", [])},
        "unit": {name: choices.names.unit(name) for name in match.get("unit", [])},
    }
    told = PublicAgreement(
        id=view.id,
        version=view.version,
        title={
            name: words for name, words in definition.get("title", {}).items() if name in LANGUAGES
        },
        valid_from=_EPOCH,
        match={name: [str(value) for value in values] for name, values in match.items() if values},
        targets=targets,
        calendars=calendars,
    )
    shown = sheet(told, Words(language, titles))
    keys = [f"board.clock.{target.kind}" for target in targets]
    promises = [
        promise._replace(name=text(language, key)) if has(key) else promise
        for promise, key in zip(shown.promises, keys, strict=True)
    ]
    return shown._replace(promises=promises)


def _target(target: dict[str, Any]) -> PublicTarget:
    calendar = target.get("calendar")
    return PublicTarget(
        clock=target["clock"],
        kind=target.get("kind") or target["clock"],
        within_seconds=_seconds(target["within"]),
        calendars=[calendar] if calendar else [],
        marks=[_mark(mark) for mark in target.get("marks", [])],
    )


def _mark(mark: dict[str, Any]) -> PublicMark:
    return PublicMark(
        percent=mark.get("percent"),
        left_seconds=_seconds(mark["left"]) if mark.get("left") else None,
        after_seconds=_seconds(mark["after"]) if mark.get("after") else None,
        notices=[_notice(notice) for notice in mark.get("notices", [])],
        actions=[action["do"] for action in mark.get("actions", [])],
    )


def _notice(notice: dict[str, Any]) -> PublicNotice:
    patience = notice.get("acknowledge_within")
    return PublicNotice(
        role=notice["role"],
        channel=notice["channel"],
        noted_within_seconds=_seconds(patience) if patience else None,
        then=[_notice(step) for step in notice.get("then", [])],
    )


def _calendar(view: CalendarView) -> PublicCalendar:
    """Tell of a calendar no more than whether it ever closes."""
    week = view.definition.get("week", {})
    never_closes = len(week) == _WEEK and all(windows == _FULL_DAY for windows in week.values())
    return PublicCalendar(
        id=view.id,
        version=view.version,
        zone=view.definition.get("zone", ""),
        week={},
        always=never_closes and not view.definition.get("holidays"),
        holidays=[],
        exceptions=[],
    )


def _seconds(duration: str) -> float:
    return msgspec.convert(duration, timedelta).total_seconds()
