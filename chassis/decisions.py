"""The pure half of the chassis: what domains and handlers are written with.

Nothing here does input or output; see docs/architecture.md, "Decide and evolve".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from chassis.identity import Identity
from contracts.envelope import Event

S = TypeVar("S")
E = TypeVar("E", bound=Event)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of one decision."""

    #: The stream decided about, such as a tracking code.
    stream: str
    #: When it happened; earlier than `now` when imported or caught up.
    at: datetime
    #: When it is decided, by the database's clock.
    now: datetime
    actor: str
    #: What led to the decision; the same when it is made again.
    cause: str
    #: False when the stream has no event yet.
    exists: bool = True
    #: Who commands; absent when an event or a due time led here.
    identity: Identity | None = None
    #: Given by an importer with a time of its own.
    imported: bool = False

    def new_id(self, purpose: str) -> str:
        """Give an id of 16 hexadecimal digits: the same for the same cause and purpose."""
        return hashlib.blake2b(
            f"{self.stream}\0{self.cause}\0{purpose}".encode(), digest_size=8
        ).hexdigest()


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """The message of a decision that a due time leads to."""

    at: datetime


class Occasion(NamedTuple):
    """One decision about to be made: what `Reference.prepare` gets to see."""

    state: Any
    message: Any
    context: Context
    #: How far each source has been applied to the stream, as far as this process knows.
    cursors: Mapping[str, int] = MappingProxyType({})


class Evolution(Generic[S]):
    """The fold of a kind of stream: its initial state, and what each event makes of a state."""

    def __init__(self, state: type[S]) -> None:
        self.state = state
        self._steps: dict[type[Event], Callable[[Any, Any, datetime], Any]] = {}

    def on(
        self, *events: type[E]
    ) -> Callable[[Callable[[S, E, datetime], S]], Callable[[S, E, datetime], S]]:
        """Declare what the events make of a state; one function per event class."""

        def register(step: Callable[[S, E, datetime], S]) -> Callable[[S, E, datetime], S]:
            for event in events:
                if event in self._steps:
                    raise ValueError(f"{event.type} evolves twice")
                self._steps[event] = step
            return step

        return register

    def initial(self) -> S:
        """Give the state before any event."""
        return self.state()

    def apply(self, state: S, event: Event, at: datetime) -> S:
        """Give the state after the event; an event without a step changes nothing."""
        step = self._steps.get(type(event))
        return state if step is None else step(state, event, at)

    def fold(self, events: Iterable[tuple[Event, datetime]]) -> S:
        """Give the state after all of them."""
        state = self.initial()
        for event, at in events:
            state = self.apply(state, event, at)
        return state
