"""Work that a workflow hands to a partner by itself.

It goes by the workflow's own `hand-off`, from where the transition has led. Where that cannot be,
the ticket stays there, with whoever has it, and its record says why.
"""

from __future__ import annotations

from chassis.decisions import Context
from chassis.errors import Conflict, DomainError
from contracts.envelope import Event
from contracts.routing import TicketEffectRefused
from services.routing.actions import Deed
from services.routing.actions.partners import HandOff
from services.routing.domain.pending import MOST_GENERATIONS
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import HandOffAsked
from services.routing.domain.workflow.handing import HAND_OFF, kinds_of
from services.routing.handlers import partners
from services.routing.handlers.case import Grounds, case_by_itself, ways_by_itself

#: A loop of a workflow must not send a ticket there and back for ever.
MOST_HAND_OFFS = 20


def handed_over(
    asked: HandOffAsked, ticket: Ticket, context: Context, grounds: Grounds
) -> list[Event]:
    """Hand a ticket over from where it stands now, or say why it stays."""
    try:
        return _sent(asked, ticket, context, grounds)
    except DomainError as error:
        return [TicketEffectRefused(effect="hand_off", name=asked.partner, reason=error.code)]


def _sent(asked: HandOffAsked, ticket: Ticket, context: Context, grounds: Grounds) -> list[Event]:
    generation = ticket.pending.generation + 1
    if generation > MOST_GENERATIONS or ticket.pending.handed_over >= MOST_HAND_OFFS:
        raise Conflict("too_many_hand_offs")
    partner = grounds.partners.get(asked.partner)
    if partner is None or not partner.active:
        raise Conflict("partner_not_in_use")
    if ticket.is_outside:
        raise Conflict("already_with_partner")
    deed = Deed(action=HAND_OFF, arguments=HandOff(to=asked.partner))
    case = case_by_itself(ticket, deed, context, grounds)
    open_ways = ways_by_itself(ticket, case.workflow, HAND_OFF)
    if not partner.fits(kinds_of(case.workflow, ticket.step, open_ways)):
        raise Conflict("hand_off_against_terms")
    return partners.sent_by(open_ways, case, partner, note=asked.note, generation=generation)
