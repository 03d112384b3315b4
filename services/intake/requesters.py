"""Who asks: recognising him, keeping what is new of him, telling his stream of it."""

import secrets
from datetime import datetime

from chassis.calls.call import Call
from chassis.errors import Unavailable
from chassis.journal import Aggregates, Saving
from chassis.journal.intents import Intent
from services.intake import handlers
from services.intake.domain.contact import Contact
from services.intake.domain.requester import Profile, Requester, news, recognised
from services.intake.repository import Store
from services.intake.repository.profiles import Untold

#: Lost races against others who met the same requester.
_ROUNDS = 5
#: Requesters told of in one go.
_MOST = 500
_TOLD = "told"


def is_trusted(call: Call) -> bool:
    """Tell whether what the caller says of a requester is taken for true."""
    return call.identity.scope("ticket.register_for") is not None


def meet(
    contact: Contact, candidates: list[Profile], language: str, call: Call, store: Store
) -> Profile:
    """Give the requester under the contact; keep a new one, and what a trusted caller adds."""
    for _round in range(_ROUNDS):
        profile = recognised(contact, candidates)
        if profile is None:
            profile = _new(contact, language)
            if store.profiles.add(profile, _untold(_fields(profile), call)):
                return profile
        else:
            added = news(profile, contact, candidates) if is_trusted(call) else {}
            if not added or store.profiles.fill_in(profile, added, _untold(sorted(added), call)):
                return profile
        candidates = store.profiles.candidates(contact)
    raise Unavailable("contention", retry_after=1)


def keep(profile: Profile, call: Call, store: Store) -> None:
    """Make sure that a requester whom a ticket names is stored for good."""
    store.profiles.keep(profile, _untold(_fields(profile), call))


def tell_changes(store: Store, streams: Aggregates[Requester]) -> None:
    """Record on the requesters' streams what their profiles have still to tell."""
    waiting = {f"requester:{item[0].id}": item for item in store.profiles.untold(_MOST)}
    work = {name: [_intent(*item)] for name, item in waiting.items()}
    outcomes = streams.settle(work, Saving.LATER)
    store.profiles.mark_told(
        [item for name, item in waiting.items() if outcomes[name].error is None]
    )


def _new(contact: Contact, language: str) -> Profile:
    return Profile(
        id=secrets.token_hex(8),
        name=contact.name,
        mobile=contact.mobile,
        email=contact.email,
        language=language,
    )


def _fields(profile: Profile) -> list[str]:
    return [name for name in ("name", "mobile", "email") if getattr(profile, name)]


def _untold(fields: list[str], call: Call) -> Untold:
    return Untold(
        cause=call.cause,
        fields=fields,
        actor=call.identity.subject,
        at=_when(call),
        correlation=call.correlation,
    )


def _when(call: Call) -> datetime:
    return call.at or call.now


def _intent(profile: Profile, untold: Untold) -> Intent:
    told = handlers.RequesterNews(
        segment=profile.segment, language=profile.language, fields=untold.fields
    )
    return Intent(
        handlers.tell_requester,
        told,
        untold.cause,
        untold.at,
        untold.actor,
        request=_TOLD,
        correlation=untold.correlation,
    )
