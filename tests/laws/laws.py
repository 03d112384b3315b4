"""The laws, and the bench before which every step comes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.errors import DomainError, Forbidden
from chassis.journal import Outcome
from contracts.envelope import Event
from contracts.rights import ROLES
from contracts.routing import (
    ENDED,
    TicketApprovalGiven,
    TicketEscalated,
    TicketReferred,
    TicketSentOut,
    TicketTaskAssigned,
)
from services.routing import timeline
from services.routing.actions import ARGUMENTS
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import asker_of
from services.routing.domain.ticket import Ticket
from services.routing.handlers import allowed
from tests.laws import rights
from tests.laws.ledger import Breach, Entry, enter
from tests.laws.rights import Question
from tests.laws.stage import Stage
from tests.laws.steps import Acts

#: Refusals that speak of rights and of how the ticket stands: only where the oracle refuses too.
_OF_RIGHTS = frozenset({"ticket_not_yours", "action_not_yours", "action_not_allowed_now"})
#: Of several ways the partner's terms choose one, which may not be open to who has another.
_BY_TERMS = frozenset({"hand-off"})
#: Who does what a ticket does by itself.
ITSELF = "system:routing"
#: What ledger and state call alike.
_ALIKE = (
    *("requester", "state", "step", "owner", "assignee", "left_by", "unit", "tier", "done_by"),
    *("rating", "priority", "reopened", "touch_seconds", "cost", "ended_at", "imported"),
)


class Laws:
    """Keeps the ledger of a stage and compares."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._pages: dict[str, Entry] = {}
        self._read: dict[str, int] = {}
        #: Tickets that an importer gave to somebody: he records what was so, full or not.
        self._uncounted: set[str] = set()
        #: Whether a decision under way may keep a place that it will not need.
        self.under_way = False

    # -- rights ----------------------------------------------------------------------------------

    def question(self, act: Acts) -> Question:
        """Put the question that an act raises, as things are now."""
        stage, imported = self._stage, act.at is not None
        return Question(
            self._copy(act.code),
            rights.me_of(act.who, stage.organisation, imported=imported),
            stage.organisation,
            stage.workflow_of(act.code),
            act.at or stage.now,
        )

    def offered(self, act: Acts) -> None:
        """What a ticket offers is what may be done, no less and no more."""
        stage, ask = self._stage, self.question(act)
        asker = asker_of(act.who, stage.organisation, imported=ask.me.importing)
        offered = allowed(stage.tickets[act.code], asker, ask.at, stage.grounds())
        known = {*ARGUMENTS, *ask.definition.get("actions", ())}
        may = sorted(action for action in known if rights.ways(ask, action))
        if offered != may:
            raise Breach(f"{act.who.subject} is offered {offered}, and may {may}")

    def acted(self, act: Acts, ask: Question, outcome: Outcome) -> None:
        """Judge what became of an act, with the question as it stood before."""
        if outcome.error is not None:
            self._refused(act, ask, outcome.error)
        else:
            self._accepted(act, ask, outcome)
        self.happened(act.code, importing=ask.me.importing)

    def _refused(self, act: Acts, ask: Question, error: DomainError) -> None:
        if act.behalf is not None and not ask.me.importing:
            return
        may = rights.ways(ask, act.action)
        if may and error.code in _OF_RIGHTS and act.action not in _BY_TERMS:
            raise Breach(f"{act.action} was refused ({error.code}), and he may by {may[0]}")
        if not rights.knows(ask) and not _tells_nothing(error):
            raise Breach(f"{error.code} tells {error.params} to who may not see the ticket")
        full = error.code == "person_at_capacity" and not self.under_way
        if full and self._has_room(act, str(error.params["person"])):
            raise Breach(f"{error.params['person']} was refused as full, and is not")

    def _accepted(self, act: Acts, ask: Question, outcome: Outcome) -> None:
        may = rights.ways(ask, act.action)
        if not may:
            raise Breach(f"{ask.me.subject} did {act.action}, and had no right to")
        if act.behalf is not None and not ask.me.importing:
            raise Breach(f"{ask.me.subject} acted for {act.behalf}")
        page, after = ask.page, outcome.state
        ends = set().union(*(rights.ends_of(ask.definition, way, page.step) for way in may))
        by_itself = rights.onward(ask.definition, {end for end in ends if end is not None})
        # Who has the work already is not given it again, whatever else the way does.
        moved = act.action != "assign" or after.step != page.step
        if outcome.events and moved and None not in ends and after.step not in by_itself:
            raise Breach(f"{act.action} led from {page.step} to {after.step}, not to {ends}")
        for event in outcome.events:
            by = getattr(event, "by", None)
            mine = (None, ITSELF, ask.me.person or ask.me.subject)
            if by not in mine and not ask.me.importing:
                raise Breach(f"{ask.me.subject} signed as {by}")
        if fault := next(_beyond_arguments(act, ask, outcome), None):
            raise Breach(fault)

    # -- what happened ---------------------------------------------------------------------------

    def happened(self, code: str, *, importing: bool = False) -> None:
        """Read what is new in a ticket's history, and compare everything."""
        stage, page = self._stage, self._pages.setdefault(code, Entry())
        history = stage.history.get(code, [])
        before = page.places
        for recorded in history[self._read.get(code, 0) :]:
            enter(page, recorded.event, recorded.at)
            self._sent(code, recorded.event)
        self._read[code] = len(history)
        after = page.places
        for part in before.keys() | after.keys():
            if before.get(part) != after.get(part):
                self._given(code + part, after.get(part), importing=importing)
        self._compare(code, page)

    def _sent(self, code: str, event: Event) -> None:
        """A ticket goes to a partner by itself only where its workflow says so."""
        if not isinstance(event, TicketSentOut) or event.by != ITSELF:
            return
        ways = self._stage.workflow_of(code)["transitions"]
        wanted = [way.get("effects", {}).get("hand_off", {}).get("partner") for way in ways]
        if event.partner not in wanted:
            raise Breach(f"{code} went to {event.partner} by itself, wanted were {wanted}")

    def _given(self, work: str, person: str | None, *, importing: bool) -> None:
        """Work goes only to who may have it, and has room."""
        self._uncounted.discard(work)
        if person is None:
            return
        if importing:
            self._uncounted.add(work)
            return
        known = self._stage.organisation.people.get(person)
        if known is None or not known.active or "ticket.work" not in ROLES[known.role]:
            raise Breach(f"work went to {person}, who takes none")
        load = self._load(person)
        if load > known.capacity:
            raise Breach(f"{person} has {load} tickets, and a capacity of {known.capacity}")

    def _compare(self, code: str, page: Entry) -> None:
        """The fold, the ledger and the timeline say the same."""
        stage = self._stage
        ticket, history = stage.tickets.get(code), stage.history.get(code, [])
        if ticket is None:
            return
        if TICKETS.fold((item.event, item.at) for item in history) != ticket:
            raise Breach(f"{code} is not the fold of its history")
        for name in _ALIKE:
            if getattr(ticket, name) != getattr(page, name):
                told, kept = getattr(page, name), getattr(ticket, name)
                raise Breach(f"{code}: {name} is {kept}, and events tell {told}")
        out = [token.id for token in ticket.referrals]
        if out != [token.id for token in page.tokens]:
            raise Breach(f"{code}: tokens {out} are known, and {page.tokens} are out")
        ahead = {timer.id: (timer.action, timer.step) for timer in ticket.pending.timers}
        if ahead != page.timers:
            raise Breach(f"{code}: timers {ahead} are ahead, and events tell {page.timers}")
        if (starts := {start.id for start in ticket.pending.starts}) != page.starts:
            raise Breach(f"{code}: {starts} are to be started, and events tell {page.starts}")
        self._compare_timers(code, page)
        steps = timeline.full(history, lambda _ids: {})
        states = [step.data["state"] for step in steps if "state" in step.data]
        if len(steps) != len(history) or states[-1] != ticket.state:
            raise Breach(f"{code}: its timeline ends {states[-1:]}, and it is {ticket.state}")
        self._compare_public(ticket, page)

    def _compare_timers(self, code: str, page: Entry) -> None:
        """What comes by itself at a step is what the definition says of that step."""
        at_step = self._stage.workflow_of(code)["steps"][page.step].get("timers", [])
        said = [later["action"] for later in at_step]
        for action, step in page.timers.values():
            if step is not None and (step != page.step or action not in said):
                raise Breach(f"{code}: {action} is to come at {step}, and it is at {page.step}")

    def _compare_public(self, ticket: Ticket, page: Entry) -> None:
        """The requester's timeline names nobody but his owner."""
        people = {name: name for name in self._stage.organisation.people}
        for step in timeline.public(ticket.public, lambda _ids: {}, people):
            named = {step.actor, *map(str, step.data.values())} & people.keys()
            if named - {page.owner}:
                raise Breach(f"the requester is told of {named - {page.owner}}")

    def rest(self) -> None:
        """When nothing is under way, each work fills one place, its holder's, and no other."""
        held = {(p, work) for p, places in self._stage.loads.held.items() for work in places}
        has = {(person, work) for work, person in self._works()}
        for person, work in sorted(held - has):
            raise Breach(f"a place of {person} is filled by {work}, which he has not")
        for person, work in sorted(has - held):
            if work not in self._uncounted:
                raise Breach(f"{person} has {work} without a place")

    # -- what the ledger says --------------------------------------------------------------------

    def page(self, code: str) -> Entry:
        """Give a ticket's page."""
        return self._pages[code]

    def _copy(self, code: str) -> Entry:
        page = self._pages[code]
        return copy.deepcopy(page)

    def _load(self, person: str) -> int:
        works = self._works()
        return sum(name == person and work not in self._uncounted for work, name in works)

    def _works(self) -> Iterator[tuple[str, str]]:
        """Give every work that fills a place, with whose."""
        for code, page in self._pages.items():
            for part, person in page.places.items():
                yield code + part, person

    def _has_room(self, act: Acts, person: str) -> bool:
        known = self._stage.organisation.people[person]
        takes = known.active and "ticket.work" in ROLES[known.role]
        if person in self._pages[act.code].places.values():
            return False
        return takes and self._load(person) < known.capacity


