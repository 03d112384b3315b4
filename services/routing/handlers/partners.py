"""Work that goes to a partner outside and comes back, and work that a partner asks for.

A hand-off is a token, as a referral is: while it is open the work cannot be done here. What the
partner answers is proposed to the owner, who alone speaks to the requester.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid, NotFound
from contracts.envelope import ContentRef, Event
from contracts.routing import (
    ENDED,
    State,
    TicketHandedOff,
    TicketPartnerHeard,
    TicketPartnerWritten,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
    TicketWaiting,
)
from contracts.routing.flows import Wording
from contracts.routing.partners import Outcome, Said
from services.routing.domain.partner import Partner
from services.routing.domain.permission import Standing, ways
from services.routing.domain.ticket import AT_WORK, Outside, Ticket
from services.routing.domain.workflow import Transition
from services.routing.domain.workflow.handing import kinds_of
from services.routing.handlers.case import Action, Case, Grounds, Stand, stand_at
from services.routing.handlers.conversation import gone_on, resumed

_CLOSES: Mapping[Said, Outcome] = {"closed": "closed", "rejected": "rejected"}


class PartnerSaid(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a partner, proved and read; its text is stored apart."""

    partner: str
    said: Said
    handoff: str | None = None
    reference: str | None = None
    state: str | None = None
    due_at: datetime | None = None
    number: int | None = None
    text: ContentRef | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that was registered because a partner handed it over."""

    partner: str
    handoff: str
    reference: str
    generation: int = 0


# -- ours, at a partner ------------------------------------------------------------------------


def hand_off(case: Case) -> list[Event]:
    """Give the work to a partner, or the ticket to a system that is none, under its reference.

    Raises Conflict for what a partner has, and for work that is over and would have to wait.
    """
    if case.ticket.is_outside:
        raise Conflict("already_with_partner", partner=case.ticket.outside.partner)  # type: ignore[union-attr]
    standing = Standing(case.ticket, case.asker, case.grounds.organisation)
    open_ways = ways(standing, case.workflow, case.deed.action, case.context.at)
    partner = case.grounds.partners.get(case.arguments.to)
    if partner is None or not partner.active:
        return [_given_away(case, open_ways, _known_reference(case))]
    return sent_by(open_ways, case, partner)


def sent_by(
    open_ways: Sequence[Transition],
    case: Case,
    partner: Partner,
    *,
    note: Wording | None = None,
    generation: int = 0,
) -> list[Event]:
    """Give the work to a partner; the ticket waits for it, or ends, as the partner's terms are."""
    waits = None if partner.ends else _stand(case, open_ways, "waiting")
    if waits is not None and case.ticket.state not in AT_WORK:
        # It would come back to who had it, full or not.
        raise Conflict("hand_off_too_late")
    sent = TicketSentOut(
        handoff=case.context.new_id("handoff"),
        partner=partner.id,
        kind=partner.kind,
        by=case.by,
        unit=partner.unit,
        ends=waits is None,
        reason=case.text("reason"),
        note=note,
        generation=generation,
    )
    if waits is None:
        reference = case.arguments.reference or sent.handoff
        return [sent, _given_away(case, open_ways, reference)]
    return [sent, TicketWaiting(**waits, waiting_for="supplier", by=case.by)]


def tell_partner(case: Case) -> list[Event]:
    """Write to the partner, who goes on with the work."""
    token = _token(case.ticket)
    written = TicketPartnerWritten(
        handoff=token.handoff,
        partner=token.partner,
        kind=token.kind,
        by=case.by,
        text=case.deed.texts["text"],
    )
    stays = case.stand["step"] == case.ticket.step
    if stays and case.ticket.waiting_for == "supplier":
        return [written]
    return [written, TicketWaiting(**case.stand, waiting_for="supplier", by=case.by)]


def recall(case: Case) -> list[Event]:
    """Call the work back from the partner, who is told; raises Conflict once the ticket is over."""
    if case.ticket.state in ENDED:
        raise Conflict("recall_too_late")
    back = _back(case.ticket, "recalled", case.by, case.text("reason"), case.context)
    if case.ticket.state != "waiting" and case.stand["step"] == case.ticket.step:
        return [back]
    return [back, resumed(case.ticket, case.stand, case.by, case.context)]


