"""What is told of a form that was filled in at a step."""

from __future__ import annotations

from typing import Any

from chassis.calls.call import Call
from chassis.identity import Identity
from contracts.calls.forms import PublishedForm
from services.routing.domain.ticket import Ticket
from services.routing.forms import Forms, filled
from tests.unit.routing.world import NOON

WORDS = {"fa": "یک", "en": "one"}
FIELDS = [
    {"type": "number", "id": "amount", "label": WORDS, "routable": True, "reportable": True},
    {"type": "number", "id": "secret", "label": WORDS},
    {
        "type": "choice",
        "id": "kind",
        "label": WORDS,
        "reportable": True,
        "options": [{"value": "new", "label": WORDS}, {"value": "old", "label": WORDS}],
    },
]


class Intake:
    """Publishes one form."""

    def query(self, _method: str, _request: Any, _answer: Any) -> list[PublishedForm]:
        section = {"id": "all", "title": WORDS, "fields": FIELDS}
        form: Any = {"title": WORDS, "sections": [section]}
        return [PublishedForm(id="offers", version=3, form=form)]


def test_conditions_ask_what_is_routable_and_reports_count_what_is_reportable() -> None:
    call = Call(method="act", identity=Identity(subject="x", role="agent"), key="k", now=NOON)
    given = {"amount": 9, "secret": 1, "kind": "new"}

    forms = Forms(Intake())  # type: ignore[arg-type]
    told, _kept = filled("offers", given, Ticket(), forms, call, "UTC")

    assert told.values == {"amount": 9}
    assert told.figures == {"amount": 9, "kind": ["new"]}
