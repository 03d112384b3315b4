"""What pages are made of: readable in both themes, and all of it on the page that shows it."""

import re

import pytest

from gateway.desk.style import PAIRS, contrast, tokens
from gateway.pages.static_files import FOLDER
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import signed_in, told


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_what_is_written_can_be_read(theme, pair):
    known = tokens(theme)

    assert contrast(known[pair[0]], known[pair[1]]) >= 4.5


def test_contrast_is_counted_as_wcag_does():
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#777777", "#777777") == 1


def test_every_colour_has_a_dark_one():
    def colours(theme: str) -> set[str]:
        return {name for name, value in tokens(theme).items() if value.startswith("#")}

    assert colours("dark") == colours("light")


def test_sheets_use_tokens_that_there_are():
    known = set(tokens("light"))
    used: dict[str, set[str]] = {}
    for sheet in FOLDER.glob("*.css"):
        text = sheet.read_text("utf-8")
        own = set(re.findall(r"(--[a-z0-9-]+)\s*:", text))
        for name in re.findall(r"var\((--[a-z0-9-]+)\)", text):
            if name not in own and name.removeprefix("--") not in known:
                used.setdefault(sheet.name, set()).add(name)
    of_staff = set(re.findall(r"(--[a-z0-9-]+)\s*:", (FOLDER / "staff.css").read_text("utf-8")))

    assert {sheet: names - of_staff for sheet, names in used.items() if names - of_staff} == {}


async def test_the_page_shows_parts_in_both_directions_to_staff_alone():
    world = told(World())
    assert (await world.get("/style")).status == 303
    world.cookies["session"] = signed_in(world, "agent")["authorization"].removeprefix("Bearer ")

    page = await world.get("/style?theme=dark")

    assert page.status == 200
    assert 'lang="fa" dir="rtl"' in page.text
    assert 'lang="en" dir="ltr"' in page.text
    assert tokens("dark")["ground"] in page.text
    assert "style=" not in page.text
