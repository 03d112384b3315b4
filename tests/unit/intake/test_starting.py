"""What the texts of a ticket say that another one starts."""

import pytest

from services.intake.starting import filled_in

GIVEN = {"code": "1234", "title": "Ten {code} chairs", "description": "For the hall."}


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("Set up {title}", "Set up Ten {code} chairs"),
        ("{code}: {description}", "1234: For the hall."),
        ("{code}{code}", "12341234"),
        ("{name} and {", "{name} and {"),
        ("", ""),
    ],
)
def test_names_in_braces_are_filled_in_once(template, shown):
    assert filled_in(template, GIVEN) == shown