def _tells_nothing(error: DomainError) -> bool:
    return isinstance(error, Forbidden) and error.code == "ticket_not_yours" and not error.params


def _beyond_arguments(act: Acts, ask: Question, outcome: Outcome) -> Iterator[str]:
    """Give what an act did beyond what its arguments and its doer's rights over them say."""
    me, page, after, given = ask.me, ask.page, outcome.state, act.arguments
    if me.importing or not outcome.events:
        return
    match act.action:
        case "claim" if after.assignee != me.person:
            yield f"{me.person} claimed, and {after.assignee} got it"
        case "assign" if after.assignee != given["person"]:
            yield f"{given['person']} was to get it, and {after.assignee} got it"
        case "assign" if not rights.reaches_unit(ask, "ticket.assign", after.unit):
            yield f"{me.person} gave work to {after.unit}, which he may not reach"
        case "refer" if given.get("person") and after.assignee != given["person"]:
            yield f"{given['person']} was to get it, and {after.assignee} got it"
        case "refer" if after.unit != given["unit"]:
            yield f"referred to {given['unit']}, and went to {after.unit}"
        case "answer-question" if page.questions[given["question"]][0] != me.unit:
            yield f"{me.person} answered what another unit was asked"
        case "done" if given.get("answer") is not None and me.person != page.owner:
            yield f"{me.person} answered, and is not the owner"
    yield from _beyond_parts(act, ask, outcome)
    is_over = after.state in ENDED
    if act.action in ("refer", "escalate") and not is_over and not _is_out(outcome):
        yield f"{act.action} left no token"


