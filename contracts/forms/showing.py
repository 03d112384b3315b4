"""Answers with the words that belong to them, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from contracts.calls.forms import ShownAnswer
from contracts.forms.definition import (
    AnyField,
    CascadeField,
    ChoiceField,
    DateField,
    Form,
    MultiChoiceField,
    NumberField,
    Option,
    TableField,
    Words,
)


def shown(form: Form, values: Mapping[str, Any], *, public: bool = False) -> list[ShownAnswer]:
    """Give the answers in the form's order; with `public`, those that the requester may see."""
    fields = (field for field in form.fields() if field.public or not public)
    return list(_answers(fields, values))


def _answers(fields: Iterable[AnyField], values: Mapping[str, Any]) -> Iterator[ShownAnswer]:
    for field in fields:
        if values.get(field.id) is not None:
            yield _answer(field, values[field.id])


def _answer(field: AnyField, value: Any) -> ShownAnswer:
    return ShownAnswer(
        field=field.id,
        type=str(field.__struct_config__.tag),
        label=_plain(field.label),
        value=value,
        chosen=[_plain(label) for label in _chosen(field, value)],
        unit=_plain(field.unit) if isinstance(field, NumberField) and field.unit else None,
        calendar=field.calendar if isinstance(field, DateField) else None,
        rows=[list(_answers(field.columns, row)) for row in value]
        if isinstance(field, TableField)
        else [],
    )


def _chosen(field: AnyField, value: Any) -> Iterator[Words]:
    if isinstance(field, ChoiceField):
        yield from (option.label for option in field.options if option.value == value)
    elif isinstance(field, MultiChoiceField):
        yield from (option.label for option in field.options if option.value in value)
    elif isinstance(field, CascadeField):
        options: Sequence[Option] = field.options
        for step in value:
            branch = next((option for option in options if option.value == step), None)
            if branch is None:
                return
            yield branch.label
            options = getattr(branch, "options", ())


def _plain(words: Words) -> dict[str, str]:
    return {str(language): text for language, text in words.items()}
