"""What notify can be asked."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Code, Line, Request


class GetDeliveries(Request):
    """Query `deliveries`: answers [DeliveryView], oldest first."""

    code: Code


class DeliveryView(Answer):
    """One message that was owed to somebody about a ticket."""

    id: str
    code: str
    template: str
    channel: str
    recipient: str
    #: `queued`, `sent`, `delivered`, `failed`, `suppressed`.
    state: str
    attempts: int
    queued_at: datetime
    updated_at: datetime
    #: Why it failed or was suppressed.
    reason: str | None
    next_attempt_at: datetime | None = None
    #: Who it went to, where the recipient is a role.
    to: str | None = None


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
