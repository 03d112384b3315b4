"""A subject's form on the page: which questions are shown, with what was typed and what is wrong.

No script decides what is shown: the page says which questions it had, and when the answers lead to
others it comes again with these. What was typed is never lost, also of questions that are hidden
for the moment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from chassis.errors import FieldFault
from contracts.forms import Filled, ReadyForm, fill_in
from contracts.forms.definition import AnyField, MultiChoiceField, Simple, TableField
from contracts.forms.values import is_empty
from gateway.pages import questions
from gateway.pages.questions import Question, Row
from gateway.texts import text

#: Begin of the names of questions on the page: `a-items-0-price`.
PREFIX: Final = "a-"
_AT: Final = "/answers/"
#: Which questions the page had, and which table shall grow.
SHOWN: Final = "shown"
GROW: Final = "more"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A section with the questions that are asked now."""

    title: str
    help: str
    questions: list[Question]


class Sheet:
    """A form with what was typed into it."""

    def __init__(
        self, form: ReadyForm, pairs: Sequence[tuple[str, str]], context: Mapping[str, Any]
    ) -> None:
        self.form = form
        self._typed: dict[str, list[str]] = {}
        for name, value in pairs:
            self._typed.setdefault(name, []).append(value)
        self._had = set(self._typed.get(SHOWN, [""])[-1].split())
        self.grow = self._typed.get(GROW, [""])[-1]
        self.answers = dict(self._given())
        self.filled: Filled = fill_in(form, self.answers, context)

    @property
    def is_to_be_shown(self) -> bool:
        """Tell whether there is a question that the page did not have, or a table is to grow."""
        return bool(self.grow) or any(
            step.field.id not in self._had
            for step in self.form.steps
            if step.computed is None and step.field.id in self.filled.fields
        )

    def shown(self) -> str:
        """Give which questions the page has, for the page to say."""
        return " ".join(sorted(self.filled.fields))

    def carried(self) -> list[tuple[str, str]]:
        """Give what was typed into questions that are hidden now."""
        return [
            (name, value)
            for name, values in self._typed.items()
            if name.startswith(PREFIX) and _field_of(name) not in self.filled.fields
            for value in values
        ]

    def parts(self, faults: Mapping[str, str], language: str) -> list[Part]:
        """Give the sections with their questions, in the language, each with its fault."""
        asked = [
            Part(
                title=questions.said(section.title, language),
                help=questions.said(section.help, language),
                questions=[
                    self._question(field, faults, language)
                    for field in section.fields
                    if field.id in self.filled.fields
                ],
            )
            for section in self.form.form.sections
            if section.id in self.filled.sections
        ]
        return [part for part in asked if part.questions]

    def _question(self, field: AnyField, faults: Mapping[str, str], language: str) -> Question:
        name = PREFIX + field.id
        if isinstance(field, TableField):
            return self._table(field, faults, language)
        if field.computed is not None:
            value = self.filled.values.get(field.id)
            return questions.computed(field, name, value, language)
        value = None if field.id in self._had else self.filled.values.get(field.id)
        return questions.asked(
            field,
            name,
            self._typed.get(name) or questions.as_typed(field, value, language),
            language,
            fault=faults.get(name, ""),
            required=field.id in self.filled.required,
        )

    def _table(self, field: TableField, faults: Mapping[str, str], language: str) -> Question:
        name = PREFIX + field.id
        grows = self.grow == field.id
        given = self._rows(field)
        count = min(max(len(given), field.min_rows, 1) + grows, field.max_rows)
        kept = (n for n, row in enumerate(given) if not all(map(is_empty, row.values())))
        stored = dict(zip(kept, self.filled.values.get(field.id) or (), strict=False))
        rows = [
            Row(
                number=number + 1,
                cells=[
                    self._cell(
                        column, f"{name}-{number}-{column.id}", stored.get(number), faults, language
                    )
                    for column in field.columns
                ],
                is_new=grows and number == count - 1,
            )
            for number in range(count)
        ]
        return questions.table(
            field,
            name,
            rows,
            language,
            fault=faults.get(name, ""),
            required=field.id in self.filled.required,
        )

    def _cell(
        self,
        column: Simple,
        name: str,
        stored: Mapping[str, Any] | None,
        faults: Mapping[str, str],
        language: str,
    ) -> Question:
        if column.computed is not None:
            return questions.computed(column, name, (stored or {}).get(column.id), language)
        return questions.asked(
            column,
            name,
            self._typed.get(name, []),
            language,
            fault=faults.get(name, ""),
            required=column.required is True,
        )

    def _given(self) -> Iterable[tuple[str, Any]]:
        """Give what was answered; what the page did not have is left to its default."""
        for field in self.form.form.fields():
            name = PREFIX + field.id
            if field.computed is not None:
                continue
            if isinstance(field, TableField):
                if rows := self._rows(field):
                    yield field.id, rows
            elif name in self._typed or field.id in self._had:
                yield field.id, self._answer(field, name)

    def _answer(self, field: Simple, name: str) -> Any:
        typed = self._typed.get(name, [])
        if isinstance(field, MultiChoiceField):
            return typed
        return typed[-1] if typed else None

    def _rows(self, field: TableField) -> list[dict[str, Any]]:
        """Give the rows as they stand on the page, the empty ones too."""
        begin = f"{PREFIX}{field.id}-"
        numbers = {
            name.removeprefix(begin).partition("-")[0]
            for name in self._typed
            if name.startswith(begin)
        }
        count = max((int(each) for each in numbers if each.isdecimal()), default=-1) + 1
        return [
            {
                column.id: self._answer(column, f"{begin}{number}-{column.id}")
                for column in field.columns
                if column.computed is None
            }
            for number in range(min(count, field.max_rows + 1))
        ]


def places_of(faults: Iterable[FieldFault], names: Collection[str]) -> dict[str, str]:
    """Give the question of the page beside which each fault of an answer is told, by pointer."""
    places = {}
    for fault in faults:
        if fault.pointer.startswith(_AT):
            parts = fault.pointer.removeprefix(_AT).split("/")
            # Within several choices the fault is of the question.
            name = PREFIX + "-".join(parts if len(parts) == 3 else parts[:1])  # noqa: PLR2004 - table, row, column
            if name in names:
                places[fault.pointer] = name
    return places


def labels_of(parts: Iterable[Part], language: str) -> dict[str, str]:
    """Give what each question is called in a list of faults, by its name on the page."""
    labels = {}
    for part in parts:
        for question in part.questions:
            labels[question.name] = question.label
            for row in question.rows:
                for cell in row.cells:
                    labels[cell.name] = text(
                        language,
                        "page.form.cell",
                        table=question.label,
                        row=row.number,
                        column=cell.label,
                    )
    return labels


def _field_of(name: str) -> str:
    return name.removeprefix(PREFIX).partition("-")[0]
