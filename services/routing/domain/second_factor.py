"""A second factor: an authenticator's codes (RFC 6238: SHA-1, 6 digits, 30 s), recovery codes."""

import hashlib
import hmac
from datetime import datetime

import msgspec
import pyotp

_PERIOD_SECONDS = 30
#: Steps before and after now whose codes are taken: clocks of telephones differ (RFC 6238, 5.2).
_WINDOW = 1


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of somebody's second factor."""

    #: In base 32 without padding.
    secret: str
    confirmed_at: datetime | None = None
    #: The newest step whose code was used: neither it nor an older one is taken again.
    last_step: int = 0
    #: Hashes of the recovery codes that are left.
    recovery: list[str] = []

    @property
    def is_on(self) -> bool:
        """Whether signing in asks for it."""
        return self.confirmed_at is not None


def fitting_step(factor: Factor, code: str, now: datetime) -> int | None:
    """Give the step whose code it is, if it is near now and later than those used; else None."""
    current = int(now.timestamp()) // _PERIOD_SECONDS
    fitting = None
    for step in range(current - _WINDOW, current + _WINDOW + 1):
        is_it = hmac.compare_digest(code_at(factor.secret, step), code)
        if is_it and step > factor.last_step:
            fitting = step
    return fitting


def code_at(secret: str, step: int) -> str:
    """Give the code of a step, counted in 30 s since 1970."""
    return pyotp.HOTP(secret).at(step)


def plain(code: str) -> str:
    """Give a code as it is compared: without the spaces and dashes that people type."""
    return code.replace(" ", "").replace("-", "").lower()


def hashed(code: str) -> str:
    """Give what is kept of a recovery code; it has 50 bits of chance, so that no salt is needed."""
    return hashlib.sha256(f"recovery {plain(code)}".encode()).hexdigest()
