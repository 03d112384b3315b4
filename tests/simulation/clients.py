"""Who commands: each client brings tickets to life and works on them until he has had enough.

A client sees what a person sees, the case as routing shows it, a little out of date perhaps. He
repeats a command under its key until somebody answers, and now and then once more although somebody
has. What was answered stands in the ledger, and must be found again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from chassis.calls import wire
from chassis.identity import ANONYMOUS, Identity
from contracts.calls.intake import AddMessage, Registered, RegisterTicket, RequesterData
from contracts.calls.notify import AcknowledgeDelivery
from contracts.calls.routing import Act
from tests.simulation import ground
from tests.simulation.plays import SUBJECTS, Move, next_act

if TYPE_CHECKING:
    from tests.simulation.world import World

_SECONDS = 5.0
_OK = 200
_UNAVAILABLE = 503
_AGAIN = (429, _UNAVAILABLE)
_MOST_TRIES = 40


class Acknowledged(NamedTuple):
    """A command that was answered with success."""

    service: str
    stream: str
    cause: str
    #: The method, or for tickets the action.
    action: str
    answer: Any


class Ledger:
    """What all clients were told, and which keys they ever used."""

    def __init__(self) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.attempted: set[str] = set()
        self.refused = 0
        self.unanswered = 0


class Client:
    """One client, a green thread of the world outside."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.ledger = world.ledger
        self.done = False
        self._keys = 0

    def run(self, acts: int) -> None:
        """Register a ticket and do so many things about it."""
        code = self._register()
        if code is not None and self._sees(code):
            for _act in range(acts):
                self.world.hub.pause(self.world.chance.random() * 6)
                self._move(code, next_act(self.world, code))
        self.done = True

    def _sees(self, code: str) -> bool:
        """Wait for the case to be opened; some are not that patient."""
        for _look in range(20):
            if code in self.world.disks["routing"].shelf("tickets").stored:
                return True
            self.world.hub.pause(1 + self.world.chance.random())
        return False

    def _register(self) -> str | None:
        by_desk = self.world.chance.random() < 0.4
        identity = Identity(subject="person:desk", role="agent") if by_desk else ANONYMOUS
        request = RegisterTicket(
            subject=self.world.chance.choice(SUBJECTS),
            title=self.name,
            description="It does not work.",
            channel="phone" if by_desk else "web",
            requester=RequesterData(name="R", mobile=f"0912000{self.world.chance.randrange(3):04}"),
        )
        status, body = self.command("intake", "register_ticket", request, identity)
        if status != _OK:
            return None
        return msgspec.json.decode(body, type=Registered).code

    def _move(self, code: str, move: Move) -> None:
        if move.action == "message":
            request: Any = AddMessage(code=code, proof=move.arguments["proof"], text="More.")
            self.command("intake", "add_message", request, ANONYMOUS, stream=code)
            return
        if move.action == "acknowledge":
            if move.arguments["delivery"] is not None:
                wish = AcknowledgeDelivery(code=code, delivery=move.arguments["delivery"])
                self.command("notify", "acknowledge_delivery", wish, move.identity, stream=code)
            return
        request = Act(code=code, action=move.action, arguments=move.arguments)
        self.command("routing", "act", request, move.identity, stream=code)

    def command(
        self, service: str, method: str, request: Any, identity: Identity, *, stream: str = ""
    ) -> tuple[int, bytes]:
        """Command until somebody answers; gives status and body."""
        self._keys += 1
        key = f"{self.name}-{self._keys}"
        cause = f"{identity.subject}:{method}:{key}"
        self.ledger.attempted.add(cause)
        body = msgspec.json.encode(request)
        if self.world.faults.happens(self.world.faults.doubled):
            # A double click: both are under way at the same time.
            ask = (service, method, key, identity, body)
            self.world.hub.spawn(self.world.hub.outside, self._ask, *ask)
        status, answer = self._insist(service, method, key, identity, body)
        if status != _OK:
            self.ledger.refused += status not in _AGAIN
            self.ledger.unanswered += status in _AGAIN
            return status, answer
        found = msgspec.json.decode(answer)
        stream = stream or (found.get("code", "") if isinstance(found, dict) else "")
        action = getattr(request, "action", method)
        told = Acknowledged(service, stream, cause, action, found)
        self.ledger.acknowledged.append(told)
        self.world.note(self.name, "is told that", method, key, "is done for", stream)
        if self.world.faults.happens(self.world.faults.doubled):
            again, second = self._insist(service, method, key, identity, body)
            if again == _OK:
                self.ledger.acknowledged.append(told._replace(answer=msgspec.json.decode(second)))
        return status, answer

    def _insist(
        self, service: str, method: str, key: str, identity: Identity, body: bytes
    ) -> tuple[int, bytes]:
        for _attempt in range(_MOST_TRIES):
            status, answer = self._ask(service, method, key, identity, body)
            if status not in _AGAIN:
                return status, answer
            self.world.hub.pause(0.2 + self.world.chance.random())
        return status, answer

    def _ask(
        self, service: str, method: str, key: str, identity: Identity, body: bytes
    ) -> tuple[int, bytes]:
        """Ask one replica once; no answer counts as the service not being available."""
        world = self.world
        replica = world.chance.randrange(ground.REPLICAS) + 1
        headers = {
            wire.PASS: world.signer.sign(identity, now=ground.BEGINNING + world.hub.now),
            wire.SECONDS: str(_SECONDS),
            wire.KEY: key,
        }
        try:
            answer = world.network.call(f"{service}-{replica}", method, headers, body, _SECONDS)
        except OSError as error:
            world.note(self.name, "gets no answer:", method, key, type(error).__name__)
            return _UNAVAILABLE, b""
        world.note(self.name, method, key, "->", str(answer.status))
        return answer.status, answer.body
