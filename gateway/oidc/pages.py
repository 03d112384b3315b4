"""The way to an identity provider and back, into the same session as by a password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Path, Request, Response
from starlette.responses import RedirectResponse

from chassis.errors import DomainError, NotFound, Unauthenticated
from chassis.logging import get_logger
from contracts.calls.routing import Admit, Staff
from gateway.access import Anyone
from gateway.api import sessions
from gateway.api.admin import read_as
from gateway.caller import GATEWAY, Caller, gateway_of
from gateway.desk.entrance import door
from gateway.limits import network_of
from gateway.oidc.client import Client
from gateway.oidc.proof import NotProved, account_of
from gateway.oidc.providers import Provider
from gateway.pages.cookies import cookie, drop_cookie, set_cookie
from gateway.pages.forms import read_form
from gateway.pages.sealing import seal, unseal
from gateway.pages.staff import keep, next_of

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]

_COOKIE: Final = "oidc"
_BY: Final = "provider"
_BEGUN: Final = "oidc begun"
_ADMITTED: Final = "oidc admitted"
#: How long somebody may take at the provider, and then for the second step here.
_SECONDS: Final = 600

log = get_logger(__name__)


class Begun(msgspec.Struct, frozen=True):
    """What the browser brings back from the provider's side, sealed."""

    provider: str
    state: str
    nonce: str
    verifier: str
    wanted: str
    #: Seconds since 1970.
    expires: float


class Admitted(msgspec.Struct, frozen=True):
    """Whom a provider has proved, while the second step is asked for."""

    provider: str
    name: str
    expires: float


