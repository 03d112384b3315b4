"""One action on the tickets that are selected in a list, and what became of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from chassis.errors import Invalid
from contracts.calls.routing import ActedOn
from gateway.answers import TicketLine
from gateway.api.joining import acted_on, error_of
from gateway.caller import Caller
from gateway.errors import detail_of

MOST: Final = 200
#: Actions that lists offer, in the order of their buttons.
OFFERED: Final = ("claim", "assign", "prioritise", "approve", "snooze", "follow")
#: Until when something is put off, by the name of the choice.
PUT_OFF: Final = ("hour", "tomorrow", "week")
#: What takes an action back, where that harms nobody.
_BACK: Final[Mapping[str, str]] = {"snooze": "wake", "follow": "unfollow"}
_MORNING: Final = time(8)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the selected tickets."""

    action: str
    done: list[str]
    #: Why nothing was done to the others: code and sentence.
    refused: list[tuple[str, str]] = []
    #: The action that takes it back, where that is safe.
    back: str | None = None


def offered(lines: Iterable[TicketLine]) -> list[str]:
    """Give the actions that at least one of the tickets allows now."""
    allowed = {action for line in lines for action in line.actions}
    return [action for action in OFFERED if action in allowed]


async def done_to(caller: Caller, codes: Sequence[str], asked: str) -> Outcome:
    """Do what a button asks for, `action` or `action:choice`; raises Invalid for another."""
    action, _, choice = asked.partition(":")
    arguments = _arguments(action, choice, datetime.now(ZoneInfo(caller.gateway.settings.zone)))
    if not codes or len(codes) > MOST:
        raise Invalid("nothing_selected" if not codes else "too_many_selected", most=MOST)
    done = await acted_on(caller, list(dict.fromkeys(codes)), action, arguments)
    return _outcome(action, done, caller.language)


def _outcome(action: str, done: Sequence[ActedOn], language: str) -> Outcome:
    well = [each.code for each in done if each.refusal is None]
    refused = [
        (each.code, detail_of(error_of(each.refusal), language))
        for each in done
        if each.refusal is not None
    ]
    return Outcome(
        action=action, done=well, refused=refused, back=_BACK.get(action) if well else None
    )


def _arguments(action: str, choice: str, now: datetime) -> dict[str, Any]:
    match action:
        case "claim" | "follow" | "unfollow" | "wake" | "approve":
            return {}
        case "snooze" if choice in PUT_OFF:
            return {"until": until(choice, now).isoformat()}
        case "prioritise" if choice in {"1", "2", "3", "4", "5"}:
            return {"priority": int(choice)}
        case "assign" if choice:
            return {"person": choice}
    raise Invalid("choice_missing")


def until(choice: str, now: datetime) -> datetime:
    """Give the instant that a choice means, by the clock on the wall."""
    if choice == "hour":
        return now + timedelta(hours=1)
    days = 1 if choice == "tomorrow" else 7
    return datetime.combine(now.date() + timedelta(days=days), _MORNING, now.tzinfo)
