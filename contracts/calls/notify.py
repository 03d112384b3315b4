"""What notify can be asked."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request, Slug


class GetDeliveries(Request):
    """Query `deliveries`: answers [DeliveryView], oldest first."""

    code: Code


class GetUnitDeliveries(Request):
    """Query `unit_deliveries`: what was told about a unit. Answers [DeliveryView], oldest first."""

    unit: Slug


class DeliveryView(Answer):
    """One message that was owed to somebody about a ticket, or about a unit (`unit:{id}`)."""

    id: str
    code: str
    template: str
    channel: str
    recipient: str
    #: `queued`, `gathered` (a digest will tell it), `sent`, `delivered`, `failed`, `suppressed`.
    state: str
    attempts: int
    queued_at: datetime
    updated_at: datetime
    #: Why it failed or was suppressed.
    reason: str | None
    next_attempt_at: datetime | None = None
    #: Who it went to, where the recipient is a role.
    to: str | None = None
    #: The ladder that it is a step of, and which step, from 1.
    ladder: str | None = None
    step: int = 0
    #: The digest that tells it, or has told it.
    digest: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None


class RecordReceipt(Request):
    """Command `record_receipt`: a provider tells what became of a message. Answers `Receipt`."""

    provider: Line
    reference: Annotated[str, Meta(min_length=1, max_length=128)]
    #: The provider's own status code.
    status: str


class Receipt(Answer):
    """Whether the report was about a message whose fate was still open."""

    recorded: bool


class RetryDelivery(Request):
    """Command `retry_delivery`: send a failed message again. Answers `DeliveryView`."""

    code: Code
    delivery: Line


class AcknowledgeDelivery(Request):
    """Command `acknowledge_delivery`: the caller has taken note. Answers `DeliveryView`."""

    code: Code
    delivery: Line


#: The last part of a link in a message.
Token = Annotated[str, Meta(min_length=1, max_length=64)]


class ReadLink(Request):
    """Query `linked`: what a link in a message is about. Answers `Linked`."""

    token: Token


class FollowLink(Request):
    """Command `acknowledge_by_link`: who has the link has taken note. Answers `Linked`."""

    token: Token


class Linked(Answer):
    """What everybody may know who has the link: nothing of the ticket."""

    #: When it was acknowledged; absent: not yet.
    acknowledged_at: datetime | None


#: Addresses of push services are long; none is known that comes near.
Endpoint = Annotated[str, Meta(min_length=8, max_length=2048)]
#: Base64 without padding: a point of the curve P-256 (65 bytes), and 16 bytes.
PublicKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{87}$")]
AuthSecret = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]


class AddDevice(Request):
    """Command `add_device`: push to this browser of the caller's, too. Answers `DeviceView`.

    Endpoint and keys are those of the browser's `PushSubscription`.
    """

    endpoint: Endpoint
    p256dh: PublicKey
    auth: AuthSecret
    #: What the person calls it.
    label: Annotated[str, Meta(max_length=100)] = ""


class RemoveDevice(Request):
    """Command `remove_device`: push to it no more. Answers `DeviceView`s of those that are left."""

    id: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]


class DeviceView(Answer):
    """A browser or phone that is pushed to."""

    id: str
    label: str
    added_at: datetime


class Devices(Answer):
    """Query `devices` (no parameter): those of the caller."""

    #: What a browser subscribes with (`applicationServerKey`); absent: nothing is pushed here.
    key: str | None
    items: list[DeviceView]


class DefineNotices(Request):
    """Command `define_notices`: publish who is told how much at a time. Answers `NoticesView`.

    The definition's shape is `services/notify/domain/policy.py`; durations are ISO 8601.
    """

    definition: dict[str, Any]


class NoticesView(Answer):
    """Query `notices` (no parameter): the policy that holds; version 0 is that there is none."""

    version: int
    definition: dict[str, Any]


class SendTrial(Request):
    """Command `send_trial`: hand a test message over at once. Answers `SendingTrial`."""

    channel: Literal["sms", "email"]
    address: Line
    language: Literal["fa", "en"] = "fa"


class SendingTrial(Answer):
    """Query `sending_trials` (no parameter): the last test message by each channel.

    The address is not kept.
    """

    channel: str
    at: datetime
    #: Why the provider did not take it; `under_way` while it has not answered.
    refused: str | None = None
