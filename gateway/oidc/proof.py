"""What a provider's signed token must say before it is believed; nothing here asks anybody."""

from __future__ import annotations

import hmac
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.oidc.providers import Provider

#: Signatures that only the provider can make; never one with a secret that both sides know.
ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "Ed25519", "EdDSA"),
)
_KINDS: Final = frozenset({"RSA", "EC", "OKP"})
#: How far clocks may differ, and how old a token may be, in seconds.
_LEEWAY: Final = 60
_OLDEST: Final = 600


class NotProved(Exception):
    """Raised when a token is not believed; says why for the log."""


class UnknownKey(NotProved):
    """Raised when a token names a key that is not known: the provider may have a new one."""


def claims_of(
    token: str, keys: KeySet, provider: Provider, *, nonce: str, now: float
) -> dict[str, Any]:
    """Give what a token says; raises NotProved."""
    try:
        header = jws.extract_compact(token.encode()).headers()
        if header.get("alg") not in ALGORITHMS:
            raise NotProved("algorithm")
        if header.get("kid") not in {key.kid for key in keys.keys}:
            raise UnknownKey("key")
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        raise NotProved("signature") from None
    _check(claims, provider, nonce=nonce, now=now)
    return claims


def key_set_of(document: dict[str, Any]) -> KeySet:
    """Give the keys that may have signed; raises NotProved where there is none."""
    listed = document.get("keys")
    usable = [
        key
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict)
        and key.get("kty") in _KINDS
        and key.get("use", "sig") == "sig"
        and isinstance(key.get("kid"), str)
    ]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotProved("keys") from None


def account_of(claims: dict[str, Any], provider: Provider) -> str:
    """Give what the account is found by; raises NotProved where the provider does not vouch."""
    name = claims.get("email" if provider.match == "email" else "preferred_username")
    if not isinstance(name, str) or not 0 < len(name) <= 200:  # noqa: PLR2004 - a line
        raise NotProved("no_name")
    if provider.match == "email" and claims.get("email_verified") is not True:
        raise NotProved("email_not_verified")
    return name


def _check(claims: dict[str, Any], provider: Provider, *, nonce: str, now: float) -> None:
    audience = claims.get("aud")
    meant_for = audience if isinstance(audience, list) else [audience]
    expires, made = _instant(claims, "exp"), _instant(claims, "iat")
    said = str(claims.get("nonce", ""))
    faults = {
        "issuer": claims.get("iss") != provider.issuer,
        "audience": provider.client_id not in meant_for,
        "party": (len(meant_for) > 1 or "azp" in claims)
        and claims.get("azp") != provider.client_id,
        "expired": expires is None or expires < now - _LEEWAY,
        "made": made is None or not now - _OLDEST <= made <= now + _LEEWAY,
        "nonce": not hmac.compare_digest(said.encode(), nonce.encode()),
        "subject": not isinstance(claims.get("sub"), str),
    }
    for fault, is_there in faults.items():
        if is_there:
            raise NotProved(fault)


def _instant(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    return float(value) if isinstance(value, (int, float)) else None
