"""What providers of channels tell about messages they took from us."""

from __future__ import annotations

import hmac
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Request, Response

from chassis.errors import Invalid, NotFound
from chassis.identity import Identity
from contracts.calls.notify import RecordReceipt
from gateway.access import Anyone
from gateway.caller import Caller

router = APIRouter(prefix="/api/v1/providers", tags=["providers"])

_LONGEST: Final = 128
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["messageid", "status"],
                    "properties": {
                        "messageid": {"type": "string"},
                        "status": {"type": "string"},
                    },
                },
                "examples": {"delivered": {"value": {"messageid": "8792343", "status": "10"}}},
            }
        },
    }
}


@router.post(
    "/kavenegar/receipts/{secret}",
    operation_id="take_kavenegar_receipt",
    summary="Take a delivery receipt of Kavenegar",
    response_class=Response,
    responses={200: {"description": "Taken."}},
    openapi_extra=_FORM,
)
async def take_kavenegar_receipt(
    secret: Annotated[str, Path(max_length=200, description="As set in the settings.")],
    request: Request,
    caller: Anyone,
) -> Response:
    """Take what became of a message; may come any number of times."""
    _require_secret(caller, secret)
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=20))
    message_id, status = fields.get("messageid", ""), fields.get("status", "")
    if not (message_id and status) or len(message_id) > _LONGEST or len(status) > _LONGEST:
        raise Invalid("receipt_malformed")
    provider = caller.acting_as(Identity(subject="system:kavenegar", role="service"))
    provider.key = f"kavenegar:{message_id}:{status}"
    receipt = RecordReceipt(provider="kavenegar", reference=message_id, status=status)
    await provider.command("notify", "record_receipt", receipt, Any)
    return Response(status_code=200)


def _require_secret(caller: Caller, given: str) -> None:
    """Refuse who does not know the address, as if there were none."""
    expected = caller.gateway.settings.kavenegar_receipt_secret
    if expected is None or not hmac.compare_digest(
        given.encode(), expected.get_secret_value().encode()
    ):
        raise NotFound("path_not_found")
