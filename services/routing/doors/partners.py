"""What can be asked and done about partners outside."""

from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.errors import Forbidden
from contracts.calls.base import Nothing
from contracts.calls.routing import (
    DefinePartner,
    GetPartnerLinks,
    Heard,
    PartnerLink,
    PartnerName,
    PartnerRequest,
    PartnerView,
    SignedMessage,
    TakeIn,
)
from services.routing import hearing, partners
from services.routing.doors.parts import Parts


class PartnerCalls(Parts):
    """Partners outside."""

    @query
    def partners(self, _request: Nothing, call: Call) -> list[PartnerView]:
        call.require("admin.change")
        return [partners.view(line) for line in self.store.partners.lines().values()]

    @query
    def partner_names(self, _request: Nothing, call: Call) -> list[PartnerName]:
        call.require("ticket.read")
        lines = self.store.partners.lines().values()
        return [
            PartnerName(id=line.id, title=line.title, kind=line.kind)
            for line in lines
            if line.active
        ]

    @command
    def define_partner(self, request: DefinePartner, call: Call) -> PartnerView:
        call.require("admin.change")
        return partners.define(
            request,
            call,
            streams=self.organisation,
            partners=self.store.partners,
            organisation=self.grounding.lookup.organisation,
        )

    @query
    def partner_links(self, request: GetPartnerLinks, call: Call) -> dict[str, PartnerLink]:
        if call.identity.role != "service":
            raise Forbidden("right_missing", right="admin.change")
        found = self.store.partners.lines(request.ids)
        return {name: partners.link(line, call.now) for name, line in found.items()}

    @command
    def hear_partner(self, request: SignedMessage, call: Call) -> Heard:
        return hearing.hear(
            request,
            call,
            partners=self.store.partners,
            tickets=self.cases,
            texts=self.store.texts,
        )

    @query
    def partner_request(self, request: SignedMessage, call: Call) -> PartnerRequest:
        return hearing.asked(request, call, partners=self.store.partners, tickets=self.cases)

    @command
    def take_in(self, request: TakeIn, call: Call) -> Heard:
        return hearing.take_in(request, call, tickets=self.cases)
