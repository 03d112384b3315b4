"""Bringing tickets together: what two tickets must both know is told to each in the right order."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from chassis.calls.call import Call
from chassis.decisions import Context
from chassis.errors import DomainError, Forbidden, Invalid, Permanent
from chassis.journal import Aggregates, Outcome
from chassis.journal.intents import Decide
from contracts.envelope import Event
from contracts.routing import TicketDetached
from services.routing.actions import Deed
from services.routing.actions.ending import Merge
from services.routing.actions.joining import Attach, Detach, Link, Unlink
from services.routing.domain.permission import Standing, asker_of
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds, case_of
from services.routing.handlers.joining import (
    LetGo,
    Mirror,
    Newcomers,
    expect_newcomers,
    let_go,
    mirror,
)


class Joining:
    """What goes before and after an action that ties a ticket to another one."""

    def __init__(
        self,
        tickets: Aggregates[Ticket],
        grounds: Grounds,
        call: Call,
        deeds: Mapping[str, Deed],
    ) -> None:
        self._tickets = tickets
        self._grounds = grounds
        self._call = call
        self._deeds = deeds
        self._arguments = next((deed.arguments for deed in deeds.values()), None)

    def before(self) -> None:
        """Have the other ticket expect those that may be tied to it; raises what it refuses with.

        Asked for by state and not by key: a repeat finds it done.
        """
        arguments = self._arguments
        if isinstance(arguments, Attach):
            self._expect(arguments.parent, "child")
        elif isinstance(arguments, Merge):
            self._expect(arguments.into, "merged")
        elif isinstance(arguments, Link):
            self._find(arguments.to)

    def after(self, outcomes: Mapping[str, Outcome]) -> None:
        """Tell the other ticket what has become of it."""
        arguments = self._arguments
        done = [code for code, outcome in outcomes.items() if outcome.error is None]
        if isinstance(arguments, Attach | Merge):
            other = arguments.parent if isinstance(arguments, Attach) else arguments.into
            refused = [c for c, each in outcomes.items() if isinstance(each.error, Permanent)]
            self._let_go(other, refused)
        elif isinstance(arguments, Link | Unlink):
            relation = arguments.relation if isinstance(arguments, Link) else None
            for code in done:
                self._execute(arguments.to, mirror, Mirror(other=code, relation=relation))
        elif isinstance(arguments, Detach):
            for code in done:
                self._part(code, outcomes[code].events)

    def _part(self, code: str, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, TicketDetached):
                self._let_go(event.parent, [code])

    def _expect(self, target: str, kind: Literal["child", "merged"]) -> None:
        permitted = [code for code in self._permitted() if code != target]
        if permitted:
            self._execute(target, expect_newcomers, Newcomers(tickets=permitted, kind=kind))

    def _permitted(self) -> list[str]:
        """Give those to which the deed may be done: of others the target shall not hear."""
        states = self._tickets.states(list(self._deeds))
        found = []
        for code, deed in self._deeds.items():
            try:
                case_of(states.get(code, Ticket()), deed, self._context(code), self._grounds)
            except DomainError:
                # The decision itself says why not.
                continue
            found.append(code)
        return found

    def _find(self, code: str) -> None:
        state, organisation = self._tickets.state(code), self._grounds.organisation
        if state is None or state.opened_at is None:
            raise Invalid("ticket_not_found")
        if not Standing(state, asker_of(self._call.identity, organisation), organisation).may_read:
            raise Forbidden("ticket_not_yours")

    def _let_go(self, target: str, codes: Sequence[str]) -> None:
        if codes:
            self._execute(target, let_go, LetGo(tickets=list(codes)))

    def _execute(self, stream: str, decide: Decide, message: Any) -> None:
        call = msgspec.structs.replace(self._call, method="join", key=secrets.token_hex(8), at=None)
        self._tickets.execute(stream, decide, message, call)

    def _context(self, code: str) -> Context:
        call = self._call
        return Context(
            stream=code,
            at=call.at or call.now,
            now=call.now,
            actor=call.identity.subject,
            cause=call.cause,
            identity=call.identity,
            imported=call.at is not None,
        )
