"""What like tickets took, and how full a unit is: the figures that expectations rest on.

A ticket is like those of its subject; where too few of them have ended, like those of its kind;
then like all. Recent tickets count for more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import attrgetter
from typing import Literal, NamedTuple

from contracts.sla import TicketFacts
from services.sla.domain.calendar import Calendar

Like = Literal["subject", "kind", "all"]

#: So many tickets say something.
FEWEST = 10
#: The newest of a subject that are looked at, and of all together.
MOST_OF_SUBJECT = 200
MOST_OF_ALL = 500
#: A ticket that ended so long ago counts for half.
HALF_LIFE = timedelta(days=90)
#: Steps that fewer than these pass are not on the line.
_ON_THE_LINE = 0.8
_MOST_STEPS = 12
#: A load rests on at least so long; a few tickets more or fewer do not move it.
LEAST_SPAN = timedelta(days=1)
_STEADYING = 5
LEAST_LOAD, MOST_LOAD = 0.8, 4.0
_ENDED_AT = attrgetter("ended_at")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Ending(NamedTuple):
    """A ticket whose work was done and approved."""

    subject: str
    kind: str
    unit: str | None
    registered_at: datetime
    ended_at: datetime
    #: When its end had been expected, as its requester was first told.
    foretold: datetime | None = None
    #: The steps that its flow has of its own, with when it first came to each.
    steps: tuple[tuple[str, datetime], ...] = ()


class Figure:
    """How long something took, in seconds, over many tickets with weights."""

    def __init__(self, taken: Iterable[tuple[float, float]]) -> None:
        pairs = sorted(taken)
        self._seconds = [seconds for seconds, _ in pairs]
        #: Weight of those before each, and of all.
        self._before = [0.0, *accumulate(weight for _, weight in pairs)]

    def __len__(self) -> int:
        return len(self._seconds)

    def quantile(self, share: float, *, beyond: float = 0.0) -> float | None:
        """Give what a share took at most, of those that took more than `beyond`.

        The ticket in question counts as one more that took longest, so that with any number of
        like tickets the share of them that keep to it is no smaller than `share`: split conformal
        prediction (Vovk et al. 2005), with weights (Barber et al. 2023, "Conformal prediction
        beyond exchangeability"). The longest stands for what would lie beyond it. None where
        nothing took so long.
        """
        first = bisect_right(self._seconds, beyond) if beyond > 0 else 0
        if first == len(self):
            return None
        weight = self._before[-1] - self._before[first]
        wanted = self._before[first] + share * (weight + 1)
        reached = bisect_left(self._before, wanted, first + 1)
        return self._seconds[min(reached, len(self)) - 1]


class Line(NamedTuple):
    """What like tickets took to their end, and to each step on the way there, in its order."""

    of: Like
    end: Figure
    steps: dict[str, Figure]


class Gathered:
    """Ended tickets by subject, with what all subjects together say; one subject after another."""

    def __init__(self, endings: Mapping[str, Sequence[Ending]] | None = None) -> None:
        self.by_subject: dict[str, Sequence[Ending]] = {}
        self._like: dict[tuple[Like, str], list[Ending]] = {}
        self._taken: dict[str, tuple[int, timedelta]] = {}
        for subject, newest in (endings or {}).items():
            self.add(subject, newest)

    def add(self, subject: str, newest: Sequence[Ending]) -> None:
        """Take in the newest of a subject."""
        self.by_subject[subject] = newest
        for each in newest:
            self._like.setdefault(("kind", each.kind), []).append(each)
            if each.unit is not None:
                count, total = self._taken.get(each.unit, (0, timedelta()))
                self._taken[each.unit] = count + 1, total + each.ended_at - each.registered_at
        everything: tuple[Like, str] = ("all", "")
        self._like.setdefault(everything, []).extend(newest)
        names: set[tuple[Like, str]] = {everything, *(("kind", each.kind) for each in newest)}
        for name in names:
            self._like[name] = sorted(self._like[name], key=_ENDED_AT)[-MOST_OF_ALL:]

    def like(self, of: Like, name: str) -> Sequence[Ending]:
        """Give the newest of a subject, of a kind, or of all."""
        return self.by_subject.get(name, ()) if of == "subject" else self._like.get((of, name), ())

    def mean(self, unit: str) -> timedelta | None:
        """Give what the tickets that ended in a unit took on average by the clock on the wall."""
        count, total = self._taken.get(unit, (0, timedelta()))
        return total / count if count else None


class History:
    """What is known of ended tickets and of open ones; a still, replaced by a newer one."""

    def __init__(
        self,
        endings: Gathered | Mapping[str, Sequence[Ending]] | None = None,
        loads: Mapping[str, float] | None = None,
        at: datetime = _LONG_AGO,
    ) -> None:
        self.endings = endings if isinstance(endings, Gathered) else Gathered(endings)
        self._loads = loads or {}
        self._at = at
        self._lines: dict[tuple[Like, str, Calendar], Line] = {}

    def line(self, facts: TicketFacts, calendar: Calendar) -> Line | None:
        """Give what like tickets took in a calendar's time; None where too few have ended."""
        names: tuple[tuple[Like, str], ...] = (
            ("subject", facts.subject),
            ("kind", facts.kind),
            ("all", ""),
        )
        for of, name in names:
            line = self._lines.get((of, name, calendar))
            if line is None:
                like = self.endings.like(of, name)
                if len(like) < FEWEST:
                    continue
                line = self._lines[of, name, calendar] = self._measured(of, like, calendar)
            return line
        return None

    def load(self, unit: str | None) -> float:
        """Give how full a unit is against what is usual there; 1 where nobody knows."""
        return self._loads.get(unit or "", 1.0)

    def usual_unit(self, subject: str) -> str | None:
        """Give where most tickets of a subject ended."""
        endings = self.endings.like("subject", subject)
        units = Counter(ending.unit for ending in endings if ending.unit)
        return units.most_common(1)[0][0] if units else None

    def with_loads(self, loads: Mapping[str, float]) -> History:
        """Give the same tickets under other loads."""
        history = History(self.endings, loads, self._at)
        history._lines = self._lines
        return history

    def _measured(self, of: Like, like: Sequence[Ending], calendar: Calendar) -> Line:
        weights = [0.5 ** ((self._at - each.ended_at) / HALF_LIFE) for each in like]
        end = Figure(
            (calendar.between(each.registered_at, each.ended_at), weight)
            for each, weight in zip(like, weights, strict=True)
        )
        taken: dict[str, list[tuple[float, float]]] = {}
        for each, weight in zip(like, weights, strict=True):
            for step, at in each.steps:
                took = calendar.between(each.registered_at, at)
                taken.setdefault(step, []).append((took, weight))
        return Line(of, end, dict(_in_order(taken, len(like))))


def _in_order(
    taken: Mapping[str, list[tuple[float, float]]], tickets: int
) -> Iterator[tuple[str, Figure]]:
    """Give the steps that nearly all passed, in the order in which half of them had."""
    figures = {
        step: Figure(times) for step, times in taken.items() if len(times) >= _ON_THE_LINE * tickets
    }
    middles = {step: figure.quantile(0.5) or 0.0 for step, figure in figures.items()}
    for step in sorted(figures, key=lambda name: (middles[name], name))[:_MOST_STEPS]:
        yield step, figures[step]


def load(now_open: int, ended: int, span: timedelta, mean: timedelta) -> float:
    """Give how full a unit is: its open tickets against how many are usual.

    Usual is what Little's law says (L = λW; Little 1961): the tickets that end there in a time,
    times the mean time that they took. Bounded, below more narrowly: work takes its time in an
    empty unit, too. 1 where too little is known.
    """
    if ended < FEWEST or span < LEAST_SPAN:
        return 1.0
    usual = ended * (mean / span)
    return min(MOST_LOAD, max(LEAST_LOAD, (now_open + _STEADYING) / (usual + _STEADYING)))


#: Before anything has been read.
NOTHING_KNOWN = History()
