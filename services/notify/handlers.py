"""What follows from each event of the others: who is owed which notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from chassis.decisions import Context
from contracts.envelope import ContentRef, Event
from contracts.intake import RequesterCodeAsked, TicketMessageReceived, TicketRegistered
from contracts.notify import Particulars
from contracts.routing import (
    TicketAnswered,
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketAssigned,
    TicketChased,
    TicketDeclined,
    TicketHeard,
    TicketMentioned,
    TicketMoved,
    TicketNoticeAsked,
    TicketReopened,
    TicketSentBack,
    TicketTaskAssigned,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWaiting,
    TicketWithdrawn,
    TicketWoken,
)
from contracts.sla import SlaBreached, SlaOverdue, SlaWarned
from services.notify.domain import ladders
from services.notify.domain.corrections import ending
from services.notify.domain.deliveries import PERSON, REQUESTER, ROLE, Ledger
from services.notify.domain.ladders import BREACH, WARNING, Grounds
from services.notify.domain.notices import (
    ASSIGNEE,
    BOTH,
    EMAIL,
    NOTHING,
    ONE_TIME,
    RESPONSIBLE,
    Notice,
    owe,
    to_requester,
)

Decide = Callable[[Ledger, Any, Context, Grounds], list[Event]]

#: Who is assigned so soon after registering needs no second SMS about it: the first one, with the
#: code, has just said that the request is being followed.
PROMPT_SECONDS = 60


def telling(template: str) -> Decide:
    """Give the decision that tells the requester, whatever else the event says."""

    def tell(ledger: Ledger, _event: Event, context: Context, _grounds: Grounds) -> list[Event]:
        return owe(ledger, context, to_requester(ledger, template))

    return tell


#: In plain words, that specialists look at it now.
tell_of_escalation = telling("escalated")
#: It goes on together with another request.
tell_merged = telling("merged")
#: The work is done.
tell_done = ending(telling("done"))
#: It is over; and how to say what he thinks of it.
tell_finished = ending(telling("finished"))


def send_code(
    ledger: Ledger, event: TicketRegistered, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the requester his tracking code."""
    ledger = replace(ledger, imported=event.imported)
    return owe(ledger, context, Notice("registered", REQUESTER + event.requester, BOTH))


