"""Proving that a mobile number or an e-mail address is one's own, by a one-time code.

Asking does the same work whoever is known: a sheet is written, and a second later a job looks whose
contact it is. Where it is somebody's, his stream tells that a code was asked for; notify sends it,
and asks for it when it does. So neither an answer nor its time tells who is known.
"""

from datetime import datetime
from typing import Any

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from chassis.identity import Identity
from chassis.journal import Aggregates, Saving
from chassis.journal.intents import Intent
from contracts.calls.requesters import AskCode, CodeAsked, GiveCode, OneTimeCode, OwnData
from services.intake import handlers
from services.intake.domain import one_time, own
from services.intake.domain.contact import Contact
from services.intake.domain.one_time import Asked, Bounds, Sheet
from services.intake.domain.requester import Profile, Requester, recognised
from services.intake.domain.text import sha256
from services.intake.own.data import Data
from services.intake.repository import Store
from services.intake.settings import IntakeSettings

#: Codes told of in one go.
_MOST = 200
_ID_DIGITS = 32
_TOLD = "told"


class Proving:
    """What is done with one-time codes."""

    def __init__(self, store: Store, data: Data, settings: IntakeSettings, keys: list[str]) -> None:
        self._store = store
        self._data = data
        self._keys = keys
        self._bounds = Bounds(
            life=settings.code_life,
            pause=settings.code_pause,
            per_hour=settings.codes_per_hour,
            per_day=settings.codes_per_day,
            tries=settings.code_tries,
        )

    def ask(self, request: AskCode, call: Call) -> CodeAsked:
        """Have a code sent; raises Invalid for what is no contact, TooMany after enough of them."""
        contact = one_time.contact_of(request.contact)
        if contact is None:
            code = "email_invalid" if "@" in request.contact else "mobile_invalid"
            raise Invalid("request_invalid", fields=[FieldFault(pointer="/contact", code=code)])
        asked = Asked(
            # The same for a repeat, another for another contact under the same key.
            id=sha256(contact, call.cause, call.digest)[:_ID_DIGITS],
            at=call.now,
            language=request.language,
            claimed_by=requester_of(call.identity),
        )
        sheet = self._store.one_time_codes.ask(
            contact, lambda known: one_time.with_asked(known, asked, self._bounds), call.now
        )
        first = sheet.code(asked.id) or asked
        return CodeAsked(
            id=first.id,
            channel=sheet.channel,
            contact=contact,
            until=first.at + self._bounds.life,
            again_at=first.at + self._bounds.pause,
        )

    def give(self, request: GiveCode, call: Call) -> OwnData:
        """Take a code; gives who has proved himself. Raises Invalid for one that proves nothing."""
        me = requester_of(call.identity)

        def tried(sheet: Sheet) -> tuple[Sheet, bool]:
            fits = one_time.fits(request.code, request.id, sheet.contact, self._keys)
            return one_time.with_try(
                sheet, request.id, fits=fits, cause=call.cause, now=call.now, bounds=self._bounds
            )

        sheet, proves = self._store.one_time_codes.use(request.id, tried, call.now)
        asked = sheet.code(request.id) if sheet else None
        if sheet is None or asked is None or not proves or asked.claimed_by != me:
            raise one_time.wrong()
        if me is not None:
            return self._data.adopt(me, sheet.contact, call)
        profile = self._known(sheet.contact)
        if profile is None:
            raise one_time.wrong()
        return self._data.confirm(profile, sheet.contact, call)

    def codes(self, ids: list[str], now: datetime) -> dict[str, OneTimeCode]:
        """Give those of the codes that are good, and where they go."""
        minutes = int(self._bounds.life.total_seconds() // 60)
        return {
            asked.id: OneTimeCode(
                code=one_time.code_of(asked.id, sheet.contact, self._keys[0]),
                address=sheet.contact,
                language=asked.language,
                minutes=minutes,
            )
            for sheet in self._store.one_time_codes.having(ids)
            for asked in sheet.asked
            if asked.id in ids and one_time.is_good(asked, now, self._bounds)
        }

    def tell(self, streams: Aggregates[Requester], now: datetime) -> None:
        """Have the streams of known requesters tell of codes that were asked for."""
        work: dict[str, Intent] = {}
        settled = []
        for sheet, asked in self._store.one_time_codes.untold(_MOST):
            known = self._known(sheet.contact)
            requester = asked.claimed_by or (known.id if known else None)
            stream = f"requester:{requester}"
            if requester is None or not one_time.is_good(asked, now, self._bounds):
                settled.append(asked.id)
            elif stream not in work:
                work[stream] = _intent(sheet, asked)
        outcomes = streams.settle({name: [intent] for name, intent in work.items()}, Saving.LATER)
        told = [work[name].message.code for name, done in outcomes.items() if done.error is None]
        self._store.one_time_codes.mark_told([*settled, *told])

    def _known(self, contact: str) -> Profile | None:
        """Give who comes in by a contact."""
        given: dict[str, Any] = {own.field_of(contact): contact}
        wanted = Contact(name="", **given)
        found = recognised(wanted, self._store.profiles.candidates(wanted))
        return found if found and own.opens(found, contact) else None


def requester_of(identity: Identity) -> str | None:
    """Give the id of a requester who has proved who he is; None for everybody else."""
    kind, _, id_ = identity.subject.partition(":")
    return id_ if identity.role == "requester" and kind == "requester" else None


def _intent(sheet: Sheet, asked: Asked) -> Intent:
    message = handlers.CodeNews(code=asked.id, channel=sheet.channel)
    actor = f"requester:{asked.claimed_by}" if asked.claimed_by else "anonymous"
    cause = f"code:{asked.id}"
    return Intent(handlers.tell_of_code, message, cause, asked.at, actor, request=_TOLD)
