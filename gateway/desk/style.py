"""The design system as it is: tokens with their contrast, icons and parts, in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from contracts.routing import STATES
from gateway.pages.display import instant_shown
from gateway.pages.forms import Faults
from gateway.pages.rendering import theme_of
from gateway.pages.staff import Someone, StaffRoute, staff_page
from gateway.pages.static_files import FOLDER
from gateway.texts import LANGUAGES, digits, text

router = APIRouter(include_in_schema=False, route_class=StaffRoute)

#: What is written on what.
PAIRS: Final = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink-soft", "ground"),
    ("ink-soft", "surface"),
    ("accent", "surface"),
    ("accent-deep", "accent-wash"),
    ("on-accent", "accent"),
    ("warm", "warm-wash"),
    ("wrong", "wrong-wash"),
    ("good", "good-wash"),
)
_TOKEN: Final = re.compile(r"^\s*--([a-z0-9-]+):\s*([^;]+);", re.MULTILINE)
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


class Pair(NamedTuple):
    """Two colours of which one is written on the other, and how well that is read."""

    above: str
    below: str
    contrast: float


@router.get("/style")
async def show(request: Request, caller: Someone) -> Response:
    """Show what pages are made of; for those who make pages, so nothing leads here."""
    known = tokens(theme_of(request))
    return staff_page(
        request,
        caller,
        "desk/style.html",
        colours={name: value for name, value in known.items() if _COLOUR.fullmatch(value)},
        sizes={name: value for name, value in known.items() if name.startswith(("space", "round"))},
        pairs=[Pair(a, b, contrast(known[a], known[b])) for a, b in PAIRS],
        states=STATES,
        readers=[_reader(language, caller.gateway.settings.zone) for language in LANGUAGES],
        now=datetime.now(UTC),
        faults=Faults(),
    )


@cache
def tokens(theme: str) -> Mapping[str, str]:
    """Give what the sheets call things, and what each stands for in a theme."""
    sheets = ("dark.css", "tokens.css") if theme == "dark" else ("tokens.css",)
    found: dict[str, str] = {}
    for sheet in sheets:
        for name, value in _TOKEN.findall((FOLDER / sheet).read_text("utf-8")):
            found.setdefault(name, value)
    return found


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours as WCAG counts it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return round((light + 0.05) / (dark + 0.05), 1)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - of sRGB
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _reader(language: str, zone: str) -> dict[str, Any]:
    """Give what parts need to speak a language that is not the page's own."""
    return {
        "language": language,
        "direction": "rtl" if language == "fa" else "ltr",
        "t": partial(text, language),
        "number": lambda value: digits(value, language),
        "instant": lambda at: instant_shown(at, language, zone),
        "names": lambda group, keys: [text(language, f"{group}.{key}") for key in keys],
    }
