"""Stands for intake, routing or sla: `python -m tests.component.notify.neighbours intake`.

What it is told goes through the real journal, relay and broker; what it is asked it answers alike
for every ticket: requester `r1`, owner `desk`, assignee `expert`, service manager `boss`,
supervisors `boss` and `chief`.
"""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
import sys
from typing import Any

from chassis import logging
from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from contracts.calls.intake import Contacts, DescribeTickets
from contracts.calls.requesters import GetCodes, OneTimeCode
from contracts.calls.routing import (
    GetPartnerLinks,
    GetTexts,
    ListTickets,
    StaffContacts,
    TicketPage,
)
from contracts.calls.sla import ClockView, GetClocks
from tests.component.teller import teller
from tests.unit.notify.samples import (
    BY_LETTER,
    KEPT,
    NOON,
    OVER,
    PROVED,
    SECRET,
    a_case,
    a_clock,
    a_partner,
    a_person,
    a_requester,
)

HOLDERS = {"service_manager": ["boss"], "supervisor": ["boss", "chief"]}
TITLE, TEXT = "چاپگر کار نمی‌کند {{7*7}}", "کابل را وصل کنید."


class Intake(teller("intake")):
    @query
    def contacts(self, request: Contacts, _call: Call) -> Any:
        return {name: _requester(name) for name in request.requesters}

    @query
    def one_time_codes(self, request: GetCodes, _call: Call) -> dict[str, OneTimeCode]:
        """Know of the codes that are not over."""
        code = OneTimeCode(code="384950", address=PROVED, language="en", minutes=5)
        return {name: code for name in request.ids if not name.startswith(OVER)}

    @query
    def describe_tickets(self, request: DescribeTickets, _call: Call) -> Any:
        return {code: _content(code) for code in request.codes}


class Routing(teller("routing")):
    @query
    def tickets(self, request: ListTickets, _call: Call) -> TicketPage:
        return TicketPage(items=[a_case(code=code) for code in request.codes or []], next=None)

    @query
    def staff_contacts(self, request: StaffContacts, _call: Call) -> Any:
        roles = [HOLDERS[asked.role] for asked in request.roles]
        persons = {*request.persons, *(person for held in roles for person in held)}
        return {"persons": {name: a_person(name) for name in persons}, "roles": roles}

    @query
    def partner_links(self, request: GetPartnerLinks, _call: Call) -> Any:
        """Know the partners whom the tests listen as: their posts come to one address."""
        address = os.environ.get("PARTNER_ADDRESS")
        return {
            name: a_partner(id=name, address=f"{address}/{name}", secrets=[SECRET])
            for name in request.ids
        }

    @query
    def texts(self, request: GetTexts, _call: Call) -> dict[str, str]:
        return dict.fromkeys(request.ids, TEXT)


def _requester(name: str) -> Any:
    told_by = "email" if name == BY_LETTER else "both"
    return a_requester(id=name, email=f"{name}@example.com", told_by=told_by)


def _content(code: str) -> dict[str, Any]:
    case = a_case(code=code)
    return {
        "code": code,
        "title": TITLE,
        "description": "",
        "subject": case.subject,
        "kind": case.kind,
        "channel": case.channel,
        "registered_at": case.registered_at,
        "registered_by": None,
        "requester": a_requester(),
        "messages": [],
    }


class Sla(teller("sla")):
    @query
    def clocks(self, request: GetClocks, _call: Call) -> dict[str, list[ClockView]]:
        """Know of those alone whose promise has been kept."""
        kept = a_clock(state="met", stopped_at=NOON)
        return {code: [kept] for code in request.codes if code.startswith(KEPT)}


SERVICES = {"intake": Intake, "routing": Routing, "sla": Sla}

if __name__ == "__main__":
    logging.configure(sys.argv[1], "INFO")
    os._exit(runner.Runner(SERVICES[sys.argv[1]]).run())
