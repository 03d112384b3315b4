"""A form made ready for answering: its conditions compiled, its fields in the order they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

import msgspec

from chassis.logic import Logic
from contracts.forms.definition import (
    CONTEXT,
    AnyField,
    Condition,
    Form,
    Rule,
    Section,
    Simple,
    TableField,
)


class Test:
    """A condition, ready: plain or compiled."""

    def __init__(self, condition: Condition) -> None:
        self._plain = condition if isinstance(condition, bool) else None
        self._logic = None if isinstance(condition, bool) else Logic(condition)
        self.reads = reads(condition)

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Tell whether it holds of the answers so far."""
        if self._logic is None:
            return bool(self._plain)
        return self._logic.holds(data)


class Ready(NamedTuple):
    """A field and what is asked of it."""

    field: AnyField
    #: Its section's condition and its own.
    visible: tuple[Test, ...]
    required: Test
    computed: Logic | None
    default: Logic | None
    #: Of a table: its columns in the order they need.
    columns: tuple[Ready, ...] = ()


class ReadyForm:
    """A definition ready for answering; pure, and safe to share."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.sections = [(section, Test(section.visible)) for section in form.sections]
        self.rules: list[tuple[Rule, Test]] = [(rule, Test(rule.test)) for rule in form.rules]
        steps = {
            field.id: _ready(field, test)
            for section, test in self.sections
            for field in section.fields
        }
        self.steps = [steps[name] for name in in_order(form)]


def ready(definition: Mapping[str, Any]) -> ReadyForm:
    """Give a published definition, ready for answering."""
    return ReadyForm(msgspec.convert(definition, Form))


def in_order(form: Form) -> list[str]:
    """Give the fields' ids so that each comes after those it looks at; raises CycleError."""
    return _sorted(dict(lookings(form)))


def lookings(form: Form) -> Iterator[tuple[str, frozenset[str]]]:
    """Give for each field the names that its being there and its value hang on."""
    for section in form.sections:
        for field in section.fields:
            yield field.id, _looks_at(section, field)


def column_order(table: TableField) -> list[str]:
    """Give the columns' ids so that each comes after those it looks at; raises CycleError."""
    return _sorted({column.id: _own_looks(column) for column in table.columns})


def reads(rule: Any) -> frozenset[str]:
    """Give the names that a rule reads; a plain value reads none."""
    if not isinstance(rule, dict):
        return frozenset()
    return frozenset(str(path[0]) for path in Logic(rule).reads if path) - {CONTEXT}


def cycle_of(error: CycleError) -> list[str]:
    """Give the names that hang on one another, the first also as the last."""
    return list(error.args[1])[::-1]


def _sorted(looks: Mapping[str, Iterable[str]]) -> list[str]:
    graph = {
        name: sorted(other for other in others if other in looks) for name, others in looks.items()
    }
    return list(TopologicalSorter(graph).static_order())


def _looks_at(section: Section, field: AnyField) -> frozenset[str]:
    return reads(section.visible) | _own_looks(field)


def _own_looks(field: AnyField) -> frozenset[str]:
    return reads(field.visible) | reads(field.computed) | reads(field.default)


def _ready(field: AnyField, *around: Test) -> Ready:
    columns: tuple[Ready, ...] = ()
    if isinstance(field, TableField):
        by_id: dict[str, Simple] = {column.id: column for column in field.columns}
        columns = tuple(_ready(by_id[name]) for name in column_order(field))
    return Ready(
        field=field,
        visible=(*around, Test(field.visible)),
        required=Test(field.required),
        computed=Logic(field.computed) if field.computed is not None else None,
        default=Logic(field.default) if isinstance(field.default, dict) else None,
        columns=columns,
    )
