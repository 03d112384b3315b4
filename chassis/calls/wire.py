"""How a call looks on the wire: its headers, and errors as they travel between processes."""

from __future__ import annotations

from typing import Any

import msgspec

from chassis.errors import (
    BY_STATUS,
    DomainError,
    FieldFault,
    KeyReused,
    Unavailable,
)

PATH = "/call/"
#: For a bundle of calls of one method.
BUNDLE_PATH = "/calls/"
PASS = "Peygir-Pass"  # noqa: S105 - a header's name
SECONDS = "Peygir-Seconds"
AT = "Peygir-At"
KEY = "Idempotency-Key"
CORRELATION = "Peygir-Correlation"
REPLAYED = "Idempotent-Replayed"

#: Longest body of a call.
MAX_BODY_BYTES = 1024 * 1024


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A DomainError as JSON."""

    code: str
    params: dict[str, Any] = {}
    fields: list[FieldFault] = []
    retry_after: float | None = None


def encode_fault(error: DomainError) -> bytes:
    """Give the body for an error."""
    return msgspec.json.encode(
        Fault(
            code=error.code,
            params=error.params,
            fields=error.fields,
            retry_after=error.retry_after,
        ),
        enc_hook=str,
    )


def decode_answer(body: bytes, answer: Any) -> Any:
    """Give what a call answered; raises Unavailable when it is not what was promised."""
    try:
        return msgspec.json.decode(body, type=answer)
    except msgspec.MsgspecError as error:
        raise Unavailable("service_answered_badly", retry_after=1) from error


def decode_fault(status: int, body: bytes) -> DomainError:
    """Give the error that an answer tells of."""
    try:
        fault = msgspec.json.decode(body, type=Fault)
    except msgspec.MsgspecError:
        return Unavailable("service_answered_badly", retry_after=1)
    if fault.code == KeyReused().code:
        return KeyReused()
    kind = BY_STATUS.get(status, Unavailable)
    return kind(fault.code, fields=fault.fields, retry_after=fault.retry_after, **fault.params)
