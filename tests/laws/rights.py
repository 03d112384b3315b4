"""An oracle of rights, written from what is promised: contracts/rights.py, ADRs, the shipped flow.

It shares nothing with routing's own check but the table of roles. What it knows of a ticket it
reads in the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from chassis.identity import Identity
from contracts.rights import RIGHTS, ROLES
from contracts.routing import ENDED
from services.routing.domain.organisation import Organisation
from tests.laws.ledger import AT_WORK, Entry


class Me(msgspec.Struct, frozen=True):
    """Who asks, as the directory knows him now."""

    subject: str
    role: str
    person: str | None
    unit: str | None
    tier: int
    importing: bool


class Question(msgspec.Struct, frozen=True):
    """What may be done to one ticket, by one person, at one moment."""

    page: Entry
    me: Me
    organisation: Organisation
    definition: Mapping[str, Any]
    at: datetime


def me_of(identity: Identity, organisation: Organisation, *, imported: bool) -> Me:
    """Give who an identity stands for; what the directory says of him goes before his pass."""
    name = identity.subject.removeprefix("person:")
    person = name if identity.subject.startswith("person:") else None
    known = organisation.people.get(person or "")
    return Me(
        identity.subject,
        identity.role,
        person,
        known.unit if known else identity.unit,
        known.tier if known else identity.tier or 1,
        imported or identity.role == "importer",
    )


def ways(ask: Question, action: str) -> list[Mapping[str, Any]]:
    """Give the ways by which he may do it now: none, when he may not."""
    if not knows(ask) or not ALWAYS.get(action, lambda _ask: True)(ask):
        return []
    beside = BESIDE.get(action, ()) if action not in named_in(ask.definition) else ()
    alive = ask.page.state not in ENDED
    open_ways = [
        {"action": action, "who": who, "guards": guards}
        for anytime, who, guards in beside
        if anytime or alive
    ]
    found = [*leaving(ask.definition, ask.page.step, action)] or open_ways
    return [way for way in found if _is_open(ask, way)]


def named_in(definition: Mapping[str, Any]) -> set[str]:
    """Give the actions that a workflow speaks of itself."""
    return {way["action"] for way in definition["transitions"]}


def leaving(definition: Mapping[str, Any], step: str, action: str) -> Iterator[Mapping[str, Any]]:
    """Give the ways out of a step; a step's own name goes before a kind of the same name."""
    steps = definition["steps"]
    for way in [*_implied(step, steps[step]), *definition["transitions"]]:
        names, kind = way["from"], steps[step]["kind"]
        if way["action"] == action and (step in names or (kind in names and kind not in steps)):
            yield way


