"""The desk's tools."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    DefineMacro,
    Draft,
    DropDraft,
    DropFilter,
    FilledIn,
    GetDraft,
    Macro,
    SavedFilter,
    SaveDraft,
    SaveFilter,
    UseMacro,
)
from services.routing import (
    filtering,
    macros,
)
from services.routing.doors.parts import Parts


class DeskCalls(Parts):
    """Standard answers, drafts, saved filters."""

    @query
    def macros(self, _request: Nothing, call: Call) -> list[Macro]:
        call.require("admin.change")
        return self.store.macros.all()

    @query
    def own_macros(self, _request: Nothing, call: Call) -> list[Macro]:
        call.require("ticket.read")
        return macros.offered(call, self.store, self.grounding.lookup.organisation)

    @command
    def define_macro(self, request: DefineMacro, call: Call) -> Macro:
        call.require("admin.change")
        return macros.define(request, self.store, self.grounding.lookup.organisation)

    @command
    def use_macro(self, request: UseMacro, call: Call) -> FilledIn:
        ticket = self._views(call).readable(request.code).ticket
        return macros.use(request, ticket, call, self.store, self.grounding.lookup)

    @query
    def drafts(self, _request: Nothing, call: Call) -> list[Draft]:
        call.require("ticket.read")
        return self.store.drafts.of(call.identity.subject, limit=200)

    @query
    def draft(self, request: GetDraft, call: Call) -> Draft | None:
        self._views(call).readable(request.code)
        return self.store.drafts.one(call.identity.subject, request.code)

    @command
    def save_draft(self, request: SaveDraft, call: Call) -> Draft | None:
        self._views(call).readable(request.code)
        draft = Draft(code=request.code, use=request.use, text=request.text, at=call.now)
        is_kept = self.store.drafts.save(call.identity.subject, draft, request.key)
        return draft if is_kept else None

    @command
    def drop_draft(self, request: DropDraft, call: Call) -> bool:
        drafts, person = self.store.drafts, call.identity.subject
        if request.key:
            drafts.drop_sent(person, request.code, request.key, call.now)
        else:
            drafts.drop(person, request.code)
        return True

    @query
    def filters(self, _request: Nothing, call: Call) -> list[SavedFilter]:
        call.require("ticket.read")
        return filtering.seen(call, self.store.filters)

    @command
    def save_filter(self, request: SaveFilter, call: Call) -> SavedFilter:
        call.require("ticket.read")
        return filtering.save(request, call, self.store.filters)

    @command
    def drop_filter(self, request: DropFilter, call: Call) -> bool:
        call.require("ticket.read")
        return filtering.drop(request, call, self.store.filters)
