"""What is unsound in a workflow is refused before it is published, every fault with its place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from chassis.errors import Invalid
from gateway.api.examples import WORKFLOW
from gateway.texts import LANGUAGES, catalogue
from services.routing.actions import ARGUMENTS
from services.routing.domain.workflow import faults_in, read
from services.routing.workflows import examples, shipped
from tests.unit.routing.test_flows import an_organisation, approval_of
from tests.unit.routing.world import ORGANISATION

Faults = set[tuple[str, str]]


def a_flow(**changes: Any) -> dict[str, Any]:
    """The purchase, changed: `steps__approval__kind=...` reaches into it."""
    definition = deepcopy(examples()["purchase"])
    for path, value in changes.items():
        *way, last = path.split("__")
        place: Any = definition
        for name in way:
            place = place[int(name)] if name.isdigit() else place[name]
        place[last] = value
    return definition


def faults_of(definition: dict[str, Any]) -> Faults:
    with pytest.raises(Invalid) as refused:
        read(definition, ARGUMENTS)
    assert refused.value.code == "workflow_invalid"
    return _told(refused.value.fields)


def faults_here(definition: dict[str, Any]) -> Faults:
    return _told(faults_in(an_organisation(), read(definition, ARGUMENTS), ()))


def _told(fields: list[Any]) -> Faults:
    for language in LANGUAGES:
        for fault in fields:
            assert f"field.{fault.code}" in catalogue(language), fault.code
    return {(fault.pointer.removeprefix("/definition/"), fault.code) for fault in fields}


def with_transition(definition: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The definition with a transition before all others."""
    return definition | {"transitions": [fields, *definition["transitions"]]}


@pytest.mark.parametrize("name", sorted(examples()))
def test_every_example_is_sound(name: str) -> None:
    assert read(examples()[name], ARGUMENTS).id == name


@pytest.mark.parametrize("name", sorted(shipped()))
def test_what_ships_needs_nobody_who_is_not_there(name: str) -> None:
    assert faults_in(ORGANISATION, shipped()[name], ()) == []


def test_what_is_told_is_told_in_both_languages() -> None:
    definition = a_flow(
        steps__approval__title={"fa": "تأیید"},
        actions__ordered__title={"en": "Ordered", "de": "Bestellt"},
    )

    assert faults_of(definition) == {
        ("steps/approval/title", "language_missing"),
        ("actions/ordered/title", "language_missing"),
        ("actions/ordered/title", "language_unknown"),
    }


def test_an_action_of_ones_own_has_a_name_of_its_own_and_is_used() -> None:
    title = {"title": {"fa": "کار", "en": "Do"}}
    actions = a_flow()["actions"] | {"approve": title, "idle": title, "Ordered!": title}

    assert faults_of(a_flow(actions=actions)) == {
        ("actions/approve", "action_taken"),
        ("actions/idle", "action_unused"),
        ("actions/Ordered!", "malformed"),
    }


def test_a_join_that_can_never_hold_is_refused() -> None:
    definition = a_flow(
        steps__comparing__needs=3,
        steps__approval__approvals={"by": ["supervisor"], "needs": 2},
    )

    assert faults_of(definition) == {
        ("steps/comparing/needs", "needs_too_many"),
        ("steps/approval/approvals/needs", "needs_too_many"),
    }


def test_a_step_that_waits_for_others_needs_a_way_on_either_way() -> None:
    definition = a_flow()
    definition["transitions"] = [
        t
        | (
            {"when": {"===": [{"var": "ticket.kind"}, "request"]}}
            if t["action"] == "passed"
            else {}
        )
        for t in definition["transitions"]
        if (t["action"], t["from"]) != ("failed", ["approval"])
    ]

    assert faults_of(definition) == {
        ("steps/comparing", "no_way_passed"),
        ("steps/approval", "no_way_passed"),
        ("steps/approval", "no_way_failed"),
    }


def test_what_happens_by_itself_is_nobodys_deed_and_leads_somewhere() -> None:
    definition = with_transition(
        a_flow(),
        action="passed",
        **{"from": ["ordering"]},
        who=["staff"],
        form="f",
        guards=["is_out"],
    )
    definition = with_transition(
        definition, action="passed", **{"from": ["approval"]}, to="approval"
    )

    assert {code for at, code in faults_of(definition) if at.startswith("transitions")} == {
        "automatic",
        "required",
        "nothing_to_settle",
        "leads_nowhere",
    }


def test_tasks_and_approvals_stand_at_steps_of_their_own_and_never_at_an_end() -> None:
    approvals = {"by": ["supervisor"]}
    definition = a_flow(steps__comparing__approvals=approvals, steps__finished__approvals=approvals)

    assert faults_of(definition) >= {
        ("steps/comparing/approvals", "tasks_and_approvals"),
        ("steps/finished/kind", "check_at_end"),
    }


def test_an_own_action_leads_from_no_end_and_to_no_strange_one() -> None:
    definition = with_transition(
        a_flow(), action="ordered", **{"from": ["finished"]}, to="withdrawn", who=["staff"]
    )

    assert {
        ("transitions/0/to", "leads_to_wrong_kind"),
        ("transitions/0/from", "leaves_an_end"),
    } <= (faults_of(definition))


def test_conditions_ask_what_is_known() -> None:
    when = {"and": [{"var": "ticket.title"}, {"var": "answers.offers.amount"}, {"var": "me"}]}
    definition = with_transition(
        a_flow(),
        action="ordered",
        **{"from": ["ordering"]},
        to="receiving",
        who=["staff"],
        when=when,
    )
    assert faults_of(definition) == {("transitions/0/when", "logic_name_unknown")}

    when["and"].pop()
    assert faults_of(definition) == {
        ("transitions/0/when", "fact_unknown"),
        ("transitions/0/when", "answers_unknown"),
    }


def test_one_action_at_one_step_has_one_form() -> None:
    definition = with_transition(
        a_flow(),
        action="ordered",
        **{"from": ["ordering"]},
        to="receiving",
        who=["staff"],
        form="f",
    )

    assert {code for _at, code in faults_of(definition)} == {"form_ambiguous"}


def test_units_forms_and_people_must_be_there() -> None:
    definition = a_flow(
        steps__ordering__unit="moon",
        steps__comparing__tasks__legal__tier=7,
        steps__comparing__tasks__offers__form="offers",
        steps__approval__approvals={"by": ["role:expert", "unit:store/manager"]},
    )
    definition["transitions"][-1]["who"] = ["unit:moon"]

    assert faults_here(definition) == {
        ("steps/ordering/unit", "unit_unknown"),
        ("steps/comparing/tasks/legal/unit", "nobody_there"),
        ("forms", "form_unknown"),
        ("steps/approval/approvals/by/1", "resolves_to_nobody"),
        (f"transitions/{len(definition['transitions']) - 1}/who", "resolves_to_nobody"),
    }


def test_more_approvals_than_people_are_refused() -> None:
    seats = ["unit:finance", "role:supervisor", "person:chief"]

    assert faults_here(approval_of(seats, needs=2)) == set()
    assert faults_here(approval_of(seats, needs=3)) == {
        ("steps/asking/approvals/needs", "too_few_people")
    }


def test_the_example_of_the_api_is_sound() -> None:
    definition = {"id": "purchase", **WORKFLOW.answer["definition"]}

    assert read(definition, ARGUMENTS).id == "purchase"
    told = catalogue("en")
    assert all(f"field.{code}" in told for code in WORKFLOW.faults)
