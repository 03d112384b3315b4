"""One-time codes: how often one may be asked for, how often tried, and what it is.

A code is kept nowhere: it follows from its id, the contact and a key of the installation. What is
kept of a contact is its *sheet*: the codes asked for it within a day, known requester or not, so
that neither answers nor limits tell who is known.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from chassis.errors import Invalid, TooMany
from contracts.addresses import email, mobile
from contracts.writing import latin_digits

_DIGITS = 6
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much is allowed."""

    life: timedelta
    #: Least time between two codes for a contact.
    pause: timedelta
    per_hour: int
    per_day: int
    tries: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was asked for."""

    id: str
    at: datetime
    language: str
    #: The requester who wants to make the contact his own; None: who has it wants to come in.
    claimed_by: str | None = None
    tries: int = 0
    #: The command that it was used for.
    spent_by: str | None = None


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The codes that were asked for a contact within a day, oldest first."""

    #: In its one form: a mobile number as E.164, or an e-mail address.
    contact: str
    asked: tuple[Asked, ...] = ()

    @property
    def channel(self) -> str:
        """By which channel its codes go."""
        return "email" if "@" in self.contact else "sms"

    def code(self, id_: str) -> Asked | None:
        """Give the code of an id."""
        return next((each for each in self.asked if each.id == id_), None)


def contact_of(text: str) -> str | None:
    """Give a contact in its one form; None where it is neither number nor address."""
    return email(text) if "@" in text else mobile(text)


def with_asked(sheet: Sheet, asked: Asked, bounds: Bounds) -> Sheet:
    """Add a code; raises TooMany where there were enough of late. Twice the same is once."""
    if sheet.code(asked.id) is not None:
        return sheet
    kept = tuple(each for each in sheet.asked if each.at > asked.at - _DAY)
    until = refused_until([each.at for each in kept], asked.at, bounds)
    if until is not None:
        raise TooMany("too_many_codes", retry_after=(until - asked.at).total_seconds())
    return replace(sheet, asked=(*kept, asked))


def refused_until(earlier: Sequence[datetime], now: datetime, bounds: Bounds) -> datetime | None:
    """Give until when no code is sent, after those of `earlier` instants; None: now."""
    waits = [at + bounds.pause for at in earlier[-1:]]
    for span, most in ((_HOUR, bounds.per_hour), (_DAY, bounds.per_day)):
        within = [at for at in earlier if at > now - span]
        if len(within) >= most:
            waits.append(within[-most] + span)
    latest = max(waits, default=now)
    return latest if latest > now else None


def with_try(
    sheet: Sheet, id_: str, *, fits: bool, cause: str, now: datetime, bounds: Bounds
) -> tuple[Sheet, bool]:
    """Count a try; tell whether it proves something. The command that used a code may be repeated.

    `fits` says whether the code is right: found out before, whatever else is wrong.
    """
    asked = sheet.code(id_)
    if asked is None or not is_good(asked, now, bounds):
        return sheet, fits and asked is not None and asked.spent_by == cause
    tried = replace(asked, tries=asked.tries + 1, spent_by=cause if fits else None)
    others = tuple(tried if each.id == id_ else each for each in sheet.asked)
    return replace(sheet, asked=others), fits


def is_good(asked: Asked, now: datetime, bounds: Bounds) -> bool:
    """Tell whether a code can still be used."""
    fresh = now < asked.at + bounds.life
    return fresh and asked.spent_by is None and asked.tries < bounds.tries


def code_of(id_: str, contact: str, key: str) -> str:
    """Give the code of an id and a contact: six digits."""
    named = f"one-time code {id_} {contact}".encode()
    digest = hmac.new(key.encode(), named, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**_DIGITS:0{_DIGITS}}"


def fits(typed: str, id_: str, contact: str, keys: Sequence[str]) -> bool:
    """Tell whether a code is right; takes the same time for every code and every contact."""
    given = "".join(filter(str.isalnum, latin_digits(typed))).encode()
    found = [hmac.compare_digest(given, code_of(id_, contact, key).encode()) for key in keys]
    return any(found)


def wrong() -> Invalid:
    """Give the one refusal of a code, whatever is wrong with it."""
    return Invalid("one_time_code_wrong")
