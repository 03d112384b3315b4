"""How providers are asked: what they offer, their keys, and a code for a token."""

from __future__ import annotations

import time
from typing import Any, Final, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from joserfc.jwk import KeySet

from chassis.errors import Unavailable
from chassis.logging import get_logger
from gateway.oidc.proof import NotProved, UnknownKey, claims_of, key_set_of
from gateway.oidc.providers import Provider, Providers, is_safe

T = TypeVar("T")

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_SECONDS: Final = 4.0
_LONGEST: Final = 262_144
#: How long what a provider offers is believed, and how often new keys are asked for at most.
_KEPT_SECONDS: Final = 3600.0
_KEYS_SECONDS: Final = 30.0
_OK: Final = 200
_REFUSED: Final = (400, 401, 403)

log = get_logger(__name__)


class Offer(msgspec.Struct, frozen=True):
    """What a provider offers (OpenID Connect Discovery)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Tokens(msgspec.Struct, frozen=True):
    """What a code is changed for; the access token is of no use to us."""

    id_token: str


class _Known(msgspec.Struct):
    """What is kept of a provider, and when it was asked for; seconds that only rise."""

    offer: Offer
    keys: KeySet | None = None
    asked_at: float = 0.0
    keys_at: float = float("-inf")


class Client:
    """Asks providers, and keeps what they offer for a while."""

    def __init__(self, written: str) -> None:
        self.providers = Providers.read(written)
        self._known: dict[str, _Known] = {}

    async def offer(self, provider: Provider) -> Offer:
        """Give what a provider offers; raises Unavailable."""
        known = self._known.get(provider.id)
        if known is None or time.monotonic() - known.asked_at > _KEPT_SECONDS:
            found = await _read(provider.issuer.rstrip("/") + _WELL_KNOWN, Offer)
            _refuse_another(found, provider)
            keys = known.keys if known else None
            known = self._known[provider.id] = _Known(found, keys, time.monotonic())
        return known.offer

    async def proved(
        self, provider: Provider, code: str, *, verifier: str, nonce: str, back: str
    ) -> dict[str, Any]:
        """Change a code for what the provider says of somebody; raises NotProved, Unavailable."""
        offer = await self.offer(provider)
        tokens = await _exchanged(provider, offer, code, verifier, back)
        for is_last_try in (False, True):
            keys = await self._keys(provider, offer)
            try:
                now = time.time()
                return claims_of(tokens.id_token, keys, provider, nonce=nonce, now=now)
            except UnknownKey:
                known = self._known[provider.id]
                if is_last_try or time.monotonic() - known.keys_at < _KEYS_SECONDS:
                    raise
                known.keys = None
        raise NotProved("key")

    async def _keys(self, provider: Provider, offer: Offer) -> KeySet:
        known = self._known[provider.id]
        if known.keys is None:
            known.keys = key_set_of(await _read(offer.jwks_uri, dict[str, Any]))
            known.keys_at = time.monotonic()
        return known.keys


def _refuse_another(offer: Offer, provider: Provider) -> None:
    """Refuse what another issuer offers, and ways that others on the network can listen to."""
    ways = (offer.authorization_endpoint, offer.token_endpoint, offer.jwks_uri)
    if offer.issuer != provider.issuer or not all(is_safe(way) for way in ways):
        log.warning("oidc_offer_refused", provider=provider.id)
        raise Unavailable("identity_provider_unavailable")


async def _exchanged(
    provider: Provider, offer: Offer, code: str, verifier: str, back: str
) -> Tokens:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": verifier,
    }
    headers = {"accept": "application/json"}
    if provider.client_secret is None:
        form["client_id"] = provider.client_id
    elif "client_secret_basic" in offer.token_endpoint_auth_methods_supported:
        login, password = quote(provider.client_id, ""), quote(provider.client_secret, "")
        headers["authorization"] = aiohttp.encode_basic_auth(login, password)
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return await _read(offer.token_endpoint, Tokens, form=form, headers=headers)


async def _read(
    address: str,
    kind: type[T],
    *,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> T:
    """Read a document; raises NotProved where a form was refused, Unavailable otherwise."""
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    method = "GET" if form is None else "POST"
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.request(
                method, address, data=form, headers=headers, allow_redirects=False
            ) as response,
        ):
            body = await _body(response)
            status = response.status
        if form is not None and status in _REFUSED:
            raise NotProved("code")
        if status != _OK:
            raise Unavailable("identity_provider_unavailable")
        return msgspec.json.decode(body, type=kind)
    except (TimeoutError, aiohttp.ClientError, OSError, msgspec.MsgspecError) as error:
        log.warning("oidc_unreachable", reason=type(error).__name__)
        raise Unavailable("identity_provider_unavailable") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > _LONGEST:
            raise aiohttp.ClientPayloadError("too long")
    return bytes(body)
