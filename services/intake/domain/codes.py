"""Tracking codes: twelve decimal digits, the last of which checks the others.

They survive a phone keypad, a text message and a spreadsheet. Whether a code is taken is not known
here: a unique index of the claims settles that.
"""

import re
import secrets

from contracts.writing import latin_digits

DIGITS = 12

#: The totally anti-symmetric quasigroup of order 10 from H. Michael Damm, "Total anti-symmetrische
#: Quasigruppen" (doctoral thesis, Marburg 2004), as printed in Wikipedia's "Damm algorithm". It
#: finds every wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SEPARATORS = re.compile(r"[\s\-_./\u200b-\u200f\u2010-\u2015\u2212\u202a-\u202e\u2066-\u2069]+")
_CODE = re.compile(r"[0-9]{12}")


def draw() -> str:
    """Give a random code; it never starts with 0, which a spreadsheet would drop."""
    digits = str(10 ** (DIGITS - 2) + secrets.randbelow(9 * 10 ** (DIGITS - 2)))
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Give the digit that completes the others."""
    return str(_checked(digits))


def is_wellformed(code: str) -> bool:
    """Tell whether a normalised code has twelve digits and the right check digit."""
    return _CODE.fullmatch(code) is not None and _checked(code) == 0


def normalise(text: str) -> str:
    """Give the code somebody typed or pasted: Latin digits, without separators and spaces."""
    return _SEPARATORS.sub("", latin_digits(text))


def shown(code: str) -> str:
    """Give a code as people read it: `1234-5678-9012`."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _checked(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim
