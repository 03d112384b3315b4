"""Requesters: who is recognised as whom, and what becomes known of them.

Only trusted callers (staff on a requester's behalf, other systems, importers) add to what is known
of a requester. Anybody can type a stranger's mobile number into the web form; were his own e-mail
address then kept beside it, he would be told about the stranger's tickets from then on.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from chassis.decisions import Evolution
from contracts.intake import RequesterChanged
from services.intake.domain.contact import Contact

DEFAULT_SEGMENT = "general"


class Requester(msgspec.Struct, frozen=True, kw_only=True):
    """The fold of a requester's stream: nothing personal is in it."""

    segment: str = ""
    language: str = ""


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """That a contact was his, from when on, and until when where he has given it up."""

    contact: str
    at: datetime
    until: datetime | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a requester in his erasable document."""

    id: str
    name: str
    mobile: str | None = None
    email: str | None = None
    segment: str = DEFAULT_SEGMENT
    language: str = "fa"
    #: What he has said himself (`contracts/calls/requesters.py`).
    told_by: str = "both"
    calendar: str = "reader"
    digits: str = "reader"
    proofs: tuple[Proof, ...] = ()


REQUESTERS = Evolution(Requester)


@REQUESTERS.on(RequesterChanged)
def changed(_state: Requester, event: RequesterChanged, _at: datetime) -> Requester:
    """Take over what the event tells."""
    return Requester(segment=event.segment, language=event.language)


def recognised(contact: Contact, candidates: Iterable[Profile]) -> Profile | None:
    """Give the one the contact belongs to; the mobile decides when it and the e-mail disagree."""
    by_email = None
    for profile in candidates:
        if contact.mobile and profile.mobile == contact.mobile:
            return profile
        if contact.email and profile.email == contact.email:
            by_email = profile
    return by_email


def news(profile: Profile, contact: Contact, candidates: Iterable[Profile]) -> dict[str, str]:
    """Give what the contact adds to the profile; an address that is another's is not taken."""
    others = [other for other in candidates if other.id != profile.id]
    added: dict[str, str] = {}
    if contact.mobile and not profile.mobile:
        added["mobile"] = contact.mobile
    if contact.email and not profile.email and contact.email not in {o.email for o in others}:
        added["email"] = contact.email
    return added


def completed(contact: Contact, profile: Profile | None) -> Contact:
    """Give the contact with what is missing filled in from the profile."""
    if profile is None:
        return contact
    return msgspec.structs.replace(
        contact, mobile=contact.mobile or profile.mobile, email=contact.email or profile.email
    )
