"""One question of a form as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from contracts.forms.definition import (
    AnyField,
    Branch,
    CascadeField,
    ChoiceField,
    DateField,
    EmailField,
    IbanField,
    LegalIdField,
    LongTextField,
    MobileField,
    MultiChoiceField,
    NationalIdField,
    NumberField,
    Simple,
    TableField,
    TextField,
    YesNoField,
)
from gateway.days import day_in
from gateway.filled import number_shown, worded
from gateway.texts import text

_LINE: Final = 200
#: Kinds whose answers are written from left to right, with the keyboard that phones show.
_KEYBOARDS: Final[Mapping[type[AnyField], str]] = {
    NumberField: "decimal",
    DateField: "text",
    NationalIdField: "numeric",
    LegalIdField: "numeric",
    MobileField: "tel",
    IbanField: "text",
    EmailField: "email",
}
#: How far ahead the day lies that shows how days are written.
_AHEAD: Final = timedelta(weeks=3)


class Choice(msgspec.Struct, frozen=True):
    """An option, and the group it stands in."""

    value: str
    title: str
    group: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs to ask one thing."""

    #: Of the field on the page; also its id.
    name: str
    #: How it is asked: `line`, `area`, `select`, `checks`, `yes_no`, `told`, `table`.
    kind: str
    label: str
    hint: str = ""
    fault: str = ""
    required: bool = False
    #: As it was typed; several for choices.
    typed: list[str] = []
    choices: list[Choice] = []
    keyboard: str = ""
    longest: int = _LINE
    #: What was computed.
    told: str = ""
    rows: list[Row] = []
    #: A table may have another row.
    can_grow: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a table."""

    number: int
    cells: list[Question]
    is_new: bool = False


def said(words: Any, language: str) -> str:
    """Give words of a definition, or nothing where there are none."""
    return worded(words, language) if words else ""


def asked(
    field: Simple, name: str, typed: Sequence[str], language: str, *, fault: str, required: bool
) -> Question:
    """Give a question of one answer."""
    return Question(
        name=name,
        kind=_kind(field),
        label=_label(field, language),
        hint=_hint(field, language),
        fault=fault,
        required=required,
        typed=list(typed),
        choices=list(_choices(field, language)),
        keyboard=_KEYBOARDS.get(type(field), ""),
        longest=field.max_length if isinstance(field, TextField | LongTextField) else _LINE,
    )


def computed(field: Simple, name: str, value: Any, language: str) -> Question:
    """Give a question that nobody need answer: the page tells what is known of it so far."""
    return Question(
        name=name,
        kind="told",
        label=said(field.label, language),
        hint=said(field.help, language),
        told=_told(field, value, language) or text(language, "page.form.worked_out"),
    )


def table(
    field: TableField, name: str, rows: list[Row], language: str, *, fault: str, required: bool
) -> Question:
    """Give a question of many rows."""
    return Question(
        name=name,
        kind="table",
        label=said(field.label, language),
        hint=said(field.help, language),
        fault=fault,
        required=required,
        rows=rows,
        can_grow=len(rows) < field.max_rows,
    )


def as_typed(field: Simple, value: Any, language: str) -> list[str]:
    """Give a stored answer, such as a default, as somebody would have typed it."""
    if value is None:
        return []
    if isinstance(field, YesNoField):
        return ["yes" if value else "no"]
    if isinstance(field, CascadeField):
        return ["/".join(value)]
    if isinstance(field, MultiChoiceField):
        return list(value)
    if isinstance(field, DateField):
        return [day_in(date.fromisoformat(value), field.calendar, language)]
    return [str(value)]


def _told(field: Simple, value: Any, language: str) -> str:
    """Give a computed value in words."""
    if isinstance(field, NumberField) and value is not None:
        return f"{number_shown(value, language)} {said(field.unit, language)}".strip()
    return "، ".join(as_typed(field, value, language))


def _kind(field: Simple) -> str:
    if isinstance(field, LongTextField):
        return "area"
    if isinstance(field, ChoiceField | CascadeField):
        return "select"
    if isinstance(field, MultiChoiceField):
        return "checks"
    return "yes_no" if isinstance(field, YesNoField) else "line"


def _label(field: Simple, language: str) -> str:
    label = said(field.label, language)
    unit = said(field.unit, language) if isinstance(field, NumberField) else ""
    return text(language, "page.form.with_unit", label=label, unit=unit) if unit else label


def _hint(field: Simple, language: str) -> str:
    hint = said(field.help, language)
    if isinstance(field, DateField):
        example = date_example(field, datetime.now(UTC).date(), language)
        return f"{hint} {text(language, 'page.form.date_hint', day=example)}".strip()
    if isinstance(field, IbanField) and not hint:
        return text(language, "page.form.iban_hint")
    if isinstance(field, NationalIdField) and not hint:
        return text(language, "page.form.national_id_hint", count=10)
    return hint


def date_example(field: DateField, today: date, language: str) -> str:
    """Give a day to come as the field wants days written."""
    return day_in(today + _AHEAD, field.calendar, language)


def _choices(field: Simple, language: str) -> Iterator[Choice]:
    if isinstance(field, ChoiceField | MultiChoiceField):
        for option in field.options:
            yield Choice(option.value, said(option.label, language))
    elif isinstance(field, CascadeField):
        for branch in field.options:
            title = said(branch.label, language)
            if branch.options:
                yield from _ends(branch.options, branch.value, "", title, language)
            else:
                yield Choice(branch.value, title)


def _ends(
    branches: Sequence[Branch], way: str, above: str, group: str, language: str
) -> Iterator[Choice]:
    """Give the ends of a tree, each with its way."""
    for branch in branches:
        here, title = f"{way}/{branch.value}", above + said(branch.label, language)
        if branch.options:
            yield from _ends(branch.options, here, f"{title} › ", group, language)
        else:
            yield Choice(here, title, group)
