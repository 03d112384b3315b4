"""What notify can be asked about webhooks: events posted to other systems as they happen."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from contracts.calls.base import Answer, Limit, Line, Position, Request, Slug
from contracts.calls.intake import Language
from contracts.calls.routing.partners import KeyView

#: How an event is written: as the event log has it, or as Standard Webhooks recommends.
Payload = Literal["cloudevents-1", "standard-1"]
#: What became of one event: it is still tried, it was taken, or no attempt follows.
PostState = Literal["waiting", "delivered", "failed"]
#: `ticket.registered`, or `ticket.*` for all that begin so.
EventPattern = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]*(\.\*)?$", max_length=80)]


class DefineWebhook(Request):
    """Command `define_webhook`: make or change a subscription. Answers `WebhookView`.

    A new one begins with what happens after the answer, which alone holds its secret. One that was
    stopped goes on where it stood.
    """

    id: Slug
    title: dict[Language, Line]
    #: Where events are posted: https at a public address.
    address: Annotated[str, Meta(pattern=r"^https?://[!-~]+$", max_length=2048)]
    #: None: all.
    types: Annotated[list[EventPattern], Meta(max_length=50)] = []
    #: Only of tickets that these units have; an event without a unit goes by where its ticket is.
    units: Annotated[list[Slug], Meta(max_length=100)] = []
    #: Only of tickets of these kinds.
    kinds: Annotated[list[Slug], Meta(max_length=20)] = []
    payload: Payload = "cloudevents-1"
    #: A ticket's next event waits until the one before it was taken or given up.
    ordered: bool = False
    #: The staff member who is told when it is stopped; absent: who defines it.
    owner: Slug | None = None
    enabled: bool = True


class WebhookId(Request):
    """Query `webhook`; commands `remove_webhook` and `test_webhook`."""

    id: Slug


class RotateSecret(Request):
    """Command `rotate_webhook_secret`: sign with a new secret. Answers `WebhookView` with it."""

    id: Slug
    #: For how long messages are signed with the one before it too.
    keep_hours: Annotated[int, Meta(ge=0, le=168)] = 24


class ReplayWebhook(Request):
    """Command `replay_webhook`: go on from another place of the event log."""

    id: Slug
    #: A cursor of the event log; absent: its beginning; `end`: only what happens from now on.
    after: Annotated[str, Meta(max_length=2000)] | None = None


class WebhookView(Answer):
    """A subscription without its secrets, and how it stands."""

    id: str
    title: dict[str, str]
    address: str
    types: list[str]
    units: list[str]
    kinds: list[str]
    payload: str
    ordered: bool
    owner: str | None
    enabled: bool
    version: int
    keys: list[KeyView]
    #: Why nothing is posted though it is enabled: `gone` (410) or `failing`.
    stopped: str | None = None
    stopped_at: datetime | None = None
    #: How far the event log has been taken over; absent before the first look.
    cursor: str | None = None
    #: Events taken over and neither delivered nor given up.
    waiting: int = 0
    #: Shown once: when it is new.
    secret: str | None = None


class ListPosts(Request):
    """Query `webhook_posts`: the delivery log, newest first. Answers [`PostView`]."""

    id: Slug
    state: PostState | None = None
    #: The `number` of the last one: only what was taken over earlier.
    before: Position | None = None
    limit: Limit = 50


class PostName(Request):
    """Query `webhook_post` (with bodies) and command `retry_webhook_post`; answer `PostView`."""

    id: Slug
    post: Annotated[str, Meta(min_length=1, max_length=300)]


class AttemptView(Answer):
    """One attempt: what the receiver answered, or why there was no answer."""

    at: datetime
    #: `taken`, `refused`, `failing`, `busy`, `redirected`, `gone`, `timeout`, `unreachable`, ...
    outcome: str
    #: Absent without an answer.
    status: int | None
    milliseconds: int
    #: The beginning of the answer; with a single message alone.
    answer: str | None = None


class PostView(Answer):
    """What became of one event at one subscription."""

    id: str
    #: Counts what the subscription has taken over.
    number: int
    #: `webhook-id`: the same at every attempt.
    message: str
    type: str
    subject: str
    state: PostState
    taken_at: datetime
    attempts: list[AttemptView]
    next_at: datetime | None = None
    settled_at: datetime | None = None
    #: What was posted; with a single message alone.
    body: dict[str, Any] | None = None
