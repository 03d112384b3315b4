"""What can happen in a walk, as plain values that can be told, left out and done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any, Union

import msgspec

from chassis.identity import Identity
from contracts.envelope import ContentRef
from contracts.intake import TicketRegistered
from contracts.routing import TicketStartAsked, TicketTimerSet
from contracts.sla import Action
from services.routing.actions import ARGUMENTS
from services.routing.domain import aside
from services.routing.domain.organisation import Organisation
from services.routing.domain.permission import asker_of
from services.routing.handlers import allowed
from tests.laws import drawing, organisations, workflows
from tests.laws.organisations import CHANNELS, KINDS, SUBJECTS
from tests.laws.stage import Stage

MOST_TICKETS = 12
#: Drawn less often: the first end a ticket, the others leave it where it is.
_ENDS = frozenset({"decline", "withdraw", "merge", "hand-off"})
_SELDOM = dict.fromkeys(_ENDS, 0.15) | dict.fromkeys(("note", "log-work", "answer"), 0.4)
#: Drawn more often: few steps have them.
_OF_STEPS = ("take-up", "take-task", "give-task", "finish-task", "refuse-task", "refuse")
_BESIDE = dict.fromkeys(aside._TABLE, 0.05)
_WEIGHTS = _SELDOM | _BESIDE | dict.fromkeys(_OF_STEPS, 8.0)
#: How many are asked who could do something.
_ASKED = 4
_FLOWS = ("default", "default", "flow-a", "flow-a", "flow-b", "replay")
_REQUESTERS = ("r1", "r2")


class Registers(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Intake tells of a request."""

    code: str
    event: TicketRegistered


