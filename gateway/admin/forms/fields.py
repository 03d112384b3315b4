"""A draft of a form: its sections and fields in words, and as the editor's forms change them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from chassis.errors import FieldFault, Invalid
from gateway.admin.conditions import read_condition, told
from gateway.admin.editing import (
    Edit,
    Fields,
    as_dict,
    as_list,
    as_text,
    kept,
    moved,
    said,
)
from gateway.admin.known import Known
from gateway.errors import ErrorItem
from gateway.texts import latin

Draft = dict[str, Any]
#: The types that the form of a field can make; others are changed as JSON.
TYPES: Final = (
    *("text", "long_text", "number", "date", "choice", "multi_choice", "yes_no"),
    *("national_id", "legal_id", "mobile", "iban", "email"),
)
FLAGS: Final = ("public", "searchable", "reportable", "routable")
_CHOOSING: Final = ("choice", "multi_choice")
_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_PLACE: Final = re.compile(r"sections/([0-9]{1,3})(?:/fields/([0-9]{1,3}))?")


class FieldRow(msgspec.Struct, frozen=True, kw_only=True):
    """A field in the list; `at` is its place: `sections/0/fields/2`."""

    at: str
    title: str
    type: str
    required: bool
    #: When it is asked, in words.
    when: str
    marks: list[str]
    faults: list[str]


class SectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A section in the list, with its fields."""

    at: str
    title: str
    when: str
    faults: list[str]
    fields: list[FieldRow]


def checked_shape(draft: Any) -> Draft:
    """Give a draft that has sections of whatever sort; raises Invalid for others."""
    if not isinstance(draft, dict) or not isinstance(draft.get("sections"), list):
        raise Invalid("definition_invalid")
    return draft


def sections_of(draft: Draft) -> list[Draft]:
    """Give the sections."""
    return [as_dict(section) for section in as_list(draft.get("sections"))]


def fields_of(section: Draft) -> list[Draft]:
    """Give the fields of a section."""
    return [as_dict(field) for field in as_list(section.get("fields"))]


def part_at(draft: Draft, place: str) -> Draft | None:
    """Give the section or field of a place."""
    found = _PLACE.fullmatch(place)
    if found is None or int(found[1]) >= len(sections_of(draft)):
        return None
    section = sections_of(draft)[int(found[1])]
    if found[2] is None:
        return section
    fields = fields_of(section)
    return fields[int(found[2])] if int(found[2]) < len(fields) else None


def names_in(draft: Draft, language: str) -> dict[str, str]:
    """Give the ids of all fields by their labels, for conditions to choose from."""
    fields = [field for section in sections_of(draft) for field in fields_of(section)]
    return {
        said(field.get("label"), language, as_text(field.get("id"))): as_text(field.get("id"))
        for field in fields
        if as_text(field.get("id"))
    }


def shown(draft: Draft, faults: Sequence[ErrorItem], known: Known) -> list[SectionRow]:
    """Put the sections and fields into words, each with what is wrong with it."""
    titles = {name: title for title, name in names_in(draft, known.language).items()}
    words = known.words()._replace(fact=lambda fact: titles.get(fact, fact))

    def when(part: Mapping[str, Any]) -> str:
        rule = part.get("visible")
        return told(rule, words) if isinstance(rule, dict) else ""

    return [
        SectionRow(
            at=f"sections/{number}",
            title=said(section.get("title"), known.language, as_text(section.get("id"))),
            when=when(section),
            faults=[f.message for f in faults if _is_about(f, f"/sections/{number}", "fields")],
            fields=[
                FieldRow(
                    at=f"sections/{number}/fields/{place}",
                    title=field_title(field, known.language),
                    type=as_text(field.get("type")),
                    required=field.get("required") not in (None, False),
                    when=when(field),
                    marks=[flag for flag in FLAGS if field.get(flag)],
                    faults=[
                        f.message
                        for f in faults
                        if _is_about(f, f"/sections/{number}/fields/{place}")
                    ],
                )
                for place, field in enumerate(fields_of(section))
            ],
        )
        for number, section in enumerate(sections_of(draft))
    ]


def options_typed(field: Mapping[str, Any]) -> str:
    """Write options as lines: `value | فارسی | English`."""
    options = [as_dict(option) for option in as_list(field.get("options"))]
    labels = [as_dict(option.get("label")) for option in options]
    return "\n".join(
        " | ".join(
            [as_text(option.get("value")), as_text(label.get("fa")), as_text(label.get("en"))]
        )
        for option, label in zip(options, labels, strict=True)
    )


def field_title(field: Mapping[str, Any], language: str) -> str:
    """Give what a field asks, or the id that it, or its block, has."""
    name = as_text(field.get("id")) or as_text(field.get("block"))
    return said(field.get("label"), language, name)


def _is_about(fault: ErrorItem, at: str, but: str = "") -> bool:
    rest = fault.pointer.removeprefix("/definition").removeprefix(at)
    is_below = rest != fault.pointer.removeprefix("/definition") and rest[:1] in ("", "/")
    return is_below and not (but and rest.startswith(f"/{but}/"))


# -- what was typed --------------------------------------------------------------------------------


