"""Published forms: what a publication brings, and the forms as they are filled in now.

A block and the forms that include it change in one publication, so that nothing is ever half
published: each publication carries every version of a form that it leads to, complete in itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.forms.checking import checked_block, checked_form
from contracts.forms.definition import Block

Kind = Literal["form", "block"]


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a form as it is filled in."""

    id: str
    version: int
    form: dict[str, Any]
    #: The blocks that stand in it.
    blocks: list[str] = []


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a form or a block as it was written, and the versions of forms it brought."""

    number: int
    kind: Kind
    id: str
    version: int
    definition: dict[str, Any]
    by: str
    at: datetime
    #: The command that led here, and a hash of its request.
    cause: str
    request: str
    editions: list[Edition]


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The newest of everything published."""

    number: int = 0
    #: As they were written.
    written: Mapping[tuple[Kind, str], Publication] = {}
    editions: Mapping[str, Edition] = {}

    def with_publications(self, more: Iterable[Publication]) -> Shelf:
        """Give the shelf with more in it."""
        number, written, editions = self.number, dict(self.written), dict(self.editions)
        for item in more:
            number = item.number
            written[item.kind, item.id] = item
            editions |= {edition.id: edition for edition in item.editions}
        return Shelf(number=number, written=written, editions=editions)

    def next_version(self, kind: Kind, name: str) -> int:
        """Give the version that a form or a block is published as next."""
        if kind == "form":
            edition = self.editions.get(name)
            return edition.version + 1 if edition else 1
        before = self.written.get((kind, name))
        return before.version + 1 if before else 1

    def included_by(self, block: str) -> list[str]:
        """Give the forms that a block stands in."""
        return sorted(name for name, item in self.editions.items() if block in item.blocks)

    def blocks(self) -> dict[str, Block]:
        """Give the blocks by id."""
        return {
            name: msgspec.convert(item.definition, Block)
            for (kind, name), item in self.written.items()
            if kind == "block"
        }


def brought(kind: Kind, name: str, definition: Mapping[str, Any], shelf: Shelf) -> list[Edition]:
    """Give the versions of forms that a publication leads to; raises Invalid with every fault."""
    if kind == "form":
        return [_edition(name, definition, shelf.blocks(), shelf)]
    block, faults = checked_block(definition)
    if block is None or faults:
        raise _refusal(faults)
    blocks = {**shelf.blocks(), name: block}
    editions: list[Edition] = []
    broken: list[FieldFault] = []
    for follower in shelf.included_by(name):
        written = shelf.written["form", follower].definition
        try:
            editions.append(_edition(follower, written, blocks, shelf))
        except Invalid as refused:
            broken += [_broken(follower, fault) for fault in refused.fields]
    if broken:
        raise Invalid("definition_invalid", fields=broken)
    return editions


def _broken(form: str, fault: FieldFault) -> FieldFault:
    params = {"form": form, "place": fault.pointer, "fault": fault.code}
    return FieldFault(pointer="/definition", code="breaks_form", params=params)


def _edition(
    name: str, definition: Mapping[str, Any], blocks: Mapping[str, Block], shelf: Shelf
) -> Edition:
    draft, faults = checked_form(definition, blocks)
    if draft.form is None or faults:
        raise _refusal(faults)
    return Edition(
        id=name,
        version=shelf.next_version("form", name),
        form=msgspec.to_builtins(draft.form),
        blocks=sorted(draft.blocks),
    )


def _refusal(faults: Iterable[FieldFault]) -> Invalid:
    placed = [
        msgspec.structs.replace(fault, pointer=f"/definition{fault.pointer}") for fault in faults
    ]
    return Invalid("definition_invalid", fields=placed)
