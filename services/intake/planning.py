"""Planned work: defining plans, showing what they will make, and making it when its time has come.

The instant of the next one stands in the plan's state. When it has come, the ticket is registered
under a key of plan, count and instant, and only then recorded in the plan's stream: whoever dies
between leaves it to the next, who gets the same ticket for the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import msgspec

from chassis.calls.call import Call, own_call
from chassis.calls.client import Caller
from chassis.clock import as_utc, to_milliseconds
from chassis.errors import FieldFault, Invalid, NotFound, Permanent
from chassis.journal import Aggregates
from chassis.journal.intents import Decide
from chassis.lease import Lease
from chassis.logging import get_logger
from chassis.runtime import Runtime
from contracts.calls.days import GetWorkingDays, WorkingDay
from contracts.calls.intake import Registered, RegisterTicket, RequesterData
from contracts.calls.plans import (
    DefinePlan,
    GetPlanned,
    MadeTicket,
    NamePlan,
    PlannedTicket,
    PlanView,
    SkipPlan,
)
from contracts.envelope import ContentRef
from contracts.plans import Schedule
from services.intake import planned
from services.intake.domain.plan import Plan, stream
from services.intake.domain.schedule import FURTHEST, faults, instants
from services.intake.repository.texts import Texts

log = get_logger()

_SHOWN_AHEAD = 10
_MOST_PLANS, _MOST_PLANNED = 500, 1000
_MOMENT = timedelta(milliseconds=1)
#: Days that count of a plan without a unit: those of the default calendar.
_NOBODY = ""

#: What is shown of a plan whose content was wiped.
_WIPED = RegisterTicket(subject="", title="", description="", requester=RequesterData(name=""))

Check = Callable[[RegisterTicket, Call], str]
Register = Callable[[RegisterTicket, Call], Registered]


class Planner:
    """Plans of one process. `check` gives a request's kind, `register` registers it."""

    def __init__(
        self,
        plans: Aggregates[Plan],
        contents: Texts,
        *,
        check: Check,
        register: Register,
        sla: Caller,
        zone: str,
    ) -> None:
        self._plans = plans
        self._contents = contents
        self._check = check
        self._register = register
        self._sla = sla
        self._zone = zone

    # -- what people do ----------------------------------------------------------------------------

    def define(self, request: DefinePlan, call: Call) -> PlanView:
        """Make or change a plan; raises Invalid, or Unavailable where working days are unknown."""
        ticket = _ticket_of(request)
        kind = self._check(ticket, call)
        found = list(faults(request.schedule))
        if found:
            raise Invalid("request_invalid", fields=found)
        starts = as_utc(request.starts) if request.starts else call.now
        ends = as_utc(request.ends) if request.ends else None
        after = max(starts - _MOMENT, call.now)
        schedule = _cut(request.schedule)
        next_at = self._next(Plan(schedule=schedule, ends=ends), after)
        if next_at is None:
            fault = FieldFault(pointer="/schedule", code="never_comes")
            raise Invalid("request_invalid", fields=[fault])
        definition = planned.Definition(
            subject=request.subject,
            kind=kind,
            schedule=schedule,
            content=self._keep(request.id, ticket, call),
            starts=to_milliseconds(starts),
            ends=ends,
            next_at=next_at,
        )
        before = self._plans.state(stream(request.id))
        view = self._done(request.id, planned.define_plan, definition, call)
        replaced = before.content if before and not call.repeated else None
        if replaced and replaced.id != definition.content.id:
            self._contents.forget(replaced.id)
        return view

    def pause(self, request: NamePlan, call: Call) -> PlanView:
        """Pause a plan; raises NotFound."""
        return self._done(request.id, planned.pause_plan, request, call)

    def resume(self, request: NamePlan, call: Call) -> PlanView:
        """Resume a plan with the next one after now; raises NotFound, Unavailable."""
        next_at = self._next(self._one(request.id), call.now)
        resumption = planned.Resumption(next_at=next_at)
        return self._done(request.id, planned.resume_plan, resumption, call)

    def end(self, request: NamePlan, call: Call) -> PlanView:
        """End a plan; raises NotFound."""
        return self._done(request.id, planned.end_plan, request, call)

    def skip(self, request: SkipPlan, call: Call) -> PlanView:
        """Leave the next one out; raises NotFound, Conflict, Unavailable."""
        at, plan = to_milliseconds(as_utc(request.at)), self._one(request.id)
        next_at = self._next(msgspec.structs.replace(plan, last_at=at), max(at, call.now))
        omission = planned.Omission(at=at, next_at=next_at)
        return self._done(request.id, planned.skip_plan, omission, call)

    # -- what people see ---------------------------------------------------------------------------

    def view(self, request: NamePlan, call: Call) -> PlanView:
        """Show a plan; raises NotFound, Unavailable."""
        return self._shown(request.id, self._one(request.id), call.now)

    def views(self, call: Call) -> list[PlanView]:
        """Show every plan, by id."""
        found = self._plans.find({"listed": True}, sort=[("_id", 1)], limit=_MOST_PLANS)
        return [self._shown(_name(each.stream), each.state, call.now) for each in found]

    def ahead(self, request: GetPlanned, now: datetime) -> list[PlannedTicket]:
        """Tell what active plans will make until an instant."""
        until, found = as_utc(request.until), []
        due = {"due_at": {"$gt": datetime(2000, 1, 1, tzinfo=UTC), "$lte": until}}
        for each in self._plans.find(due, sort=[("due_at", 1)], limit=_MOST_PLANS):
            plan = each.state
            coming = (at for at in self._ahead(plan, now) if at <= until)
            found += [
                PlannedTicket(plan=_name(each.stream), subject=plan.subject, kind=plan.kind, at=at)
                for at in coming
            ]
        return sorted(found, key=lambda each: (each.at, each.plan))[:_MOST_PLANNED]

    # -- what happens by itself --------------------------------------------------------------------

    def fulfil_all(self, runtime: Runtime, lease: Lease) -> None:
        """Make whatever is due, as long as the lease is held; what fails is tried again."""
        due = {"due_at": {"$gt": datetime(2000, 1, 1, tzinfo=UTC), "$lte": runtime.clock.now()}}
        for each in self._plans.find(due, sort=[("due_at", 1)], limit=_MOST_PLANS):
            if not lease.acquire():
                return
            self._fulfil(_name(each.stream), each.state, runtime)

    def _fulfil(self, name: str, plan: Plan, runtime: Runtime) -> None:
        at = plan.next_at
        if at is None:
            return
        occurrence = plan.count + 1
        call = own_call(runtime, "fulfil_plan", f"{name}:{occurrence}:{at.isoformat()}")
        code = refused = None
        try:
            code = self._register(self._needed(plan), call).code
        except Permanent as error:
            refused = error.fields[0].code if error.fields else error.code
            log.warning("plan_refused", plan=name, reason=refused)
        next_at = self._next(msgspec.structs.replace(plan, last_at=at), at)
        done = planned.Fulfilment(
            at=at, occurrence=occurrence, next_at=next_at, code=code, refused=refused
        )
        call.repeated = False
        self._plans.execute(stream(name), planned.fulfil_plan, done, call)

    # -- instants ----------------------------------------------------------------------------------

    def _next(self, plan: Plan, after: datetime) -> datetime | None:
        return next(self._instants(plan, after), None)

    def _ahead(self, plan: Plan, now: datetime) -> Iterator[datetime]:
        """Give the next one that stands, and those that will follow it."""
        if plan.state != "active" or plan.next_at is None:
            return
        yield plan.next_at
        after = msgspec.structs.replace(plan, last_at=plan.next_at)
        yield from self._instants(after, max(plan.next_at, now))

    def _instants(self, plan: Plan, after: datetime) -> Iterator[datetime]:
        schedule = plan.schedule
        if schedule is None:
            return
        working: Sequence[date] = ()
        if schedule.repeat == "working_days":
            working = self._working_days(schedule, min(plan.last_at or after, after))
        for at in instants(schedule, after, self._zone, working=working, last=plan.last_at):
            if plan.ends is not None and at > plan.ends:
                return
            yield at

    def _working_days(self, schedule: Schedule, since: datetime) -> list[date]:
        unit = schedule.unit or _NOBODY
        start = since - timedelta(days=1)
        asked = GetWorkingDays(start=start, end=start + FURTHEST, units={unit: None})
        kind = dict[str, list[WorkingDay]]
        answer: dict[str, list[WorkingDay]] = self._sla.query("working_days", asked, kind)
        return [each.day for each in answer[unit]]

    # -- parts -------------------------------------------------------------------------------------

    def _done(self, name: str, decide: Decide, message: object, call: Call) -> PlanView:
        outcome = self._plans.execute(stream(name), decide, message, call)
        return self._shown(name, outcome.state, call.now)

    def _one(self, name: str) -> Plan:
        plan = self._plans.state(stream(name))
        if plan is None:
            raise NotFound("plan_not_found")
        return plan

    def _keep(self, name: str, ticket: RegisterTicket, call: Call) -> ContentRef:
        body = msgspec.json.encode(ticket).decode()
        digest = hashlib.sha256(body.encode()).hexdigest()
        text = hashlib.blake2b(f"{name}\0{call.cause}".encode(), digest_size=12).hexdigest()
        self._contents.keep(text, stream=stream(name), body=body, at=call.now)
        return ContentRef(id=text, sha256=digest)

    def _content(self, plan: Plan) -> RegisterTicket | None:
        """Give what a plan registers; None where it was wiped."""
        name = plan.content.id if plan.content else ""
        body = self._contents.bodies([name]).get(name)
        return None if body is None else msgspec.json.decode(body, type=RegisterTicket)

    def _needed(self, plan: Plan) -> RegisterTicket:
        ticket = self._content(plan)
        if ticket is None:
            raise NotFound("content_erased")
        return ticket

    def _shown(self, name: str, plan: Plan, now: datetime) -> PlanView:
        ticket = self._content(plan) or _WIPED
        return PlanView(
            id=name,
            state=plan.state,
            schedule=plan.schedule or Schedule(repeat="once"),
            subject=plan.subject,
            title=ticket.title,
            description=ticket.description,
            requester=ticket.requester,
            channel=ticket.channel,
            language=ticket.language,
            answers=ticket.answers,
            starts=plan.starts or now,
            ends=plan.ends,
            ahead=list(islice(self._ahead(plan, now), _SHOWN_AHEAD)),
            made=[MadeTicket(at=m.at, code=m.code, refused=m.refused) for m in plan.made],
            count=plan.count,
        )


def _ticket_of(request: DefinePlan) -> RegisterTicket:
    known = set(request.__struct_fields__) & set(RegisterTicket.__struct_fields__)
    return RegisterTicket(**{name: getattr(request, name) for name in known})


def _cut(schedule: Schedule) -> Schedule:
    """Give a schedule with its instant as the database keeps it."""
    if schedule.at is None:
        return schedule
    return msgspec.structs.replace(schedule, at=to_milliseconds(as_utc(schedule.at)))


def _name(of: str) -> str:
    return of.removeprefix("plan:")
