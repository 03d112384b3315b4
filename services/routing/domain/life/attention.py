"""How a ticket changes when somebody is asked, reminded, mentioned, follows it, puts it off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from contracts.routing import (
    TicketChased,
    TicketFollowed,
    TicketMentioned,
    TicketReturned,
    TicketSnoozed,
    TicketUnfollowed,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWoken,
)
from services.routing.domain.attention import WORK, Chase, Proposal, Question, Snooze
from services.routing.domain.life.changing import changed
from services.routing.domain.ticket import TICKETS, Ticket


@TICKETS.on(TicketUnitAsked)
def unit_asked(state: Ticket, event: TicketUnitAsked, at: datetime) -> Ticket:
    question = Question(
        id=event.question, by=event.by, unit=event.unit, person=event.person, since=at
    )
    return _with(state, questions=(*state.attention.questions, question))


@TICKETS.on(TicketUnitReplied)
def unit_replied(state: Ticket, event: TicketUnitReplied, _at: datetime) -> Ticket:
    attention = state.attention
    return _with(
        state,
        questions=tuple(each for each in attention.questions if each.id != event.question),
        chases={name: chase for name, chase in attention.chases.items() if name != event.question},
    )


@TICKETS.on(TicketChased)
def chased(state: Ticket, event: TicketChased, at: datetime) -> Ticket:
    chase = Chase(times=event.times, at=at)
    return _with(state, chases=state.attention.chases | {event.question or WORK: chase})


@TICKETS.on(TicketReturned)
def returned(state: Ticket, event: TicketReturned, at: datetime) -> Ticket:
    left = tuple(token for token in state.referrals if token.id != event.referral)
    state = _with(
        changed(state, referrals=left),
        chases={name: chase for name, chase in state.attention.chases.items() if name != WORK},
    )
    if event.proposal is None:
        return state
    proposal = Proposal(id=event.referral, by=event.by, at=at, text=event.proposal)
    return _with(state, proposals=(*state.attention.proposals, proposal))


@TICKETS.on(TicketMentioned)
def mentioned(state: Ticket, event: TicketMentioned, _at: datetime) -> Ticket:
    known = dict.fromkeys((*state.attention.mentioned, *event.persons))
    return _with(state, mentioned=tuple(known))


@TICKETS.on(TicketFollowed)
def followed(state: Ticket, event: TicketFollowed, _at: datetime) -> Ticket:
    return _with(state, followers=state.attention.followers | {event.person: event.news})


@TICKETS.on(TicketUnfollowed)
def unfollowed(state: Ticket, event: TicketUnfollowed, _at: datetime) -> Ticket:
    followers = state.attention.followers
    return _with(state, followers={p: news for p, news in followers.items() if p != event.person})


@TICKETS.on(TicketSnoozed)
def snoozed(state: Ticket, event: TicketSnoozed, _at: datetime) -> Ticket:
    others = _others(state, event.person)
    return _with(state, snoozes=(*others, Snooze(by=event.person, until=event.until)))


@TICKETS.on(TicketWoken)
def woken(state: Ticket, event: TicketWoken, _at: datetime) -> Ticket:
    return _with(state, snoozes=_others(state, event.person))


def _others(state: Ticket, person: str) -> tuple[Snooze, ...]:
    return tuple(each for each in state.attention.snoozes if each.by != person)


def _with(state: Ticket, **fields: Any) -> Ticket:
    return changed(state, attention=msgspec.structs.replace(state.attention, **fields))
