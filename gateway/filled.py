"""Answers in plain words: what a form was filled in with, as people of a language read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from contracts.calls.forms import FilledForm, ShownAnswer
from gateway.answers import TicketForm, ToldAnswer
from gateway.days import day_in
from gateway.texts import DEFAULT, digits, text

_MARKS = str.maketrans({",": "٬", ".": "٫"})
_LARGEST_WITHOUT_MARKS = 9999


def told_form(form: FilledForm, language: str) -> TicketForm:
    """Give a ticket's form with its answers in words."""
    return TicketForm(
        id=form.id,
        version=form.version,
        title=worded(form.title, language),
        answers=told_answers(form.answers, language),
    )


def told_answers(answers: Sequence[ShownAnswer], language: str) -> list[ToldAnswer]:
    """Give answers in words."""
    return [
        ToldAnswer(
            field=answer.field,
            type=answer.type,
            label=worded(answer.label, language),
            value=answer.value,
            text=_text(answer, language),
            rows=[told_answers(row, language) for row in answer.rows],
        )
        for answer in answers
    ]


def number_shown(value: float, language: str) -> str:
    """Give a number with marks between its thousands."""
    shown = f"{value:,}" if abs(value) > _LARGEST_WITHOUT_MARKS else str(value)
    return digits(shown, language).translate(_MARKS) if language == "fa" else shown


def worded(words: dict[str, str], language: str) -> str:
    """Give the words in the language, or in one that there is."""
    return words.get(language) or words.get(DEFAULT) or next(iter(words.values()), "")


def _text(answer: ShownAnswer, language: str) -> str:
    value: Any = answer.value
    if answer.type == "yes_no":
        return text(language, "form.yes" if value else "form.no")
    if answer.type == "number":
        unit = f" {worded(answer.unit, language)}" if answer.unit else ""
        return number_shown(value, language) + unit
    if answer.type == "date":
        return day_in(date.fromisoformat(value), answer.calendar or "reader", language)
    if answer.type == "cascade":
        return " › ".join(worded(words, language) for words in answer.chosen)
    if answer.chosen:
        return text(language, "form.and").join(worded(words, language) for words in answer.chosen)
    return "" if answer.type == "table" else str(value)
