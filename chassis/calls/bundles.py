"""Bundles: calls of one method that travel to a service, and their answers back, in one message.

To send something wakes whoever waits for it on another core, and that costs both sides more than
most questions do. Each call of a bundle keeps its own pass, deadline and answer; they are handled
side by side, and whoever is refused is refused alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from chassis.calls.messages import Response
from chassis.errors import Invalid, Unavailable

#: Most calls of a bundle.
MOST = 64


class Letter(NamedTuple):
    """A call as it would travel alone: its headers, and its body as JSON."""

    headers: Mapping[str, str]
    body: bytes


class _Part(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: msgspec.Raw


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    status: int
    body: msgspec.Raw
    repeated: bool = False


_encoder = msgspec.json.Encoder()
_parts = msgspec.json.Decoder(list[_Part])
_answers = msgspec.json.Decoder(list[_Answer])


def encode(letters: Sequence[Letter]) -> bytes:
    """Write a bundle: `[{"headers": {...}, "body": ...}, ...]`."""
    return _encoder.encode([_Part(dict(each.headers), msgspec.Raw(each.body)) for each in letters])


def decode(body: bytes) -> list[Letter]:
    """Read a bundle; raises Invalid."""
    try:
        parts = _parts.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Invalid("not_json") from None
    if len(parts) > MOST:
        raise Invalid("too_large", limit=MOST)
    return [Letter(part.headers, bytes(part.body)) for part in parts]


def encode_answers(responses: Sequence[Response]) -> Response:
    """Write what the calls are answered, in their order: `[{"status": 200, "body": ...}, ...]`."""
    answers = [
        _Answer(each.status, msgspec.Raw(each.body), repeated=each.repeated) for each in responses
    ]
    is_last = any(each.is_last for each in responses)
    return Response(200, _encoder.encode(answers), is_last=is_last)


def decode_answers(body: bytes, count: int) -> list[Response]:
    """Read the answers to so many calls; raises Unavailable when they are not what was promised."""
    try:
        answers = _answers.decode(body)
    except msgspec.MsgspecError as error:
        raise Unavailable("service_answered_badly", retry_after=1) from error
    if len(answers) != count:
        raise Unavailable("service_answered_badly", retry_after=1)
    return [Response(each.status, bytes(each.body), repeated=each.repeated) for each in answers]
