"""The event log's opaque cursor: a place in each service's log, written as one text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

import msgspec

from contracts.calls.base import Position


class Place(msgspec.Struct, frozen=True, array_like=True):
    """How far one service's log has been read; its epoch changes when it is restored."""

    epoch: str
    position: Position


def written(places: Mapping[str, Place]) -> str:
    """Give places as a cursor, the same for the same places."""
    raw = msgspec.json.encode(dict(sorted(places.items())))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read(text: str) -> dict[str, Place]:
    """Give the places of a cursor that we gave out; raises ValueError for any other text."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=dict[str, Place])
    except (binascii.Error, msgspec.MsgspecError) as error:
        raise ValueError("not a cursor of ours") from error
