"""A webhook subscription: which events it wants, what it is sent, and with what that is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts import EVENTS
from contracts.calls.webhooks import Payload
from contracts.envelope import CloudEvent, encode

_ALL = "*"
#: Secrets that are good at a time.
_MOST_SECRETS = 4
GONE, FAILING = "gone", "failing"


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed with, and for how long; the newest has no end."""

    text: str
    since: datetime
    until: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether messages are signed with it."""
        return self.until is None or now < self.until

    def __repr__(self) -> str:
        """Show nothing: what is logged or raised must not tell it."""
        return "Secret(...)"


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """That nothing is posted any more, though it is wanted: the receiver is gone, or fails."""

    reason: str
    at: datetime
    #: The owner has been told.
    told: bool = False


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as an administrator defined it, with its secrets."""

    id: str
    title: dict[str, str]
    address: str
    types: list[str] = []
    units: list[str] = []
    kinds: list[str] = []
    payload: Payload = "cloudevents-1"
    ordered: bool = False
    owner: str | None = None
    enabled: bool = True
    secrets: list[Secret] = []
    stopped: Stop | None = None
    #: Counts what administrators have changed.
    version: int = 0
    #: Counts what an administrator does to its messages, so that who posts looks anew.
    touched: int = 0

    @property
    def runs(self) -> bool:
        """Whether events are posted."""
        return self.enabled and self.stopped is None

    def signing(self, now: datetime) -> list[str]:
        """Give the secrets that messages are signed with."""
        return [secret.text for secret in self.secrets if secret.is_good(now)]

    def wants(self, event_type: str) -> bool:
        """Tell whether events of a type are asked for."""
        return not self.types or any(_fits(event_type, pattern) for pattern in self.types)


class Case(msgspec.Struct, frozen=True):
    """What is known of the ticket that an event is about; nothing of what is no ticket."""

    unit: str | None = None
    kind: str | None = None


def takes(webhook: Webhook, event: CloudEvent, case: Case) -> bool:
    """Tell whether an event of a wanted type is about the wanted units and kinds."""
    unit = event.unit if isinstance(event.unit, str) else case.unit
    in_units = not webhook.units or unit in webhook.units
    return in_units and (not webhook.kinds or case.kind in webhook.kinds)


def unknown_types(patterns: Iterable[str]) -> list[int]:
    """Give the places of patterns that no event fits."""
    return [
        place
        for place, pattern in enumerate(patterns)
        if not any(_fits(event_type, pattern) for event_type in EVENTS)
    ]


def rotated(
    secrets: Sequence[Secret], text: str, *, now: datetime, keep: timedelta
) -> list[Secret]:
    """Give the secrets with a new one; the newest until now ends after a while, others as said."""
    good = [secret for secret in secrets if secret.is_good(now)]
    ending = [
        each if each.until else msgspec.structs.replace(each, until=now + keep) for each in good
    ]
    return [Secret(text=text, since=now), *(each for each in ending if each.is_good(now))][
        :_MOST_SECRETS
    ]


def message_id(event: CloudEvent) -> str:
    """Give the `webhook-id`: the same however often, and to whomever, the event is sent."""
    return f"{event.service}.{event.epoch}.{event.id}"


def body(event: CloudEvent, payload: Payload) -> bytes:
    """Give what is posted of an event."""
    if payload == "cloudevents-1":
        return encode(event)
    data: dict[str, Any] = msgspec.json.decode(event.data)
    shown = {"id": event.id, "subject": event.subject, "actor": event.actor}
    unit = {"unit": event.unit} if isinstance(event.unit, str) else {}
    return msgspec.json.encode(
        {
            "type": event.event_type,
            "timestamp": event.time,
            "data": {**shown, **unit, "event": data},
        }
    )


def spread(message: str, attempt: int) -> float:
    """Give a number from -1 to 1 that is as good as random, the same for the same attempt."""
    digest = hashlib.blake2b(f"{message}:{attempt}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) / (2**31 - 0.5) - 1


def _fits(event_type: str, pattern: str) -> bool:
    if pattern.endswith(_ALL):
        return event_type.startswith(pattern.removesuffix(_ALL))
    return event_type == pattern
