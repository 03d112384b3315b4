"""What people write, in the one form in which it is stored, wherever it comes in."""

import re

_PERSIAN_ZERO, _ARABIC_ZERO = 0x06F0, 0x0660
#: Persian and Arabic digits as Latin ones, for `str.translate`.
DIGITS = {zero + digit: str(digit) for zero in (_PERSIAN_ZERO, _ARABIC_ZERO) for digit in range(10)}
#: Control characters but for tab and newline, signs that turn letters around, which show another
#: text than is there, and halves of surrogate pairs.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


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
