"""The catalogue: whole in both languages, and with a text for every code that anybody raises."""

import string

from contracts.envelope import EVENTS
from contracts.routing import STATES
from gateway.texts import catalogue, digits, has, latin, text
from tests.unit.gateway.codes import raised


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys():
    assert set(catalogue("fa")) == set(catalogue("en"))


def test_both_languages_use_the_same_parameters():
    different = [
        key
        for key, sentence in catalogue("fa").items()
        if placeholders(sentence) != placeholders(catalogue("en")[key])
    ]

    assert different == []


def test_no_text_is_empty():
    assert [
        key for name in ("fa", "en") for key, value in catalogue(name).items() if not value
    ] == []


def test_persian_texts_have_no_arabic_letters():
    wrong = [key for key, value in catalogue("fa").items() if set(value) & set("يكةى")]

    assert wrong == []


def test_every_code_that_is_raised_has_a_text():
    errors, fields = raised()

    silent = [
        code
        for code in sorted(errors | fields)
        if not has(f"error.{code}") and not has(f"field.{code}")
    ]
    assert silent == []


def test_every_step_of_a_ticket_has_a_sentence():
    steps = [name for name in EVENTS if name.startswith("ticket.")]

    assert [name for name in steps if not has(f"step.{name}")] == []


def test_every_state_has_a_sentence():
    assert [state for state in STATES if not has(f"page.state.{state}")] == []
    assert [state for state in STATES if not has(f"page.state_text.{state}")] == []


def test_numbers_are_written_in_the_digits_of_the_language():
    assert digits(1405, "fa") == "۱۴۰۵"
    assert "۷" in text("fa", "error.rate_limited", seconds=7)
    assert "7" in text("en", "error.rate_limited", seconds=7)


def test_persian_and_arabic_digits_are_read():
    assert latin("۰۹۱۲-٣٤٥") == "0912-345"


def test_a_missing_parameter_spoils_no_answer():
    assert "—" in text("en", "error.rate_limited")
