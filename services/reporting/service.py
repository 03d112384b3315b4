"""The reporting service: wiring only."""

from chassis.bus.entrypoints import consume
from chassis.calls.call import Call
from chassis.calls.entrypoints import command, query
from chassis.lease import Lease
from chassis.timers import background, everywhere
from contracts.calls.base import Nothing
from contracts.calls.reporting import GetReport, RebuildProgress, Report, ReportEntry
from services.reporting.rebuild import Rebuilds
from services.reporting.receiver import Facts
from services.reporting.reports import catalogue, make_report


class ReportingService:
    """The memory: what became of tickets, and figures over them."""

    name = "reporting"

    facts = Facts()
    rebuilds = Rebuilds()

    # Nobody waits for figures by the millisecond: larger batches count the same tickets together.
    on_events = consume(into="facts", pace_seconds=0.5, batches=4)

    @query
    def reports(self, _request: Nothing, call: Call) -> list[ReportEntry]:
        call.require("report.read")
        return catalogue()

    @query
    def report(self, request: GetReport, call: Call) -> Report:
        call.require("report.read")
        return make_report(request, self.facts.current())

    @command
    def rebuild(self, _request: Nothing, call: Call) -> RebuildProgress:
        call.require("system.operate")
        return self.rebuilds.begin(self.facts, call.now)

    @query
    def rebuild_progress(self, _request: Nothing, call: Call) -> RebuildProgress | None:
        call.require("system.operate")
        return self.rebuilds.progress(self.facts)

    @background("figures", pause=1)
    def show_recent(self, _lease: Lease) -> None:
        self.facts.recent.refresh()

    @everywhere(pause=1, role="events")
    def carry_rebuild_on(self) -> None:
        self.rebuilds.advance(self.facts)
