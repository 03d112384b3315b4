"""Partners outside with their secrets, which leave here only towards who signs with them.

A line is written as of a version of its stream, over lower versions only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from chassis.clock import as_utc
from contracts.routing.partners import PartnerKind
from services.routing.domain.partner import Partner


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A secret and for how long it is good; the newest has no end."""

    secret: str
    since: datetime
    until: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        return self.until is None or now < self.until

    def __repr__(self) -> str:
        """Show nothing: what is logged or raised must not tell it."""
        return "Key(...)"


class PartnerLine(msgspec.Struct, frozen=True, kw_only=True):
    """A partner with everything that is known of it."""

    id: str
    title: dict[str, str]
    kind: PartnerKind
    language: str
    fields: list[str]
    address: str | None = None
    email: str | None = None
    unit: str | None = None
    ends: bool = False
    subject: str | None = None
    active: bool = True
    sending: list[Key] = []
    receiving: list[Key] = []
    version: int = 0

    def partner(self) -> Partner:
        """Give what decisions need of it."""
        kept = Partner.__struct_fields__
        return msgspec.convert({field: getattr(self, field) for field in kept}, Partner)


class Partners:
    """The collection `partners`."""

    def __init__(self, collection: Collection[dict[str, Any]]) -> None:
        self._lines = collection

    def known(self, names: Sequence[str]) -> dict[str, Partner]:
        """Give those of some partners that there are, as decisions see them."""
        return {name: line.partner() for name, line in self.lines(names).items()}

    def lines(self, names: Sequence[str] | None = None) -> dict[str, PartnerLine]:
        """Give partners by id: those asked for that there are, or all."""
        query: dict[str, Any] = {} if names is None else {"_id": {"$in": list(names)}}
        return {found["_id"]: _read(found) for found in self._lines.find(query, sort=[("_id", 1)])}

    def save(self, line: PartnerLine) -> None:
        """Write a partner, unless a newer version stands there."""
        document = msgspec.structs.asdict(line)
        for name in ("sending", "receiving"):
            document[name] = [msgspec.structs.asdict(key) for key in document[name]]
        query = {"_id": document.pop("id"), "version": {"$lt": line.version}}
        try:
            self._lines.replace_one(query, document, upsert=True)
        except DuplicateKeyError:
            return


def _read(found: dict[str, Any]) -> PartnerLine:
    for name in ("sending", "receiving"):
        for key in found[name]:
            key["since"] = as_utc(key["since"])
            key["until"] = as_utc(key["until"]) if key["until"] else None
    return msgspec.convert({"id": found["_id"], **found}, PartnerLine)
