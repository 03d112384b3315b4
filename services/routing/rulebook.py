"""The routing rules as administrators change them: versions, and the draft beside them.

A version is stored first and then told of in the stream `rules:routing`; a repeat of the command,
or else the next change, completes what was cut off between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from chassis.calls.call import Call
from chassis.errors import Conflict, KeyReused, NotFound
from chassis.journal import Aggregates
from contracts.calls.routing import (
    BeginShadow,
    DefineRule,
    EndShadow,
    GetRuleSet,
    Origin,
    PublishRules,
    RestoreRules,
    Rule,
    RuleSet,
    RuleSetHead,
    RuleWarning,
    Shadow,
)
from contracts.envelope import Event
from contracts.routing import RulesPublished, RulesShadowBegun, RulesShadowEnded
from services.routing.domain.records import Record
from services.routing.domain.rules import changed_rows, numbered, with_row
from services.routing.handlers.organisation import News, record_news
from services.routing.lookup import Lookup
from services.routing.repository.rules import Draft, Publication, RuleSets
from services.routing.rule_checks import RuleChecks

STREAM = "rules:routing"
#: How often a single row is put into a table that others change at the same moment.
_TRIES = 20


class Rulebook:
    """Publishes versions of the rules and keeps their shadow."""

    def __init__(self, streams: Aggregates[Record], sets: RuleSets, lookup: Lookup) -> None:
        self._streams = streams
        self._sets = sets
        self._lookup = lookup
        self._checks = RuleChecks(lookup)

    # -- versions --------------------------------------------------------------------------------

    def publish(self, request: PublishRules, call: Call) -> RuleSet:
        """Publish a whole table; raises Invalid with every fault, or Conflict."""
        known = self._known_command(call)
        if known is not None:
            return self._shown(known)
        current = self._sets.current()
        if request.expects is not None and request.expects != current.version:
            raise Conflict("rules_changed_meanwhile", version=current.version)
        rows = numbered(request.rows)
        return self._publish(current, rows, call, origin="edited", note=request.note)

    def restore(self, request: RestoreRules, call: Call) -> RuleSet:
        """Publish an earlier version again; raises NotFound, Invalid or Conflict."""
        known = self._known_command(call)
        if known is not None:
            return self._shown(known)
        old = self._one(request.version)
        current = self._sets.current()
        return self._publish(current, old.rows, call, origin="restored", restored=old.version)

    def define(self, request: DefineRule, call: Call) -> Rule:
        """Add or change one row, whoever changes others meanwhile."""
        rule = msgspec.convert(msgspec.structs.asdict(request), Rule)
        self.define_all([rule], call)
        return rule

    def define_all(self, rules: Sequence[Rule], call: Call) -> None:
        """Add or change rows in one version; none when nothing is different."""
        for _try in range(_TRIES):
            if self._known_command(call) is not None:
                return
            current = self._sets.current()
            rows = list(current.rows)
            for rule in rules:
                rows = with_row(rows, rule)
            if rows == current.rows:
                return
            try:
                self._publish(current, rows, call, origin="edited", asked=rules)
            except Conflict:
                continue
            return
        raise Conflict("rules_changed_meanwhile", version=self._sets.current().version)

    def one(self, request: GetRuleSet) -> RuleSet:
        """Show a version with what is odd about it by now; raises NotFound."""
        return self._shown(self._one(request.version))

    def heads(self) -> list[RuleSetHead]:
        """Give the last versions, newest first."""
        return [publication.head() for publication in self._sets.newest()]

    # -- the draft beside ------------------------------------------------------------------------

    def begin_shadow(self, request: BeginShadow, call: Call) -> Shadow:
        """Have a draft decide beside live traffic; raises Invalid."""
        draft = Draft(
            id=hashlib.blake2b(call.cause.encode(), digest_size=8).hexdigest(),
            rows=numbered(request.rows),
            by=call.identity.subject,
            since=call.now,
            note=request.note,
            request=call.digest,
        )
        before = self._sets.shadow()
        if before is None or before.id != draft.id:
            self._checks.check(draft.rows, self._sets.current().rows)
            self._sets.begin(draft)
        elif before.request != draft.request:
            raise KeyReused
        begun = RulesShadowBegun(shadow=draft.id, by=draft.by, rows=len(draft.rows))
        other = before is not None and before.id != draft.id
        ended = [_ended(before, call, promoted=False)] if before is not None and other else []
        self._record([*ended, begun], call)
        self._lookup.forget()
        return self.shadow()

    def shadow(self) -> Shadow:
        """Show the draft and where it differs; raises NotFound."""
        draft = self._sets.shadow()
        if draft is None:
            raise NotFound("no_shadow")
        return self._shown_shadow(draft)

    def promote(self, request: EndShadow, call: Call) -> RuleSet:
        """Publish the draft as the next version; raises NotFound, Invalid or Conflict."""
        known = self._known_command(call)
        if known is not None:
            self._sets.end(request.shadow)
            return self._shown(known)
        draft = self._wanted(request)
        current = self._sets.current()
        ended = _ended(draft, call, promoted=True)
        view = self._publish(
            current, draft.rows, call, origin="promoted", note=draft.note, also=[ended]
        )
        self._sets.end(draft.id)
        self._lookup.forget()
        return view

    def drop(self, request: EndShadow, call: Call) -> Shadow:
        """End the draft; gives its last figures; raises NotFound."""
        draft = self._wanted(request)
        view = self._shown_shadow(draft)
        self._record([_ended(draft, call, promoted=False)], call)
        self._sets.end(draft.id)
        self._lookup.forget()
        return view

    # -- what they share -------------------------------------------------------------------------

    def odd(self, rows: Sequence[Rule]) -> list[RuleWarning]:
        """Say what is odd about a draft; raises Invalid with every fault."""
        return self._checks.check(rows, self._sets.current().rows)

    def rows_of(self, version: int | None) -> list[Rule]:
        """Give the rows of a version, of the one that holds without a number; raises NotFound."""
        return self._one(version).rows

    def _publish(
        self,
        current: Publication,
        rows: Sequence[Rule],
        call: Call,
        *,
        origin: Origin,
        restored: int | None = None,
        note: str | None = None,
        asked: Sequence[Rule] | None = None,
        also: Sequence[Event] = (),
    ) -> RuleSet:
        warnings = self._checks.check(rows, current.rows, asked=asked)
        publication = Publication(
            version=current.version + 1,
            rows=list(rows),
            origin=origin,
            restored=restored,
            by=call.identity.subject,
            at=call.now,
            note=note,
            cause=call.cause,
            request=call.digest,
        )
        if not self._sets.add(publication):
            raise Conflict("rules_changed_meanwhile", version=publication.version)
        self._tell(publication.version, call, also)
        self._lookup.forget()
        return msgspec.structs.replace(publication.view(), warnings=warnings)

    def _known_command(self, call: Call) -> Publication | None:
        """Give what this command has published already, and complete its record."""
        known = self._sets.of_cause(call.cause)
        if known is None:
            return None
        if known.request != call.digest:
            raise KeyReused
        self._tell(known.version, call)
        call.repeated = True
        return known

    def _tell(self, version: int, call: Call, also: Sequence[Event] = ()) -> None:
        """Record every version up to one that the record does not know of yet."""
        record = self._streams.state(STREAM) or Record()
        wanted = [self._one(number) for number in range(record.rules or 1, version + 1)]
        first = [] if record.rules else [Publication(version=0, rows=[])]
        told = [_published(*two) for two in pairwise([*first, *wanted])]
        self._record([*told, *also], call)

    def _record(self, events: list[Event], call: Call) -> None:
        self._streams.execute(STREAM, record_news, News(events), call)

    def _one(self, version: int | None) -> Publication:
        if version is None:
            return self._sets.current()
        found = self._sets.one(version)
        if found is None:
            raise NotFound("rules_version_not_found")
        return found

    def _wanted(self, request: EndShadow) -> Draft:
        draft = self._sets.shadow()
        if draft is None:
            raise NotFound("no_shadow")
        if draft.id != request.shadow:
            raise Conflict("another_shadow", shadow=draft.id)
        return draft

    def _shown(self, publication: Publication) -> RuleSet:
        warnings = self._checks.warnings(publication.rows)
        return msgspec.structs.replace(publication.view(), warnings=warnings)

    def _shown_shadow(self, draft: Draft) -> Shadow:
        shown = {name: getattr(draft, name) for name in ("rows", "by", "since", "note")}
        return Shadow(
            shadow=draft.id,
            **shown,
            looked_at=draft.looked_at,
            different=draft.different,
            differences=self._sets.differences(draft.id),
            warnings=self._checks.warnings(draft.rows),
        )


def _published(before: Publication, after: Publication) -> RulesPublished:
    return RulesPublished(
        number=after.version,
        by=after.by or "",
        origin=after.origin or "edited",
        changed=changed_rows(before.rows, after.rows),
        restored=after.restored,
    )


def _ended(draft: Draft, call: Call, *, promoted: bool) -> RulesShadowEnded:
    return RulesShadowEnded(
        shadow=draft.id,
        by=call.identity.subject,
        promoted=promoted,
        looked_at=draft.looked_at,
        different=draft.different,
    )
