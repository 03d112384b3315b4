"""Taking note of a message by the link in it.

Programs that look for harm open every link of a mail: so opening the page changes nothing, and a
button says it. The page tells nothing of the ticket: the link alone brought the reader here.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from contracts.calls.notify import FollowLink, Linked, ReadLink
from gateway.access import Anyone
from gateway.caller import Caller
from gateway.limits import network_of
from gateway.pages.forms import key_of, new_key, read_form
from gateway.pages.rendering import page, reader_of

router = APIRouter(prefix="/a", include_in_schema=False)

TokenPath = Annotated[str, Path(max_length=64)]


@router.get("/{token}")
async def ask(request: Request, token: TokenPath, caller: Anyone) -> Response:
    """Ask whether he has taken note, or say that it is known."""
    await _count(request, caller)
    linked = await caller.query("notify", "linked", ReadLink(token=token), Linked)
    return page(request, "acknowledge.html", at=linked.acknowledged_at, key=new_key())


@router.post("/{token}")
async def acknowledge(request: Request, token: TokenPath, caller: Anyone) -> Response:
    """Take it that who has the link has taken note."""
    await _count(request, caller)
    caller.key = key_of(await read_form(request))
    await caller.command("notify", "acknowledge_by_link", FollowLink(token=token), Linked)
    return RedirectResponse(f"/a/{token}", status_code=303)


async def _count(request: Request, caller: Caller) -> None:
    """Let nobody try many links; raises TooMany."""
    caller.language = reader_of(request)
    await caller.spend(track=network_of(caller.address))
