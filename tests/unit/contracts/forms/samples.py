"""Definitions that tests speak about."""

from __future__ import annotations

from typing import Any

from contracts.forms.checking import checked_form
from contracts.forms.readiness import ReadyForm

TODAY = {"today": "2026-11-22", "channel": "web", "subject": "it"}


def words(fa: str = "عنوان", en: str = "Title") -> dict[str, str]:
    return {"fa": fa, "en": en}


def a_field(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "id": name, "label": words(), **more}


def options(*names: str) -> list[dict[str, Any]]:
    return [{"value": name, "label": words(name, name)} for name in names]


def a_form(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    section = {"id": "main", "title": words(), "fields": list(fields)}
    return {"title": words(), "sections": [section], **more}


def made_ready(*fields: dict[str, Any], **more: Any) -> ReadyForm:
    draft, faults = checked_form(a_form(*fields, **more), {})
    assert faults == []
    assert draft.form is not None
    return ReadyForm(draft.form)


def var(name: str) -> dict[str, Any]:
    return {"var": name}


#: Price by row, and the sum of all rows: what a purchase asks for.
ROWS = a_field(
    "table",
    "rows",
    required=True,
    max_rows=5,
    columns=[
        a_field("text", "item", required=True),
        a_field("number", "count", min=1, step=1, default=1),
        a_field("number", "price", min=0),
        a_field("number", "sum", computed={"*": [var("count"), var("price")]}),
        a_field("iban", "iban"),
    ],
)
TOTAL = a_field(
    "number",
    "total",
    computed={"reduce": [var("rows"), {"+": [var("accumulator"), var("current.sum")]}, 0]},
)
