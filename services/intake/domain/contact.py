"""How a requester can be reached: mobile numbers and e-mail addresses in one form each."""

import hmac
import re

import msgspec
import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from services.intake.domain.text import latin_digits

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
_LAST_DIGITS = 4


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is and how to reach him, each field in its one form."""

    name: str
    #: E.164: `+989121234567`.
    mobile: str | None = None
    email: str | None = None


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


def proves(proof: str, contact: Contact) -> bool:
    """Tell whether the proof is the contact's e-mail address or his mobile's last four digits.

    Takes the same time whether or not there is anything to compare with.
    """
    given = latin_digits(proof).strip().lower().encode()
    last_digits = (contact.mobile or "")[-_LAST_DIGITS:].encode()
    address = (contact.email or "").encode()
    by_mobile = hmac.compare_digest(given, last_digits)
    by_email = hmac.compare_digest(given, address)
    return bool(given) and (by_mobile or by_email)


def _is_mobile(number: PhoneNumber) -> bool:
    # Iran gives out new prefixes faster than the library learns of them.
    if number.country_code == _IRAN and number.national_number in _IRANIAN_MOBILES:
        return True
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in _MOBILES