def _beyond_parts(act: Acts, ask: Question, outcome: Outcome) -> Iterator[str]:
    """The same of tasks and approvals."""
    me, task = ask.me, act.arguments.get("task", "")
    told = next((e for e in outcome.events if isinstance(e, TicketTaskAssigned)), None)
    match act.action:
        case "take-task" if task not in rights.open_tasks(ask) or told.assignee != me.person:
            yield f"{me.person} took {task}, or {told.assignee} did, from another's queue"
        case "give-task" if told.assignee != act.arguments["person"]:
            yield f"{act.arguments['person']} was to get {task}, and {told.assignee} got it"
        case "finish-task" | "refuse-task" if task not in rights.my_tasks(ask):
            yield f"{me.person} settled {task}, which is not his"
    for event in outcome.events:
        if isinstance(event, TicketApprovalGiven) and event.seat != rights.my_seat(ask):
            yield f"{me.person} took seat {event.seat}, which is not for him"


def _is_out(outcome: Outcome) -> bool:
    tokens = [token.id for token in outcome.state.referrals]
    told = [e for e in outcome.events if isinstance(e, TicketReferred | TicketEscalated)]
    return [event.referral for event in told] == tokens[-1:]


def moves(definition: Mapping[str, Any], step: str, actions: list[str]) -> set[str]:
    """Give where a ticket may stand after some actions that nobody's right binds."""
    places = {step}
    for action in actions:
        ahead = {
            end or place
            for place in places
            for way in rights.leaving(definition, place, action)
            for end in rights.ends_of(definition, way, place)
        }
        places = rights.onward(definition, places | ahead)
    return places