def hear_partner(
    state: Ticket, message: PartnerSaid, context: Context, grounds: Grounds
) -> list[Event]:
    """Record what a partner says of work that it has, or had; raises NotFound for any other."""
    token = state.outside
    if token is None or token.partner != message.partner:
        raise NotFound("handoff_unknown")
    if message.handoff not in (None, token.handoff) or _is_overtaken(message, token):
        return []
    heard = TicketPartnerHeard(
        handoff=token.handoff,
        partner=token.partner,
        kind=token.kind,
        said=message.said,
        reference=message.reference,
        outside_state=message.state,
        due_at=message.due_at,
        number=message.number,
        text=message.text,
    )
    by = f"partner:{token.partner}"
    outcome = _CLOSES.get(message.said)
    if not token.is_open or (outcome is None and message.said != "asked"):
        return [heard]
    goes_on = _goes_on(state, by, context, grounds)
    if outcome is None:
        return [heard, *goes_on]
    return [heard, _back(state, outcome, by, message.text or token.answer, context), *goes_on]


def _is_overtaken(message: PartnerSaid, token: Outside) -> bool:
    """Tell whether a message only says how the work stood before what is known already."""
    late = message.number is not None and message.number <= token.number
    return late and message.said == "progressed"


def _goes_on(state: Ticket, by: str, context: Context, grounds: Grounds) -> list[Event]:
    """End the waiting for the partner, where the ticket does wait for it."""
    if state.state in ENDED or state.waiting_for != "supplier":
        return []
    return gone_on(state, by, context, grounds)


def _known_reference(case: Case) -> str:
    """Give the reference that a system without terms has given; raises Invalid."""
    reference: str | None = case.arguments.reference
    if reference is None:
        fault = FieldFault(pointer="/to", code="partner_unknown")
        raise Invalid("partner_unknown", fields=[fault], partner=case.arguments.to)
    return reference


def _given_away(case: Case, open_ways: Sequence[Transition], reference: str) -> TicketHandedOff:
    stand = _stand(case, open_ways, "handed_off")
    if stand is None:
        raise Forbidden("action_not_yours", action=case.deed.action)
    return TicketHandedOff(**stand, by=case.by, to=case.arguments.to, reference=reference)


def _stand(case: Case, open_ways: Sequence[Transition], kind: State) -> Stand | None:
    """Give where a hand-off leads to that ends, or waits for a supplier; None: nowhere so."""
    flow, here = case.workflow, case.ticket.step
    for way in open_ways:
        if kind in kinds_of(flow, here, [way]):
            return stand_at(flow, flow.target(here, way))
    return None


def _back(
    ticket: Ticket, outcome: Outcome, by: str, proposal: ContentRef | None, context: Context
) -> TicketTakenBack:
    token = _token(ticket)
    return TicketTakenBack(
        handoff=token.handoff,
        partner=token.partner,
        kind=token.kind,
        by=by,
        outcome=outcome,
        held_seconds=max(0.0, (context.at - token.since).total_seconds()),
        proposal=proposal,
    )


def _token(ticket: Ticket) -> Outside:
    # A workflow may leave the guard out: work that has come back is nobody's to call back.
    if ticket.outside is None or not ticket.outside.is_open:
        raise Conflict("not_with_partner")
    return ticket.outside


# -- a partner's, at ours ----------------------------------------------------------------------


def take_in(state: Ticket, message: Taken, _context: Context, _grounds: Grounds) -> list[Event]:
    """Record for whom the ticket is; raises Conflict when it is for another hand-off."""
    if state.opened_at is None:
        raise NotFound("ticket_not_found")
    if state.client is not None:
        if (state.client.partner, state.client.handoff) == (message.partner, message.handoff):
            return []
        raise Conflict("taken_in_already")
    return [TicketTakenIn(**msgspec.structs.asdict(message))]


#: By name.
ACTIONS: Mapping[str, Action] = {
    "hand-off": Action(hand_off),
    "tell-partner": Action(tell_partner),
    "recall": Action(recall),
}
