"""Who somebody is, how he can be reached, and what proves that he is it."""

import hmac

import msgspec

from contracts.writing import latin_digits

_LAST_DIGITS = 4


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody is and how to reach him, each field in its one form."""

    name: str
    #: E.164: `+989121234567`.
    mobile: str | None = None
    email: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing that is known of him could add to it."""
        return bool(self.mobile and self.email)


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
