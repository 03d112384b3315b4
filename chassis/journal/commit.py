"""One commit: how a decision is stored, hashed and read back.

A commit is `{_id: stream/version, stream, version, first_seq, causes, cursors, recorded_at, actor,
unit, events: [{type, at, data}], prev_hash, hash}`; docs/adr/0003-journal.md says why. The hash
is over the stored bytes of everything before it, so what is checked later is what is on the disk.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import bson
import msgspec
from bson.codec_options import CodecOptions

from chassis.errors import Invalid
from chassis.journal.instants import are_as_kept, cut
from contracts.envelope import CloudEvent, Event, event_class, wire_type

CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)
#: Far below MongoDB's 16 MiB: a commit holds ids and states, never texts.
MAX_COMMIT_BYTES = 1024 * 1024
_HASH_BYTES = 32
_BINARY_HASH = b"\x05hash\x00" + struct.pack("<i", _HASH_BYTES) + b"\x00"
#: After four bytes that tell a document's length: a text called `_id`; its own length comes next.
_ID = b"\x02_id\x00"
_BUILTIN = (datetime, bytes)


class Stamped(NamedTuple):
    """An event and when it happened."""

    event: Event
    at: datetime


class Draft(msgspec.Struct, kw_only=True):
    """A decision about to be stored."""

    stream: str
    version: int
    first_seq: int
    causes: list[str]
    cursors: dict[str, int]
    recorded_at: datetime
    actor: str
    events: list[Stamped]
    prev_hash: bytes
    unit: str | None = None
    correlation: str | None = None
    causation: str | None = None
    #: Hash of the request, for commands: another request under the same key is refused.
    request: str | None = None
    #: The cause once more, where it is a command that opens the stream.
    opens: str | None = None
    #: The due instant that led here, for measuring how late its event was told.
    due_at: datetime | None = None


def commit_id(stream: str, version: int) -> str:
    """Give the id of a commit: ids of one stream sort by version."""
    return f"{stream}/{version:06d}"


def split_id(name: str) -> tuple[str, int]:
    """Give the stream and the version of a commit's id."""
    stream, _slash, version = name.rpartition("/")
    return stream, int(version)


def stored(value: Any) -> Any:
    """Give a struct as plain values, for BSON, which cuts instants to whole milliseconds."""
    return msgspec.to_builtins(value, builtin_types=_BUILTIN)


def as_stored(event: Event) -> Event:
    """Give the event as a reader will see it, so that both fold the same state."""
    plain = stored(event)
    kept = plain if are_as_kept(event) else cut(plain)
    return msgspec.convert(kept, type=type(event))


class Encoded(NamedTuple):
    """A commit as it is stored, and as who reads it back will have it."""

    raw: bytes
    hash: bytes
    document: dict[str, Any]


def encode(draft: Draft) -> Encoded:
    """Give the commit's bytes; raises Invalid for what cannot be stored.

    Its events must be `as_stored`.
    """
    document: dict[str, Any] = {
        "_id": commit_id(draft.stream, draft.version),
        "stream": draft.stream,
        "version": draft.version,
        "first_seq": draft.first_seq,
        "causes": draft.causes,
        "cursors": draft.cursors,
        "recorded_at": draft.recorded_at,
        "actor": draft.actor,
    }
    for name in ("unit", "correlation", "causation", "request", "opens", "due_at"):
        if (value := getattr(draft, name)) is not None:
            document[name] = value
    document["events"] = [
        {"type": event.type, "at": at, "data": stored(event)} for event, at in draft.events
    ]
    document["prev_hash"] = draft.prev_hash
    body = to_bson(document, limit=MAX_COMMIT_BYTES)
    digest = hashlib.sha256(body).digest()
    document["hash"] = digest
    return Encoded(_with_hash(body, digest), digest, document)


def to_bson(document: Mapping[str, Any], *, limit: int) -> bytes:
    """Give the bytes of a document; raises Invalid for what cannot be stored."""
    try:
        body = bson.encode(document)
    except (bson.errors.BSONError, OverflowError, UnicodeError, RecursionError) as error:
        raise Invalid("cannot_be_stored") from error
    if len(body) > limit:
        raise Invalid("too_large", limit=limit)
    return body


def _with_hash(body: bytes, digest: bytes) -> bytes:
    """Append the field `hash` to an encoded document without encoding it again."""
    grown = body[4:-1] + _BINARY_HASH + digest + b"\x00"
    return struct.pack("<i", len(grown) + 4) + grown


def checked_hash(raw: bytes) -> bytes | None:
    """Give the hash of stored bytes when it is right, else None."""
    tail = len(_BINARY_HASH) + _HASH_BYTES + 1
    body, end = raw[4:-tail], raw[-tail:-1]
    unhashed = struct.pack("<i", len(body) + 5) + body + b"\x00"
    digest = hashlib.sha256(unhashed).digest()
    return digest if end == _BINARY_HASH + digest else None


def id_of(raw: bytes | memoryview) -> str:
    """Read a commit's id without the rest; raises ValueError where it does not come first."""
    if raw[4:9] != _ID:
        raise ValueError("a commit begins with its id")
    (length,) = struct.unpack_from("<i", raw, 9)
    # The last byte ends the text, and is none of it.
    return bytes(raw[13 : 12 + length]).decode()


def decode(raw: bytes) -> dict[str, Any]:
    """Read a commit's bytes."""
    return bson.decode(raw, CODEC)


def events_of(commit: dict[str, Any]) -> Iterator[Stamped]:
    """Give the commit's events as their classes."""
    for item in commit["events"]:
        yield Stamped(msgspec.convert(item["data"], type=event_class(item["type"])), item["at"])


# An integer of 33 bits or more comes back as BSON's own kind of int.
_encode_json = msgspec.json.Encoder(enc_hook=int).encode


def cloud_events(
    commit: dict[str, Any], *, service: str, epoch: str, position: int | None = None
) -> Iterator[CloudEvent]:
    """Give the commit's events as they travel; `position` is that of the first, once known."""
    stream, first = commit["stream"], commit["first_seq"]
    for offset, item in enumerate(commit["events"]):
        sequence = first + offset
        yield CloudEvent(
            id=f"{stream}.{sequence}",
            source=f"/peygir/{service}",
            type=wire_type(item["type"]),
            subject=stream,
            time=item["at"],
            sequence=sequence,
            position=msgspec.UNSET if position is None else position + offset,
            epoch=epoch,
            actor=commit["actor"],
            unit=commit.get("unit", msgspec.UNSET),
            correlationid=commit.get("correlation", msgspec.UNSET),
            causationid=commit.get("causation", msgspec.UNSET),
            data=msgspec.Raw(_encode_json(item["data"])),
        )
