"""What a ticket adds to the roll-ups by what is said of it: its tags, and the answers in forms.

Each tag and each choice is a part of its cube; of a number, thousandths are summed, because sums
are whole. Forms are those of registering and of the steps of its workflow; of one that was filled
in more than once the last answers count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.envelope import Answered
from services.reporting.domain.case import Case
from services.reporting.domain.request import Request

#: (cube, part, measures); no measures where those of the case itself are meant.
Row = tuple[str, str, dict[str, int] | None]
THOUSANDTHS = 1000


def said(request: Request, case: Case) -> Iterator[Row]:
    """Give a row for each tag, each choice and each number."""
    for tag in case.tags:
        yield "tag", tag, None
    for form, figures in ((request.form, request.figures), *case.figures.items()):
        yield from _answers(form, figures)


def _answers(form: str, figures: Mapping[str, Answered]) -> Iterator[Row]:
    for field, told in figures.items():
        name = f"{form}.{field}"
        if isinstance(told, bool):
            yield "choice", f"{name}={'yes' if told else 'no'}", {"answers": 1}
        elif isinstance(told, int | float):
            yield "number", name, {"answers": 1, "thousandths": round(told * THOUSANDTHS)}
        else:
            choices = [told] if isinstance(told, str) else told
            for choice in choices:
                yield "choice", f"{name}={choice}", {"answers": 1}
