"""Tracking codes: twelve decimal digits, the last of which checks the others.

They survive a phone keypad, a text message and a spreadsheet. Whether a code is taken is not known
here: a unique index of the claims settles that.
"""

import re
import secrets

from contracts.writing import latin_digits

DIGITS = 12
#: Codes with the same first three digits are a region.
REGIONS = 900
#: How many codes of a region are drawn before another is chosen.
BUNCH = 2000
_FIRST_REGION = 100
_IN_A_REGION = 10**8

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


def draw(region: int | None = None) -> str:
    """Give a random code, of one region or of all; none starts with 0: a spreadsheet drops it."""
    if region is None:
        region = secrets.randbelow(REGIONS)
    digits = f"{region + _FIRST_REGION}{secrets.randbelow(_IN_A_REGION):08}"
    return digits + check_digit(digits)


class Drawing:
    """Draws codes in bunches of one region, chosen at random: so that new codes lie together.

    Every index of a ticket's code, in every service, is then added to where the last ticket was
    added, and not to a page that nobody has touched for weeks (docs/adr/0040-codes-in-bunches.md).
    A bunch is small enough that a region holds hardly more codes than another.
    """

    def __init__(self) -> None:
        self._region = 0
        self._left = 0

    def draw(self) -> str:
        """Give a random code, near to those drawn before."""
        if not self._left:
            self._region, self._left = secrets.randbelow(REGIONS), BUNCH
        self._left -= 1
        return draw(self._region)


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
