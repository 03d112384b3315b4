"""Expectations as others see them: of one ticket, and how those of a subject have held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from contracts.calls.sla import Calibration, ExpectedView
from services.sla.domain.book import Book
from services.sla.domain.clocks import Clocks
from services.sla.domain.expectation import QUANTILE, shown
from services.sla.domain.history import Ending, Figure

_HALF = 0.5
_HOUR = 3600


def views(states: Mapping[str, Clocks], book: Book, now: datetime) -> dict[str, ExpectedView]:
    """Show when open tickets are expected to end; those of which nothing is known are absent."""
    return {
        code: view
        for code, state in states.items()
        if (view := _view(state, book, now)) is not None
    }


def _view(state: Clocks, book: Book, now: datetime) -> ExpectedView | None:
    found = shown(state, now, book)
    if found is None:
        return None
    return ExpectedView(
        expected_at=found.at,
        of=found.basis.of,
        samples=found.basis.samples,
        quantile=found.basis.quantile,
        load=found.basis.load,
        first_at=state.expected.first_at if state.expected else None,
        steps=found.steps,
    )


def calibration(subject: str, endings: Sequence[Ending]) -> Calibration:
    """Tell how often what was foretold first of a subject's tickets has held."""
    foretold = [(each.foretold, each.ended_at) for each in endings if each.foretold]
    kept = sum(ended_at <= at for at, ended_at in foretold)
    taken = Figure(((each.ended_at - each.registered_at).total_seconds(), 1.0) for each in endings)
    return Calibration(
        subject=subject,
        tickets=len(endings),
        foretold=len(foretold),
        held=round(kept / len(foretold), 3) if foretold else None,
        meant=QUANTILE,
        half_hours=_hours(taken, _HALF),
        most_hours=_hours(taken, QUANTILE),
    )


def _hours(taken: Figure, share: float) -> float:
    return round((taken.quantile(share) or 0.0) / _HOUR, 2)
