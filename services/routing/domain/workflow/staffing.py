"""Whether an organisation can work by a workflow: units that there are, people who may act."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from chassis.errors import FieldFault
from contracts.rights import RIGHTS, scope_of
from services.routing.domain.organisation import Organisation
from services.routing.domain.partner import Partner
from services.routing.domain.workflow.faults import fault
from services.routing.domain.workflow.handing import kinds_after
from services.routing.domain.workflow.language import (
    Approvals,
    Step,
    SubTask,
    Workflow,
    seats_needed,
)
from services.routing.domain.workflow.who import named
from services.routing.domain.workflow.wording import forms_of


def faults_in(
    organisation: Organisation,
    workflow: Workflow,
    forms: Collection[str],
    subjects: Collection[str] = (),
    partners: Mapping[str, Partner] | None = None,
) -> list[FieldFault]:
    """Give what a workflow asks for and there is not: units, people, forms, subjects, partners."""
    return [
        *_places(organisation, workflow),
        *_ways(organisation, workflow),
        *(fault("forms", "form_unknown", name) for name in sorted(forms_of(workflow) - set(forms))),
        *(
            fault(f"{at}/subject", "subject_unknown", asked.subject)
            for at, asked in workflow.started
            if asked.subject not in subjects
        ),
        *_handed_over(workflow, partners or {}),
    ]


def people_of(organisation: Organisation, who: str) -> set[str] | None:
    """Give the active people whom a name may ever mean; None: it depends on the ticket."""
    meant = named(who)
    active = [person for person in organisation.people.values() if person.active]
    if meant is None:
        if who == "supervisor":
            return {person.id for person in active if person.role == "supervisor"}
        if who in RIGHTS:
            return {person.id for person in active if scope_of(person.role, who) is not None}
        return None
    return {
        person.id
        for person in active
        if meant.role in (None, person.role)
        and meant.unit in (None, person.unit)
        and meant.person in (None, person.id)
    }


def _handed_over(workflow: Workflow, partners: Mapping[str, Partner]) -> Iterator[FieldFault]:
    for at, transition, asked in workflow.handed_over:
        partner = partners.get(asked.partner)
        if partner is None:
            yield fault(f"{at}/partner", "partner_unknown", asked.partner)
        elif not partner.active:
            yield fault(f"{at}/partner", "partner_not_in_use", asked.partner)
        else:
            for step, kinds in kinds_after(workflow, transition):
                if kinds and not partner.fits(kinds):
                    yield fault(f"{at}/partner", "hand_off_against_terms", step)


def _places(organisation: Organisation, workflow: Workflow) -> Iterator[FieldFault]:
    for name, step in workflow.steps.items():
        if step.unit is not None:
            yield from _place(organisation, step, step.unit, f"steps/{name}")
        for key, task in step.tasks.items():
            yield from _place(organisation, task, task.unit, f"steps/{name}/tasks/{key}")
        if step.approvals is not None:
            yield from _seats(organisation, step.approvals, f"steps/{name}/approvals")


def _place(
    organisation: Organisation, place: Step | SubTask, unit: str, at: str
) -> Iterator[FieldFault]:
    known = organisation.units.get(unit)
    if known is None or not known.active:
        yield fault(f"{at}/unit", "unit_unknown", unit)
    elif not organisation.pool(unit, place.tier or organisation.lowest_tier(unit), place.skill):
        yield fault(f"{at}/unit", "nobody_there", unit)


def _seats(organisation: Organisation, approvals: Approvals, at: str) -> Iterator[FieldFault]:
    seats: list[set[str] | None] = []
    for number, who in enumerate(approvals.by):
        people = people_of(organisation, who)
        seats.append(people)
        if people is not None and not people:
            yield fault(f"{at}/by/{number}", "resolves_to_nobody", who)
    needed = seats_needed(approvals.needs, len(approvals.by))
    if all(people is None or people for people in seats) and _most_taken(seats) < needed:
        yield fault(f"{at}/needs", "too_few_people", str(needed), there=_most_taken(seats))


def _ways(organisation: Organisation, workflow: Workflow) -> Iterator[FieldFault]:
    for number, transition in enumerate(workflow.transitions):
        found = [people_of(organisation, who) for who in transition.who]
        if found and all(people is not None and not people for people in found):
            yield fault(f"transitions/{number}/who", "resolves_to_nobody", transition.who[0])


def _most_taken(seats: Sequence[set[str] | None]) -> int:
    """Give how many seats different people can take at once: a matching, grown way by way."""
    taken: dict[str, int] = {}

    def seat(number: int, tried: set[str]) -> bool:
        for person in sorted((seats[number] or set()) - tried):
            tried.add(person)
            if person not in taken or seat(taken[person], tried):
                taken[person] = number
                return True
        return False

    return sum(people is None or seat(number, set()) for number, people in enumerate(seats))
