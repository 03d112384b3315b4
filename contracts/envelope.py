"""What every event has in common: its registration, its envelope, its way to bytes and back.

The envelope is CloudEvents 1.0 in structured JSON (docs/adr/0002-envelope.md). Unknown fields are
ignored when reading, so that a producer may add some; missing ones make the event unreadable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

#: The media type of one published event, and of many in one message.
CLOUD_EVENT_TYPE = "application/cloudevents+json"
CLOUD_EVENTS_TYPE = "application/cloudevents-batch+json"
#: The reverse-DNS prefix of every `type` on the wire.
TYPE_PREFIX = "ir.peygir."


class UnknownEvent(LookupError):
    """Raised when no event class has the type."""


class UnreadableEvent(ValueError):
    """Raised when a body is no event, or its data does not fit its class."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about one stream (a ticket, a person, ...) that its service has recorded."""

    type: ClassVar[str]
    service: ClassVar[str]
    version: ClassVar[int]


E = TypeVar("E", bound=type[Event])
T = TypeVar("T")

#: Every event class by its type: `ticket.registered`, or `ticket.registered.v2` from version 2 on.
EVENTS: dict[str, type[Event]] = {}


def event(name: str, *, by: str, version: int = 1) -> Callable[[E], E]:
    """Register a class as the event `name` that only the service `by` emits."""

    def register(cls: E) -> E:
        key = name if version == 1 else f"{name}.v{version}"
        if key in EVENTS:
            raise ValueError(f"two event classes claim the type {key}")
        cls.type, cls.service, cls.version = key, by, version
        EVENTS[key] = cls
        return cls

    return register


def event_class(event_type: str) -> type[Event]:
    """Give the class of a type; raises UnknownEvent."""
    try:
        return EVENTS[event_type]
    except KeyError:
        raise UnknownEvent(event_type) from None


def wire_type(event_type: str) -> str:
    """Give the CloudEvents `type`: `ticket.registered` -> `ir.peygir.ticket.registered.v1`."""
    head, _, tail = event_type.rpartition(".")
    versioned = tail[:1] == "v" and tail[1:].isdigit() and head
    return TYPE_PREFIX + (event_type if versioned else f"{event_type}.v1")


@lru_cache(maxsize=1024)
def short_type(cloud_type: str) -> str:
    """Give the inverse of `wire_type`; raises UnreadableEvent for a foreign type."""
    if not cloud_type.startswith(TYPE_PREFIX):
        raise UnreadableEvent(f"not one of ours: {cloud_type[:80]!r}")
    return cloud_type.removeprefix(TYPE_PREFIX).removesuffix(".v1")


#: What conditions may ask of the answers in a form: ids, choices, numbers, dates; no texts.
Answered = str | int | float | bool | list[str]


class ContentRef(msgspec.Struct, frozen=True):
    """Points at a text that its owner keeps apart, so that it can be erased."""

    id: str
    #: SHA-256 of the text's canonical bytes, in hexadecimal: proves later what was written.
    sha256: str


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One event as it travels: CloudEvents 1.0 with our extensions.

    `id` is `{subject}.{sequence}`: the same however often and by whichever way the event comes.
    `sequence` counts the events of one service and one subject from 1 without gaps; `position`
    counts all events of the service (absent until the relay has numbered them). `data` stays
    undecoded until somebody wants it.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    sequence: int
    epoch: str
    actor: str
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    position: int | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    correlationid: str | UnsetType = UNSET
    causationid: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    data: msgspec.Raw = msgspec.Raw(b"{}")

    @property
    def service(self) -> str:
        """The service that recorded the event."""
        return self.source.rpartition("/")[2]

    @property
    def event_type(self) -> str:
        """The short type, as event classes have it."""
        return short_type(self.type)

    def payload(self) -> Event:
        """Decode the data, once; raises UnknownEvent or UnreadableEvent."""
        known: Event | None = self.__dict__.get("_payload")
        if known is None:
            cls = event_class(self.event_type)
            try:
                known = msgspec.json.decode(self.data, type=cls)
            except msgspec.MsgspecError as error:
                raise UnreadableEvent(f"{self.event_type}: {error}") from error
            self.__dict__["_payload"] = known
        return known


_encoder = msgspec.json.Encoder()
_one = msgspec.json.Decoder(CloudEvent)
_many = msgspec.json.Decoder(list[CloudEvent])


def encode(cloud_event: CloudEvent) -> bytes:
    """Give the structured JSON body of one event."""
    return _encoder.encode(cloud_event)


def decode(body: bytes) -> CloudEvent:
    """Read the body of one event; raises UnreadableEvent."""
    return _checked(_decode(body, _one))


def encode_batch(bodies: Iterable[bytes]) -> bytes:
    """Give the body of a message that holds many encoded events."""
    return b"[" + b",".join(bodies) + b"]"


def decode_batch(body: bytes) -> list[CloudEvent]:
    """Read the body of a message that holds many events; raises UnreadableEvent for any fault."""
    return [_checked(cloud_event) for cloud_event in _decode(body, _many)]


def _decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableEvent(str(error)[:200]) from error


def _checked(cloud_event: CloudEvent) -> CloudEvent:
    if cloud_event.specversion != "1.0" or cloud_event.sequence < 1 or not cloud_event.subject:
        raise UnreadableEvent("not a CloudEvent 1.0 with a subject and a sequence")
    short_type(cloud_event.type)
    return cloud_event
