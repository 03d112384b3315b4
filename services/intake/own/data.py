"""A requester's own data and tickets, for himself."""

from datetime import datetime

import msgspec

from chassis.calls.call import Call
from chassis.errors import Forbidden, NotFound, Unavailable
from contracts.calls.requesters import ChangeOwnData, GetOwnTickets, OwnData, OwnTicket
from services.intake.domain import own
from services.intake.domain.contact import Contact
from services.intake.domain.request import checked_name
from services.intake.domain.requester import Profile
from services.intake.repository import Store
from services.intake.repository.profiles import Untold

_MOST = 100


class Data:
    """What requesters see and change of themselves."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def view(self, requester: str | None) -> OwnData:
        """Show somebody his data; raises Forbidden for who is no requester, NotFound."""
        return _view(self._profile(requester))

    def change(self, requester: str | None, request: ChangeOwnData, call: Call) -> OwnData:
        """Take what he says of himself."""
        profile = self._profile(requester)
        changed = msgspec.structs.replace(
            profile,
            name=checked_name(request.name),
            language=request.language,
            told_by=request.told_by,
            calendar=request.calendar,
            digits=request.digits,
        )
        return self._kept(profile, changed, call)

    def drop(self, requester: str | None, field: str, call: Call) -> OwnData:
        """Reach him by it no more; raises Conflict where it is all there is."""
        profile = self._profile(requester)
        return self._kept(profile, own.without(profile, field, call.now), call)

    def confirm(self, profile: Profile, contact: str, call: Call) -> OwnData:
        """Note that a contact of his is his."""
        return self._kept(profile, own.with_proof(profile, contact, call.now), call)

    def adopt(self, requester: str, contact: str, call: Call) -> OwnData:
        """Give somebody a contact that he has proved; raises Conflict where another keeps it."""
        profile = self._profile(requester)
        field = own.field_of(contact)
        wanted = Contact(name="", **{field: contact})
        for holder in self._store.profiles.candidates(wanted):
            if holder.id != profile.id:
                self._kept(holder, own.freed(holder, contact), call)
        return self._kept(profile, own.with_proof(profile, contact, call.now), call)

    def tickets(self, requester: str | None, request: GetOwnTickets) -> list[OwnTicket]:
        """Give what was registered with contacts that he has proved, newest first."""
        profile = self._profile(requester)
        found: dict[str, tuple[datetime, OwnTicket]] = {}
        for contact in dict.fromkeys(each.contact for each in profile.proofs):
            given = self._store.claims.given_with(
                own.field_of(contact), contact, _MOST, code=request.code
            )
            for claim, at in given:
                proof = own.proof_for(claim.content.contact, at, profile.proofs)
                if proof is not None:
                    title = claim.content.title
                    ticket = OwnTicket(code=claim.code, title=title, registered_at=at, proof=proof)
                    found[claim.code] = at, ticket
        newest = sorted(found.values(), key=lambda item: item[0], reverse=True)
        return [ticket for _, ticket in newest[:_MOST]]

    def _profile(self, requester: str | None) -> Profile:
        if requester is None:
            raise Forbidden("requesters_only")
        profile = self._store.profiles.by_ids([requester]).get(requester)
        if profile is None:
            raise NotFound("requester_unknown")
        return profile

    def _kept(self, profile: Profile, changed: Profile, call: Call) -> OwnData:
        """Store what has changed, and have his stream tell which fields did."""
        before, after = msgspec.structs.asdict(profile), msgspec.structs.asdict(changed)
        news = {name: value for name, value in after.items() if value != before[name]}
        if news:
            told = Untold(
                cause=call.cause,
                fields=sorted(news),
                actor=call.identity.subject,
                at=call.now,
                correlation=call.correlation,
            )
            if not self._store.profiles.change(profile, news, told):
                raise Unavailable("contention", retry_after=1)
        return _view(changed)


def _view(profile: Profile) -> OwnData:
    return OwnData(
        id=profile.id,
        name=profile.name,
        mobile=own.shown(profile, "mobile"),
        email=own.shown(profile, "email"),
        proved=[own.field_of(contact) for contact in own.proved(profile)],
        language=profile.language,
        told_by=profile.told_by,
        calendar=profile.calendar,
        digits=profile.digits,
    )
