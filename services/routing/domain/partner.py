"""A partner outside, as decisions see it: no address, no secret."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from contracts.routing import State
from contracts.routing.partners import PartnerKind


class Partner(msgspec.Struct, frozen=True, kw_only=True):
    """An outside system that work can be handed to."""

    id: str
    kind: PartnerKind
    unit: str | None = None
    #: A hand-off ends our ticket; else it waits.
    ends: bool = False
    active: bool = True

    def fits(self, kinds: Collection[State]) -> bool:
        """Tell whether its terms fit the ways of handing over: where none waits, the work ends."""
        return "handed_off" in kinds or (not self.ends and "waiting" in kinds)
