"""What is wrong with rules, or odd about them, by what there is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.calls.routing import Rule, RuleWarning
from services.routing.domain.rule_faults import Known, review
from services.routing.lookup import Lookup


class RuleChecks:
    """Reviews rules by the organisation, the workflows, and what intake knows."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def check(
        self, rows: Sequence[Rule], before: Sequence[Rule], *, asked: Sequence[Rule] | None = None
    ) -> list[RuleWarning]:
        """Give what is odd; raises Invalid.

        Of single rows only their own names are looked at: they may come before their people do.
        """
        self._lookup.forget()
        wanted = [row.subject for row in rows if row.subject is not None]
        known = self._known(
            subjects=self._lookup.subjects(wanted) if wanted and asked is None else None,
            words=self._lookup.word_groups() if any(row.mentions for row in rows) else None,
        )
        if asked is not None:
            faults, _odd = review(asked, asked, known)
            faults = [_of_single(fault) for fault in faults]
            if faults:
                raise Invalid(faults[0].code, fields=faults)
            return []
        faults, odd = review(rows, before, known)
        if faults:
            raise Invalid("rules_invalid", fields=faults)
        return [_warning(fault) for fault in odd]

    def warnings(self, rows: Sequence[Rule]) -> list[RuleWarning]:
        """Give what is wrong or odd by now, without asking intake."""
        faults, odd = review(rows, rows, self._known())
        return [_warning(fault) for fault in (*faults, *odd)]

    def _known(self, **of_intake: Any) -> Known:
        return Known(
            organisation=self._lookup.organisation,
            workflows={name for name, _version in self._lookup.workflows},
            **of_intake,
        )


def _warning(fault: FieldFault) -> RuleWarning:
    params: dict[str, Any] = fault.params
    return RuleWarning(pointer=fault.pointer, code=fault.code, params=params)


def _of_single(fault: FieldFault) -> FieldFault:
    """Give a fault of the only row as one of the request: `/rows/0/unit` is `/unit`."""
    return msgspec.structs.replace(fault, pointer=fault.pointer.removeprefix("/rows/0"))
