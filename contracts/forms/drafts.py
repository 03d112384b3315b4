"""What an administrator writes, read part by part, so that every faulty part is named at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from chassis.errors import FieldFault
from chassis.shapes import shape_fault
from contracts.forms.definition import AnyField, Block, Form, Rule, Section, Shape, Slug

T = TypeVar("T")

_BLOCK = "block"
_Parts = Annotated[list[Any], Meta(max_length=200)]


class Inclusion(Shape, tag_field="type", tag=_BLOCK):
    """Stands for the fields of a block; they keep their ids."""

    block: Slug


class Draft(NamedTuple):
    """A form as far as it could be read, with the place of each of its parts."""

    form: Form | None
    faults: list[FieldFault]
    #: The pointers of the sections, and of the fields in the form's order; the fields of a block
    #: stand where the block is included.
    sections: list[str]
    fields: list[str]
    #: The blocks that it includes.
    blocks: frozenset[str]


class _Outline(Shape):
    """The parts that are read one by one."""

    sections: _Parts
    rules: _Parts = []


def read_form(definition: Mapping[str, Any], blocks: Mapping[str, Block]) -> Draft:
    """Read a form, the blocks that it includes in their places."""
    reader = _Reader(blocks)
    parts = {name: definition[name] for name in ("sections", "rules") if name in definition}
    outline = reader.read(parts, _Outline, "")
    rest = reader.read({**definition, "sections": [], "rules": []}, Form, "")
    sections = [
        section
        for number, part in enumerate(outline.sections if outline else ())
        if (section := reader.section(part, f"/sections/{number}"))
    ]
    rules = [
        rule
        for number, part in enumerate(outline.rules if outline else ())
        if (rule := reader.read(part, Rule, f"/rules/{number}"))
    ]
    form = msgspec.structs.replace(rest, sections=sections, rules=rules) if rest else None
    return Draft(form, reader.faults, reader.sections, reader.fields, frozenset(reader.included))


def read_block(definition: Mapping[str, Any]) -> tuple[Block | None, list[FieldFault]]:
    """Read a block; one that includes another is refused."""
    reader = _Reader({})
    rest = reader.read({**definition, "fields": []}, Block, "")
    parts = reader.read(definition.get("fields", []), _Parts, "/fields") or []
    fields = [
        field
        for number, part in enumerate(parts)
        if (field := reader.read(part, AnyField, f"/fields/{number}"))
    ]
    block = msgspec.structs.replace(rest, fields=fields) if rest else None
    return block, reader.faults


class _Reader:
    """Reads parts and keeps what is wrong with them."""

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self.faults: list[FieldFault] = []
        self.sections: list[str] = []
        self.fields: list[str] = []
        self.included: set[str] = set()
        self._blocks = blocks

    def read(self, part: Any, kind: Any, at: str) -> Any:
        """Give the part as the kind, or None."""
        try:
            return msgspec.convert(part, kind)
        except msgspec.ValidationError as error:
            fault = shape_fault(error, at)
            if fault.pointer.endswith("/type") and fault.code == "malformed":
                fault = msgspec.structs.replace(fault, code="field_type_unknown")
            self.faults.append(fault)
            return None

    def section(self, part: Any, at: str) -> Section | None:
        """Give a section with all of its fields that could be read."""
        outline = self.read(part, dict[str, Any], at)
        if outline is None:
            return None
        section: Section | None = self.read({**outline, "fields": []}, Section, at)
        items = self.read(outline.get("fields", []), _Parts, f"{at}/fields") or []
        fields = [
            field
            for number, item in enumerate(items)
            for field in self._fields(item, f"{at}/fields/{number}")
        ]
        if section is None:
            return None
        self.sections.append(at)
        self.fields += [place for _, place in fields]
        return msgspec.structs.replace(section, fields=[field for field, _ in fields])

    def _fields(self, item: Any, at: str) -> Iterator[tuple[AnyField, str]]:
        if isinstance(item, dict) and item.get("type") == _BLOCK:
            inclusion = self.read(item, Inclusion, at)
            if inclusion is None:
                return
            self.included.add(inclusion.block)
            block = self._blocks.get(inclusion.block)
            if block is None:
                self.faults.append(FieldFault(pointer=f"{at}/block", code="block_not_found"))
                return
            yield from ((field, at) for field in block.fields)
        elif field := self.read(item, AnyField, at):
            yield field, at
