"""Rules tried before they hold: on past requests, and on one that somebody makes up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import eventlet

from chassis.clock import as_utc
from chassis.errors import FieldFault, Invalid
from contracts.calls.routing import (
    ExplainRules,
    Rule,
    RuleRow,
    RulesExplained,
    RulesTrial,
    TryRules,
)
from services.routing.domain.rule_trial import Comparison
from services.routing.domain.rules import Facts, Table, decided, numbered
from services.routing.domain.ticket import Ticket
from services.routing.handlers.choosing import facts_of
from services.routing.reference import Grounding
from services.routing.repository.requests import PastRequests
from services.routing.rulebook import Rulebook


class RuleTrials:
    """Decides about requests without anything coming of it."""

    def __init__(self, rulebook: Rulebook, requests: PastRequests, grounding: Grounding) -> None:
        self._rulebook = rulebook
        self._requests = requests
        self._grounding = grounding

    def attempt(self, request: TryRules, now: datetime) -> RulesTrial:
        """Have a draft and a version decide about a period's requests again; raises Invalid.

        A decision takes microseconds, so all is answered at once; between two batches everybody
        else has his turn.
        """
        since, until = as_utc(request.since), as_utc(request.until) if request.until else now
        if since >= until:
            fault = FieldFault(pointer="/until", code="period_ends_before_it_begins")
            raise Invalid("request_invalid", fields=[fault])
        draft = self._draft(request.rows)
        warnings = self._rulebook.odd(draft) if request.rows is not None else []
        comparison = Comparison(Table(self._rulebook.rows_of(request.against)), Table(draft))
        sample = self._requests.sample(since, until, request.most)
        for batch in sample.batches:
            grounds = self._grounding.known_of(item.request.subject for item in batch)
            for item in batch:
                comparison.add(item.code, item.at, facts_of(item.request, item.at, grounds))
            eventlet.sleep(0)
        return comparison.answer(sample.total, warnings)

    def explain(self, request: ExplainRules, now: datetime) -> RulesExplained:
        """Say what becomes of one request that need not exist, and by which row; raises Invalid."""
        rows = self._draft(request.rows)
        if request.rows is not None:
            self._rulebook.odd(rows)
        table, facts = Table(rows), self._facts(request, now)
        return RulesExplained(decided=decided(table.rule_for(facts)), rows=table.explain(facts))

    def _facts(self, request: ExplainRules, now: datetime) -> Facts:
        names = ("subject", "kind", "channel", "segment", "language", "registered_in")
        known = {name: getattr(request, name) for name in names}
        ticket = Ticket(
            **known, mentions=tuple(request.mentions), answers={"request": request.answers}
        )
        at = as_utc(request.at) if request.at else now
        return facts_of(ticket, at, self._grounding.known_of([ticket.subject]))

    def _draft(self, rows: Sequence[RuleRow] | None) -> list[Rule]:
        return self._rulebook.rows_of(None) if rows is None else numbered(rows)
