"""What the workflow editor's forms change in a draft."""

import pytest

from chassis.errors import Invalid
from gateway.admin.editing import Edit, Fields
from gateway.admin.workflows.changing import applied, done

DRAFT = {
    "start": "new",
    "actions": {"ship": {"title": {"fa": "ارسال", "en": "Ship"}}},
    "steps": {
        "new": {"kind": "new"},
        "work": {"kind": "in_progress", "queue": True, "unit": "it"},
        "end": {"kind": "finished"},
    },
    "transitions": [
        {"action": "claim", "from": ["new"], "to": "work", "who": ["staff"]},
        {"action": "ship", "from": ["work"], "to": "end", "who": ["assignee"], "within": "P7D"},
        {"action": "note", "from": ["new", "work"], "who": ["ticket.work"]},
    ],
}


def edit(verb: str = "apply", about: str = "", opened: str = "", **typed: str | list[str]) -> Edit:
    pairs = [
        (name.replace("__", "."), each)
        for name, value in typed.items()
        for each in ([value] if isinstance(value, str) else value)
    ]
    return Edit(draft=DRAFT, opened=opened, verb=verb, about=about, fields=Fields(pairs), key="k")


def test_a_step_takes_what_was_typed_and_keeps_what_the_form_does_not_show():
    given = edit(
        opened="steps/work", name="work", kind="in_progress", title__fa="کار", unit="", tier="۲"
    )

    draft, _ = applied(DRAFT, given)

    assert draft["steps"]["work"] == {
        "kind": "in_progress",
        "queue": True,
        "title": {"fa": "کار"},
        "tier": 2,
    }


def test_a_step_called_otherwise_is_so_everywhere():
    draft, opened = applied(DRAFT, edit(opened="steps/new", name="asked", kind="new"))

    assert list(draft["steps"]) == ["asked", "work", "end"]
    assert (draft["start"], opened) == ("asked", "steps/asked")
    assert [way["from"] for way in draft["transitions"]] == [["asked"], ["work"], ["asked", "work"]]


@pytest.mark.parametrize("name", ["work", "No such", "a/b"])
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(Invalid):
        applied(DRAFT, edit(opened="steps/new", name=name, kind="new"))


def test_tasks_and_approvals_of_a_step_are_read():
    typed = {"tasks.0.title.fa": "بررسی", "tasks.0.unit": "legal", "tasks.1.unit": ""}
    given = Edit(
        draft=DRAFT,
        opened="steps/work",
        verb="apply",
        about="",
        fields=Fields({"kind": "in_progress", "seats": "supervisor, person:sara", **typed}.items()),
        key="k",
    )

    draft, _ = applied(DRAFT, given)

    assert draft["steps"]["work"]["tasks"] == {
        "task-1": {"title": {"fa": "بررسی"}, "unit": "legal"}
    }
    assert draft["steps"]["work"]["approvals"] == {"by": ["supervisor", "person:sara"]}


def test_a_transition_takes_what_was_typed():
    given = edit(
        opened="transitions/1",
        action="ship",
        action_title__fa="فرستادن",
        to="end",
        who=["assignee", "owner"],
        who_else="unit:store, role:manager",
        **{"from": ["work", "new"]},
        when__0__fact="ticket.priority",
        when__0__sign="<=",
        when__0__value="2",
    )

    draft, _ = applied(DRAFT, given)

    assert draft["transitions"][1] == {
        "action": "ship",
        "from": ["work", "new"],
        "to": "end",
        "who": ["assignee", "owner", "unit:store", "role:manager"],
        "within": "P7D",
        "when": {"<=": [{"var": "ticket.priority"}, 2]},
    }
    assert draft["actions"]["ship"]["title"] == {"fa": "فرستادن"}


def test_an_action_of_its_own_comes_with_its_title_and_goes_with_its_last_transition():
    given = edit(
        opened="transitions/0",
        action="*",
        own_action="take-up",
        action_title__en="Take up",
        **{"from": "new"},
    )

    draft, _ = applied(DRAFT, given)
    without, _ = done(DRAFT, edit("remove", "transitions/1"), "")

    assert draft["actions"]["take-up"] == {"title": {"en": "Take up"}}
    assert "actions" not in without


def test_a_step_goes_with_the_ways_that_only_it_had():
    draft, opened = done(DRAFT, edit("remove", "steps/work"), "steps/work")

    assert list(draft["steps"]) == ["new", "end"]
    assert draft["transitions"] == [{"action": "note", "from": ["new"], "who": ["ticket.work"]}]
    assert opened == ""


def test_what_is_added_is_open():
    with_step, step = done(DRAFT, edit("add-step"), "")
    with_way, way = done(DRAFT, edit("add-way", "work"), "")

    assert (step, with_step["steps"]["step-1"]["kind"]) == ("steps/step-1", "in_progress")
    assert (way, with_way["transitions"][3]["from"]) == ("transitions/3", ["work"])


def test_a_transition_moves_and_stops_at_the_edge():
    moved, opened = done(DRAFT, edit("down", "transitions/0"), "")
    still, at = done(DRAFT, edit("up", "transitions/0"), "")

    assert [way["action"] for way in moved["transitions"]] == ["ship", "claim", "note"]
    assert (opened, at, still) == ("transitions/1", "transitions/0", DRAFT)