@router.get("/sign-in/with/{provider}")
async def begin(request: Request, provider: Name, caller: Anyone) -> Response:
    """Lead to the provider, which asks who somebody is and leads back."""
    client, chosen = _chosen(request, provider)
    await caller.spend(sign_in=network_of(caller.address))
    wanted = next_of(request.query_params.get("next"))
    try:
        offer = await client.offer(chosen)
    except DomainError as error:
        return door(request, {}, wanted, error)
    begun = Begun(
        provider=chosen.id,
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        wanted=wanted,
        expires=time.time() + _SECONDS,
    )
    asked = {
        "response_type": "code",
        "client_id": chosen.client_id,
        "redirect_uri": _back(request, chosen),
        "scope": " ".join(chosen.scopes),
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": _challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    sign = "&" if "?" in offer.authorization_endpoint else "?"
    response = RedirectResponse(f"{offer.authorization_endpoint}{sign}{urlencode(asked)}", 303)
    set_cookie(request, response, _COOKIE, seal(begun, _BEGUN, _keys(request)), _SECONDS)
    return response


@router.get("/sign-in/back/{provider}")
async def come_back(request: Request, provider: Name, caller: Anyone) -> Response:
    """Let in who comes back with a code that the provider changes for his proof."""
    client, chosen = _chosen(request, provider)
    await caller.spend(sign_in=network_of(caller.address))
    begun = unseal(cookie(request, _COOKIE) or "", Begun, _BEGUN, _keys(request))
    wanted = begun.wanted if begun else next_of(None)
    try:
        response = await _let_in(request, caller, client, chosen, begun)
    except DomainError as error:
        response = door(request, {}, wanted, error)
    # Whatever came of it: what was begun is good for one way back.
    drop_cookie(request, response, _COOKIE)
    return response


@router.post("/sign-in/with")
async def confirm(request: Request, caller: Anyone) -> Response:
    """Let in whom a provider has proved, with the code of his second step."""
    values = await read_form(request)
    wanted = next_of(values.get("next"))
    admitted = unseal(values.get("admitted", ""), Admitted, _ADMITTED, _keys(request))
    try:
        if admitted is None:
            raise Unauthenticated("session_expired")
        _, chosen = _chosen(request, admitted.provider)
        await caller.spend(sign_in=network_of(caller.address))
        return await _opened(request, caller, chosen, admitted.name, wanted, values.get("code"))
    except DomainError as error:
        # Without a proof there is nothing that a code could confirm.
        given = values.get("admitted", "") if admitted else ""
        return door(request, values, wanted, error, admitted=given)


@router.get("/sign-in/leave/{provider}")
async def leave(request: Request, provider: Name, caller: Anyone) -> Response:
    """Sign out at the provider, too, where it offers that."""
    client, chosen = _chosen(request, provider)
    await caller.spend(sign_in=network_of(caller.address))
    try:
        end = (await client.offer(chosen)).end_session_endpoint
    except DomainError as error:
        return door(request, {}, next_of(None), error)
    public = gateway_of(request).settings.public_url.rstrip("/")
    asked = {"client_id": chosen.client_id, "post_logout_redirect_uri": f"{public}/sign-in"}
    return RedirectResponse(f"{end}?{urlencode(asked)}" if end else "/sign-in", 303)


async def _let_in(
    request: Request, caller: Caller, client: Client, chosen: Provider, begun: Begun | None
) -> Response:
    """Open the session of who is proved; raises Unauthenticated or Unavailable."""
    try:
        begun, name, strong = await _proved(request, client, chosen, begun)
    except NotProved as why:
        log.info("oidc_refused", provider=chosen.id, reason=str(why), address=caller.address)
        raise Unauthenticated("provider_proof_refused") from None
    try:
        return await _opened(request, caller, chosen, name, begun.wanted, strong=strong)
    except Unauthenticated as error:
        if not error.code.startswith("second_factor_"):
            log.info("oidc_refused", provider=chosen.id, reason=error.code, address=caller.address)
            raise
        admitted = Admitted(chosen.id, name, time.time() + _SECONDS)
        sealed = seal(admitted, _ADMITTED, _keys(request))
        return door(request, {}, begun.wanted, error, admitted=sealed)


async def _proved(
    request: Request, client: Client, chosen: Provider, begun: Begun | None
) -> tuple[Begun, str, bool]:
    """Give what was begun, whose account it is, and whether a second factor was asked for there.

    Raises NotProved where anything on the way back does not fit.
    """
    asked = request.query_params
    if begun is None or begun.provider != chosen.id:
        raise NotProved("not_begun")
    if not hmac.compare_digest(asked.get("state", "").encode(), begun.state.encode()):
        raise NotProved("state")
    if "error" in asked or not asked.get("code"):
        raise NotProved("refused_there")
    offer, said = await client.offer(chosen), asked.get("iss")
    must_say = offer.authorization_response_iss_parameter_supported
    if said != chosen.issuer and (said is not None or must_say):
        raise NotProved("other_issuer")
    claims = await client.proved(
        chosen,
        asked["code"],
        verifier=begun.verifier,
        nonce=begun.nonce,
        back=_back(request, chosen),
    )
    return begun, account_of(claims, chosen), chosen.is_strong(claims)


async def _opened(
    request: Request,
    caller: Caller,
    chosen: Provider,
    name: str,
    wanted: str,
    code: str | None = None,
    *,
    strong: bool = False,
) -> Response:
    given: dict[str, Any] = {
        "provider": chosen.id,
        "by": chosen.match,
        "name": name,
        "has_second_factor": strong,
        "address": network_of(caller.address),
    }
    asked = read_as(Admit, given | ({"code": code} if code else {}))
    gateway = caller.renewed().acting_as(GATEWAY)
    staff = await gateway.command("routing", "admit", asked, Staff)
    log.info("signed_in", subject=f"person:{staff.id}", address=caller.address, provider=chosen.id)
    response = RedirectResponse(wanted, 303)
    tokens = await sessions.begun(caller, staff)
    keep(request, response, tokens)
    lives = max(0, int(tokens.refresh_expires - time.time()))
    set_cookie(request, response, _BY, chosen.id, lives)
    return response


def _chosen(request: Request, name: str) -> tuple[Client, Provider]:
    client = gateway_of(request).oidc
    provider = client.providers.get(name)
    if provider is None:
        raise NotFound("path_not_found")
    return client, provider


def _back(request: Request, provider: Provider) -> str:
    public = gateway_of(request).settings.public_url.rstrip("/")
    return f"{public}/sign-in/back/{provider.id}"


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _keys(request: Request) -> list[str]:
    return gateway_of(request).settings.signing_keys
