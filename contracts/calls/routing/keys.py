"""Keys of outside systems: made and revoked by administrators, opened by the gateway.

A secret leaves the gateway once, towards who made it; routing knows only its digest.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from contracts.calls.base import Answer, Line, Request, Slug

#: SHA-256 of a key's whole text, in hexadecimal.
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
#: A right of `contracts.rights.KEY_RIGHTS`.
Right = Annotated[str, Meta(min_length=1, max_length=64)]
_LONGEST_OVERLAP = 30 * 86_400


class KeyTerms(Request, kw_only=True):
    """What a key opens, and for whom."""

    title: Line
    rights: Annotated[list[Right], Meta(min_length=1, max_length=20)]
    #: Absent: until it is revoked.
    expires_at: datetime | None = None
    #: Addresses and networks it is good from (`192.0.2.7`, `10.1.0.0/16`); none: from anywhere.
    addresses: Annotated[list[Line], Meta(max_length=50)] = []


class MakeKey(KeyTerms, kw_only=True):
    """Command `make_key`: let a system in. Answers `SystemKey`; raises Conflict, Invalid."""

    id: Slug
    digest: Digest


class KeyOverlap(Request, kw_only=True):
    """For how many seconds the secret before the new one stays good."""

    overlap: Annotated[int, Meta(ge=0, le=_LONGEST_OVERLAP)] = 86_400


class RotateKey(KeyOverlap, kw_only=True):
    """Command `rotate_key`: give a key another secret. Answers `SystemKey`."""

    id: Slug
    digest: Digest


class RevokeKey(Request):
    """Command `revoke_key`: let nobody in with it any more. Answers `SystemKey`."""

    id: Slug


class SystemKey(Answer):
    """Query `system_keys` (no parameter) answers [`SystemKey`]: what is known of a key."""

    id: str
    title: str
    rights: list[str]
    addresses: list[str]
    active: bool
    made_at: datetime
    made_by: str
    expires_at: datetime | None = None
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    #: To the hour.
    last_used: datetime | None = None


class OpenKey(Request):
    """Query `open_key`, for the gateway alone: what a key opens. Answers `KeyGrant`."""

    id: Slug
    digest: Digest


class KeyGrant(Answer):
    """What a key opens, and until when the secret it came with is good."""

    id: str
    rights: list[str]
    addresses: list[str]
    until: datetime | None = None
