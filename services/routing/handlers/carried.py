"""What follows from something passed on, in a ticket that it is carried to.

No right and no relation binds it, the workflow alone does: whoever decided it had the right to
where it began. A ticket that cannot follow says why by refusing, and stays as it is.
"""

from __future__ import annotations

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict
from contracts.envelope import ContentRef, Event
from contracts.routing import (
    ENDED,
    TicketAnswered,
    TicketDone,
    TicketFinished,
    TicketHeard,
    TicketLinked,
    TicketPassedOn,
)
from services.routing.actions import Deed
from services.routing.domain.life import TICKETS
from services.routing.domain.permission import Standing, permitted
from services.routing.domain.ticket import Ticket
from services.routing.domain.ties import Passage
from services.routing.handlers.case import ITSELF, Case, Grounds
from services.routing.handlers.conversation import gone_on
from services.routing.handlers.following import with_what_follows


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it reaches one ticket."""

    source: str
    #: Who asked in the ticket that it comes from.
    requester: str
    passage: Passage


@with_what_follows
def receive(state: Ticket, carried: Carried, context: Context, grounds: Grounds) -> list[Event]:
    """Do here what was passed on; raises Conflict where it cannot be, or is no business of it."""
    what = carried.passage.what
    if what == "message":
        return _hear(state, carried, context, grounds)
    if what == "split":
        return _split(state, carried)
    if state.ties.merged_into == carried.source and what == "answer":
        return _answered_after_merging(state, carried, context)
    if state.ties.parent != carried.source:
        raise Conflict("not_attached")
    if state.state in ENDED:
        raise Conflict("child_ended", state=state.state)
    if what == "answer":
        return [_answer(state, carried), *_onward(state, carried, context)]
    return _done(state, carried, context, grounds, finally_=what == "finish")


def _split(state: Ticket, carried: Carried) -> list[Event]:
    """Know the part that was split off."""
    if state.ties.links.get(carried.source) == "split_into":
        return []
    return [TicketLinked(to=carried.source, relation="split_into", by=carried.passage.by)]


def _answered_after_merging(state: Ticket, carried: Carried, context: Context) -> list[Event]:
    """Tell somebody else's requester what is answered; the same one has just been told."""
    onward = _onward(state, carried, context)
    if state.requester == carried.requester:
        return onward
    return [_answer(state, carried), *onward]


def _answer(state: Ticket, carried: Carried) -> TicketAnswered:
    """Answer as this ticket's own owner does: its requester knows one name."""
    passage = carried.passage
    text = passage.text or ContentRef("", "")
    by = state.owner or passage.by
    return TicketAnswered(by=by, answer=text, first=not state.answered, via=carried.source)


def _onward(state: Ticket, carried: Carried, context: Context) -> list[Event]:
    """Pass it on to those that were merged into this one before."""
    if not state.ties.dependants:
        return []
    passage = carried.passage
    name = context.new_id(f"passage:{passage.what}")
    return [TicketPassedOn(passage=name, what=passage.what, by=passage.by, text=passage.text)]


def _done(
    state: Ticket, carried: Carried, context: Context, grounds: Grounds, *, finally_: bool
) -> list[Event]:
    """Be done, or ended, as far as the workflow has a way; raises Conflict where it has none."""
    passage, events = carried.passage, list[Event]()
    result = passage.result or "solved"
    if state.state != "done":
        case = _case(state, "done", context, grounds)
        events.append(TicketDone(**case.stand, by=passage.by, result=result))
        state = TICKETS.apply(state, events[-1], context.at)
    if finally_:
        action = (
            "approve" if grounds.workflow_of(state).leaving(state.step, "approve") else "finish"
        )
        case = _case(state, action, context, grounds)
        events.append(TicketFinished(**case.stand, by=passage.by, result=result))
    return events


def _case(state: Ticket, action: str, context: Context, grounds: Grounds) -> Case:
    workflow = grounds.workflow_of(state)
    standing = Standing(state, ITSELF, grounds.organisation)
    return Case(
        ticket=state,
        deed=Deed(action=action, arguments=msgspec.UNSET),
        context=context,
        grounds=grounds,
        workflow=workflow,
        transition=permitted(standing, workflow, action, context.at),
        asker=ITSELF,
    )


def _hear(state: Ticket, carried: Carried, context: Context, grounds: Grounds) -> list[Event]:
    """Hear what was written to a ticket that is part of this one; go on if that was waited for."""
    message = carried.passage.text or ContentRef("", "")
    if state.ties.merged_into is not None:
        name = context.new_id("passage:message")
        passed = TicketPassedOn(passage=name, what="message", by=carried.passage.by, text=message)
        return [passed]
    heard = TicketHeard(ticket=carried.source, message=message)
    if state.waiting_for != "requester" or state.requester != carried.requester:
        return [heard]
    return [heard, *gone_on(state, f"requester:{state.requester}", context, grounds)]
