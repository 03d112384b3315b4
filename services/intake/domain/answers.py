"""What was filled in when a ticket was registered: the typed answers, and what finds it by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from contracts.forms import Form, ReadyForm, answered
from contracts.forms.telling import found_by, sought, told_fields
from contracts.intake import FormRef
from contracts.writing import folded
from services.intake.domain.text import sha256

#: So much of a text is compared when a ticket is looked for by it.
_COMPARED = 200


class Found(msgspec.Struct, frozen=True):
    """A field and a value that a ticket is found and counted by."""

    f: str
    v: str | int | float | bool


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """The erasable answers of one ticket, by the version of the form that asked for them."""

    form: str
    version: int
    values: dict[str, Any]
    found: list[Found] = []

    @property
    def reference(self) -> FormRef:
        """What the ticket's journal holds of them."""
        written = msgspec.json.encode(self.values, order="deterministic").decode()
        return FormRef(id=self.form, version=self.version, sha256=sha256(written))


def filled_in(
    form: str, version: int, asked: ReadyForm, given: Mapping[str, Any], context: Mapping[str, Any]
) -> Answers:
    """Give the answers as they are stored; raises Invalid with every fault by field."""
    values = answered(asked, given, context)
    found = [Found(field.id, _compared(value)) for field, value in found_by(asked.form, values)]
    return Answers(form=form, version=version, values=values, found=found)


def looked_for(field: str, raw: str, forms: Iterable[Form]) -> list[Any] | None:
    """Give the values that a question of an answer means; None where no form has such a field.

    Forms may have fields of one name and different types: any of them may be meant.
    """
    asked = [each for form in forms for each in told_fields(form) if each.id == field]
    if not asked:
        return None
    meant = [sought(each, raw) for each in asked]
    return list(dict.fromkeys(_compared(value) for value in meant if value is not None))


def _compared(value: Any) -> Any:
    return folded(value)[:_COMPARED] if isinstance(value, str) else value
