"""The identity providers that staff may sign in by, as the operator has set them."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

_HERE = frozenset({"127.0.0.1", "localhost"})


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One provider of `PEYGIR_OIDC_PROVIDERS`."""

    #: Stands in addresses: `/sign-in/with/{id}`.
    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    #: By language: what the button says.
    title: dict[Literal["fa", "en"], Annotated[str, Meta(min_length=1, max_length=60)]]
    issuer: str
    client_id: str
    #: Absent: a public client, which PKCE alone protects.
    client_secret: str | None = None
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    #: What an account is found by: the verified e-mail address, or the claim
    #: `preferred_username`.
    match: Literal["email", "username"] = "email"
    #: Whether the provider has asked for a second factor: as its `amr` or `acr` says, or always.
    second_factor: Literal["said", "always", "never"] = "said"
    #: What `amr` or `acr` say then.
    strong: tuple[str, ...] = ("mfa", "otp", "hwk", "swk", "fpt", "face")

    def __post_init__(self) -> None:
        """Refuse an issuer that anybody on the way could pose as."""
        if not is_safe(self.issuer) or urlsplit(self.issuer).query:
            raise ValueError("an issuer is an https address")

    def name(self, language: str) -> str:
        """Give what it is called, in the reader's language or another."""
        titles = {str(each): said for each, said in self.title.items()}
        return titles.get(language) or next(iter(titles.values()), self.id)

    def is_strong(self, claims: dict[str, object]) -> bool:
        """Tell whether it has asked for more than a password."""
        if self.second_factor != "said":
            return self.second_factor == "always"
        methods = claims.get("amr")
        said = [*(methods if isinstance(methods, list) else []), claims.get("acr")]
        return any(each in self.strong for each in said)


class Providers(dict[str, Provider]):
    """All of them, by id."""

    @classmethod
    def read(cls, written: str) -> Self:
        """Read the setting; raises ValueError that names no secret."""
        try:
            found = msgspec.json.decode(written.encode(), type=list[Provider])
        except msgspec.MsgspecError as error:
            raise ValueError(f"PEYGIR_OIDC_PROVIDERS: {error}") from None
        if len({each.id for each in found}) != len(found):
            raise ValueError("PEYGIR_OIDC_PROVIDERS: two providers have one id")
        return cls({each.id: each for each in found})


def is_safe(address: str) -> bool:
    """Tell whether nobody on the way can read or change what is said under an address."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
