"""Asking other units, reminding them, being told of what happens, putting off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from chassis.clock import as_utc
from chassis.decisions import Context
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid
from contracts.envelope import ContentRef, Event
from contracts.routing import (
    TicketChased,
    TicketFollowed,
    TicketMentioned,
    TicketSnoozed,
    TicketUnfollowed,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWoken,
)
from services.routing.domain.attention import CHASE_PAUSE, WORK, Question
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Action, Case, Grounds
from services.routing.handlers.placing import known_unit

#: One ticket asks no more at once, and is put off no further.
_MOST_QUESTIONS = 20
_MOST_FOLLOWERS = 200
_MOST_TOLD = 20
_FURTHEST = timedelta(days=366)


class WakeUp(msgspec.Struct, frozen=True, kw_only=True):
    """The time has come for those who have put the ticket off."""


def ask_unit(case: Case) -> list[Event]:
    """Ask a unit, or one person in it; the work goes on."""
    arguments, unit = case.arguments, known_unit(case, case.arguments.unit)
    if len(case.ticket.attention.questions) >= _MOST_QUESTIONS:
        raise Conflict("too_many_questions", most=_MOST_QUESTIONS)
    if arguments.person is not None:
        person = case.grounds.organisation.people.get(arguments.person)
        if person is None or not person.active or person.unit != unit:
            fault = FieldFault(
                pointer="/person",
                code="person_not_in_unit",
                params={"person": arguments.person, "unit": unit},
            )
            raise Invalid("arguments_invalid", fields=[fault])
    return [asked(case, unit, arguments.person)]


def asked(case: Case, unit: str, person: str | None = None) -> TicketUnitAsked:
    """Give the event of a question; one that a clock asks has no text."""
    return TicketUnitAsked(
        question=case.context.new_id("question"),
        by=case.by,
        unit=unit,
        person=person,
        text=case.text("question"),
        told=_told(case, unit, person),
    )


def _told(case: Case, unit: str, person: str | None) -> list[str]:
    """Give who is told: the one meant, else those who lead the unit, else who works there."""
    if person is not None:
        return [person]
    organisation = case.grounds.organisation
    leaders = organisation.holders("supervisor", unit)
    if leaders and organisation.people[leaders[0]].unit == unit:
        return leaders
    there = [each.id for each in organisation.people.values() if each.unit == unit and each.active]
    return sorted(there)[:_MOST_TOLD]


def reply(case: Case) -> list[Event]:
    """Answer a question; anybody of the unit that was asked may."""
    question = _open_question(case)
    if case.asker.unit != question.unit and not case.asker.importing:
        raise Forbidden("question_to_another_unit", unit=question.unit)
    return [_closed(case, question, text=case.text("answer"))]


def take_back(case: Case) -> list[Event]:
    """Need no answer any more; whoever asked may say so, and the owner."""
    question = _open_question(case)
    if case.by not in (question.by, case.ticket.owner):
        raise Forbidden("owner_only", action="take-question-back")
    return [_closed(case, question, withdrawn=True)]


def _open_question(case: Case) -> Question:
    question = case.ticket.attention.question(case.arguments.question)
    if question is None:
        raise Conflict("question_not_open")
    return question


def _closed(
    case: Case, question: Question, *, text: ContentRef | None = None, withdrawn: bool = False
) -> TicketUnitReplied:
    return TicketUnitReplied(
        question=question.id,
        by=case.by,
        unit=question.unit,
        open_seconds=max(0.0, (case.context.at - question.since).total_seconds()),
        text=text,
        withdrawn=withdrawn,
        to=question.by if question.by in case.grounds.organisation.people else case.ticket.owner,
    )


def chase(case: Case) -> list[Event]:
    """Remind who has the work, or who was asked; not more often than every so many minutes."""
    ticket, name = case.ticket, case.arguments.question
    if name is not None:
        question = _open_question(case)
        unit, person, since = question.unit, question.person, question.since
    else:
        unit, person, since = ticket.unit or "", ticket.assignee, _away_since(ticket, case.context)
        if person == case.by:
            raise Conflict("nothing_out")
    before = ticket.attention.chases.get(name or WORK)
    if before is not None and case.context.at - before.at < CHASE_PAUSE:
        left = CHASE_PAUSE - (case.context.at - before.at)
        raise Conflict("chased_lately", minutes=-(-left // timedelta(minutes=1)))
    return [
        TicketChased(
            by=case.by,
            unit=unit or None,
            person=person,
            question=name,
            times=before.times + 1 if before else 1,
            open_seconds=max(0.0, (case.context.at - since).total_seconds()),
            told=_told(case, unit, person),
        )
    ]


def _away_since(ticket: Ticket, context: Context) -> datetime:
    return ticket.referrals[-1].since if ticket.referrals else ticket.opened_at or context.at


def follow(case: Case) -> list[Event]:
    """Be told of news; nothing when it is so already."""
    followers, news = case.ticket.attention.followers, sorted(set(case.arguments.news))
    if followers.get(case.by) == news:
        return []
    if case.by not in followers and len(followers) >= _MOST_FOLLOWERS:
        raise Conflict("too_many_followers", most=_MOST_FOLLOWERS)
    return [TicketFollowed(person=case.by, news=news)]


def unfollow(case: Case) -> list[Event]:
    """Be told no longer; nothing when one is not."""
    return [TicketUnfollowed(person=case.by)] if case.by in case.ticket.attention.followers else []


def mentions(case: Case, note: ContentRef, names: Sequence[str]) -> list[Event]:
    """Give the event of naming colleagues in a note; names that nobody has are only words."""
    people = case.grounds.organisation.people
    persons = [n for n in dict.fromkeys(names) if n in people and people[n].active and n != case.by]
    return [TicketMentioned(by=case.by, persons=persons, note=note)] if persons else []


def snooze(case: Case) -> list[Event]:
    """Have the ticket out of one's inbox until an instant to come."""
    if case.arguments.until is None:
        fault = FieldFault(pointer="/until", code="required")
        raise Invalid("arguments_invalid", fields=[fault])
    until = as_utc(case.arguments.until)
    if not case.context.at < until <= case.context.at + _FURTHEST:
        fault = FieldFault(pointer="/until", code="not_to_come")
        raise Invalid("arguments_invalid", fields=[fault])
    return [TicketSnoozed(person=case.by, until=until)]


def wake(case: Case) -> list[Event]:
    """Have it back before its time."""
    sleeps = any(each.by == case.by for each in case.ticket.attention.snoozes)
    return [TicketWoken(person=case.by)] if sleeps else []


def wake_up(state: Ticket, _message: WakeUp, context: Context, _grounds: Grounds) -> list[Event]:
    """Bring the ticket back to everybody whose time has come."""
    snoozes = state.attention.snoozes
    return [TicketWoken(person=each.by) for each in snoozes if each.until <= context.now]


#: By name.
ACTIONS: Mapping[str, Action] = {
    "ask-unit": Action(ask_unit),
    "answer-question": Action(reply),
    "take-question-back": Action(take_back),
    "chase": Action(chase),
    "follow": Action(follow),
    "unfollow": Action(unfollow),
    "snooze": Action(snooze),
    "wake": Action(wake),
}
