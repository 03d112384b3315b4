"""What is wanted of a stream, and what became of it: the words of deciding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chassis.calls.call import Call
from chassis.decisions import Context
from chassis.errors import DomainError, Permanent
from chassis.identity import Identity
from chassis.journal.loaded import Loaded
from contracts.envelope import CloudEvent, Event

Decide = Callable[[Any, Any, Context, Any], Sequence[Event]]


class Intent(NamedTuple):
    """One decision wanted: the message, who decides, and what it is the effect of."""

    decide: Decide
    message: Any
    cause: str
    at: datetime
    actor: str
    identity: Identity | None = None
    imported: bool = False
    #: Hash of the request, for commands.
    request: str | None = None
    #: Which event of which source this is about.
    cursor: tuple[str, int] | None = None
    #: How far the source has been read once this is applied; further than the event where those
    #: after it have no effect here.
    read_upto: int = 0
    correlation: str | None = None
    causation: str | None = None
    due_at: datetime | None = None
    #: A command that opens a stream: under its cause no other is opened.
    opens: bool = False


class Opened(Permanent):
    """Raised when a command would open a second stream; `stream` is the one it has opened."""

    status = 409

    def __init__(self, stream: str) -> None:
        super().__init__("opened_already")
        self.stream = stream


class Outcome(NamedTuple):
    """What became of a stream's intents: the state after them, and what was recorded."""

    state: Any
    version: int
    events: Sequence[Event]
    #: The same cause had come before, and this is its first answer.
    repeated: bool = False
    #: Why the intent after those applied was not.
    error: DomainError | None = None


def commanded(decide: Decide, request: Any, call: Call) -> Intent:
    """Give what a command wants."""
    return Intent(
        decide,
        request,
        call.cause,
        call.at or call.now,
        call.identity.subject,
        identity=call.identity,
        imported=call.at is not None,
        request=call.digest,
        correlation=call.correlation,
    )


def message_of(intent: Intent) -> Any:
    """Give what is decided on: the command, or the event without its envelope."""
    return intent.message.payload() if isinstance(intent.message, CloudEvent) else intent.message


def is_applied(loaded: Loaded[Any], intent: Intent) -> bool:
    """Tell whether the event was decided on before."""
    return intent.cursor is not None and intent.cursor[1] <= loaded.cursors.get(intent.cursor[0], 0)


def context_of(loaded: Loaded[Any], intent: Intent, now: datetime) -> Context:
    """Give what a decision knows beside the state."""
    return Context(
        stream=loaded.stream,
        at=intent.at,
        now=now,
        actor=intent.actor,
        cause=intent.cause,
        exists=loaded.sequence > 0,
        identity=intent.identity,
        imported=intent.imported,
    )


def nothing(*_arguments: Any) -> Sequence[Event]:
    """Decide that nothing follows."""
    return []
