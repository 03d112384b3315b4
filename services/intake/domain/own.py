"""What belongs to a requester: contacts that he has proved, and what was registered with them.

A ticket is shown to who has proved the very contact that was given with it. That somebody once
typed another's address beside his own number opens nothing (`requester.py` says why).
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from chassis.errors import Conflict
from services.intake.domain.contact import Contact
from services.intake.domain.requester import Profile, Proof

_LAST_DIGITS = 4
_HIDDEN = "•••"
_HIDDEN_DIGITS = 7
_MOST = 20


def field_of(contact: str) -> str:
    """Give which of his contacts it is: `mobile` or `email`."""
    return "email" if "@" in contact else "mobile"


def opens(profile: Profile, contact: str) -> bool:
    """Tell whether who proves a contact comes in as its requester.

    An address that somebody typed beside his number may be a stranger's, who is not to come in as
    him: it opens once he has proved it, or where it is all that is known of him.
    """
    return contact == profile.mobile or profile.mobile is None or contact in proved(profile)


def shown(profile: Profile, field: str) -> str | None:
    """Give a contact as its requester sees it: in full once he has proved it."""
    contact: str | None = getattr(profile, field)
    if contact is None or contact in proved(profile):
        return contact
    name, at, domain = contact.partition("@")
    if at:
        return f"{name[:1]}{_HIDDEN}@{domain}"
    return f"{contact[:-_HIDDEN_DIGITS]}{_HIDDEN}{contact[-_LAST_DIGITS:]}"


def with_proof(profile: Profile, contact: str, at: datetime) -> Profile:
    """Note that a contact is his, and that one in its place is his no more."""
    field = field_of(contact)
    if any(each.contact == contact and each.until is None for each in profile.proofs):
        return profile
    others = _ended(profile, field, at).proofs
    proofs = (*others, Proof(contact=contact, at=at))[-_MOST:]
    return replace(profile, proofs=proofs, **{field: contact})


def without(profile: Profile, field: str, at: datetime) -> Profile:
    """Take a contact away; raises Conflict for the last one."""
    if not getattr(profile, "mobile" if field == "email" else "email"):
        raise Conflict("last_contact")
    return replace(_ended(profile, field, at), **{field: None})


def freed(holder: Profile, contact: str) -> Profile:
    """Take a contact from somebody who has never proved it; raises Conflict where he keeps it.

    He keeps what he has proved, and what is the only way to reach him.
    """
    field = field_of(contact)
    other = getattr(holder, "mobile" if field == "email" else "email")
    if not other or contact in proved(holder):
        raise Conflict("contact_in_use")
    return replace(holder, **{field: None})


def proved(profile: Profile) -> list[str]:
    """Give the contacts that he has now and has proved."""
    ours = {profile.mobile, profile.email}
    return [each.contact for each in profile.proofs if each.until is None and each.contact in ours]


def proof_for(given: Contact, at: datetime, proofs: Iterable[Proof]) -> str | None:
    """Give what opens a ticket registered with a contact at an instant; None: it is not his.

    A number that he has had counts for what came before he gave it up: others get it after him.
    """
    for proof in proofs:
        if proof.until is None or at < proof.until:
            if given.mobile and given.mobile == proof.contact:
                return given.mobile[-_LAST_DIGITS:]
            if given.email and given.email == proof.contact:
                return given.email
    return None


def _ended(profile: Profile, field: str, at: datetime) -> Profile:
    """End what was proved of one kind of contact."""
    return replace(
        profile,
        proofs=tuple(
            replace(each, until=at)
            if each.until is None and field_of(each.contact) == field
            else each
            for each in profile.proofs
        ),
    )
