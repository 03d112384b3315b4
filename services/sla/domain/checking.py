"""What may be wrong with an agreement beyond its shape, each fault with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chassis.errors import FieldFault
from services.sla.domain import notices
from services.sla.domain.agreement import AgreementTerms
from services.sla.domain.target import KINDS, Mark, Target

LONGEST = timedelta(days=366)

#: What a mark may want once: each takes the work elsewhere.
_MOVING = frozenset({"escalate", "reassign", "move"})


def faults(
    terms: AgreementTerms,
    calendars: frozenset[str],
    general: AgreementTerms | None = None,
) -> Iterator[FieldFault]:
    """Tell what is wrong with an agreement beyond its shape.

    Given the ids of the calendars, and the newest version of the agreement it extends.
    """
    yield from _extension_faults(terms, general)
    if terms.valid_from is not None and terms.valid_from.tzinfo is None:
        yield FieldFault(pointer="/valid_from", code="zone_missing")
    yield from _target_faults(terms.targets, calendars)
    general_targets = general.targets if general else ()
    known = {target.clock for target in (*terms.targets, *general_targets)}
    for position, penalty in enumerate(terms.penalties):
        if penalty.clock not in known:
            yield FieldFault(pointer=f"/penalties/{position}/clock", code="clock_not_found")


def _target_faults(targets: list[Target], calendars: frozenset[str]) -> Iterator[FieldFault]:
    clocks = [target.clock for target in targets]
    for position, target in enumerate(targets):
        pointer = f"/targets/{position}"
        if target.clock in clocks[:position]:
            yield FieldFault(pointer=f"{pointer}/clock", code="clock_repeated")
        if target.kind is None and target.clock not in KINDS:
            yield FieldFault(pointer=f"{pointer}/kind", code="required")
        if not timedelta() < target.within <= LONGEST:
            yield FieldFault(
                pointer=f"{pointer}/within", code="duration_out_of_range", params={"days": 366}
            )
        if target.calendar is not None and target.calendar not in calendars:
            yield FieldFault(pointer=f"{pointer}/calendar", code="calendar_not_found")
        if target.calendar is None and not calendars:
            yield FieldFault(pointer=f"{pointer}/calendar", code="required")
        yield from _selection_faults(pointer, target)
        yield from _mark_faults(f"{pointer}/marks", target)


def _extension_faults(
    terms: AgreementTerms, general: AgreementTerms | None
) -> Iterator[FieldFault]:
    if terms.extends is not None and general is None:
        yield FieldFault(pointer="/extends", code="agreement_not_found")
    if general is not None and general.extends is not None:
        yield FieldFault(pointer="/extends", code="agreement_extends_another")
    if not terms.targets and terms.extends is None:
        yield FieldFault(pointer="/targets", code="required")


def _selection_faults(pointer: str, target: Target) -> Iterator[FieldFault]:
    """A target of a stage says which; no other target may say what it does not look at."""
    kind = target.is_about
    if kind == "stage" and not target.states and not target.steps:
        yield FieldFault(pointer=f"{pointer}/states", code="required")
    allowed = {
        "stage": ("states", "steps"),
        "ola": ("units", "tiers"),
        "contract": ("steps",),
        "question": ("units",),
    }
    for field in ("states", "steps", "units", "tiers"):
        if getattr(target, field) and field not in allowed.get(kind, ()):
            yield FieldFault(
                pointer=f"{pointer}/{field}", code="not_of_this_kind", params={"kind": kind}
            )


def _mark_faults(pointer: str, target: Target) -> Iterator[FieldFault]:
    seen: list[tuple[int | None, str | None]] = []
    for position, mark in enumerate(target.marks):
        place = f"{pointer}/{position}"
        if sum(value is not None for value in (mark.percent, mark.left, mark.after)) != 1:
            yield FieldFault(pointer=place, code="mark_needs_one_place")
            continue
        name = (mark.percent, mark.label)
        if name in seen:
            yield FieldFault(pointer=f"{place}/{_place_of(mark)}", code="mark_repeated")
        seen.append(name)
        if not _fits(mark, target.within):
            yield FieldFault(
                pointer=f"{place}/{_place_of(mark)}",
                code="duration_out_of_range",
                params={"days": 366},
            )
        yield from _asked_faults(place, mark)


def _asked_faults(pointer: str, mark: Mark) -> Iterator[FieldFault]:
    yield from notices.faults(f"{pointer}/notices", mark.notices)
    moving = [n for n, action in enumerate(mark.actions) if action.do in _MOVING]
    if len(moving) > 1:
        yield FieldFault(pointer=f"{pointer}/actions/{moving[1]}/do", code="moves_twice")
    for number, action in enumerate(mark.actions):
        if action.do == "prioritise" and action.priority is None:
            yield FieldFault(pointer=f"{pointer}/actions/{number}/priority", code="required")
        if action.do == "move" and action.action is None:
            yield FieldFault(pointer=f"{pointer}/actions/{number}/action", code="required")
        if action.do in ("reassign", "question") and action.unit is None:
            yield FieldFault(pointer=f"{pointer}/actions/{number}/unit", code="required")


def _place_of(mark: Mark) -> str:
    return "percent" if mark.percent is not None else "left" if mark.left is not None else "after"


def _fits(mark: Mark, within: timedelta) -> bool:
    if mark.left is not None:
        return timedelta() < mark.left < within
    return mark.after is None or timedelta() < mark.after <= LONGEST
