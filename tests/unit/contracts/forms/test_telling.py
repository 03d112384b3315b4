"""Which answers leave the document that can be erased."""

from __future__ import annotations

import msgspec

from contracts.forms import Form
from contracts.forms.telling import figures
from tests.unit.contracts.forms.samples import a_field, a_form, options

PLACES = [{"value": "fars", "label": {"fa": "فارس"}, "options": options("shiraz")}]


def test_reports_count_choices_places_and_numbers_of_fields_marked_so_and_no_texts() -> None:
    form = msgspec.convert(
        a_form(
            a_field("choice", "size", options=options("small", "big"), reportable=True),
            a_field("multi_choice", "wants", options=options("money", "answer"), reportable=True),
            a_field("cascade", "place", options=PLACES, reportable=True),
            a_field("number", "people", reportable=True),
            a_field("yes_no", "wired", reportable=True),
            a_field("text", "name", reportable=True),
            a_field("number", "unasked"),
        ),
        Form,
    )
    answers = {
        "size": "big",
        "wants": ["money", "answer"],
        "place": ["fars", "shiraz"],
        "people": 3,
        "wired": False,
        "name": "Sara",
        "unasked": 5,
    }

    assert figures(form, answers) == {
        "size": ["big"],
        "wants": ["money", "answer"],
        "place": ["fars", "fars/shiraz"],
        "people": 3,
        "wired": False,
    }
    assert figures(form, {}) == {}
