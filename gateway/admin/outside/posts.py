"""A webhook's delivery log with its messages, and who changed the webhook when."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response

from contracts.calls.audit import AuditEntry, GetAudit
from contracts.calls.webhooks import (
    ListPosts,
    PostName,
    PostState,
    PostView,
    WebhookId,
    WebhookView,
)
from gateway.admin.editing import indented, led_to, said
from gateway.admin.known import known_to
from gateway.admin.outside.subscription import differing
from gateway.admin.sections import Admin, admin_page
from gateway.documents import SlugPath
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/webhooks/{id}", include_in_schema=False, route_class=StaffRoute)

PostPath = Annotated[str, Path(min_length=1, max_length=300)]

_STATES: Final = get_args(PostState)
_SHOWN: Final = 50
_CODE_DIGITS: Final = 12
#: Changes that are looked through for those of one webhook.
_CHANGES: Final = 200


@router.get("/posts")
async def list_posts(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show what was posted and what became of it, newest first."""
    state = next((each for each in _STATES if each == request.query_params.get("state")), None)
    before = request.query_params.get("before", "")
    last = int(before) if before.isdecimal() and len(before) <= 18 else None  # noqa: PLR2004 - what an integer holds
    asked = ListPosts(id=id, state=state, before=last, limit=_SHOWN)
    webhook, posts = await asyncio.gather(
        caller.query("notify", "webhook", WebhookId(id=id), WebhookView),
        caller.query("notify", "webhook_posts", asked, list[PostView]),
    )
    following: dict[str, Any] = {"state": state} if state else {}
    if len(posts) == _SHOWN:
        following["before"] = posts[-1].number
    return admin_page(
        request,
        caller,
        "admin/webhook_posts.html",
        webhook=webhook,
        title=said(webhook.title, caller.language, id),
        posts=posts,
        states=_STATES,
        state=state or "",
        is_code=_is_code,
        next_page=f"?{urlencode(following)}" if "before" in following else None,
    )


@router.get("/posts/{post}")
async def show_post(id: SlugPath, post: PostPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show one message with what was posted, and each attempt with what was answered."""
    webhook, found = await asyncio.gather(
        caller.query("notify", "webhook", WebhookId(id=id), WebhookView),
        caller.query("notify", "webhook_post", PostName(id=id, post=post), PostView),
    )
    return admin_page(
        request,
        caller,
        "admin/webhook_post.html",
        webhook=webhook,
        title=said(webhook.title, caller.language, id),
        post=found,
        body=indented(found.body) if found.body is not None else "",
        is_code=_is_code,
        resent="again" in request.query_params,
        key=new_key(),
    )


@router.post("/posts/{post}/retry")
async def retry(id: SlugPath, post: PostPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Have a message posted anew, with the id that it had."""
    caller.key = key_of(await read_form(request))
    asked = PostName(id=id, post=post)
    await caller.command("notify", "retry_webhook_post", asked, PostView)
    return led_to(request, f"/admin/webhooks/{id}/posts/{post}?again=yes")


@router.get("/history")
async def show_history(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show who changed the webhook, when, and what is another since."""
    webhook, entries, known = await asyncio.gather(
        caller.query("notify", "webhook", WebhookId(id=id), WebhookView),
        caller.query("notify", "audit", GetAudit(limit=_CHANGES), list[AuditEntry]),
        known_to(caller),
    )
    return admin_page(
        request,
        caller,
        "admin/webhook_history.html",
        title=said(webhook.title, caller.language, id),
        webhook=webhook,
        entries=[
            (each, differing(each.before, each.after, known))
            for each in entries
            if each.kind == "webhook" and each.id == id
        ],
        known=known,
        away=known.unavailable,
    )


def _is_code(subject: str) -> bool:
    return len(subject) == _CODE_DIGITS and subject.isdecimal()
