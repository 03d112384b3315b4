"""Who is there: presence and leave are said, recorded, and shown to whom they concern."""

from datetime import datetime, timedelta

from chassis.calls.call import Call
from chassis.clock import as_utc, to_milliseconds
from chassis.errors import FieldFault, Forbidden, Invalid, NotFound
from chassis.journal import Aggregates
from contracts.calls.routing import (
    Attendance,
    CancelLeave,
    Colleague,
    Leave,
    SetPresence,
    TakeLeave,
)
from contracts.routing import PersonLeaveCancelled, PersonLeaveTaken, PersonPresenceChanged
from services.routing.actions import refer_to
from services.routing.domain.organisation import Organisation, Person
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.records import Record
from services.routing.domain.ticket import Ticket
from services.routing.handlers.organisation import Attends, record_attendance
from services.routing.lookup import Lookup
from services.routing.repository import Store

#: How long somebody is not available who does not say until when.
_USUAL = {"break": timedelta(hours=1), "away": timedelta(hours=12)}
_LONGEST = timedelta(days=1)
_LONGEST_LEAVE = timedelta(days=366)


class Attending:
    """Carries out what people say of their being there."""

    def __init__(self, streams: Aggregates[Record], store: Store, lookup: Lookup) -> None:
        self._streams = streams
        self._directory = store.directory
        self._loads = store.loads
        self._texts = store.texts
        self._lookup = lookup

    def set_presence(self, request: SetPresence, call: Call) -> Attendance:
        """Say of oneself whether one takes work now; raises Invalid, Forbidden."""
        person = self._myself(call)
        until = None
        if request.presence != "available":
            until = to_milliseconds(as_utc(request.until or call.now + _USUAL[request.presence]))
            if not call.now < until <= call.now + _LONGEST:
                raise _wrong("/until", "out_of_range")
        changed = PersonPresenceChanged(presence=request.presence, until=until)
        return self._say(person, changed, call)

    def take_leave(self, request: TakeLeave, call: Call) -> Attendance:
        """Put down a leave of somebody whom one gives work to; raises Invalid, Forbidden."""
        person = self._in_charge_of(request.person, call)
        start, end = to_milliseconds(as_utc(request.start)), to_milliseconds(as_utc(request.end))
        if not start < end <= start + _LONGEST_LEAVE or end <= call.now:
            raise _wrong("/end", "out_of_range")
        self._check_stand_in(request.stand_in, person)
        texts = {} if request.reason is None else {"reason": request.reason}
        stream = f"person:{person.id}"
        refs = refer_to(texts, stream=stream, cause=call.cause)
        self._texts.keep(stream, refs, texts, at=call.now)
        taken = PersonLeaveTaken(
            leave=request.leave,
            start=start,
            end=end,
            by=call.identity.subject.removeprefix("person:"),
            stand_in=request.stand_in,
            reason=refs.get("reason"),
        )
        return self._say(person, taken, call)

    def cancel_leave(self, request: CancelLeave, call: Call) -> Attendance:
        """Strike a leave out; raises NotFound, Forbidden."""
        person = self._in_charge_of(request.person, call)
        by = call.identity.subject.removeprefix("person:")
        cancelled = PersonLeaveCancelled(leave=request.leave, by=by)
        return self._say(person, cancelled, call)

    def attendance(self, name: str | None, call: Call) -> Attendance:
        """Tell when somebody is there: oneself, or whom one gives work to."""
        person = self._myself(call) if name is None else self._in_charge_of(name, call)
        return self._show(person.id, call.now)

    def team(self, unit: str, call: Call) -> list[Colleague]:
        """Tell who of a unit is there and how much each has, by id."""
        organisation = self._lookup.organisation
        if unit not in organisation.units:
            raise NotFound("unit_unknown", unit=unit)
        call.require("ticket.read")
        people = [p for p in organisation.people.values() if p.unit == unit]
        return self._told(people, call.now)

    def working_in(self, units: list[str], now: datetime) -> list[Colleague]:
        """Tell who of units can be given work, and how much each has, by unit and id."""
        people = self._organisation.people.values()
        working = [p for p in people if p.unit in units and self._organisation.works(p)]
        return sorted(self._told(working, now), key=lambda one: units.index(one.unit or ""))

    def _told(self, known: list[Person], now: datetime) -> list[Colleague]:
        organisation = self._organisation
        people = [person for person in known if person.active]
        loads = self._loads.of(person.id for person in people)
        return [
            Colleague(
                id=person.id,
                name=self._lookup.names.get(person.id, person.id),
                role=person.role,
                tier=person.tier,
                skills=sorted(person.skills),
                absence=organisation.off.get(person.id),
                changes_at=organisation.times_of(person.id).changes_at(now),
                capacity=person.capacity,
                load=loads[person.id].points if person.id in loads else 0,
                owned=loads[person.id].owned if person.id in loads else 0,
                unit=person.unit,
            )
            for person in sorted(people, key=lambda person: person.id)
        ]

    def _say(
        self,
        person: Person,
        event: PersonPresenceChanged | PersonLeaveTaken | PersonLeaveCancelled,
        call: Call,
    ) -> Attendance:
        stream = f"person:{person.id}"
        outcome = self._streams.execute(stream, record_attendance, Attends(event), call)
        if isinstance(outcome.state, Record):
            self._directory.save_attendance(person.id, outcome.state, outcome.version)
        self._lookup.forget()
        return self._show(person.id, call.now)

    def _show(self, name: str, now: datetime) -> Attendance:
        times = self._lookup.organisation.times_of(name)
        left = [leave for leave in times.leaves if leave.end > now]
        reasons = self._texts.bodies([leave.reason for leave in left if leave.reason])
        over = times.until is not None and times.until <= now
        return Attendance(
            person=name,
            presence="available" if over else times.presence,
            until=None if over else times.until,
            absence=times.absence(now),
            changes_at=times.changes_at(now),
            shift=times.shift,
            leaves=[
                Leave(
                    id=leave.id,
                    start=leave.start,
                    end=leave.end,
                    stand_in=leave.stand_in,
                    reason=reasons.get(leave.reason or ""),
                )
                for leave in sorted(left, key=lambda leave: leave.start)
            ],
        )

    def _myself(self, call: Call) -> Person:
        kind, _, name = call.identity.subject.partition(":")
        person = self._organisation.people.get(name) if kind == "person" else None
        if person is None:
            raise Forbidden("staff_only")
        return person

    def _in_charge_of(self, name: str, call: Call) -> Person:
        """Give somebody whose work the caller gives out; raises NotFound, Forbidden."""
        organisation = self._organisation
        person = organisation.people.get(name)
        if person is None:
            raise NotFound("person_unknown", person=name)
        asker = asker_of(call.identity, organisation)
        if not Standing(Ticket(unit=person.unit), asker, organisation).has_right("ticket.assign"):
            raise Forbidden("person_out_of_reach", person=name)
        return person

    def _check_stand_in(self, name: str | None, person: Person) -> None:
        if name is None:
            return
        found = self._organisation.people.get(name)
        if found is None or not found.active:
            raise _wrong("/stand_in", "person_unknown")
        if name == person.id:
            raise _wrong("/stand_in", "stands_in_for_himself")

    @property
    def _organisation(self) -> Organisation:
        return self._lookup.organisation


def _wrong(pointer: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=pointer, code=code)])
