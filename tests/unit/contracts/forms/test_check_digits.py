"""Numbers as authorities and libraries publish them for examples."""

from __future__ import annotations

import pytest

from contracts.forms import check_digits


@pytest.mark.parametrize(
    "number",
    [
        "0499370899",
        "0790419904",
        "0084575948",
        "0963695398",
        "0684159414",
        "0067749828",
        "0650451252",
        "1583250689",
        "4032152314",
        "4271467685",
    ],
)
def test_a_national_id_proves_itself_and_no_other_last_digit_does(number):
    others = [number[:-1] + str(digit) for digit in range(10) if str(digit) != number[-1]]

    assert check_digits.national_id(number) == number
    assert not any(check_digits.national_id(other) for other in others)


@pytest.mark.parametrize("number", ["", "123", "0000000000", "5555555555", "00845759481", "۰۰۸۴۵"])
def test_what_nobody_has_is_no_national_id(number):
    assert check_digits.national_id(number) is None


@pytest.mark.parametrize("number", ["10380284790", "14005893875", "10100171920", "10861677542"])
def test_an_organisation_proves_itself(number):
    others = [number[:-1] + str(digit) for digit in range(10) if str(digit) != number[-1]]

    assert check_digits.legal_id(number) == number
    assert not any(check_digits.legal_id(other) for other in others)


@pytest.mark.parametrize(
    "account",
    [
        "IR820540102680020817909002",
        "IR062960000000100324200001",
        "GB82WEST12345698765432",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
    ],
)
def test_an_account_proves_itself_and_a_changed_digit_does_not(account):
    changed = account[:-1] + str((int(account[-1]) + 1) % 10)

    assert check_digits.iban(account.lower()) == account
    assert check_digits.iban(changed) is None


def test_an_account_without_letters_is_iranian():
    assert check_digits.iban("820540102680020817909002") == "IR820540102680020817909002"


@pytest.mark.parametrize(
    "account", ["", "IR", "IR82", "IR82054010268002081790900X", "DE8937040044"]
)
def test_what_is_too_short_or_of_wrong_letters_is_no_account(account):
    assert check_digits.iban(account) is None
