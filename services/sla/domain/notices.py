"""Whom a mark tells, as an administrator writes it: what cannot be right is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from chassis.errors import FieldFault
from contracts.sla import ROLES, Notice, Rung

#: Longest time to acknowledge a message.
LONGEST = timedelta(days=7)


def faults(pointer: str, notices: list[Notice]) -> Iterator[FieldFault]:
    """Tell what is wrong with the notices of a mark, which stand at the pointer."""
    for number, notice in enumerate(notices):
        here = f"{pointer}/{number}"
        yield from _rung_faults(here, notice)
        for step, rung in enumerate(notice.then):
            yield from _rung_faults(f"{here}/then/{step}", rung)


def _rung_faults(pointer: str, rung: Rung) -> Iterator[FieldFault]:
    if rung.role not in ROLES:
        yield FieldFault(pointer=f"{pointer}/role", code="role_unknown")
    within = rung.acknowledge_within
    if within is not None and not timedelta() < within <= LONGEST:
        yield FieldFault(
            pointer=f"{pointer}/acknowledge_within",
            code="duration_out_of_range",
            params={"days": LONGEST.days},
        )