class Acts(msgspec.Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """Somebody does something to a ticket."""

    code: str
    action: str
    who: Identity
    arguments: dict[str, Any] = {}
    #: Importers only.
    behalf: str | None = None
    form: str | None = None
    at: datetime | None = None


class Races(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Two do something to one ticket at the same time, by two processes; the first is faster."""

    first: Acts
    second: Acts


class Writes(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The requester writes."""

    code: str


class Demands(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A mark of a clock wants something done."""

    code: str
    actions: list[Action]


class Comes(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The time has come of a timer that was set once; it may be over by now."""

    code: str
    timer: str


class Starts(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """It is known what became of a ticket that was to be started; told more than once at times."""

    code: str
    start: str
    #: Absent: it was refused.
    other: str | None


class HandsOut(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Queued work of some tickets is given away together."""

    codes: list[str]


class HandsOutTask(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A task that waits in a queue is given away."""

    code: str
    task: str


class Migrates(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A ticket goes on by the newest version of its workflow."""

    code: str


class Waits(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Time passes."""

    hours: int


class Reorganises(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The organisation is another one from now on."""

    organisation: Organisation


class Publishes(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Another version of a workflow is published."""

    definition: dict[str, Any]


Step = Union[  # noqa: UP007 - a name for all of them
    Registers,
    Acts,
    Races,
    Writes,
    Demands,
    Comes,
    Starts,
    HandsOut,
    HandsOutTask,
    Migrates,
    Waits,
    Reorganises,
    Publishes,
]


def drawn(chance: Random, stage: Stage) -> Step:
    """Draw what happens next."""
    codes = stage.codes
    if not codes or (len(codes) < MOST_TICKETS and chance.random() < 0.06):
        return _registers(chance, stage, f"{len(codes) + 1:012}")
    kind = chance.choices(list(_LIKELY), [weight for weight, _draw in _LIKELY.values()])[0]
    return _LIKELY[kind][1](chance, stage, chance.choice(codes))


def _races(chance: Random, stage: Stage, code: str) -> Races:
    first = act_on(chance, stage, code)
    return Races(first=first, second=_rival(chance, stage, first))


def _hands_out(chance: Random, stage: Stage, _code: str) -> HandsOut:
    return HandsOut(codes=chance.sample(stage.codes, chance.randint(1, len(stage.codes))))


def _publishes(chance: Random, stage: Stage, _code: str) -> Publishes:
    name = chance.choice(("flow-a", "flow-b"))
    newest = max(version for flow, version in stage.definitions if flow == name)
    return Publishes(definition=workflows.drawn(chance, name, newest + 1))


def act_on(chance: Random, stage: Stage, code: str, action: str | None = None) -> Acts:
    """Draw somebody and what he does: mostly something that he is offered."""
    who, imported, offered = _somebody_with_a_choice(chance, stage, code)
    if action is None:
        fitting = offered if offered and chance.random() < 0.85 else sorted(ARGUMENTS)
        if (_ENDS | _BESIDE.keys()).issuperset(fitting) and chance.random() < 0.8:
            fitting = sorted(ARGUMENTS)
        action = chance.choices(fitting, [_WEIGHTS.get(each, 1.0) for each in fitting])[0]
    people = list(stage.organisation.people)
    return Acts(
        code=code,
        action=action,
        who=who,
        arguments=drawing.arguments(action, drawing.Scene(chance, stage, code)),
        behalf=chance.choice(people) if chance.random() < 0.03 else None,
        form=_form(chance, stage.workflow_of(code), action),
        at=stage.now if imported else None,
    )


def _somebody_with_a_choice(
    chance: Random, stage: Stage, code: str
) -> tuple[Identity, bool, list[str]]:
    """Draw somebody to whom the ticket offers something, if one is found soon."""
    for _one in range(_ASKED):
        who = _somebody(chance, stage, code)
        imported = who.role in ("importer", "admin") and chance.random() < 0.3
        asker = asker_of(who, stage.organisation, imported=imported)
        offered = allowed(stage.tickets[code], asker, stage.now, stage.grounds())
        if offered:
            break
    return who, imported, offered


def _form(chance: Random, definition: Mapping[str, Any], action: str) -> str | None:
    """Draw the form that goes with an action: mostly the one that some way asks for."""
    asked = [
        way["form"] for way in definition["transitions"] if way["action"] == action if "form" in way
    ]
    if asked and chance.random() < 0.8:
        return asked[0]
    return "f1" if chance.random() < 0.02 else None


def _rival(chance: Random, stage: Stage, first: Acts) -> Acts:
    """Draw who wants the same, or something else, at the same time."""
    if chance.random() < 0.5:
        return act_on(chance, stage, first.code, first.action)
    return act_on(chance, stage, first.code)


def _somebody(chance: Random, stage: Stage, code: str) -> Identity:
    """Draw who does something: often somebody whom the ticket concerns."""
    ticket, roll = stage.tickets[code], chance.random()
    concerned = [ticket.owner, ticket.assignee, *(token.by for token in ticket.referrals)]
    people = stage.organisation.people
    known = [name for name in concerned if name in people]
    if roll < 0.1:
        requester = chance.choice((ticket.requester, *_REQUESTERS))
        return Identity(subject=f"requester:{requester}", role="requester")
    if roll < 0.14:
        return Identity(subject="key:k", role=chance.choice(("importer", "integration")))
    name = chance.choice(known) if known and roll < 0.6 else chance.choice(list(people))
    person = people[str(name)]
    stale = chance.random() < 0.05
    return Identity(
        subject=f"person:{person.id}",
        role=person.role,
        unit=chance.choice(list(stage.organisation.units)) if stale else person.unit,
        tier=9 if stale else person.tier,
    )


def _registers(chance: Random, stage: Stage, code: str) -> Registers:
    by = chance.choice(list(stage.organisation.people))
    event = TicketRegistered(
        subject=chance.choice([*SUBJECTS, "unheard-of"]),
        kind=chance.choice(KINDS),
        channel=chance.choice(CHANNELS),
        requester=chance.choice(_REQUESTERS),
        segment="public",
        language="fa",
        content=ContentRef("c", "0"),
        registered_by=f"person:{by}" if chance.random() < 0.3 else None,
        workflow=chance.choice(_FLOWS),
        imported=chance.random() < 0.05,
    )
    return Registers(code=code, event=event)


def _demands(chance: Random, stage: Stage) -> list[Action]:
    """A mark moves the work once at most: sla takes no other."""
    unit, tier = chance.choice([None, *stage.organisation.units]), chance.choice((None, 1, 2))
    moving = Action(do=chance.choice(("escalate", "reassign")), unit=unit, tier=tier)
    urgent = Action(do="prioritise", priority=chance.randint(1, 5))
    return chance.choice(([moving], [urgent], [urgent, moving], [moving, urgent]))


def _comes(chance: Random, stage: Stage, code: str) -> Comes:
    """Draw a timer of a ticket, most often one that is still to come."""
    state, history = stage.tickets.get(code), stage.history.get(code, [])
    ever = [item.event.timer for item in history if isinstance(item.event, TicketTimerSet)]
    ahead = [timer.id for timer in state.pending.timers] if state else []
    return Comes(code=code, timer=chance.choice([*ever, *ahead * 3] or ["never-set"]))


def _starts(chance: Random, stage: Stage, code: str) -> Starts:
    """Draw a start of a ticket, over or not."""
    history = stage.history.get(code, [])
    asked = [item.event.start for item in history if isinstance(item.event, TicketStartAsked)]
    other = chance.choice((None, "900000000001", "900000000002"))
    return Starts(code=code, start=chance.choice(asked or ["never-asked"]), other=other)


#: By name: how likely it is, and what draws it about a ticket.
_LIKELY: Mapping[str, tuple[int, Callable[[Random, Stage, str], Step]]] = {
    "act": (70, act_on),
    "race": (8, _races),
    "write": (3, lambda _chance, _stage, code: Writes(code=code)),
    "demand": (4, lambda chance, stage, code: Demands(code=code, actions=_demands(chance, stage))),
    "timer": (6, _comes),
    "start": (3, _starts),
    "hand out": (8, _hands_out),
    "hand out a task": (
        3,
        lambda chance, _stage, code: HandsOutTask(code=code, task=chance.choice(("t1", "t2"))),
    ),
    "migrate": (1, lambda _chance, _stage, code: Migrates(code=code)),
    "wait": (4, lambda chance, _stage, _code: Waits(hours=chance.choice((1, 30, 200)))),
    "reorganise": (
        2,
        lambda chance, stage, _code: Reorganises(
            organisation=organisations.changed(chance, stage.organisation)
        ),
    ),
    "publish": (1, _publishes),
}
