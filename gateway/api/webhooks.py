"""Webhooks: events posted to other systems, their delivery log, and sending again."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.webhooks import (
    DefineWebhook,
    ListPosts,
    PostName,
    PostState,
    PostView,
    ReplayWebhook,
    RotateSecret,
    WebhookId,
    WebhookView,
)
from gateway.answers import answered, gives
from gateway.api.admin import Admin, AdminCommand, read_as, takes
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin/webhooks", tags=["admin"], route_class=StrictRoute)

PostPath = Annotated[str, Path(max_length=300, description="Id of the message.")]

_VIEW: Final[dict[str, Any]] = {
    "id": "crm",
    "title": {"fa": "باشگاه مشتریان", "en": "CRM"},
    "address": "https://crm.example.org/hooks/peygir",
    "types": ["ticket.*", "sla.breached"],
    "units": [],
    "kinds": ["incident"],
    "payload": "cloudevents-1",
    "ordered": True,
    "owner": "admin",
    "enabled": True,
    "version": 1,
    "keys": [{"fingerprint": "1f0c5e7a9b21", "since": "2026-11-22T08:30:00Z", "until": None}],
    "stopped": None,
    "stopped_at": None,
    "cursor": "eyJpbnRha2UiOlsiNWQwYzFmNmE5MmJlIiw0ODIxMl19",
    "waiting": 0,
    "secret": None,
}
_NEW: Final = {**_VIEW, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
_POST: Final[dict[str, Any]] = {
    "id": "crm:1:routing.5d0c1f6a92be.481920374654.3",
    "number": 17,
    "message": "routing.5d0c1f6a92be.481920374654.3",
    "type": "ticket.assigned",
    "subject": "481920374654",
    "state": "delivered",
    "taken_at": "2026-11-22T08:31:02Z",
    "attempts": [
        {
            "at": "2026-11-22T08:31:02Z",
            "outcome": "busy",
            "status": 503,
            "milliseconds": 41,
            "answer": None,
        },
        {
            "at": "2026-11-22T08:31:07Z",
            "outcome": "taken",
            "status": 204,
            "milliseconds": 38,
            "answer": None,
        },
    ],
    "next_at": None,
    "settled_at": "2026-11-22T08:31:07Z",
    "body": None,
}


@router.get(
    "",
    operation_id="list_webhooks",
    summary="Every webhook",
    responses=gives(list[WebhookView], example=[_VIEW]),
)
async def list_webhooks(caller: Admin) -> Response:
    """Give every subscription, without secrets, and how each stands."""
    return answered(await caller.query("notify", "webhooks", Nothing(), list[WebhookView]))


@router.get(
    "/{id}",
    operation_id="read_webhook",
    summary="A webhook",
    responses=gives(WebhookView, example=_VIEW),
)
async def read_webhook(id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give a subscription, without its secrets."""
    return answered(await caller.query("notify", "webhook", WebhookId(id=id), WebhookView))


@router.put(
    "/{id}",
    operation_id="define_webhook",
    summary="Define a webhook",
    responses=gives(WebhookView, description="Defined.", example=_NEW),
    openapi_extra=takes(DefineWebhook),
)
async def define_webhook(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002
    """Make the subscription, or change it to what is sent.

    A new one begins with what happens after the answer, and the answer alone holds its `secret`: no
    other shows it again, a repeat of the command neither. One that was stopped goes on where it
    stood. `errors` may name `event_type_unknown` and `address_not_allowed`: https at a public
    address, and at a host that the operator lists, where he does.
    """
    body = read_as(DefineWebhook, await request.json(), id=id)
    return await _done(caller, "define_webhook", body, WebhookView)


@router.delete(
    "/{id}",
    operation_id="remove_webhook",
    summary="Remove a webhook",
    responses=gives(bool, description="Removed."),
)
async def remove_webhook(id: SlugPath, caller: AdminCommand) -> Response:  # noqa: A002
    """Forget the subscription, with what waits and its delivery log; the audit keeps it."""
    return await _done(caller, "remove_webhook", WebhookId(id=id), bool)


@router.post(
    "/{id}/rotate",
    operation_id="rotate_webhook_secret",
    summary="Sign with a new secret",
    responses=gives(WebhookView, description="Both are good for a while.", example=_NEW),
    openapi_extra=takes(RotateSecret),
)
async def rotate_webhook_secret(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002
    """Make a new secret, shown in this answer alone; messages bear both signatures for a while."""
    body = read_as(RotateSecret, await request.json(), id=id)
    return await _done(caller, "rotate_webhook_secret", body, WebhookView)


@router.post(
    "/{id}/test",
    operation_id="test_webhook",
    summary="Test a webhook",
    responses=gives(PostView, description="What the receiver answered.", example=_POST),
)
async def test_webhook(id: SlugPath, caller: AdminCommand) -> Response:  # noqa: A002
    """Post a `webhook.test` once and at once, enabled or not, and give what was answered."""
    return await _done(caller, "test_webhook", WebhookId(id=id), PostView)


@router.post(
    "/{id}/replay",
    operation_id="replay_webhook",
    summary="Go on from another place",
    responses=gives(WebhookView, description="It goes on from there.", example=_VIEW),
    openapi_extra=takes(ReplayWebhook),
)
async def replay_webhook(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002
    """Post everything after a cursor of the event log (again), with the ids that it had before.

    `after: null` is the beginning of the log, `"end"` only what happens from now on. What waits is
    passed over. Refused with `cursor_invalid` for a cursor that is none of ours.
    """
    body = read_as(ReplayWebhook, await request.json(), id=id)
    return await _done(caller, "replay_webhook", body, WebhookView)


@router.get(
    "/{id}/posts",
    operation_id="list_webhook_posts",
    summary="A webhook's delivery log",
    responses=gives(list[PostView], example=[_POST]),
)
async def list_webhook_posts(
    id: SlugPath,  # noqa: A002
    caller: Admin,
    state: Annotated[PostState | None, Query(description="Only these.")] = None,
    before: Annotated[
        int | None, Query(ge=0, le=2**63 - 1, description="The last `number`.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Give what was posted and what became of it, newest first; bodies with a single one alone."""
    asked = ListPosts(id=id, state=state, before=before, limit=limit)
    return answered(await caller.query("notify", "webhook_posts", asked, list[PostView]))


@router.get(
    "/{id}/posts/{post}",
    operation_id="read_webhook_post",
    summary="A message with its bodies",
    responses=gives(PostView, example=_POST),
)
async def read_webhook_post(id: SlugPath, post: PostPath, caller: Admin) -> Response:  # noqa: A002
    """Give one message with what was posted, and the beginning of what was answered."""
    asked = PostName(id=id, post=post)
    return answered(await caller.query("notify", "webhook_post", asked, PostView))


@router.post(
    "/{id}/posts/{post}/retry",
    operation_id="retry_webhook_post",
    summary="Post one message again",
    responses=gives(PostView, description="It will be posted.", example=_POST),
)
async def retry_webhook_post(id: SlugPath, post: PostPath, caller: AdminCommand) -> Response:  # noqa: A002
    """Post one message anew with its id, also one that was delivered or given up."""
    return await _done(caller, "retry_webhook_post", PostName(id=id, post=post), PostView)


async def _done(caller: AdminCommand, method: str, body: Any, answer: type[Any]) -> Response:
    view = await caller.command("notify", method, body, answer)
    return answered(view, headers=caller.replay_headers())
