"""What notify can be asked about webhooks; all of it is the administrators'."""

from __future__ import annotations

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.base import Nothing
from contracts.calls.webhooks import (
    DefineWebhook,
    ListPosts,
    PostName,
    PostView,
    ReplayWebhook,
    RotateSecret,
    WebhookId,
    WebhookView,
)
from services.notify.webhooks.provider import WebhookPosting, posting

_RIGHT = "admin.change"
_PAUSE_SECONDS = 0.2


class WebhookCalls:
    """Webhooks: their administration, and the loop that posts."""

    webhook_posting = WebhookPosting(ledgers="ledgers", settings="settings")

    @posting(_PAUSE_SECONDS, role="events")
    def post_to_webhooks(self) -> None:
        """Post what happens to those who subscribe."""
        self.webhook_posting.engine.run()

    @query
    def webhooks(self, _request: Nothing, call: Call) -> list[WebhookView]:
        call.require(_RIGHT)
        return self.webhook_posting.desk.views()

    @query
    def webhook(self, request: WebhookId, call: Call) -> WebhookView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.one(request.id)

    @command
    def define_webhook(self, request: DefineWebhook, call: Call) -> WebhookView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.define(request, call)

    @command
    def remove_webhook(self, request: WebhookId, call: Call) -> bool:
        call.require(_RIGHT)
        return self.webhook_posting.desk.remove(request.id, call)

    @command
    def rotate_webhook_secret(self, request: RotateSecret, call: Call) -> WebhookView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.rotate(request, call)

    @command
    def replay_webhook(self, request: ReplayWebhook, call: Call) -> WebhookView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.replay(request, call)

    @command
    def test_webhook(self, request: WebhookId, call: Call) -> PostView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.test(request.id, call)

    @query
    def webhook_posts(self, request: ListPosts, call: Call) -> list[PostView]:
        call.require(_RIGHT)
        return self.webhook_posting.desk.posts(request)

    @query
    def webhook_post(self, request: PostName, call: Call) -> PostView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.post(request)

    @command
    def retry_webhook_post(self, request: PostName, call: Call) -> PostView:
        call.require(_RIGHT)
        return self.webhook_posting.desk.retry(request, call)

    @query
    def audit(self, request: GetAudit, call: Call) -> list[AuditEntry]:
        call.require(_RIGHT)
        return self.webhook_posting.known.audit(request)
