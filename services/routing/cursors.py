"""Where the next page of a list of tickets begins: behind an instant and a code."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import NamedTuple

import msgspec

from chassis.clock import as_utc
from chassis.errors import Invalid


class Place(NamedTuple):
    """The last ticket of a page: by which instant the list is ordered, and its code."""

    at: datetime
    code: str


def cursor_of(at: datetime | None, code: str) -> str:
    """Give the opaque cursor behind a ticket."""
    return base64.urlsafe_b64encode(msgspec.json.encode((at, code))).decode()


def place_of(cursor: str) -> Place:
    """Read a cursor that `cursor_of` gave; raises Invalid."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode())
        at, code = msgspec.json.decode(raw, type=tuple[datetime, str])
        return Place(as_utc(at), code)
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid("cursor_invalid") from error
