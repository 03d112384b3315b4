"""The catalogue of texts in Persian and English, and whose language it is to be.

Nothing else in the code base holds a sentence that people read; see `locale/`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("fa", "en")
DEFAULT: Final = "fa"

_PERSIAN_DIGITS: Final = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_LATIN_DIGITS: Final = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "0123456789" * 2)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Give every text of a language by its dotted key.

    `{language}.toml` holds what all of the gateway says, `{area}.{language}.toml` the pages of an
    area. Raises ValueError for a key that two files give.
    """
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"*{language}.toml")):
        texts = dict(_flat(tomllib.loads(path.read_text("utf-8"))))
        if twice := found.keys() & texts.keys():
            raise ValueError(f"{path.name} gives anew: {', '.join(sorted(twice))}")
        found |= texts
    return found


def text(language: str, key: str, /, **params: Any) -> str:
    """Give a text with its parameters filled in; raises KeyError for an unknown key."""
    shown = {name: _shown(value, language) for name, value in params.items()}
    return catalogue(language)[key].format_map(_Lenient(shown))


def has(key: str) -> bool:
    """Tell whether the catalogue knows the key."""
    return key in catalogue(DEFAULT)


def preferred(accept_language: str | None) -> str:
    """Give the language of an Accept-Language header that we have; Persian otherwise."""
    best, best_quality = DEFAULT, 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def digits(value: object, language: str) -> str:
    """Write a number with the digits of the language."""
    return str(value).translate(_PERSIAN_DIGITS) if language == "fa" else str(value)


def redigited(value: str, wanted: str) -> str:
    """Write the figures of a text in other digits: `persian`, `latin`, or `reader` as they are."""
    if wanted == "persian":
        return value.translate(_PERSIAN_DIGITS)
    return latin(value) if wanted == "latin" else value


def latin(value: str) -> str:
    """Replace Persian and Arabic digits by Latin ones."""
    return value.translate(_LATIN_DIGITS)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", value))
    return pairs


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _shown(value: Any, language: str) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        comma = "، " if language == "fa" else ", "
        return comma.join(str(item) for item in value)
    if isinstance(value, (int, float)):
        return digits(value, language)
    return str(value)


class _Lenient(dict[str, str]):
    """A parameter that a service did not send leaves a dash, not a failed answer."""

    def __missing__(self, key: str) -> str:
        return "—"
