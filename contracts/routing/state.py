"""The states that every workflow shares."""

from typing import Literal

from contracts.envelope import Event

State = Literal[
    "new",
    "in_progress",
    "waiting",
    "done",
    "finished",
    "declined",
    "withdrawn",
    "merged",
    "handed_off",
]
STATES: tuple[State, ...] = State.__args__  # type: ignore[attr-defined]
#: States in which nothing more is owed to the requester.
ENDED: frozenset[State] = frozenset({"finished", "declined", "withdrawn", "merged", "handed_off"})


class StateEvent(Event):
    """Base of the events that tell the state the ticket is in afterwards."""

    state: State
    step: str
