"""The laws as a person runs them, the bugs that they find, and that every action is drawn."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from services.routing.actions import ARGUMENTS, read_arguments
from services.routing.domain import workflow
from services.routing.domain.ticket import Ticket
from tests.laws import drawing, organisations, rights, workflows
from tests.laws.stage import Stage
from tests.laws.telling import told
from tests.laws.walk import judge

#: How many steps decide whether a change lands, and how many seeds are walked to find a bug.
STEPS = 20_000
MOST_SEEDS = 300
#: Actions that no transition needs to name: tasks and approvals bring them.
_IMPLIED = {"take-task", "give-task", "finish-task", "refuse-task", "refuse"}
#: What tasks, approvals and what goes on beside the way bring with them.
OF_PARTS = {"task_holder", "task_team", "task_head", "approver", "asked", "reader"}
CODE, OTHER = "000000000001", "000000000002"

#: What each planted bug is noticed by.
BUGS = {
    "capacity-ignored": "and a capacity of",
    "token-dropped": "are out",
    "first-token-back": "came back, out were",
    "owner-lost": "owner is None",
    "anybody-answers": "is offered",
    "answer-with-done": "answered, and is not the owner",
    "doer-approves": "is offered",
    "out-and-done": "is offered",
    "taken-from-a-colleague": "is offered",
    "every-unit-is-mine": "is offered|who may not see",
    "reopened-for-ever": "is offered|had no right to|led from",
    "anybody-behalf": "acted for",
    "given-out-of-reach": "which he may not reach",
    "place-kept": "which he has not",
    "back-without-a-place": "is offered|without a place",
    "importer-for-a-day": "is offered",
    "last-holder-told": "two assignees",
    "end-keeps-tokens": "are out",
    "hours-not-added": "touch_seconds",
    "fold-with-a-memory": "is not the fold",
    "names-leaked": "the requester is told",
    "timeline-with-a-gap": "its timeline ends",
    "doer-consents": "is offered|his own deed",
    "task-of-another-team": "is offered|another's queue|who may not see",
    "done-and-back": "without a place|and a capacity of",
    "handed-over-twice": "two have the work outside",
}


def walk(*options, hashes):
    """Run the command line; gives its exit status and what it printed but for the time it took."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.laws", *options]
    environment = os.environ | {"PYTHONHASHSEED": hashes}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=590, env=environment
    )
    return done.returncode, (done.stdout + done.stderr).rpartition(",")[0]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_law_is_broken_in_twenty_thousand_steps():
    taken, accepted = 0, Counter()
    for seed in itertools.count(1):
        verdict = judge(seed)
        assert verdict.fault is None, "\n".join(told(verdict))
        taken, accepted = taken + verdict.steps, accepted + verdict.accepted
        if taken >= STEPS:
            break

    print(f"{taken} steps, {accepted.total()} acts accepted")
    assert not ARGUMENTS.keys() - accepted.keys(), "never accepted: see steps.act_on"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug):
    verdicts = (judge(seed, bug, shorten=False) for seed in range(1, MOST_SEEDS))
    fault = next((verdict.fault for verdict in verdicts if verdict.fault), "nothing")

    assert re.search(BUGS[bug], fault), fault


def test_a_seed_tells_the_same_every_time():
    """Whatever the order of the sets of a process."""
    status, first = walk("--first", "50", "--steps", "1500", hashes="0")
    _status, second = walk("--first", "50", "--steps", "1500", hashes="1")

    assert status == 0
    assert first == second


def test_what_breaks_a_law_is_cut_short():
    verdicts = (judge(seed, "first-token-back") for seed in itertools.count(1))
    broken = next(verdict for verdict in verdicts if verdict.fault)

    assert len(broken.story) < 7
    assert "\n".join(told(broken)).endswith(f"seed {broken.seed}: {broken.fault}")


@pytest.mark.parametrize("action", sorted(ARGUMENTS))
def test_every_action_can_be_drawn(action):
    """Where it fails, `drawing.NAMED` needs a line for one of the action's arguments."""
    chance = Random(1)
    stage = Stage(organisations.drawn(chance))
    stage.tickets |= dict.fromkeys((CODE, OTHER), Ticket())
    scene = drawing.Scene(chance, stage, CODE)

    for _time in range(20):
        assert read_arguments(action, drawing.arguments(action, scene)) is not None


def test_the_oracle_knows_every_relation_and_guard():
    assert set(rights.RELATIONS) - OF_PARTS == workflow.RELATIONS
    assert set(rights.GUARDS) == workflow.GUARDS


def test_workflows_of_many_shapes_are_walked():
    chance = Random(1)
    shapes = [workflows.drawn(chance, "flow") for _number in range(100)]

    assert all(workflows.is_accepted(shape) for shape in shapes)
    assert len({len(shape["steps"]) for shape in shapes}) > 5
    used = {way["action"] for shape in shapes for way in shape["transitions"]}
    assert used >= set(ARGUMENTS) - _IMPLIED | {"passed", "failed"}
