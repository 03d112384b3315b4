"""Keys of outside systems, for administrators. A key's text is in one answer, and nowhere after."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import (
    KeyOverlap,
    KeyTerms,
    MakeKey,
    RevokeKey,
    RotateKey,
    SystemKey,
)
from contracts.rights import KEY_RIGHTS
from gateway.access import allow, allow_command
from gateway.answers import answered, gives
from gateway.api.admin import read_as, takes
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute
from gateway.keys import digest_of, secret_for

router = APIRouter(prefix="/api/v1/admin/keys", tags=["admin"], route_class=StrictRoute)

Admin = Annotated[Caller, allow("admin.change")]
AdminCommand = Annotated[Caller, allow_command("admin.change")]


class NewKey(SystemKey, kw_only=True):  # type: ignore[misc]  # msgspec hands `frozen` down
    """A key with its text, which is shown this once."""

    #: For `Authorization: Bearer`.
    key: str


_EXAMPLE: Final[dict[str, Any]] = {
    "id": "erp",
    "title": "ERP: reads what happens",
    "rights": ["event.read", "ticket.read"],
    "addresses": ["10.20.0.0/16"],
    "active": True,
    "made_at": "2026-11-22T08:30:00Z",
    "made_by": "person:admin",
    "expires_at": "2027-11-22T00:00:00Z",
    "rotated_at": None,
    "revoked_at": None,
    "last_used": None,
}
_NEW: Final = {**_EXAMPLE, "key": "pgk_erp_k3v7..."}
_RIGHTS: Final = ", ".join(f"`{right}`" for right in KEY_RIGHTS)


@router.get(
    "",
    operation_id="list_keys",
    summary="Keys of outside systems",
    responses=gives(list[SystemKey], example=[_EXAMPLE]),
)
async def list_keys(caller: Admin) -> Response:
    """Give every key there ever was, without its text; `last_used` is to the hour."""
    return answered(await caller.query("routing", "system_keys", Nothing(), list[SystemKey]))


@router.put(
    "/{id}",
    status_code=201,
    operation_id="make_key",
    summary="Make a key",
    description="Make a key for an outside system and show it, this once. It is sent as "
    "`Authorization: Bearer pgk_...` in place of a session's token.\n\n"
    f"Rights that a key can have: {_RIGHTS}; only such as one has oneself. An id is never given "
    "twice: what a key opens cannot be changed, another is made.",
    responses=gives(NewKey, status=201, description="Made.", example=_NEW),
    openapi_extra=takes(KeyTerms),
)
async def make_key(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002 - the name in the address
    """Make a key for an outside system and show it, this once."""
    made = await make(caller, id, await request.json())
    return _shown(caller, made, status=201)


@router.post(
    "/{id}/rotate",
    operation_id="rotate_key",
    summary="Give a key another secret",
    responses=gives(NewKey, description="The key with its new text.", example=_NEW),
    openapi_extra=takes(KeyOverlap),
)
async def rotate_key(id: SlugPath, request: Request, caller: AdminCommand) -> Response:  # noqa: A002
    """Give a key another text; the one before stays good for `overlap` seconds, a day unless told.

    With 0 it is refused within half a minute.
    """
    return _shown(caller, await rotate(caller, id, await request.json()))


@router.delete(
    "/{id}",
    operation_id="revoke_key",
    summary="Revoke a key",
    responses=gives(SystemKey, description="Revoked.", example={**_EXAMPLE, "active": False}),
)
async def revoke_key(id: SlugPath, caller: AdminCommand) -> Response:  # noqa: A002
    """Revoke a key for good: it is refused from now on, and streams it has opened end."""
    return answered(await revoke(caller, id), headers=caller.replay_headers())


async def make(caller: Caller, key: str, terms: Any) -> NewKey:
    """Make a key on what terms are given; raises Conflict, Invalid."""
    text = _new(caller, "make", key)
    command = read_as(MakeKey, terms, id=key, digest=digest_of(text))
    return _with_text(await caller.command("routing", "make_key", command, SystemKey), text)


async def rotate(caller: Caller, key: str, overlap: Any) -> NewKey:
    """Give a key another text; raises Conflict, Invalid, NotFound."""
    text = _new(caller, "rotate", key)
    command = read_as(RotateKey, overlap, id=key, digest=digest_of(text))
    return _with_text(await caller.command("routing", "rotate_key", command, SystemKey), text)


async def revoke(caller: Caller, key: str) -> SystemKey:
    """Revoke a key in the directory and at every gateway; raises NotFound."""
    revoked: SystemKey = await caller.command("routing", "revoke_key", RevokeKey(id=key), SystemKey)
    await caller.gateway.revocations.end_key(key)
    return revoked


def _new(caller: Caller, deed: str, key: str) -> str:
    command = f"{deed} {caller.identity.subject} {caller.key}"
    return secret_for(key, command, caller.gateway.settings.signing_keys[0])


def _with_text(key: SystemKey, text: str) -> NewKey:
    return NewKey(**msgspec.structs.asdict(key), key=text)


def _shown(caller: Caller, key: NewKey, *, status: int = 200) -> Response:
    headers = {"cache-control": "no-store", **caller.replay_headers()}
    return answered(key, status=status, headers=headers)