def _implied(name: str, step: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give the ways that a step's tasks and approvals bring with them."""
    for action, who in _OF_TASKS.items() if step.get("tasks") else ():
        yield {"action": action, "from": [name], "who": who}
    for action in ("approve", "refuse") if step.get("approvals") else ():
        yield {"action": action, "from": [name], "who": ["approver"]}


def onward(definition: Mapping[str, Any], places: set[str]) -> set[str]:
    """Give where a ticket may come from some steps by itself, these included."""
    ahead = {
        str(end)
        for place in places
        for action in ("passed", "failed")
        for way in leaving(definition, place, action)
        for end in ends_of(definition, way, place)
    }
    return places if ahead <= places else onward(definition, places | ahead)


def leads_to(way: Mapping[str, Any], step: str) -> str | None:
    """Give the step a way leads to; None where the arguments say."""
    if way.get("to") == "*":
        return None
    return way.get("to") or step


def ends_of(definition: Mapping[str, Any], way: Mapping[str, Any], step: str) -> set[str | None]:
    """Give where a ticket may stand after a way: where it leads, or with a partner from there."""
    end = leads_to(way, step)
    if end is None or not way.get("effects", {}).get("hand_off"):
        return {end}
    return {end} | {leads_to(each, end) for each in leaving(definition, end, "hand-off")}


def knows(ask: Question) -> bool:
    """Tell whether he may be told anything about the ticket."""
    page, me = ask.page, ask.me
    had_it = me.person is not None and me.person == page.left_by != page.assignee
    from_his_unit = me.unit is not None and me.unit in (token.from_unit for token in page.tokens)
    return any((me.importing, had_it, from_his_unit, may_read(ask)))


def may_read(ask: Question) -> bool:
    """Tell whether he may see the case."""
    takes_part = my_tasks(ask) or open_tasks(ask) or my_seat(ask) is not None
    invited = was_asked(ask) or ask.me.person in ask.page.mentioned
    return any((_is_requester(ask), holds(ask, "ticket.read"), takes_part, invited))


def was_asked(ask: Question) -> bool:
    """Tell whether a question to his unit, or to him there, is open."""
    me = ask.me
    reads = me.person is not None and "ticket.read" in ROLES[me.role]
    asked = ask.page.questions.values()
    return reads and any(u == me.unit and p in (None, me.person) for u, p in asked)


def my_tasks(ask: Question) -> list[str]:
    """Give the open tasks that are his."""
    me, tasks = ask.me.person, ask.page.tasks
    return [n for n, t in tasks.items() if t.is_open and me is not None and t.assignee == me]


def open_tasks(ask: Question) -> list[str]:
    """Give the tasks that he may take from his team's queue."""
    me, tasks = ask.me, ask.page.tasks.items()
    waiting = [(n, t) for n, t in tasks if t.is_open and t.assignee is None and _is_staff(ask)]
    return [n for n, t in waiting if t.unit == me.unit and t.tier <= me.tier]


def my_seat(ask: Question) -> int | None:
    """Give the first seat that is free and for him, who has not spoken and not done the work."""
    consent, me = ask.page.consent, ask.me.person
    if consent is None or me is None or me == consent.doer or me in consent.taken.values():
        return None
    free = [number for number in range(len(consent.seats)) if number not in consent.taken]
    for number in free[:1] if consent.in_order else free:
        if is_meant(ask, consent.seats[number]):
            return number
    return None


def is_meant(ask: Question, who: str) -> bool:
    """Tell whether a name that a workflow may use means him."""
    me, (kind, _, name) = ask.me, who.partition(":")
    if who in RELATIONS:
        return RELATIONS[who](ask)
    if who.startswith("supervisor@"):
        return _supervises(ask, who.removeprefix("supervisor@"))
    unit, _, role = name.partition("/") if kind == "unit" else ("", "", "")
    return me.person is not None and (
        (kind == "person" and me.person == name)
        or (kind == "role" and me.role == name)
        or (kind == "unit" and me.unit == unit and role in ("", me.role))
    )


def _supervises(ask: Question, unit: str | None) -> bool:
    """Tell whether he supervises a unit: in it, or in the nearest above that has a supervisor."""
    for place in above(ask, unit):
        people = [p for p in ask.organisation.people.values() if p.unit == place and p.active]
        heads = [person.id for person in people if person.role == "supervisor"]
        if heads:
            return ask.me.person in heads
    return False


def holds(ask: Question, right: str) -> bool:
    """Tell whether a right of his role reaches the ticket."""
    page, me = ask.page, ask.me
    awaits = {token.by for token in page.tokens}
    is_mine = me.person is not None and me.person in {page.owner, page.assignee} | awaits
    match ROLES[me.role].get(right):
        case None:
            return False
        case "all":
            return True
        case "own":
            return is_mine
        case "team":
            return is_mine or (me.unit is not None and me.unit == page.unit)
        case "subtree":
            return is_mine or (me.unit is not None and me.unit in above(ask, page.unit))


def above(ask: Question, unit: str | None) -> list[str]:
    """Give a unit and all those that it lies below."""
    line: list[str] = []
    while unit is not None and unit not in line:
        line.append(unit)
        known = ask.organisation.units.get(unit)
        unit = known.parent if known else None
    return line


def reaches_unit(ask: Question, right: str, unit: str) -> bool:
    """Tell whether a right would reach a ticket that is in a unit and nobody's."""
    there = msgspec.structs.replace(ask, page=Entry(unit=unit))
    return holds(there, right)


def _is_open(ask: Question, way: Mapping[str, Any]) -> bool:
    if way["action"] in ("passed", "failed"):
        return False
    named = ask.me.importing or any(
        holds(ask, name) if name in RIGHTS else is_meant(ask, name) for name in way["who"]
    )
    held = all(GUARDS[name](ask) for name in way.get("guards", ()))
    return named and held and _is_so(ask, way.get("when")) and _in_time(ask, way)


def _is_so(ask: Question, when: Mapping[str, Any] | None) -> bool:
    """Tell whether a condition holds: one comparison of a fact, as `workflows` draws them."""
    if when is None:
        return True
    ((operator, (fact, value)),) = when.items()
    told = getattr(ask.page, fact["var"].removeprefix("ticket."))
    return bool(told == value if operator == "===" else told <= value)


def _in_time(ask: Question, way: Mapping[str, Any]) -> bool:
    within, ended = way.get("within"), ask.page.ended_at
    if within is None or ended is None or ask.me.importing:
        return True
    return ask.at - ended <= msgspec.convert(within, timedelta)


def _is_requester(ask: Question) -> bool:
    return ask.me.subject == f"requester:{ask.page.requester}"


def _is_staff(ask: Question) -> bool:
    return ask.me.person is not None and "ticket.work" in ROLES[ask.me.role]


def _may_take_it(ask: Question) -> bool:
    page, me = ask.page, ask.me
    mine = me.importing or (me.unit == page.unit and me.tier >= (page.tier or 1))
    return mine and page.assignee is None and page.for_person in (None, me.person)


def _is_no_doer(ask: Question) -> bool:
    me = ask.me
    return me.importing or me.person is None or me.person != ask.page.done_by


def _is_free_or_mine(ask: Question) -> bool:
    return ask.me.importing or ask.page.assignee in (None, ask.me.person)


RELATIONS: Mapping[str, Callable[[Question], bool]] = {
    "owner": lambda ask: ask.me.person is not None and ask.me.person == ask.page.owner,
    "assignee": lambda ask: ask.me.person is not None and ask.me.person == ask.page.assignee,
    "team": lambda ask: _is_staff(ask) and ask.me.unit == ask.page.unit,
    "desk": lambda ask: "ticket.register_for" in ROLES[ask.me.role] and holds(ask, "ticket.read"),
    "requester": _is_requester,
    "staff": _is_staff,
    "importer": lambda ask: ask.me.importing,
    "supervisor": lambda ask: _supervises(ask, ask.page.unit),
    # These come with tasks and approvals; workflows do not name them.
    "task_holder": lambda ask: bool(my_tasks(ask)),
    "task_team": lambda ask: bool(open_tasks(ask)),
    "task_head": lambda ask: any(
        _supervises(ask, task.unit) for task in ask.page.tasks.values() if task.is_open
    ),
    "approver": lambda ask: my_seat(ask) is not None,
    "asked": was_asked,
    "reader": lambda ask: ask.me.person is not None and may_read(ask),
}
_WORKERS = ["ticket.work", "owner", "assignee", "ticket.assign"]
#: What may be done beside the way where the workflow does not speak of it: whether after the end
#: too, by whom, and what must hold.
BESIDE: Mapping[str, list[tuple[bool, list[str], list[str]]]] = {
    "link": [(True, _WORKERS, [])],
    "unlink": [(True, _WORKERS, ["linked"])],
    "attach": [(False, _WORKERS[1:], ["no_parent"])],
    "detach": [(False, _WORKERS[1:], ["attached"])],
    "ask-unit": [(False, _WORKERS, [])],
    "answer-question": [(False, ["asked"], [])],
    "take-question-back": [(False, _WORKERS, ["has_asked"])],
    "chase": [(False, _WORKERS, ["is_away"])],
    "tag": [(True, _WORKERS, [])],
    "follow": [(True, ["reader"], [])],
    "unfollow": [(True, ["reader"], ["follows"])],
    "snooze": [(False, ["owner", "assignee"], [])],
    "wake": [(False, ["owner", "assignee"], ["has_snoozed"])],
}
_OF_TASKS = {
    "take-task": ["task_team"],
    "give-task": ["ticket.assign", "task_head"],
    "finish-task": ["task_holder"],
    "refuse-task": ["task_holder"],
}
GUARDS: Mapping[str, Callable[[Question], bool]] = {
    "in_my_queue": _may_take_it,
    "held_by_me_or_nobody": _is_free_or_mine,
    "is_out": lambda ask: len(ask.page.tokens) > 0,
    "nothing_out": lambda ask: not ask.page.tokens and not ask.page.is_outside,
    "is_outside": lambda ask: ask.page.is_outside,
    "not_by_doer": _is_no_doer,
    "not_rated": lambda ask: ask.page.rating is None,
    "at_work": lambda ask: ask.page.state in AT_WORK,
    "linked": lambda ask: len(ask.page.links) > 0,
    "attached": lambda ask: ask.page.parent is not None,
    "no_parent": lambda ask: ask.page.parent is None,
    "has_asked": lambda ask: len(ask.page.questions) > 0,
    "is_away": lambda ask: bool(ask.page.questions) or ask.page.assignee != ask.me.person,
    "follows": lambda ask: ask.me.person in ask.page.followers,
    "has_snoozed": lambda ask: ask.me.person in ask.page.sleepers,
}
#: What no workflow can allow: work comes back only when it is out, comes to a desk only by being
#: given, and is recorded in others' names by importers alone.
ALWAYS: Mapping[str, Callable[[Question], bool]] = {
    "return": GUARDS["is_out"],
    "ask": GUARDS["at_work"],
    "resume": GUARDS["at_work"],
    "record": lambda ask: ask.me.importing,
}
