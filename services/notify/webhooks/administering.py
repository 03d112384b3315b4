"""What administrators do with webhooks: define, rotate, test, look, and send again."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from msgspec.structs import asdict, replace

from chassis import webhooks as signing
from chassis.bus.topology import SOURCES
from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from contracts import places
from contracts.calls.routing.partners import KeyView
from contracts.calls.webhooks import (
    AttemptView,
    DefineWebhook,
    ListPosts,
    PostName,
    PostView,
    ReplayWebhook,
    RotateSecret,
    WebhookView,
)
from contracts.envelope import CloudEvent
from services.notify.channels import outside
from services.notify.domain import posting
from services.notify.domain.deliveries import PERSON
from services.notify.domain.webhooks import Secret, Webhook, body, rotated, unknown_types
from services.notify.repository import Posts, Webhooks
from services.notify.repository.posts import Mark, Marks, Post, attempt_of
from services.notify.webhooks.lane import Reads, Way, attempt

_SECRET_BYTES = 32
_END = "end"
#: The type of the message that says nothing but that it arrives.
TEST = "webhook.test"


class Desk:
    """The commands and questions about webhooks."""

    def __init__(self, known: Webhooks, posts: Posts, reads: Reads, way: Way) -> None:
        self._known = known
        self._posts = posts
        self._reads = reads
        #: Tests go out by a way of their own.
        self._way = way

    def views(self) -> list[WebhookView]:
        """Give every subscription."""
        known = self._known.all()
        waiting = self._posts.counts([webhook.id for webhook in known])
        return [view(each, self._posts.marks(each.id), waiting[each.id]) for each in known]

    def one(self, name: str) -> WebhookView:
        """Give a subscription; raises NotFound."""
        return self._seen(self._known.one(name))

    def define(self, request: DefineWebhook, call: Call) -> WebhookView:
        """Make or change a subscription; a new one begins with what happens from now on."""
        self._check(request)
        # Looked at before it is there: nothing that happens after the answer is left out.
        ends = self._reads.ends()
        new: list[Secret] = []

        def change(before: Webhook | None) -> Webhook:
            new.clear()
            if before is None:
                new.append(_new_secret(call))
            return _defined(request, before, new, call)

        done = self._known.change(request.id, change, call)
        webhook = done.webhook or self._known.one(request.id)
        if not done.repeated and new:
            self._posts.begin(webhook.id, ends)
        if not done.repeated:
            self._posts.again(webhook.id, call.now)
            self._known.touch(webhook.id)
        secret = new[0].text if new and not done.repeated else None
        return replace(self._seen(webhook), secret=secret)

    def remove(self, name: str, call: Call) -> bool:
        """Forget a subscription with all its messages; raises NotFound."""
        self._known.one(name)
        self._known.change(name, lambda _before: None, call, what="removed")
        self._posts.forget(name)
        return True

    def rotate(self, request: RotateSecret, call: Call) -> WebhookView:
        """Sign with a new secret, and for a while with the one before it too."""
        standing = self._known.one(request.id)
        new = _new_secret(call)

        def change(before: Webhook | None) -> Webhook:
            kept = (before or standing).secrets
            keep = timedelta(hours=request.keep_hours)
            return replace(
                before or standing, secrets=rotated(kept, new.text, now=call.now, keep=keep)
            )

        done = self._known.change(request.id, change, call, what="secret")
        seen = self._seen(done.webhook or standing)
        return replace(seen, secret=None if done.repeated else new.text)

    def replay(self, request: ReplayWebhook, call: Call) -> WebhookView:
        """Go on from another place of the log; what waits is passed over."""
        webhook = self._known.one(request.id)
        marks = self._reads.ends() if request.after == _END else _marks(request.after)
        done = self._known.change(request.id, lambda before: before, call, what="replay")
        if not done.repeated:
            self._posts.pass_over(webhook.id, call.now)
            self._posts.begin(webhook.id, marks)
            self._known.touch(webhook.id)
        return self._seen(done.webhook or webhook)

    def test(self, name: str, call: Call) -> PostView:
        """Post a message that says nothing, once and at once, whether it is enabled or not."""
        webhook = self._known.one(name)
        event = _test_event(webhook, call)
        post = Post(
            id=f"{webhook.id}:test:{event.id}",
            webhook=webhook.id,
            message=event.id,
            type=TEST,
            subject=event.subject,
            event_at=call.now,
            taken_at=call.now,
            order=self._posts.marks(webhook.id).taken,
            # Nobody else is to post it.
            state="failed",
            body=body(event, webhook.payload),
        )
        started = time.monotonic()
        answered = attempt(self._way, webhook, post.message, post.body, call.now)
        tried = attempt_of(answered, call.now, int((time.monotonic() - started) * 1000))
        taken = answered.outcome == posting.TAKEN
        post = replace(
            post,
            state="delivered" if taken else "failed",
            attempts=1,
            settled_at=call.now,
            tried=[tried],
        )
        self._posts.add_settled(post)
        return post_view(post, whole=True)

    def posts(self, request: ListPosts) -> list[PostView]:
        """Give the delivery log, newest first; raises NotFound."""
        self._known.one(request.id)
        return [post_view(post, whole=False) for post in self._posts.newest(request)]

    def post(self, request: PostName) -> PostView:
        """Give one message with its bodies; raises NotFound."""
        return post_view(self._posts.one(request.id, request.post), whole=True)

    def retry(self, request: PostName, call: Call) -> PostView:
        """Post one message anew, with the same id; raises NotFound."""
        post = self._posts.one(request.id, request.post)
        self._posts.again(request.id, call.now, post.id)
        self._known.touch(request.id)
        return post_view(self._posts.one(request.id, request.post), whole=False)

    def _check(self, request: DefineWebhook) -> None:
        faults = [
            FieldFault(pointer=f"/types/{place}", code="event_type_unknown")
            for place in unknown_types(request.types)
        ]
        if not request.title:
            faults.append(FieldFault(pointer="/title", code="required"))
        if not self._may_post_to(request.address):
            faults.append(FieldFault(pointer="/address", code="address_not_allowed"))
        if faults:
            raise Invalid("request_invalid", fields=faults)

    def _may_post_to(self, address: str) -> bool:
        try:
            self._way.place(address)
        except (outside.OutOfBounds, ValueError):
            return False
        return True

    def _seen(self, webhook: Webhook) -> WebhookView:
        waiting = self._posts.counts([webhook.id])[webhook.id]
        return view(webhook, self._posts.marks(webhook.id), waiting)


def view(webhook: Webhook, marks: Marks, waiting: int) -> WebhookView:
    """Show a subscription; of its secrets only by what they can be told apart."""
    stopped = webhook.stopped
    return WebhookView(
        id=webhook.id,
        title=webhook.title,
        address=webhook.address,
        types=webhook.types,
        units=webhook.units,
        kinds=webhook.kinds,
        payload=webhook.payload,
        ordered=webhook.ordered,
        owner=webhook.owner,
        enabled=webhook.enabled,
        version=webhook.version,
        keys=[
            KeyView(fingerprint=signing.fingerprint(each.text), since=each.since, until=each.until)
            for each in webhook.secrets
        ],
        stopped=stopped.reason if stopped else None,
        stopped_at=stopped.at if stopped else None,
        cursor=places.written(marks.cursor) if marks.places else None,
        waiting=waiting,
    )


def post_view(post: Post, *, whole: bool) -> PostView:
    """Show what became of a message; `whole` with what was posted and answered."""
    return PostView(
        id=post.id,
        number=post.order,
        message=post.message,
        type=post.type,
        subject=post.subject,
        state=post.state,
        taken_at=post.taken_at,
        attempts=[
            AttemptView(
                at=each.at,
                outcome=each.outcome,
                status=each.status,
                milliseconds=each.milliseconds,
                answer=each.answer if whole else None,
            )
            for each in post.tried
        ],
        next_at=post.next_at if post.state == "waiting" else None,
        settled_at=post.settled_at,
        body=msgspec.json.decode(post.body) if whole and post.body else None,
    )


def _defined(
    request: DefineWebhook, before: Webhook | None, new: Sequence[Secret], call: Call
) -> Webhook:
    kind, _, person = call.identity.subject.partition(":")
    himself = person if f"{kind}:" == PERSON else None
    fields = asdict(request)
    fields["owner"] = request.owner or (before.owner if before else himself)
    if before is None:
        return Webhook(secrets=list(new), **fields)
    return replace(before, stopped=None, **fields)


def _new_secret(call: Call) -> Secret:
    text = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    return Secret(text=f"whsec_{text}", since=call.now)


def _marks(after: str | None) -> dict[str, Mark]:
    """Give the places of a cursor; raises Invalid."""
    try:
        found = places.read(after) if after else {}
    except ValueError:
        raise Invalid("cursor_invalid") from None
    read = {name: Mark(place.epoch, place.position) for name, place in found.items()}
    return {source: read.get(source, Mark("", 0)) for source in SOURCES}


def _test_event(webhook: Webhook, call: Call) -> CloudEvent:
    return CloudEvent(
        id=f"test.{secrets.token_hex(8)}",
        source="/peygir/notify",
        type=f"ir.peygir.{TEST}.v1",
        subject=f"webhook:{webhook.id}",
        time=call.now,
        sequence=1,
        epoch="",
        actor=call.identity.subject,
    )
