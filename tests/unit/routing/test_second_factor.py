"""Codes of an authenticator: those of RFC 6238, near now, each once."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest

from services.routing.domain.second_factor import Factor, code_at, fitting_step, hashed, plain

#: The key of RFC 6238's appendix B, whose codes have eight digits; six are their end.
SECRET = b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 22, 12, 0, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds, code):
    assert code_at(SECRET, seconds // 30) == code


@pytest.mark.parametrize(
    ("off", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_is_taken_near_its_time_alone(off, is_taken):
    factor = Factor(secret=SECRET, confirmed_at=NOW)

    step = fitting_step(factor, code_at(SECRET, STEP + off), NOW)

    assert step == (STEP + off if is_taken else None)


def test_neither_a_used_code_nor_an_older_one_is_taken():
    factor = Factor(secret=SECRET, confirmed_at=NOW, last_step=STEP)

    assert fitting_step(factor, code_at(SECRET, STEP), NOW) is None
    assert fitting_step(factor, code_at(SECRET, STEP - 1), NOW) is None
    later = NOW + timedelta(seconds=30)
    assert fitting_step(factor, code_at(SECRET, STEP + 1), later) == STEP + 1


def test_recovery_codes_are_read_as_people_type_them():
    assert hashed("ABCDE fghjk") == hashed("abcde-fghjk")
    assert plain("123 456") == "123456"
    assert hashed("abcde-fghjk") != hashed("abcde-fghjx")
