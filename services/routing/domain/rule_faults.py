"""What is wrong with a table of rules before it is published, and what is only odd.

A row that stands as it stood may have lost its people since: that is odd, and does not keep
anybody from changing another row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from chassis.errors import FieldFault
from chassis.logic import check
from contracts.calls.routing import Rule
from contracts.calls.routing.organisation import Strategy
from services.routing.domain.organisation import Organisation
from services.routing.domain.rules import COLUMNS, READABLE

STRATEGIES = get_args(Strategy)


class Known(NamedTuple):
    """What the names in a table may stand for."""

    organisation: Organisation
    workflows: Collection[str]
    #: The parents of subjects; None where they are not asked for.
    subjects: Mapping[str, str | None] | None = None
    #: Groups of words; None where they are not asked for.
    words: Collection[str] | None = None

    def subject_line(self, subject: str) -> list[str]:
        """Give a subject and those above it."""
        line: list[str] = []
        following: str | None = subject
        while following is not None and following not in line:
            line.append(following)
            following = (self.subjects or {}).get(following)
        return line


def review(
    rules: Sequence[Rule], before: Collection[Rule], known: Known
) -> tuple[list[FieldFault], list[FieldFault]]:
    """Give the faults of a table, and what is odd about it."""
    faults = list(_repeated(rules))
    odd: list[FieldFault] = list(_never_reached(rules, known))
    stood = {rule.id: rule for rule in before}
    for number, rule in enumerate(rules):
        faults += _unknown_names(number, rule, known)
        if rule.when is not None:
            faults += check(rule.when, at=f"/rows/{number}/when", names=READABLE)
        nobody = list(_nobody(number, rule, known.organisation))
        if _means_the_same(stood.get(rule.id), rule):
            odd += nobody
        else:
            faults += nobody
        odd += _odd_names(number, rule, known)
    return faults, odd


def _repeated(rules: Sequence[Rule]) -> Iterator[FieldFault]:
    seen: set[str] = set()
    for number, rule in enumerate(rules):
        if rule.id in seen:
            yield _fault(number, "id", "row_repeated", name=rule.id)
        seen.add(rule.id)


def _unknown_names(number: int, rule: Rule, known: Known) -> Iterator[FieldFault]:
    if rule.unit not in known.organisation.units:
        yield _fault(number, "unit", "unit_unknown")
    if rule.registered_in is not None and rule.registered_in not in known.organisation.units:
        yield _fault(number, "registered_in", "unit_unknown")
    if rule.strategy is not None and rule.strategy not in STRATEGIES:
        yield _fault(number, "strategy", "strategy_unknown")
    if rule.workflow is not None and rule.workflow not in known.workflows:
        yield _fault(number, "workflow", "workflow_unknown")


def _nobody(number: int, rule: Rule, organisation: Organisation) -> Iterator[FieldFault]:
    """Give why nobody would get the row's work: it would wait for ever."""
    if rule.unit not in organisation.units or not rule.active:
        return
    # Whoever is off shift now will be there again.
    everybody = organisation.people.values()
    team = [p for p in everybody if (p.unit, p.tier) == (rule.unit, rule.tier)]
    skills = [person.skills for person in team if organisation.works(person)]
    if not skills:
        yield _fault(number, "tier", "tier_without_people", unit=rule.unit, tier=rule.tier)
    elif rule.skill is not None and not any(rule.skill in known for known in skills):
        yield _fault(number, "skill", "skill_nobody_has", skill=rule.skill)


def _odd_names(number: int, rule: Rule, known: Known) -> Iterator[FieldFault]:
    known_ones = known.subjects
    if known_ones is not None and rule.subject is not None and rule.subject not in known_ones:
        yield _fault(number, "subject", "subject_unknown")
    if known.words is not None and rule.mentions not in {None, *known.words}:
        yield _fault(number, "mentions", "words_unknown")


def _never_reached(rules: Sequence[Rule], known: Known) -> Iterator[FieldFault]:
    """Give each row before which another one takes all that it would."""
    for number, rule in enumerate(rules):
        for earlier in rules[:number]:
            if rule.active and earlier.active and _takes_all_of(earlier, rule, known):
                yield _fault(number, "id", "row_never_reached", row=earlier.id)
                break


def _takes_all_of(earlier: Rule, rule: Rule, known: Known) -> bool:
    if earlier.go_on or (earlier.when is not None and earlier.when != rule.when):
        return False
    return all(_covers(column, earlier, rule, known) for column in COLUMNS)


def _covers(column: str, earlier: Rule, rule: Rule, known: Known) -> bool:
    wide, narrow = getattr(earlier, column), getattr(rule, column)
    if wide is None or wide == narrow:
        return True
    if narrow is None:
        return False
    if column == "subject":
        return wide in known.subject_line(narrow)
    return column == "registered_in" and known.organisation.within(narrow, wide)


def _means_the_same(before: Rule | None, after: Rule) -> bool:
    """Tell whether a row stands as it did, wherever in the table."""
    if before is None:
        return False
    names = [name for name in Rule.__struct_fields__ if name != "order"]
    return all(getattr(before, name) == getattr(after, name) for name in names)


def _fault(number: int, field: str, code: str, **params: Any) -> FieldFault:
    return FieldFault(pointer=f"/rows/{number}/{field}", code=code, params=params)
