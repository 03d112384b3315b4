"""What can be asked and done about tickets."""

from msgspec.structs import replace

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from chassis.journal import history_of
from chassis.lease import Lease
from chassis.timers import background, every
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    Act,
    ActedOn,
    ActOnMany,
    Follow,
    Followed,
    GetReadable,
    GetRelated,
    GetTexts,
    GetTicket,
    Inbox,
    ListTickets,
    Readable,
    Related,
    Step,
    TicketPage,
    TicketView,
    Timeline,
)
from services.routing import (
    bulk,
    doing,
    merged,
    relations,
    timeline,
    waking,
)
from services.routing.doors.parts import Parts
from services.routing.naming_times import resolved
from services.routing.views import Shown


class TicketCalls(Parts):
    """Tickets."""

    @command
    def act(self, request: Act, call: Call) -> TicketView:
        arguments = resolved(request.action, request.arguments, call, self.grounding)
        request = replace(request, arguments=arguments)
        outcome = doing.carry_out(request, call, self._desk)
        self._distribution.serve_freed()
        self._distribution.serve(request.code, outcome)
        shown = Shown(request.code, outcome.version, outcome.state, call.now)
        return self._views(call).show(shown)

    @command
    def act_on_many(self, request: ActOnMany, call: Call) -> list[ActedOn]:
        arguments = resolved(request.action, request.arguments, call, self.grounding)
        outcomes = bulk.carry_out_many(
            replace(request, arguments=arguments),
            call,
            tickets=self.cases,
            texts=self.store.texts,
            grounds=self.grounding.now(),
        )
        self._distribution.serve_freed()
        return self._views(call).acted_on(outcomes)

    @query
    def ticket(self, request: GetTicket, call: Call) -> TicketView:
        return self._views(call).ticket(request.code)

    @query
    def related(self, request: GetRelated, call: Call) -> Related:
        shown = self._views(call).readable(request.code)
        return relations.related(
            shown.ticket, request.code, tickets=self.cases, grounds=self.grounding.now(), call=call
        )

    @query
    def tickets(self, request: ListTickets, call: Call) -> TicketPage:
        return self._views(call).page(request)

    @query
    def readable(self, request: GetReadable, call: Call) -> Readable:
        return self._views(call).readable_of(request)

    @query
    def inbox(self, _request: Nothing, call: Call) -> Inbox:
        return self._views(call).inbox()

    @query
    def timeline(self, request: Timeline, call: Call) -> list[Step]:
        views = self._views(call)
        if not views.is_staff:
            return self.follow(Follow(code=request.code), call).steps
        views.readable(request.code)
        story = self.store.stories.of(request.code)
        return timeline.full(history_of(story.commits), story.bodies)

    @query
    def follow(self, request: Follow, call: Call) -> Followed:
        views, standing = self._views(call), self.store.stories.standing(request.code)
        found = views.followed(request.code, standing.snapshot)
        steps = self._public_steps(found.ticket, standing.bodies)
        followed = Followed(ticket=views.show(found), steps=steps)
        if followed.ticket.merged_into is None:
            return followed
        names = self.grounding.lookup.names
        return merged.followed_on(followed, self.cases, self.store.texts.bodies, names)

    @query
    def texts(self, request: GetTexts, call: Call) -> dict[str, str]:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="ticket.read")
        return self.store.texts.bodies(request.ids)

    @background("handing-out", pause=1)
    def hand_out(self, _lease: Lease) -> None:
        self._urgency.look()
        self._distribution.serve_all()
        self._distribution.serve_tasks()

    @background("carrying-on", pause=1)
    def carry_on(self, _lease: Lease) -> None:
        self._carrying.carry_all()
        waking.wake_all(self.cases, self.grounding.runtime)

    @every(seconds=10)
    def pass_on_what_is_left(self) -> None:
        self._leaving.pass_on()

    @every(seconds=60)
    def sweep_loads(self) -> None:
        self._distribution.sweep(self.settings.reservation)
