"""Numbers that prove themselves: national ids of people and organisations, bank accounts."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NATIONAL_ID = 10
_LEGAL_ID = 11
_LEGAL_WEIGHTS = (29, 27, 23, 19, 17) * 2
_BASE = 11
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
#: Length of accounts where it is certain; elsewhere the check digits alone decide.
_IBAN_LENGTHS = {
    "IR": 26, "AE": 23, "TR": 26, "IQ": 23, "AZ": 28, "GE": 22, "KW": 30, "QA": 29, "SA": 24,
    "PK": 24, "DE": 22, "AT": 20, "CH": 21, "FR": 27, "GB": 22, "IT": 27, "ES": 24, "NL": 18,
}  # fmt: skip
_IRAN = "IR"


def national_id(text: str) -> str | None:
    """Give a person's national id of ten digits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) == _NATIONAL_ID):
        return None
    if len(set(text)) == 1:
        # They pass the check, and nobody has one.
        return None
    rest = _weighed(text, range(_NATIONAL_ID, 1, -1)) % _BASE
    return text if int(text[-1]) == (rest if rest < 2 else _BASE - rest) else None  # noqa: PLR2004 - the rule's own number


def legal_id(text: str) -> str | None:
    """Give an organisation's national id of eleven digits, or None."""
    if not (text.isascii() and text.isdigit() and len(text) == _LEGAL_ID):
        return None
    added = int(text[-2]) + 2
    total = _weighed(text, _LEGAL_WEIGHTS) + added * sum(_LEGAL_WEIGHTS)
    return text if int(text[-1]) == total % _BASE % 10 else None


def iban(text: str) -> str | None:
    """Give an account in capital letters, or None; 24 digits alone are Iranian."""
    account = text.upper()
    if account.isascii() and account.isdigit():
        account = _IRAN + account
    country = account[:2]
    if not _IBAN.fullmatch(account) or len(account) != _IBAN_LENGTHS.get(country, len(account)):
        return None
    if country == _IRAN and not account[2:].isdigit():
        return None
    turned = account[4:] + account[:4]
    return account if int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1 else None


def _weighed(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
