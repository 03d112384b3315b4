"""What a service's decisions look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.decisions import Occasion
from chassis.journal.intents import Outcome
from chassis.provider import Provider


class Reference(Provider):
    """What decisions look up. Subclasses prepare it for a batch and may reserve things."""

    def prepare(self, occasions: Sequence[Occasion]) -> Any:  # noqa: ARG002
        """Give what the decisions of this batch are handed."""
        return self

    def settle(self, occasions: Sequence[Occasion], outcomes: Mapping[str, Outcome]) -> None:
        """Learn what was committed, by stream; a stream that goes round again is absent."""
