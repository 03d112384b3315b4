"""Webhooks: events posted to other systems, their delivery log, and sending again."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Path, Query, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.base import Request as CallRequest
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
from gateway.api.webhook_examples import NEW, POST, VIEW
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin/webhooks", tags=["admin"], route_class=StrictRoute)

PostPath = Annotated[str, Path(max_length=300, description="Id of the message.")]


class Deed(NamedTuple):
    """A command about one webhook, under the name that notify has for it."""

    verb: str
    path: str
    name: str
    request: type[CallRequest]
    answer: Any
    summary: str
    #: What its answer is, and an example of it.
    done: str
    example: Any
    text: str


_DEEDS: Final = (
    Deed(
        "PUT",
        "/{id}",
        "define_webhook",
        DefineWebhook,
        WebhookView,
        "Define a webhook",
        "Defined.",
        NEW,
        """Make the subscription, or change it to what is sent.

A new one begins with what happens after the answer, and the answer alone holds its `secret`: no
other shows it again, a repeat of the command neither. One that was stopped goes on where it
stood. `errors` may name `event_type_unknown` and `address_not_allowed`: https at a public
address, and at a host that the operator lists, where he does.""",
    ),
    Deed(
        "DELETE",
        "/{id}",
        "remove_webhook",
        WebhookId,
        bool,
        "Remove a webhook",
        "Removed.",
        None,
        "Forget the subscription, with what waits and its delivery log; the audit keeps it.",
    ),
    Deed(
        "POST",
        "/{id}/rotate",
        "rotate_webhook_secret",
        RotateSecret,
        WebhookView,
        "Sign with a new secret",
        "Both are good for a while.",
        NEW,
        "Make a new secret, shown in this answer alone; messages bear both signatures for a while.",
    ),
    Deed(
        "POST",
        "/{id}/test",
        "test_webhook",
        WebhookId,
        PostView,
        "Test a webhook",
        "What the receiver answered.",
        POST,
        "Post a `webhook.test` once and at once, enabled or not, and give what was answered.",
    ),
    Deed(
        "POST",
        "/{id}/replay",
        "replay_webhook",
        ReplayWebhook,
        WebhookView,
        "Go on from another place",
        "It goes on from there.",
        VIEW,
        """Post everything after a cursor of the event log (again), with the ids that it had before.

`after: null` is the beginning of the log, `"end"` only what happens from now on. What waits is
passed over. Refused with `cursor_invalid` for a cursor that is none of ours.""",
    ),
)


@router.get(
    "",
    operation_id="list_webhooks",
    summary="Every webhook",
    responses=gives(list[WebhookView], example=[VIEW]),
)
async def list_webhooks(caller: Admin) -> Response:
    """Give every subscription, without secrets, and how each stands."""
    return answered(await caller.query("notify", "webhooks", Nothing(), list[WebhookView]))


@router.get(
    "/{id}",
    operation_id="read_webhook",
    summary="A webhook",
    responses=gives(WebhookView, example=VIEW),
)
async def read_webhook(id: SlugPath, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Give a subscription, without its secrets."""
    return answered(await caller.query("notify", "webhook", WebhookId(id=id), WebhookView))


def _offer(deed: Deed) -> None:
    has_body = deed.request is not WebhookId

    async def do(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002
        document = await request.json() if has_body else {}
        return await _done(caller, deed.name, read_as(deed.request, document, id=id), deed.answer)

    router.add_api_route(
        deed.path,
        do,
        methods=[deed.verb],
        operation_id=deed.name,
        summary=deed.summary,
        description=deed.text,
        responses=gives(deed.answer, description=deed.done, example=deed.example),
        openapi_extra=takes(deed.request) if has_body else None,
    )


for _deed in _DEEDS:
    _offer(_deed)


@router.get(
    "/{id}/posts",
    operation_id="list_webhook_posts",
    summary="A webhook's delivery log",
    responses=gives(list[PostView], example=[POST]),
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
    responses=gives(PostView, example=POST),
)
async def read_webhook_post(id: SlugPath, post: PostPath, caller: Admin) -> Response:  # noqa: A002
    """Give one message with what was posted, and the beginning of what was answered."""
    asked = PostName(id=id, post=post)
    return answered(await caller.query("notify", "webhook_post", asked, PostView))


@router.post(
    "/{id}/posts/{post}/retry",
    operation_id="retry_webhook_post",
    summary="Post one message again",
    responses=gives(PostView, description="It will be posted.", example=POST),
)
async def retry_webhook_post(id: SlugPath, post: PostPath, caller: AdminCommand) -> Response:  # noqa: A002
    """Post one message anew with its id, also one that was delivered or given up."""
    return await _done(caller, "retry_webhook_post", PostName(id=id, post=post), PostView)


async def _done(caller: AdminCommand, method: str, body: Any, answer: type[Any]) -> Response:
    view = await caller.command("notify", method, body, answer)
    return answered(view, headers=caller.replay_headers())