def bring_code(
    ledger: Ledger, event: RequesterCodeAsked, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring a requester his one-time code: at any hour, for he sits there and waits."""
    requester = context.stream.removeprefix(REQUESTER)
    particulars = Particulars(one_time=event.code)
    return owe(
        ledger, context, Notice(ONE_TIME, REQUESTER + requester, (event.channel,), particulars)
    )


def pass_message_on(
    ledger: Ledger, _event: TicketMessageReceived, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell owner and assignee that the requester wrote; of a merged ticket, the other one tells."""
    if ledger.was_owed("merged"):
        return []
    return owe(ledger, context, Notice("message_received", RESPONSIBLE, (EMAIL,)))


def tell_heard(
    ledger: Ledger, _event: TicketHeard, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell owner and assignee that the requester of a ticket merged into this one wrote."""
    return owe(ledger, context, Notice("message_received", RESPONSIBLE, (EMAIL,)))


def tell_asked(
    ledger: Ledger, event: TicketUnitAsked, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring a colleague's question to those who can answer it."""
    return _owe_to_persons(ledger, "unit_asked", event.told, _quoting(event.text), context)


def tell_replied(
    ledger: Ledger, event: TicketUnitReplied, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring the answer to who had asked."""
    if event.withdrawn or event.to is None:
        return []
    return _owe_to_persons(ledger, "unit_replied", [event.to], _quoting(event.text), context)


def tell_chased(
    ledger: Ledger, event: TicketChased, context: Context, _grounds: Grounds
) -> list[Event]:
    """Remind who has the work, or was asked."""
    return _owe_to_persons(ledger, "chased", event.told, NOTHING, context)


def tell_mentioned(
    ledger: Ledger, event: TicketMentioned, context: Context, _grounds: Grounds
) -> list[Event]:
    """Call the attention of those who were named in a note."""
    return _owe_to_persons(ledger, "mentioned", event.persons, _quoting(event.note), context)


def tell_woken(
    ledger: Ledger, event: TicketWoken, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell that what was put off is there again."""
    return _owe_to_persons(ledger, "woken", [event.person], NOTHING, context)


def tell_of_assignment(
    ledger: Ledger, event: TicketAssigned, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the assignee, unless he took the work himself, and the requester the first time."""
    notices = []
    if context.actor != PERSON + event.assignee:
        notices.append(Notice("assigned", PERSON + event.assignee, (EMAIL,)))
    if event.state == "in_progress" and not ledger.was_owed("in_progress"):
        channels = (EMAIL,) if _just_asked(ledger, context) else BOTH
        notices.append(to_requester(ledger, "in_progress", channels=channels))
    return owe(ledger, context, *notices)


def ask_requester(
    ledger: Ledger, event: TicketWaiting, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring the question to the requester; waiting for others is no business of his."""
    if event.waiting_for != "requester":
        return []
    return owe(ledger, context, to_requester(ledger, "question", _quoting(event.question)))


def bring_answer(
    ledger: Ledger, event: TicketAnswered, context: Context, _grounds: Grounds
) -> list[Event]:
    """Bring the owner's answer to the requester."""
    return owe(ledger, context, to_requester(ledger, "answer", _quoting(event.answer)))


@ending
def tell_declined(
    ledger: Ledger, event: TicketDeclined, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the requester that it cannot be taken up, and why."""
    return owe(ledger, context, to_requester(ledger, "declined", _quoting(event.reason)))


def tell_reopened(
    ledger: Ledger, event: TicketReopened, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the requester, and those who worked on it, that it goes on."""
    return owe(
        ledger,
        context,
        to_requester(ledger, "reopened"),
        Notice("reopened_staff", RESPONSIBLE, (EMAIL,), _quoting(event.reason)),
    )


def tell_sent_back(
    ledger: Ledger, event: TicketSentBack, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the assignee that the approver was not content, and why."""
    return owe(ledger, context, Notice("sent_back", ASSIGNEE, (EMAIL,), _quoting(event.reason)))


@ending
def tell_withdrawn(
    ledger: Ledger, event: TicketWithdrawn, context: Context, _grounds: Grounds
) -> list[Event]:
    """Confirm it to the requester, and tell those who work on it to stop."""
    return owe(
        ledger,
        context,
        to_requester(ledger, "withdrawn"),
        Notice("withdrawn_staff", RESPONSIBLE, (EMAIL,), _quoting(event.reason)),
    )


def tell_of_step(
    ledger: Ledger, event: TicketMoved, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell the requester of a step that the workflow has a sentence for."""
    if event.tells is None:
        return []
    return owe(ledger, context, to_requester(ledger, "step", Particulars(words=event.tells)))


def pass_notice_on(
    ledger: Ledger, event: TicketNoticeAsked, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell whom a transition of the workflow wants told."""
    words = Particulars(words=event.text)
    if event.role == "requester":
        return owe(ledger, context, to_requester(ledger, "step", words))
    return owe(ledger, context, Notice("notice", ROLE + event.role, (EMAIL,), words))


def tell_of_task(
    ledger: Ledger, event: TicketTaskAssigned, context: Context, _grounds: Grounds
) -> list[Event]:
    """Tell who was given a task, unless he took it himself."""
    if context.actor == PERSON + event.assignee:
        return []
    return owe(ledger, context, Notice("assigned", PERSON + event.assignee, (EMAIL,)))


def ask_for_consent(
    ledger: Ledger,
    event: TicketApprovalAsked | TicketApprovalGiven,
    context: Context,
    _grounds: Grounds,
) -> list[Event]:
    """Tell those whose turn it is that their consent is waited for."""
    return owe(ledger, context, *(Notice("consent", PERSON + p, (EMAIL,)) for p in event.told))


def warn(ledger: Ledger, event: SlaWarned, context: Context, grounds: Grounds) -> list[Event]:
    """Tell those the agreement names how little time is left."""
    particulars = Particulars(
        clock=event.clock,
        alarm_at=event.alarm_at,
        left_seconds=event.left_seconds,
        due_at=event.due_at,
    )
    return _owe_to_roles(ledger, WARNING, event, particulars, context, grounds)


def sound_alarm(
    ledger: Ledger, event: SlaBreached | SlaOverdue, context: Context, grounds: Grounds
) -> list[Event]:
    """Tell those the agreement names which ticket is late."""
    particulars = Particulars(clock=event.clock, alarm_at=event.alarm_at, due_at=event.due_at)
    return _owe_to_roles(ledger, BREACH, event, particulars, context, grounds)


def _just_asked(ledger: Ledger, context: Context) -> bool:
    return (
        ledger.asked_at is not None
        and (context.at - ledger.asked_at).total_seconds() < PROMPT_SECONDS
    )


def _quoting(text: ContentRef | None) -> Particulars:
    return Particulars(text=text.id if text else None)


def _owe_to_persons(
    ledger: Ledger,
    template: str,
    persons: Sequence[str],
    particulars: Particulars,
    context: Context,
) -> list[Event]:
    notices = (Notice(template, PERSON + person, (EMAIL,), particulars) for person in persons)
    return owe(ledger, context, *notices)


def _owe_to_roles(
    ledger: Ledger,
    template: str,
    event: SlaWarned | SlaBreached | SlaOverdue,
    particulars: Particulars,
    context: Context,
    grounds: Grounds,
) -> list[Event]:
    notices = (
        ladders.begin(template, asked, particulars, context, grounds.policy)
        for asked in event.notices
    )
    return owe(ledger, context, *notices)
