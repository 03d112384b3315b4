"""What may be wrong with a form beyond its shape, each fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError
from typing import Any, Final

from chassis import logic
from chassis.errors import FieldFault
from contracts.days import read_date
from contracts.forms import patterns, readiness, values
from contracts.forms.definition import (
    CONTEXT,
    AnyField,
    Block,
    Branch,
    CascadeField,
    ChoiceField,
    DateField,
    Form,
    LongTextField,
    MultiChoiceField,
    NumberField,
    Option,
    TableField,
    TextField,
    Words,
    YesNoField,
)
from contracts.forms.drafts import Draft, read_block, read_form
from contracts.forms.values import Unfit

LANGUAGES: Final = ("fa", "en")
#: What routing may decide by: never free text, never what tells who somebody is.
ROUTABLE: Final = (NumberField, DateField, ChoiceField, MultiChoiceField, CascadeField, YesNoField)
_NOT_FOUND_BY: Final = (LongTextField, TableField)
_MOST_FIELDS: Final = 200
_MOST_RULES: Final = 100
_MOST_OPTIONS: Final = 5000
_DEEPEST: Final = 6


def checked_form(
    definition: Mapping[str, Any], blocks: Mapping[str, Block]
) -> tuple[Draft, list[FieldFault]]:
    """Read a form that an administrator wrote, and give every fault of it."""
    draft = read_form(definition, blocks)
    found = [*draft.faults, *(_form_faults(draft) if draft.form else ())]
    return draft, found


def checked_block(definition: Mapping[str, Any]) -> tuple[Block | None, list[FieldFault]]:
    """Read a block that an administrator wrote, and give every fault of it.

    What its conditions read is known only in a form that includes it.
    """
    block, found = read_block(definition)
    if block is None:
        return None, found
    found = [*found, *_unsaid("/title", block.title)]
    places = [f"/fields/{number}" for number in range(len(block.fields))]
    if not block.fields and not found:
        found.append(FieldFault(pointer="/fields", code="too_few"))
    found += _repeated(places, [field.id for field in block.fields])
    for place, field in zip(places, block.fields, strict=True):
        found += _field_faults(place, field)
        found += _logic_faults(place, _rules_of(field), None)
    return block, found


def _form_faults(draft: Draft) -> Iterator[FieldFault]:
    form = draft.form
    if form is None:
        return
    fields = list(form.fields())
    names = [field.id for field in fields]
    yield from _unsaid("/title", form.title)
    yield from _unsaid("/help", form.help)
    if not fields and not draft.faults:
        yield FieldFault(pointer="/sections", code="too_few")
    if len(fields) > _MOST_FIELDS:
        yield FieldFault(pointer="/sections", code="too_many")
    yield from _repeated(draft.sections, [section.id for section in form.sections])
    yield from _repeated(draft.fields, names)
    known = frozenset(names) | {CONTEXT}
    faulty_rules = False
    for place, section in zip(draft.sections, form.sections, strict=True):
        yield from _unsaid(f"{place}/title", section.title)
        yield from _unsaid(f"{place}/help", section.help)
        for fault in _logic_faults(place, [("visible", section.visible)], known):
            faulty_rules = True
            yield fault
    for place, field in zip(draft.fields, fields, strict=True):
        yield from _field_faults(place, field)
        for fault in _logic_faults(place, _rules_of(field), known):
            faulty_rules = True
            yield fault
    yield from _rule_faults(form, names, known)
    if not faulty_rules:
        yield from _cycles(form, dict(zip(names, draft.fields, strict=True)))


def _field_faults(place: str, field: AnyField) -> Iterator[FieldFault]:
    yield from _unsaid(f"{place}/label", field.label)
    yield from _unsaid(f"{place}/help", field.help)
    if field.id == CONTEXT:
        yield FieldFault(pointer=f"{place}/id", code="id_reserved")
    if field.computed is not None:
        yield from (
            FieldFault(pointer=f"{place}/{name}", code="not_with_computed")
            for name, stands in (
                ("required", field.required is not False),
                ("default", field.default is not None),
                ("type", isinstance(field, TableField)),
            )
            if stands
        )
    if field.routable and not isinstance(field, ROUTABLE):
        yield FieldFault(pointer=f"{place}/routable", code="not_routable")
    for name in ("searchable", "reportable"):
        if getattr(field, name) and isinstance(field, _NOT_FOUND_BY):
            yield FieldFault(pointer=f"{place}/{name}", code="not_found_by")
    yield from _of_type(place, field)
    yield from _default_faults(place, field)
    if isinstance(field, TableField):
        yield from _table_faults(place, field)


def _of_type(place: str, field: AnyField) -> Iterator[FieldFault]:
    if isinstance(field, TextField | LongTextField):
        yield from _reversed(f"{place}/min_length", field.min_length, field.max_length)
    if isinstance(field, TextField) and field.pattern is not None:
        try:
            patterns.read(field.pattern)
        except patterns.Malformed:
            yield FieldFault(pointer=f"{place}/pattern", code="pattern_malformed")
    if isinstance(field, NumberField):
        yield from _unsaid(f"{place}/unit", field.unit)
        yield from _reversed(f"{place}/min", field.min, field.max)
        if field.step is not None and field.step <= 0:
            yield FieldFault(pointer=f"{place}/step", code="step_not_positive")
    if isinstance(field, DateField):
        yield from _day_faults(place, field)
    if isinstance(field, ChoiceField | MultiChoiceField):
        yield from _option_faults(f"{place}/options", field.options)
    if isinstance(field, MultiChoiceField):
        yield from _reversed(f"{place}/min", field.min, field.max or len(field.options))
    if isinstance(field, CascadeField):
        yield from _branch_faults(f"{place}/options", field.options)


def _day_faults(place: str, field: DateField) -> Iterator[FieldFault]:
    days = {}
    for name in ("min", "max"):
        written = getattr(field, name)
        try:
            days[name] = read_date(written) if written is not None else None
        except ValueError:
            yield FieldFault(pointer=f"{place}/{name}", code="date_malformed")
    least, most = days.get("min"), days.get("max")
    if least is not None and most is not None and least > most:
        yield FieldFault(pointer=f"{place}/min", code="bounds_reversed")


def _option_faults(place: str, options: Sequence[Option]) -> Iterator[FieldFault]:
    for number, option in enumerate(options):
        yield from _unsaid(f"{place}/{number}/label", option.label)
        if option.value in [before.value for before in options[:number]]:
            yield FieldFault(pointer=f"{place}/{number}/value", code="named_twice")


def _branch_faults(place: str, options: Sequence[Branch]) -> Iterator[FieldFault]:
    level = [(place, options)]
    depth = count = 0
    while level:
        depth, count = depth + 1, count + sum(len(branches) for _, branches in level)
        if depth > _DEEPEST or count > _MOST_OPTIONS:
            yield FieldFault(pointer=place, code="too_many")
            return
        for at, branches in level:
            yield from _option_faults(at, branches)
        level = [
            (f"{at}/{number}/options", branch.options)
            for at, branches in level
            for number, branch in enumerate(branches)
            if branch.options
        ]


def _table_faults(place: str, table: TableField) -> Iterator[FieldFault]:
    names = [column.id for column in table.columns]
    places = [f"{place}/columns/{number}" for number in range(len(names))]
    yield from _repeated(places, names)
    yield from _reversed(f"{place}/min_rows", table.min_rows, table.max_rows)
    faulty = False
    for at, column in zip(places, table.columns, strict=True):
        yield from _field_faults(at, column)
        for name, plain in _ONLY_OF_FIELDS.items():
            if getattr(column, name) is not plain:
                yield FieldFault(pointer=f"{at}/{name}", code="not_in_table")
        for fault in _logic_faults(at, _rules_of(column), frozenset(names)):
            faulty = True
            yield fault
    if not faulty:
        try:
            readiness.column_order(table)
        except CycleError as error:
            yield _hanging(error, dict(zip(names, places, strict=True)))


#: What columns do not have, with its plain value.
_ONLY_OF_FIELDS: Final[Mapping[str, bool]] = {
    "visible": True,
    "public": False,
    "searchable": False,
    "reportable": False,
    "routable": False,
}


def _default_faults(place: str, field: AnyField) -> Iterator[FieldFault]:
    if isinstance(field, TableField):
        if field.default is not None:
            yield FieldFault(pointer=f"{place}/default", code="default_unfit")
        return
    if isinstance(field.default, dict):
        return
    try:
        values.typed(field, field.default)
    except (Unfit, patterns.Malformed, ValueError, ArithmeticError):
        yield FieldFault(pointer=f"{place}/default", code="default_unfit")


def _rule_faults(form: Form, names: Sequence[str], known: frozenset[str]) -> Iterator[FieldFault]:
    if len(form.rules) > _MOST_RULES:
        yield FieldFault(pointer="/rules", code="too_many")
    for number, rule in enumerate(form.rules):
        place = f"/rules/{number}"
        yield from _unsaid(f"{place}/message", rule.message)
        yield from _logic_faults(place, [("test", rule.test)], known)
        if rule.at not in names:
            yield FieldFault(pointer=f"{place}/at", code="field_unknown")


def _rules_of(field: AnyField) -> list[tuple[str, Any]]:
    return [(name, getattr(field, name)) for name in ("visible", "required", "computed", "default")]


def _logic_faults(
    place: str, rules: Iterable[tuple[str, Any]], names: frozenset[str] | None
) -> Iterator[FieldFault]:
    for name, rule in rules:
        if not isinstance(rule, dict):
            continue
        found = logic.check(rule, at=f"{place}/{name}", names=names)
        yield from found
        if not found and any(not path for path in logic.Logic(rule).reads):
            yield FieldFault(pointer=f"{place}/{name}", code="logic_reads_all")


def _cycles(form: Form, places: Mapping[str, str]) -> Iterator[FieldFault]:
    try:
        readiness.in_order(form)
    except CycleError as error:
        yield _hanging(error, places)


def _hanging(error: CycleError, places: Mapping[str, str]) -> FieldFault:
    names = readiness.cycle_of(error)
    return FieldFault(
        pointer=places[names[0]], code="hangs_on_itself", params={"way": " → ".join(names)}
    )


def _unsaid(place: str, words: Words | None) -> Iterator[FieldFault]:
    if words is not None:
        for language in LANGUAGES:
            if not words.get(language, "").strip():
                yield FieldFault(pointer=f"{place}/{language}", code="language_missing")


def _repeated(places: Sequence[str], names: Sequence[str]) -> Iterator[FieldFault]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield FieldFault(pointer=f"{places[number]}/id", code="named_twice")


def _reversed(place: str, least: float | None, most: float | None) -> Iterator[FieldFault]:
    if least is not None and most is not None and least > most:
        yield FieldFault(pointer=place, code="bounds_reversed")
