"""Webhooks: all of them, one as a form beside how it stands, and what is done with it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError
from contracts.calls.base import Nothing
from contracts.calls.webhooks import (
    DefineWebhook,
    PostView,
    ReplayWebhook,
    RotateSecret,
    WebhookId,
    WebhookView,
)
from gateway.admin.editing import Fields, faults_by_field, led_to, said
from gateway.admin.known import known_to
from gateway.admin.outside.subscription import (
    GROUPS,
    PAYLOADS,
    as_definition,
    as_replay,
    as_typed,
    begun_again,
    standing,
)
from gateway.admin.sections import Admin, admin_page
from gateway.api.admin import read_as
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.errors import detail_of
from gateway.pages.forms import key_of, new_key, read_form, read_pairs
from gateway.pages.staff import StaffRoute

router = APIRouter(prefix="/admin/webhooks", include_in_schema=False, route_class=StaffRoute)

_NEW: Final = "new"
_KINDS: Final = ("request", "question", "complaint", "suggestion", "incident")
_PATH: Final = "/admin/webhooks"
#: For how many hours the secret before a new one is signed with too.
OVERLAPS: Final = (24, 0, 1, 72, 168)
#: Units, kinds, types: each of them may be ticked.
_MOST_FIELDS: Final = 1500


@router.get("")
async def list_webhooks(request: Request, caller: Admin) -> Response:
    """Show every webhook and how it stands."""
    found = await caller.query("notify", "webhooks", Nothing(), list[WebhookView])
    return admin_page(
        request,
        caller,
        "admin/webhooks.html",
        webhooks=[(each, _titled(each, caller), standing(each)) for each in found],
        removed="removed" in request.query_params,
    )


@router.get("/{id}")
async def show(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Show a webhook as it is defined and how it stands, or an empty form."""
    return await _page(request, caller, None if id == _NEW else await _one(caller, id))


@router.post("/{id}")
async def define(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Make a webhook, whose secret is shown this once, or change it."""
    fields = Fields(await read_pairs(request, most=_MOST_FIELDS))
    caller.key = key_of(fields.first_values())
    standing_one = None if id == _NEW else await _one(caller, id)
    name = fields.get("webhook").lower() if standing_one is None else id
    given = as_definition(fields, name)
    try:
        asked = read_as(DefineWebhook, given)
        view = await caller.command("notify", "define_webhook", asked, WebhookView)
    except DomainError as error:
        return await _page(request, caller, standing_one, given=given, error=error)
    return _with_secret(request, caller, view, done="saved")


@router.post("/{id}/rotate")
async def rotate(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Sign with a new secret, shown this once."""
    fields = await _deed(request, caller)
    hours = fields.number("keep_hours")
    asked = read_as(RotateSecret, {"id": id, "keep_hours": OVERLAPS[0] if hours is None else hours})
    view = await caller.command("notify", "rotate_webhook_secret", asked, WebhookView)
    return _with_secret(request, caller, view, done="rotated")


@router.post("/{id}/test")
async def test(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Post a message that says nothing, and show what was answered."""
    await _deed(request, caller)
    asked = WebhookId(id=id)
    answer = await caller.command("notify", "test_webhook", asked, PostView)
    return await _page(request, caller, await _one(caller, id), tested=answer)


@router.post("/{id}/replay")
async def replay(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Go on from another place of the log."""
    fields = await _deed(request, caller)
    try:
        asked: ReplayWebhook = as_replay(fields, id)
        await caller.command("notify", "replay_webhook", asked, WebhookView)
    except DomainError as error:
        one = await _one(caller, id)
        return await _page(request, caller, one, error=error, replay=fields.first_values())
    return led_to(request, f"{_PATH}/{id}?done=replayed")


@router.post("/{id}/again")
async def begin_again(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Go on with a webhook that was stopped, or switched off, where it stood."""
    await _deed(request, caller)
    asked = read_as(DefineWebhook, begun_again(await _one(caller, id)))
    await caller.command("notify", "define_webhook", asked, WebhookView)
    return led_to(request, f"{_PATH}/{id}?done=begun")


@router.post("/{id}/remove")
async def remove(id: SlugPath, request: Request, caller: Admin) -> Response:  # noqa: A002 - the name in the address
    """Forget a webhook with what waits and its delivery log."""
    await _deed(request, caller)
    await caller.command("notify", "remove_webhook", WebhookId(id=id), bool)
    return led_to(request, f"{_PATH}?removed=yes")


async def _deed(request: Request, caller: Caller) -> Fields:
    fields = Fields((await read_form(request)).items())
    caller.key = key_of(fields.first_values())
    return fields


async def _one(caller: Caller, name: str) -> WebhookView:
    return await caller.query("notify", "webhook", WebhookId(id=name), WebhookView)


def _titled(webhook: WebhookView, caller: Caller) -> str:
    return said(webhook.title, caller.language, webhook.id)


def _with_secret(request: Request, caller: Caller, view: WebhookView, *, done: str) -> Response:
    """Show a new secret; where there is none, or it was shown before, the webhook itself."""
    path = f"{_PATH}/{view.id}?done={done}"
    if view.secret is None:
        return led_to(request, path)
    return admin_page(
        request,
        caller,
        "admin/secret.html",
        kind="webhook",
        title=_titled(view, caller),
        secret=view.secret,
        lines={},
        onward=path,
    )


async def _page(
    request: Request,
    caller: Caller,
    webhook: WebhookView | None,
    *,
    given: dict[str, Any] | None = None,
    error: DomainError | None = None,
    replay: dict[str, str] | None = None,
    tested: PostView | None = None,
) -> Response:
    known = await known_to(caller)
    return admin_page(
        request,
        caller,
        "admin/webhook.html",
        status=error.status if error else 200,
        webhook=webhook,
        title=_titled(webhook, caller) if webhook else "",
        standing=standing(webhook) if webhook else "",
        given=given or as_typed(webhook),
        tested=tested,
        replay=replay or {},
        groups=GROUPS,
        payloads={each: known.words().text(f"outside.payload.{each}") for each in PAYLOADS},
        kinds={kind: known.value("kind", kind) for kind in _KINDS},
        overlaps=OVERLAPS,
        known=known,
        done=request.query_params.get("done", ""),
        typed=faults_by_field(error, caller.language),
        summary=detail_of(error, caller.language) if error else "",
        key=new_key(),
        away=known.unavailable,
    )
