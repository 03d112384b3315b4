"""Refusals and failures that callers can act on.

Each carries a stable `code` and plain parameters; the gateway turns them into texts. Nothing here
ever holds an exception's text, an address or a secret.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class FieldFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field: a JSON pointer and a code."""

    pointer: str
    code: str
    params: dict[str, Any] = {}


class DomainError(Exception):
    """Base of every typed refusal or failure; `status` is its HTTP status."""

    status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        *,
        fields: list[FieldFault] | None = None,
        retry_after: float | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
        self.fields = fields or []
        self.retry_after = retry_after


class Permanent(DomainError):
    """Trying again changes nothing."""


class Retryable(DomainError):
    """Trying again later may work."""


class Overdue(Exception):
    """Raised inside of work that takes longer than it may; no verdict about the work.

    An `Exception`, unlike eventlet's own time-out, which passes by everybody's `except`.
    """


class Invalid(Permanent):
    """Raised when the input breaks a rule; `fields` says where."""

    status = 422


class Unauthenticated(Permanent):
    """Raised when the caller has not shown who he is."""

    status = 401


class Forbidden(Permanent):
    """Raised when the caller may not do this."""

    status = 403


class NotFound(Permanent):
    """Raised when there is no such thing, or the caller may not know of it."""

    status = 404


class Conflict(Permanent):
    """Raised when the state does not allow it now."""

    status = 409


class TooMany(Retryable):
    """Raised when a limit is reached."""

    status = 429


class Unavailable(Retryable):
    """Raised when something needed does not answer; nothing is known to have changed."""

    status = 503


class KeyReused(Permanent):
    """Raised when an idempotency key comes again with another body."""

    status = 422

    def __init__(self) -> None:
        super().__init__("idempotency_key_reused")


BY_STATUS: dict[int, type[DomainError]] = {
    error.status: error
    for error in (Invalid, Unauthenticated, Forbidden, NotFound, Conflict, TooMany, Unavailable)
}
