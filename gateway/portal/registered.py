"""The page that gives a new request's code: to read, copy, photograph; and whether it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import NotFound
from contracts.calls.notify import DeliveryView, GetDeliveries
from gateway.access import Anyone
from gateway.caller import GATEWAY, Caller, gateway_of
from gateway.documents import CodePath
from gateway.pages.qr import qr_of
from gateway.pages.rendering import page
from gateway.pages.staff import is_part
from gateway.portal import passes

router = APIRouter(prefix="/registered", include_in_schema=False)

#: What becomes of the message with the code, the best first.
_FATES: Final = ("delivered", "sent", "queued", "failed", "suppressed")
_SENT: Final = frozenset({"delivered", "sent"})
_UNCHANGED: Final = 204


@router.get("/{code}")
async def show(request: Request, code: CodePath, caller: Anyone) -> Response:
    """Give the code, large, and say what happens next; only to who has just registered."""
    proof = passes.proof_for(request, code)
    if proof is None and is_part(request):
        raise NotFound("tracking_refused")
    if proof is None:
        return RedirectResponse(f"/track/{code}", status_code=303)
    by = "email" if "@" in proof else "mobile"
    fate = fate_of(await _deliveries(caller, code), "email" if by == "email" else "sms")
    if is_part(request) and request.query_params.get("seen") == fate:
        return Response(status_code=_UNCHANGED)
    link = f"{gateway_of(request).settings.public_url.rstrip('/')}/track?code={code}"
    return page(
        request,
        "sent.html" if is_part(request) else "registered.html",
        code=code,
        proof=proof,
        by=by,
        fate=fate,
        link=link,
        picture=qr_of(link),
    )


def fate_of(deliveries: Sequence[DeliveryView], channel: str) -> str:
    """Give what became of the message with the code: `sent`, `queued` or `failed`."""
    states = {
        each.state
        for each in deliveries
        if each.template == "registered" and each.channel == channel
    }
    best = next((each for each in _FATES if each in states), "queued")
    return "sent" if best in _SENT else best if best == "queued" else "failed"


async def _deliveries(caller: Caller, code: str) -> list[DeliveryView]:
    """Give what notify owes about the ticket, whose requester has proved himself."""
    ourselves = caller.acting_as(GATEWAY)
    found = await ourselves.optional(
        "notify", "deliveries", GetDeliveries(code=code), list[DeliveryView]
    )
    return found or []
