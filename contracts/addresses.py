"""Mobile numbers and e-mail addresses, in the one form in which they are stored and compared."""

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from contracts.writing import latin_digits

REGION = "IR"
_IRAN = 98
_IRANIAN_MOBILES = range(9_000_000_000, 10_000_000_000)
_MOBILES = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
#: The pattern of HTML's `<input type="email">`, with a dot asked for in the domain.
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]"
)
_EMAIL_MAX = 254


def mobile(text: str) -> str | None:
    """Give a mobile number as E.164, or None; without a country code it is Iranian."""
    try:
        number = phonenumbers.parse(latin_digits(text), REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not _is_mobile(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def email(text: str) -> str | None:
    """Give an e-mail address in lower case, or None."""
    address = latin_digits(text).strip().lower()
    return address if len(address) <= _EMAIL_MAX and _EMAIL.fullmatch(address) else None


def _is_mobile(number: PhoneNumber) -> bool:
    # Iran gives out new prefixes faster than the library learns of them.
    if number.country_code == _IRAN and number.national_number in _IRANIAN_MOBILES:
        return True
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILES
