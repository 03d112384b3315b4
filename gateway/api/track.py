"""Following a ticket with its code and a proof: the requester's side, without signing in."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Header, Path, Response

from chassis.errors import NotFound
from chassis.identity import Identity
from contracts.calls.intake import AddMessage, Message, Track, Tracked
from contracts.calls.routing import Act, Follow, Followed, Step, TicketView
from contracts.calls.sla import ExpectedView
from gateway import story
from gateway.access import Anyone, AnyoneCommanding
from gateway.answers import FeedbackAnswer, FollowedTicket, Foretold, answered, gives
from gateway.caller import Caller
from gateway.documents import CodePath, Feedback, NewMessage, Reason
from gateway.filled import told_answers
from gateway.json_bodies import StrictRoute
from gateway.limits import network_of
from gateway.texts import latin

router = APIRouter(prefix="/api/v1/track/{code}", tags=["follow"], route_class=StrictRoute)

#: What requesters may do themselves, where the workflow lets them.
OWN_ACTIONS: Final = ("rate", "reopen", "withdraw")
#: States of a ticket whose end still lies ahead.
_AHEAD: Final = frozenset({"new", "in_progress", "waiting"})

Proof = Annotated[
    str,
    Header(
        alias="Peygir-Proof",
        min_length=1,
        max_length=254,
        description="Last four digits of the mobile number, or the e-mail address.",
        examples=["4567"],
    ),
]


@router.get(
    "",
    operation_id="follow_ticket",
    summary="Follow a ticket",
    responses=gives(FollowedTicket),
)
async def follow_ticket(code: CodePath, proof: Proof, caller: Anyone) -> Response:
    """Give what its requester may see; an unknown code and a wrong proof get the same refusal."""
    await count_try(caller, code)
    return answered(await followed(caller, code, proof))


@router.post(
    "/messages",
    status_code=201,
    operation_id="add_message",
    summary="Write about a ticket",
    responses=gives(Message, status=201, description="Taken; the work goes on with it."),
)
async def add_message(
    code: CodePath, proof: Proof, body: NewMessage, caller: AnyoneCommanding
) -> Response:
    """Take the requester's answer to a question, or what he writes by himself."""
    await count_try(caller, code)
    message = await write(caller, code, proof, body)
    return answered(message, status=201, headers=caller.replay_headers())


@router.post(
    "/feedback",
    operation_id="give_feedback",
    summary="Rate the result",
    responses=gives(FeedbackAnswer, description="Taken."),
)
async def give_feedback(
    code: CodePath, proof: Proof, body: Feedback, caller: AnyoneCommanding
) -> Response:
    """Take the requester's rating of the result, once it is there."""
    await count_try(caller, code)
    await rate(caller, code, proof, body)
    return answered(FeedbackAnswer(code=code, score=body.score), headers=caller.replay_headers())


@router.post(
    "/actions/{action}",
    operation_id="act_as_requester",
    summary="Reopen or withdraw a ticket",
    responses=gives(FollowedTicket, description="Done; the ticket as it stands now."),
)
async def act_as_requester(
    code: CodePath,
    action: Annotated[
        Literal["reopen", "withdraw"], Path(description="One of the ticket's `actions`.")
    ],
    proof: Proof,
    body: Reason,
    caller: AnyoneCommanding,
) -> Response:
    """Take a finished ticket up again, or take an unfinished one back."""
    await count_try(caller, code)
    await act(caller, code, proof, action, {"reason": body.reason} if body.reason else {})
    return answered(await followed(caller, code, proof), headers=caller.replay_headers())


async def followed(caller: Caller, code: str, proof: str) -> FollowedTicket:
    """Give what the requester may see of his ticket; raises NotFound without a right proof."""
    tracked, requester = await proved(caller, code, proof)
    view, steps = await _case(requester, code)
    expected = None
    if view is not None and view.state in _AHEAD:
        expected = await caller.gateway.outlook.of(view)
    merged = story.told(
        steps,
        registered_at=tracked.registered_at,
        requester=tracked.requester,
        messages=tracked.messages,
    )
    return FollowedTicket(
        code=code,
        state=view.state if view else "new",
        title=tracked.title,
        subject=tracked.subject,
        kind=tracked.kind,
        channel=tracked.channel,
        registered_at=tracked.registered_at,
        updated_at=view.updated_at if view else tracked.registered_at,
        finished_at=view.finished_at if view else None,
        waiting_for=view.waiting_for if view else None,
        handled_by=_owner_of(steps),
        rating=view.rating if view else None,
        actions=[action for action in (view.actions if view else ()) if action in OWN_ACTIONS],
        messages=tracked.messages,
        answers=told_answers(tracked.answers, caller.language),
        timeline=story.for_requester(merged, caller.language),
        expected=_foretold(expected) if expected else None,
    )


async def write(caller: Caller, code: str, proof: str, message: NewMessage) -> Message:
    """Have intake take a message of the requester, who shows his proof with it."""
    request = AddMessage(
        code=code, proof=_tidy(proof), text=message.text, address=network_of(caller.address)
    )
    return await caller.command("intake", "add_message", request, Message)


async def rate(caller: Caller, code: str, proof: str, feedback: Feedback) -> None:
    """Have routing take the requester's rating."""
    arguments = feedback.model_dump(exclude_none=True)
    await act(caller, code, proof, "rate", arguments)


async def act(
    caller: Caller, code: str, proof: str, action: str, arguments: dict[str, Any]
) -> None:
    """Have routing do what the requester wants, in his own name."""
    _, requester = await proved(caller, code, proof)
    request = Act(code=code, action=action, arguments=arguments)
    await requester.command("routing", "act", request, TicketView)
    caller.replayed = requester.replayed


async def proved(caller: Caller, code: str, proof: str) -> tuple[Tracked, Caller]:
    """Give what intake shows for the proof, and the caller as the requester he proved to be."""
    request = Track(code=code, proof=_tidy(proof), address=network_of(caller.address))
    tracked = await caller.query("intake", "track", request, Tracked)
    identity = Identity(subject=f"requester:{tracked.requester}", role="requester")
    return tracked, caller.acting_as(identity)


async def count_try(caller: Caller, code: str) -> None:
    """Count a try to follow, per address and per code; raises LimitReached."""
    await caller.spend(track=network_of(caller.address), track_code=code)


async def _case(requester: Caller, code: str) -> tuple[TicketView | None, list[Step]]:
    """Give the ticket's case and its public steps; None while routing has not heard of it yet."""
    try:
        found = await requester.query("routing", "follow", Follow(code=code), Followed)
    except NotFound:
        return None, []
    return found.ticket, found.steps


def _foretold(found: ExpectedView) -> Foretold:
    by = "target" if found.of == "target" else "history"
    return Foretold(at=found.expected_at, by=by, steps=found.steps)


def _owner_of(steps: Sequence[Step]) -> str | None:
    """Give the owner's name, as the public timeline tells it."""
    names = (step.data.get("owner") for step in reversed(steps) if step.type == "ticket.owned")
    return next((name for name in names if name), None)


def _tidy(proof: str) -> str:
    """Read a proof as people type it; raises NotFound for none."""
    with contextlib.suppress(UnicodeError):
        # A header's bytes arrive as Latin-1; whoever sent Persian digits in it meant UTF-8.
        proof = proof.encode("latin-1").decode()
    tidy = latin(proof).strip()
    if not tidy:
        raise NotFound("tracking_refused")
    return tidy[:200]
