"""Tells the story of one made-up request: who handles it, how, and when. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from contracts.calls.intake import Subject
from contracts.calls.routing import StaffMember
from peygir.simulate import texts
from peygir.simulate.calendar import working
from peygir.simulate.world import World

T = TypeVar("T")

_REQUESTERS = 400
_CHANNELS = {"web": 52, "phone": 30, "email": 11, "sms": 7}
_WORK_GROUPS = {
    "user_problem": 22, "user_error": 14, "software_fault": 13, "development": 7, "training": 18,
    "hardware": 14, "network": 12,
}  # fmt: skip
_SCORES = {5: 46, 4: 29, 3: 12, 2: 6, 1: 7}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One command: an action on behalf of somebody, or a message of the requester."""

    at: datetime
    action: str
    arguments: dict[str, Any] = {}
    behalf: str | None = None


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A request from its registering to where it stands at the end of the past."""

    number: int
    at: datetime
    ticket: dict[str, Any]
    #: The last four digits of the mobile number.
    proof: str
    steps: list[Step]


#: The step that is no action of staff: the requester writes.
MESSAGE = "message"


class Teller:
    """Tells one story."""

    def __init__(self, world: World, chance: random.Random, end: datetime) -> None:
        self.world, self.chance, self.end = world, chance, end
        self.steps: list[Step] = []

    def tell(self, number: int, at: datetime) -> Story:
        self.now = at
        subject = self.chance.choices(self.world.subjects, self.world.weights())[0]
        channel = self.draw(_CHANNELS)
        requester = self.chance.randrange(_REQUESTERS)
        self._handle(subject, channel)
        ticket = _ticket(subject, channel, requester, self.chance)
        return Story(
            number=number,
            at=at,
            ticket=ticket,
            proof=ticket["requester"]["mobile"][-4:],
            steps=[step for step in self.steps if step.at < self.end],
        )

    # -- what may happen to a request ------------------------------------------------------------

    def _handle(self, subject: Subject, channel: str) -> None:
        desk = self.one_of(self.world.agents())
        self.later(minutes=(0, 2) if channel == "phone" else (1, 40))
        if self.happens(0.02):
            self.do("decline", desk, reason=self.one_of(texts.DECLINE_REASONS))
            return
        self.do("assign", desk, person=desk.id)
        if self.happens(0.02):
            self.later(minutes=(20, 600))
            self.do("withdraw", desk, reason=self.one_of(texts.WITHDRAW_REASONS))
            return
        rule = self.world.rule_for(subject, channel)
        unit = rule.unit if rule else desk.unit
        experts = self.world.experts(unit)
        worker = desk
        if experts and not self.happens(0.25):
            worker = self.one_of(experts)
            self.do("assign", desk, person=worker.id)
        self._work_on(desk, worker)
        self._end(desk, worker)

    def _work_on(self, desk: StaffMember, worker: StaffMember) -> None:
        self._log(worker)
        if self.happens(0.18):
            self._ask(desk)
            self._log(worker)
        if self.happens(0.12):
            self._refer(worker)

    def _log(self, worker: StaffMember) -> None:
        self.later(minutes=(3, 200))
        minutes = max(1, min(240, round(self.chance.lognormvariate(2.2, 0.8))))
        self.do(
            "log-work",
            worker,
            work_group=self.draw(_WORK_GROUPS),
            duration=f"PT{minutes}M",
            note=self.one_of(texts.WORK),
        )

    def _ask(self, desk: StaffMember) -> None:
        self.later(minutes=(2, 30))
        self.do("ask", desk, question=self.one_of(texts.QUESTIONS))
        self.now += timedelta(minutes=self.chance.uniform(20, 2000))
        self.steps.append(
            Step(at=self.now, action=MESSAGE, arguments={"text": self.one_of(texts.REPLIES)})
        )
        self.now += timedelta(seconds=1)
        self.steps.append(Step(at=self.now, action="resume", behalf=desk.id))

    def _refer(self, worker: StaffMember) -> None:
        others = [one for one in self.world.experts() if one.id != worker.id]
        if not others:
            return
        other = self.one_of(others)
        self.do(
            "refer",
            worker,
            unit=other.unit,
            person=other.id,
            reason=self.one_of(texts.REFERRAL_REASONS),
        )
        self._log(other)
        self.later(minutes=(2, 60))
        self.do("return", other, proposal=self.one_of(texts.PROPOSALS))

    def _end(self, desk: StaffMember, worker: StaffMember) -> None:
        approver = self.world.approver(worker.unit) or desk
        self.later(minutes=(2, 90))
        self.do("answer", desk, text=self.one_of(texts.ANSWERS))
        self._finish(worker, approver)
        if self.happens(0.04):
            self.now += timedelta(hours=self.chance.uniform(2, 120))
            reason = self.one_of(texts.REOPEN_REASONS)
            self.steps.append(Step(at=self.now, action="reopen", arguments={"reason": reason}))
            self._log(desk)
            self._finish(desk, approver)
        if self.happens(0.45):
            self.now += timedelta(hours=self.chance.uniform(0.2, 60))
            said: dict[str, Any] = {"score": int(self.draw(_SCORES))}
            if self.happens(0.3):
                said["comment"] = self.one_of(texts.COMMENTS)
            self.steps.append(Step(at=self.now, action="rate", arguments=said))

    def _finish(self, worker: StaffMember, approver: StaffMember) -> None:
        self.later(minutes=(1, 30))
        self.do("done", worker, result="solved")
        if self.happens(0.05):
            self.later(minutes=(30, 500))
            self.do("send-back", approver, reason=self.one_of(texts.SEND_BACK_REASONS))
            self._log(worker)
            self.do("done", worker, result="solved")
        self.later(minutes=(10, 600))
        self.do("approve", approver)

    # -- how it is told --------------------------------------------------------------------------

    def do(self, action: str, doer: StaffMember, **arguments: Any) -> None:
        """Let somebody act now; no two things happen at the same instant."""
        step = Step(at=self.now, action=action, arguments=arguments, behalf=doer.id)
        self.steps.append(step)
        self.now += timedelta(seconds=self.chance.uniform(1, 20))

    def later(self, *, minutes: tuple[float, float]) -> None:
        """Let time pass, until the office is open."""
        self.now = working(self.now + timedelta(minutes=self.chance.uniform(*minutes)))

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def one_of(self, things: Sequence[T]) -> T:
        return self.chance.choice(things)

    def draw(self, weights: dict[Any, int]) -> Any:
        return self.chance.choices(list(weights), list(weights.values()))[0]


def _ticket(
    subject: Subject, channel: str, requester: int, chance: random.Random
) -> dict[str, Any]:
    title, description = chance.choice(texts.requests_for(subject.id))
    return {
        "subject": subject.id,
        "channel": channel,
        "language": "fa",
        "title": title,
        "description": description,
        "requester": _requester(requester),
    }


def _requester(number: int) -> dict[str, str]:
    """Give one of the organisation's public, always the same for the same number."""
    first = texts.FIRST_NAMES[number % len(texts.FIRST_NAMES)]
    last = texts.LAST_NAMES[number * 7 // 3 % len(texts.LAST_NAMES)]
    return {"name": f"{first} {last}", "mobile": f"0990020{number:04d}"}
