"""What people ask of the system in a run: to register a request, and to work on it.

Each command knows the one event that must follow from it, its *effect*: the event's type with the
hash of the text that the command carries, or with the ticket's code where it carries none.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REGISTERED = "ticket.registered"
MESSAGE_RECEIVED = "ticket.message_received"
ASSIGNED = "ticket.assigned"
ANSWERED = "ticket.answered"
NOTED = "ticket.noted"
WORK_LOGGED = "ticket.work_logged"
DONE = "ticket.done"

#: Who gives commands: the demo's accounts.
STAFF = ("desk", "supervisor", "admin")
#: Where the supervisor may act.
_WORKED_ON = ("it.software", "it.network")
_OTHERS = ("it.hardware", "finance.payroll", "hr.leave")
#: Nobody to whom the demo's rules give work: being assigned to is always news.
_SPECIALIST = "k.moradi"
_REQUESTERS = 500


@dataclass(frozen=True)
class Command:
    """One command with its idempotency key; sent as it is until it is answered."""

    key: str
    kind: str
    effect: str
    who: str
    path: str
    body: dict[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A request that somebody brings, and whether people go on to work on it."""

    key: str
    requester: int
    subject: str
    followed: bool
    channel: str = "phone"

    def registering(self) -> Command:
        """Give the command that registers it."""
        description = "x" * 400
        body = {
            "subject": self.subject,
            "title": self.key,
            "description": description,
            "channel": self.channel,
            "requester": {
                "name": f"Requester {self.requester}",
                "mobile": f"0912{self.requester:07d}",
                "email": f"r{self.requester}@example.org",
            },
        }
        effect = f"{REGISTERED}:{_digest(self.key, description)}"
        return Command(self.key, REGISTERED, effect, "desk", "/tickets", body)

    def following(self, code: str) -> list[Command]:
        """Give what is done with the ticket, in order."""
        if not self.followed:
            return []
        act = f"/tickets/{code}/actions"
        answer, note, work = (f"{self.key}-{name}" for name in ("answer", "note", "work"))
        logged = {"work_group": "software_fault", "duration": "PT15M", "note": work}
        return [
            self._writing(code),
            self._of(ASSIGNED, code, "supervisor", f"{act}/assign", {"person": _SPECIALIST}),
            self._of(ANSWERED, _plain(answer), "desk", f"{act}/answer", {"text": answer}),
            self._of(NOTED, _plain(note), "supervisor", f"{act}/note", {"text": note}),
            self._of(WORK_LOGGED, _plain(work), "supervisor", f"{act}/log-work", logged),
            self._of(DONE, code, "supervisor", f"{act}/done", {"result": "solved"}),
        ]

    def _writing(self, code: str) -> Command:
        text = f"{self.key}-message"
        proof = {"Peygir-Proof": f"{self.requester:07d}"[-4:]}
        return Command(
            key=text,
            kind=MESSAGE_RECEIVED,
            effect=f"{MESSAGE_RECEIVED}:{_digest(text)}",
            who="requester",
            path=f"/track/{code}/messages",
            body={"text": text},
            headers=proof,
        )

    def _of(self, kind: str, what: str, who: str, path: str, body: dict[str, Any]) -> Command:
        key = f"{self.key}-{kind.removeprefix('ticket.')}"
        return Command(key, kind, f"{kind}:{what}", who, path, body)


class RequestMaker:
    """Makes one request after the other."""

    def __init__(self, chance: random.Random, followed: float, channel: str) -> None:
        self._chance = chance
        self._followed = followed
        self._channel = channel
        self._made = 0

    def next(self) -> Request:
        """Give the next request."""
        self._made += 1
        followed = self._chance.random() < self._followed
        return Request(
            key=f"faults-{self._made:06d}-{self._chance.getrandbits(48):012x}",
            requester=self._chance.randrange(_REQUESTERS),
            subject=self._chance.choice(_WORKED_ON if followed else (*_WORKED_ON, *_OTHERS)),
            followed=followed,
            channel=self._channel,
        )


def requests(seed: int, *, followed: float, channel: str = "phone") -> RequestMaker:
    """Give what makes the requests of a run; the same seed makes the same ones."""
    return RequestMaker(random.Random(seed), followed, channel)


def effect_of(event: Mapping[str, Any]) -> str | None:
    """Give the effect that an event of the public log is; None: no command of ours leads to it."""
    kind = event["type"].removeprefix("ir.peygir.").removesuffix(".v1")
    field_ = _TEXT_OF.get(kind)
    if field_ is not None:
        text = event["data"].get(field_)
        return f"{kind}:{text['sha256']}" if text else None
    by_person = event["actor"].startswith("person:")
    return f"{kind}:{event['subject']}" if kind in (ASSIGNED, DONE) and by_person else None


#: The field of an event that refers to the text a command brought.
_TEXT_OF = {
    REGISTERED: "content",
    MESSAGE_RECEIVED: "message",
    ANSWERED: "answer",
    NOTED: "note",
    WORK_LOGGED: "note",
}


def _plain(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(*parts: str) -> str:
    """Give the hash that intake keeps: of the parts as a JSON array."""
    return _plain(json.dumps(parts, separators=(",", ":")))
