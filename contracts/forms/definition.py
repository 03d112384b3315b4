"""The shape of a form: sections of fields, in both languages, with conditions as data.

A form is published by intake, which owns all definitions; whoever shows or checks answers (intake
at registering, routing at a step, the pages) reads the same shape. `visible`, `required`,
`computed`, `default` and the test of a rule are JSONLogic over the answers by field id, and over
`context` (`context.today`, `context.channel`, `context.subject`, ...); in a table's column they see
the cells of their row alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
#: By language: `fa` and `en`, both of them.
Words = dict[Literal["fa", "en"], Annotated[str, Meta(min_length=1, max_length=2000)]]
#: JSONLogic, or the plain answer to it.
Condition = bool | dict[str, Any]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Number = int | float
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]

#: What conditions see beside the answers.
CONTEXT = "context"


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every part of a definition."""


class Option(Shape, omit_defaults=True, kw_only=True):
    """One of the answers to choose from."""

    value: Value
    label: Words


class Branch(Option, omit_defaults=True):
    """An option of a cascade, with what may be chosen below it."""

    options: list[Branch] = []


class Field(Shape, tag_field="type", omit_defaults=True, kw_only=True):
    """What every field has."""

    id: Id
    label: Words
    help: Words | None = None
    #: An invisible field's answer is dropped.
    visible: Condition = True
    required: Condition = False
    #: What an answer that was not sent is: a plain value, or JSONLogic.
    default: Any = None
    #: What the server computes, whatever was sent.
    computed: dict[str, Any] | None = None
    #: Shown to the requester when he follows his ticket.
    public: bool = False
    #: Staff find tickets by it.
    searchable: bool = False
    #: Counted by reports.
    reportable: bool = False
    #: Told in `ticket.registered`, so that routing may decide by it.
    routable: bool = False


class TextField(Field, tag="text"):
    """One line."""

    min_length: Annotated[int, Meta(ge=0, le=1000)] = 0
    max_length: Annotated[int, Meta(ge=1, le=1000)] = 200
    #: A row of characters and sets of them, each with how many: see `patterns.py`.
    pattern: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class LongTextField(Field, tag="long_text"):
    """Several lines."""

    min_length: Annotated[int, Meta(ge=0, le=20_000)] = 0
    max_length: Annotated[int, Meta(ge=1, le=20_000)] = 4000


class NumberField(Field, tag="number"):
    """A number, whole where `step` is."""

    min: Number | None = None
    max: Number | None = None
    #: Counted from `min`, else from 0.
    step: Number | None = None
    unit: Words | None = None


class DateField(Field, tag="date"):
    """A day: stored as ISO Gregorian, accepted in either calendar."""

    #: In which calendar it is shown and typed.
    calendar: Literal["reader", "jalali", "gregorian"] = "reader"
    min: Day | None = None
    max: Day | None = None


class ChoiceField(Field, tag="choice", kw_only=True):
    """One of the options."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=500)]


class MultiChoiceField(Field, tag="multi_choice", kw_only=True):
    """Some of the options, in the definition's order."""

    options: Annotated[list[Option], Meta(min_length=1, max_length=200)]
    min: Annotated[int, Meta(ge=0, le=200)] = 0
    max: Annotated[int, Meta(ge=1, le=200)] | None = None


class CascadeField(Field, tag="cascade", kw_only=True):
    """A way from the tree's top to one of its ends: `["fars", "shiraz"]`."""

    options: Annotated[list[Branch], Meta(min_length=1, max_length=500)]


class NationalIdField(Field, tag="national_id"):
    """An Iranian's national id: ten digits, the last a check digit."""


class LegalIdField(Field, tag="legal_id"):
    """An Iranian organisation's national id: eleven digits, the last a check digit."""


class MobileField(Field, tag="mobile"):
    """A mobile number, stored as E.164."""


class IbanField(Field, tag="iban"):
    """A bank account; without a country's letters it is Iranian."""

    countries: Annotated[tuple[Country, ...], Meta(min_length=1, max_length=50)] = ("IR",)


class EmailField(Field, tag="email"):
    """An e-mail address."""


class YesNoField(Field, tag="yes_no"):
    """Yes or no; unanswered is neither."""


Simple = (
    TextField
    | LongTextField
    | NumberField
    | DateField
    | ChoiceField
    | MultiChoiceField
    | CascadeField
    | NationalIdField
    | LegalIdField
    | MobileField
    | IbanField
    | EmailField
    | YesNoField
)


class TableField(Field, tag="table", kw_only=True):
    """Rows of the same cells: a list of objects by column id."""

    columns: Annotated[list[Simple], Meta(min_length=1, max_length=20)]
    min_rows: Annotated[int, Meta(ge=0, le=100)] = 0
    max_rows: Annotated[int, Meta(ge=1, le=100)] = 20


AnyField = Simple | TableField


class Section(Shape, omit_defaults=True, kw_only=True):
    """Fields under one title; all of them are as invisible as it is."""

    id: Id
    title: Words
    help: Words | None = None
    visible: Condition = True
    fields: list[AnyField] = []


class Rule(Shape, kw_only=True):
    """What must hold of the answers together, and what is said where it does not."""

    test: Condition
    message: Words
    #: The field beside which it is said.
    at: Id


class Form(Shape, omit_defaults=True, kw_only=True):
    """A form as it is answered: the blocks that it includes stand in it."""

    title: Words
    help: Words | None = None
    sections: list[Section]
    rules: list[Rule] = []

    def fields(self) -> Iterator[AnyField]:
        """Give every field, in order."""
        for section in self.sections:
            yield from section.fields


class Block(Shape, omit_defaults=True, kw_only=True):
    """Fields that forms include by the block's id, where `{"type": "block"}` stands."""

    title: Words
    fields: list[AnyField]
