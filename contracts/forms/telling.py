"""Which answers leave the erasable document: for routing's rules, for finding and for counting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.forms import values
from contracts.forms.definition import (
    CascadeField,
    ChoiceField,
    Form,
    MultiChoiceField,
    NumberField,
    Simple,
    TableField,
    YesNoField,
)
from contracts.forms.values import Unfit

Told = str | int | float | bool | list[str]


def routable(form: Form, answers: Mapping[str, Any]) -> dict[str, Told]:
    """Give what a rule may decide by: ids of options, numbers, days, yes and no."""
    return {
        field.id: answers[field.id]
        for field in form.fields()
        if field.routable and answers.get(field.id) is not None
    }


#: What reports make figures of: choices and yes or no by how many, numbers by their sum.
COUNTED: Final = (ChoiceField, MultiChoiceField, CascadeField, YesNoField, NumberField)


def figures(form: Form, answers: Mapping[str, Any]) -> dict[str, Told]:
    """Give what reports count: a number, yes or no, or the choices, each of which counts once.

    A cascade counts at every place on its way: `fars`, then `fars/shiraz`.
    """
    told: dict[str, Told] = {}
    for field, value in found_by(form, answers):
        if field.reportable and isinstance(field, COUNTED):
            if isinstance(field, NumberField | YesNoField):
                told[field.id] = value
            else:
                before = told.get(field.id, [])
                told[field.id] = [*(before if isinstance(before, list) else []), value]
    return told


def told_fields(form: Form) -> Iterator[Simple]:
    """Give the fields that tickets are found and counted by."""
    for field in form.fields():
        if not isinstance(field, TableField) and (field.searchable or field.reportable):
            yield field


def found_by(form: Form, answers: Mapping[str, Any]) -> Iterator[tuple[Simple, Any]]:
    """Give each single value that a ticket is found and counted by, with its field.

    Of several choices each is one; a cascade is found by every place on its way: `fars`, then
    `fars/shiraz`.
    """
    for field in told_fields(form):
        value = answers.get(field.id)
        if value is None:
            continue
        if isinstance(field, CascadeField):
            yield from ((field, "/".join(value[:end])) for end in range(1, len(value) + 1))
        elif isinstance(field, MultiChoiceField):
            yield from ((field, each) for each in value)
        else:
            yield field, value


def sought(field: Simple, raw: str) -> Any:
    """Give what a question of an answer looks for, or None where it can have no such answer."""
    if isinstance(field, CascadeField | ChoiceField | MultiChoiceField):
        return raw
    try:
        return values.typed(field, raw)
    except Unfit:
        return None
