"""Why a target was missed, and breaches that are agreed not to count: pure decisions."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid, NotFound
from contracts import Event
from contracts.calls.sla import DecideException, GiveReason, RequestException
from contracts.sla import SlaExceptionDecided, SlaExceptionRequested, SlaReasonGiven
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clock, Clocks


def give_reason(
    state: Clocks, request: GiveReason, context: Context, book: Book
) -> Sequence[Event]:
    """Say why a target was missed, by a word of the agreement's list; another word replaces it."""
    clock = _missed(state, request.clock)
    _listed(request.reason, book.terms_of(clock).breach_reasons)
    if clock.breach_reason == request.reason:
        return []
    return [SlaReasonGiven(clock=clock.name, reason=request.reason, by=context.actor)]


def request_exception(
    state: Clocks, request: RequestException, context: Context, book: Book
) -> Sequence[Event]:
    """Ask that a breach be not counted, for a cause that the agreement provides."""
    clock = _missed(state, request.clock)
    _listed(request.reason, book.terms_of(clock).exceptions)
    if clock.exception is not None:
        raise Conflict("exception_requested_already", clock=clock.name)
    return [SlaExceptionRequested(clock=clock.name, reason=request.reason, by=context.actor)]


def decide_exception(
    state: Clocks, request: DecideException, context: Context, _book: Book
) -> Sequence[Event]:
    """Agree that a breach does not count, or not; who asked for it cannot."""
    clock = _missed(state, request.clock)
    if clock.exception != "requested":
        raise Conflict("exception_not_requested", clock=clock.name)
    if clock.exception_by == context.actor:
        raise Forbidden("exception_is_ones_own", clock=clock.name)
    return [SlaExceptionDecided(clock=clock.name, approved=request.approved, by=context.actor)]


def _missed(state: Clocks, name: str) -> Clock:
    clock = state.clocks.get(name)
    if clock is None:
        raise NotFound("clock_not_found", clock=name)
    if clock.breached_at is None:
        raise Conflict("target_not_missed", clock=name)
    return clock


def _listed(reason: str, known: Sequence[str]) -> None:
    if reason not in known:
        fault = FieldFault(
            pointer="/reason", code="not_one_of", params={"expected": ", ".join(known)}
        )
        raise Invalid("request_invalid", fields=[fault])