def applied(draft: Draft, edit: Edit) -> Draft:
    """Take what was typed into the open part; raises Invalid for what is no JSON."""
    fields = edit.fields
    if edit.opened == "about":
        return kept(draft, {"title": fields.words("title"), "help": fields.words("help")})
    part = part_at(draft, edit.opened)
    if part is None:
        return draft
    if edit.verb == "raw-part":
        return _put(draft, edit.opened, _json(fields.get("raw_part")))
    changes: Draft = {
        "id": fields.get("name"),
        "help": fields.words("help"),
    }
    condition = read_condition(fields, "visible")
    if condition is not None or part.get("visible") is not False:
        changes["visible"] = condition
    if "/fields/" not in edit.opened:
        changes["title"] = fields.words("title")
        return _put(draft, edit.opened, kept(part, changes))
    if as_text(part.get("type")) not in TYPES:
        return draft
    return _put(draft, edit.opened, _field(part, changes, fields))


def _field(part: Draft, changes: Draft, fields: Fields) -> Draft:
    kind = fields.get("kind")
    required = part.get("required")
    # A condition on answering at all stays unless somebody ticks the box.
    always = fields.get("required") == "yes"
    changes |= {
        "type": kind,
        "label": fields.words("label"),
        "required": always or (required if isinstance(required, dict) else False),
        **{flag: fields.get(flag) == "yes" for flag in FLAGS},
    }
    if kind in _CHOOSING:
        changes["options"] = _options(fields.get("options"))
    if kind == "number":
        changes |= {name: _number(fields.get(name)) for name in ("min", "max", "step")}
    same = kind == part.get("type")
    common = {"id", "label", "help", "visible", "required", "default", "computed", *FLAGS}
    base = part if same else {name: value for name, value in part.items() if name in common}
    return kept(base, changes)


def _options(typed: str) -> list[Draft]:
    options: list[Draft] = []
    for line in typed.splitlines():
        value, *labels = (each.strip() for each in line.split("|"))
        if value:
            words = dict(zip(("fa", "en"), labels, strict=False))
            options.append({"value": value, "label": {n: w for n, w in words.items() if w}})
    return options


def _number(typed: str) -> int | float | str | None:
    """Give a number; what is none stays as it was typed, for the check to name it."""
    plain = latin(typed)
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain):
        return typed
    return float(plain) if "." in plain else int(plain)


def _json(typed: str) -> Draft:
    try:
        return as_dict(msgspec.json.decode(typed))
    except (msgspec.DecodeError, RecursionError):
        fault = FieldFault(pointer="/raw_part", code="json_invalid")
        raise Invalid("request_invalid", fields=[fault]) from None


def _put(draft: Draft, place: str, part: Draft) -> Draft:
    found = _PLACE.fullmatch(place)
    if found is None:
        return draft
    sections = sections_of(draft)
    number = int(found[1])
    if found[2] is None:
        sections[number] = part
    else:
        fields = fields_of(sections[number])
        fields[int(found[2])] = part
        sections[number] = sections[number] | {"fields": fields}
    return draft | {"sections": sections}


# -- what is to be done ----------------------------------------------------------------------------


def done(draft: Draft, edit: Edit, opened: str) -> tuple[Draft, str]:
    """Do what was asked for with a draft; gives the part that is open then."""
    if edit.verb == "open":
        return draft, edit.about
    if edit.verb == "close":
        return draft, ""
    return _DEEDS[edit.verb](draft, edit.about) if edit.verb in _DEEDS else (draft, opened)


def _add_section(draft: Draft, _place: str) -> tuple[Draft, str]:
    sections = sections_of(draft)
    name = _free("section", [as_text(each.get("id")) for each in sections])
    new: Draft = {"id": name, "title": {}, "fields": []}
    return draft | {"sections": [*sections, new]}, f"sections/{len(sections)}"


def _add_field(draft: Draft, place: str) -> tuple[Draft, str]:
    section = part_at(draft, place)
    if section is None or "/fields/" in place:
        return draft, ""
    name = _free("field", list(names_in(draft, "en").values()))
    fields = [*fields_of(section), {"type": "text", "id": name, "label": {}}]
    return _put(draft, place, section | {"fields": fields}), f"{place}/fields/{len(fields) - 1}"


def _remove(draft: Draft, place: str) -> tuple[Draft, str]:
    found = _PLACE.fullmatch(place)
    if found is None or part_at(draft, place) is None:
        return draft, ""
    sections = sections_of(draft)
    number = int(found[1])
    if found[2] is None:
        del sections[number]
    else:
        fields = fields_of(sections[number])
        del fields[int(found[2])]
        sections[number] = sections[number] | {"fields": fields}
    return draft | {"sections": sections}, ""


def _move(by: int) -> Callable[[Draft, str], tuple[Draft, str]]:
    def move(draft: Draft, place: str) -> tuple[Draft, str]:
        found = _PLACE.fullmatch(place)
        if found is None or part_at(draft, place) is None:
            return draft, ""
        sections = sections_of(draft)
        number = int(found[1])
        if found[2] is None:
            return draft | {"sections": moved(sections, number, by)}, ""
        fields = moved(fields_of(sections[number]), int(found[2]), by)
        return _put(draft, f"sections/{number}", sections[number] | {"fields": fields}), ""

    return move


_DEEDS: Final[Mapping[str, Callable[[Draft, str], tuple[Draft, str]]]] = {
    "add-section": _add_section,
    "add-field": _add_field,
    "remove": _remove,
    "up": _move(-1),
    "down": _move(1),
}


def _free(name: str, taken: Sequence[str]) -> str:
    return next(f"{name}_{n}" for n in range(1, len(taken) + 2) if f"{name}_{n}" not in taken)
