"""A ticket's timeline: routing's steps and intake's messages in one order, and in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import merge
from typing import Any, Final

from contracts.calls.intake import Message
from contracts.calls.routing import Step
from gateway.answers import PublicStep, TimelineStep
from gateway.explaining import duration
from gateway.texts import has, text

_REGISTERED: Final = "ticket.registered"
_MOVED: Final = "ticket.moved"
_REFUSED: Final = ("ticket.demand_refused", "ticket.effect_refused")
_MESSAGE: Final = "ticket.message_received"


def told(
    steps: Iterable[Step],
    *,
    registered_at: datetime,
    requester: str,
    messages: Iterable[Message],
) -> list[Step]:
    """Give every step, oldest first; those of one service keep their order."""
    case = list(steps)
    arrivals: list[Step] = []
    if not any(step.type == _REGISTERED for step in case):
        arrivals.append(
            Step(at=registered_at, type=_REGISTERED, actor=f"requester:{requester}", data={})
        )
    if not any(step.type == _MESSAGE for step in case):
        arrivals += (
            Step(
                at=message.at,
                type=_MESSAGE,
                actor=f"requester:{requester}",
                data={},
                texts={"message": message.text},
            )
            for message in messages
        )
    return list(merge(arrivals, case, key=lambda step: step.at))


def for_staff(steps: Iterable[Step], language: str) -> list[TimelineStep]:
    """Give the steps as the API tells them to staff."""
    return [
        TimelineStep(
            at=step.at,
            type=step.type,
            title=in_words(step, language, "step"),
            actor=step.actor,
            data=step.data,
            texts=step.texts,
            answers=step.answers,
        )
        for step in steps
    ]


def for_requester(steps: Iterable[Step], language: str) -> list[PublicStep]:
    """Give the steps as the requester is told them: no actor, no inner data."""
    return [
        PublicStep(
            at=step.at,
            type=step.type,
            title=in_words(step, language, "public_step"),
            texts=step.texts,
        )
        for step in steps
        if has(f"public_step.{step.type}")
    ]


def in_words(step: Step, language: str, section: str) -> str:
    """Give the sentence for a step; one that nobody has written yet is told by its type."""
    own = step.data.get("tells" if section == "public_step" else "title")
    if step.type == _MOVED and own and language in own:
        return str(own[language])
    for key in (f"{section}.{step.type}", f"step.{step.type}"):
        if has(key):
            shown = {**step.data, **_isolated(step.data), **_later(step.data, language)}
            shown |= _why(step, language)
            told = text(language, key, **shown)
            return _signed(told, step, language) if section == "step" else told
    return step.type


def _isolated(data: Mapping[str, Any]) -> dict[str, str]:
    """Give the name in a step such that it disturbs no sentence of the other direction."""
    owner = data.get("owner")
    return {"owner": f"\u2068{owner}\u2069"} if owner else {}


def _signed(told: str, step: Step, language: str) -> str:
    """Add for whom it was done, where somebody stood in."""
    person = step.data.get("instead_of")
    return text(language, "flow.instead_of", told=told, person=person) if person else told


def _why(step: Step, language: str) -> dict[str, str]:
    """Give the sentence for the code of a refusal, where there is one."""
    key = f"error.{step.data.get('reason')}"
    if step.type not in _REFUSED or not has(key):
        return {}
    return {"reason": text(language, key, **step.data)}


def _later(data: Mapping[str, Any], language: str) -> dict[str, str]:
    """Give what is done by itself and after how long, in words."""
    wording, seconds = data.get("title"), data.get("seconds")
    if not isinstance(wording, Mapping) or seconds is None:
        return {}
    return {"title": str(wording.get(language, "")), "duration": duration(seconds, language)}
