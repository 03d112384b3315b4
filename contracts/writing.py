"""What people write, in the one form in which it is stored, wherever it comes in."""

import re
import unicodedata

_PERSIAN_ZERO, _ARABIC_ZERO = 0x06F0, 0x0660
#: Persian and Arabic digits as Latin ones, for `str.translate`.
DIGITS = {zero + digit: str(digit) for zero in (_PERSIAN_ZERO, _ARABIC_ZERO) for digit in range(10)}
#: Control characters but for tab and newline, signs that turn letters around, which show another
#: text than is there, and halves of surrogate pairs.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")

_LETTERS = {
    "ي": "ی",
    "ى": "ی",
    "ك": "ک",
    "ە": "ه",
    "ة": "ه",
    "ہ": "ه",
}
#: Marks that NFKD parts from their letters, the stretching line, and invisible signs of direction.
_DROPPED = (
    *range(0x0300, 0x0370),
    *range(0x0610, 0x061B),
    0x0640,
    *range(0x064B, 0x0660),
    0x0670,
    *range(0x06D6, 0x06DD),
    *range(0x06DF, 0x06E5),
    *range(0x06E7, 0x06E9),
    *range(0x06EA, 0x06EE),
    0x00AD,
    0x200B,
    *range(0x200D, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)
_FOLDING: dict[int, str | None] = {
    **dict.fromkeys(_DROPPED),
    **DIGITS,
    **{ord(letter): folded for letter, folded in _LETTERS.items()},
}


def latin_digits(text: str) -> str:
    """Give the text with Persian and Arabic digits as Latin ones."""
    return text.translate(DIGITS)


def tidy(text: str) -> str:
    """Give the text with plain newlines and without the white space around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def one_line(text: str) -> str:
    """Give the text as one line, each run of white space as one space."""
    return " ".join(text.split())


def has_unwanted(text: str) -> bool:
    """Tell whether a tidied text holds what no person types: control characters, surrogates."""
    return _UNWANTED.search(text) is not None


def is_blank(text: str) -> bool:
    """Tell whether nothing in the text can be seen."""
    return not any(letter.isprintable() and not letter.isspace() for letter in text)


def folded(text: str) -> str:
    """Give the text as search compares it; half-spaces stay.

    What Persian typists vary is folded away: Arabic letter forms, digits, marks.
    """
    return unicodedata.normalize("NFKD", text).casefold().translate(_FOLDING)
