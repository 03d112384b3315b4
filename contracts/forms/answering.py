"""What was answered, made into what may be stored; every fault is found, not only the first.

An invisible field has no answer, whatever was sent, and a computed one only what is computed. An
answer that was not sent is the field's default; one that was sent empty stays empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from chassis.errors import FieldFault, Invalid
from chassis.logic import LogicFailed
from contracts.forms import values
from contracts.forms.definition import CONTEXT, TableField
from contracts.forms.readiness import Ready, ReadyForm
from contracts.forms.values import Unfit, is_empty

#: As messages about one form there are at most so many.
_MOST_FAULTS = 100
_AT = "/answers"


class Filled(NamedTuple):
    """A form with answers in it."""

    #: Typed answers by field id, in the form's order.
    values: dict[str, Any]
    #: Below the pointer that was given: `/answers/rows/2/iban`.
    faults: list[FieldFault]
    #: Ids of the visible fields and sections, and of the fields that must be answered.
    fields: frozenset[str]
    sections: frozenset[str]
    required: frozenset[str]


def answered(
    form: ReadyForm, answers: Mapping[str, Any], context: Mapping[str, Any], *, at: str = _AT
) -> dict[str, Any]:
    """Give the answers as they are stored; raises Invalid with every fault by field."""
    filled = fill_in(form, answers, context, at=at)
    if filled.faults:
        raise Invalid("request_invalid", fields=filled.faults[:_MOST_FAULTS])
    return filled.values


def fill_in(
    form: ReadyForm, answers: Mapping[str, Any], context: Mapping[str, Any], *, at: str = _AT
) -> Filled:
    """Give what is visible with these answers, what they are, and what is wrong with them."""
    names = [field.id for field in form.form.fields()]
    filling = _Filling({CONTEXT: dict(context)}, answers, at)
    filling.take(form.steps)
    filling.refuse_unknown(names)
    for rule, test in form.rules:
        if filling.data.get(rule.at) is not None and not test.holds(filling.data):
            filling.refuse(rule.at, "rule_broken", **rule.message)
    return Filled(
        values={
            name: filling.data[name]
            for name in names
            if name in filling.data and name not in filling.faulty
        },
        faults=filling.faults_in_order(names),
        fields=frozenset(filling.visible),
        sections=frozenset(
            section.id for section, test in form.sections if test.holds(filling.data)
        ),
        required=frozenset(filling.required),
    )


class _Filling:
    """A form, or a row of a table, while its answers are taken one by one."""

    def __init__(self, data: dict[str, Any], given: Mapping[str, Any], at: str) -> None:
        self.data = data
        self.visible: set[str] = set()
        self.required: set[str] = set()
        #: By field id.
        self.faulty: dict[str, list[FieldFault]] = {}
        self._given = given
        self._at = at

    def take(self, steps: Sequence[Ready]) -> None:
        """Take all answers, in the order that the fields need."""
        for step in steps:
            if all(test.holds(self.data) for test in step.visible):
                self.visible.add(step.field.id)
                self._take(step)
        # Who must answer may hang on any answer, also on such as hang on this one.
        for step in steps:
            name = step.field.id
            if name not in self.visible or not step.required.holds(self.data):
                continue
            self.required.add(name)
            if self.data.get(name) is None and name not in self.faulty:
                self.refuse(name, "required")

    def refuse(self, name: str, code: str, *, below: str = "", **params: Any) -> None:
        """Keep a fault of a field."""
        pointer = f"{self._at}/{_escaped(name)}{below}"
        fault = FieldFault(pointer=pointer, code=code, params=params)
        self.faulty.setdefault(name, []).append(fault)

    def refuse_unknown(self, names: Collection[str]) -> None:
        """Refuse answers to what was not asked."""
        for name in self._given:
            if name not in names:
                self.refuse(name, "unknown_field")

    def faults_in_order(self, names: Sequence[str]) -> list[FieldFault]:
        """Give the faults in the order of the fields, those of no field at the end."""
        others = [name for name in self.faulty if name not in names]
        return [fault for name in (*names, *others) for fault in self.faulty.get(name, ())]

    def _take(self, step: Ready) -> None:
        field = step.field
        value = self._answer(step) if step.computed is None else self._computed(step)
        if value is not None or (field.default is not None and step.computed is None):
            # What was left empty beside a default stays so when it is read again.
            self.data[field.id] = value

    def _answer(self, step: Ready) -> Any:
        field = step.field
        if field.id not in self._given:
            return self._default(step)
        given = self._given[field.id]
        if isinstance(field, TableField):
            return self._rows(step, field, given)
        try:
            return values.typed(field, given)
        except Unfit as unfit:
            self.refuse(field.id, unfit.code, below=unfit.below, **unfit.params)
            return None

    def _default(self, step: Ready) -> Any:
        field = step.field
        if isinstance(field, TableField):
            return None
        try:
            if step.default is None:
                return values.typed(field, field.default)
            return values.computed(field, step.default.value(self.data))
        except (LogicFailed, Unfit):
            return None

    def _computed(self, step: Ready) -> Any:
        if step.computed is None or isinstance(step.field, TableField):
            return None
        try:
            return values.computed(step.field, step.computed.value(self.data))
        except (LogicFailed, Unfit):
            self.refuse(step.field.id, "not_computable")
            return None

    def _rows(self, step: Ready, field: TableField, given: Any) -> list[dict[str, Any]] | None:
        """Give the rows in which something stands; an empty row is none."""
        if given is None:
            return None
        if not isinstance(given, list) or not all(isinstance(row, Mapping) for row in given):
            self.refuse(field.id, "wrong_type")
            return None
        if len(given) > field.max_rows:
            self.refuse(field.id, "too_many_rows", most=field.max_rows)
            return None
        found = [self._row(step.columns, field, number, row) for number, row in enumerate(given)]
        rows = [row for row in found if row is not None]
        if rows and len(rows) < field.min_rows:
            self.refuse(field.id, "too_few_rows", least=field.min_rows)
        return rows or None

    def _row(
        self, columns: Sequence[Ready], table: TableField, number: int, given: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        names = [column.id for column in table.columns]
        row = _Filling({}, given, f"{self._at}/{table.id}/{number}")
        row.refuse_unknown(names)
        asked = [column.id for column in table.columns if column.computed is None]
        is_row = not all(is_empty(given.get(name)) for name in asked)
        if is_row:
            row.take(columns)
        if row.faulty:
            self.faulty.setdefault(table.id, []).extend(row.faults_in_order(names))
        return {name: row.data[name] for name in names if name in row.data} if is_row else None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
