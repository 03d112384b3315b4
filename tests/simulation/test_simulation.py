"""The simulation as a person runs it: in a process of its own, where time and chance are ours."""

import re
import subprocess
import sys

import pytest

#: What each planted bug is noticed by.
BUGS = {
    "dropped-dedupe": r"has the same cause|applies .* after",
    "acknowledged-before-commit": r"acknowledged|does not follow|never comes to rest|logs",
    "lost-owner": r"lost the owner",
    "double-alarm": r"sounds .* twice|is not the fold|owes the notice .* twice",
    "missed-gap": r"has never decided on|are not the fold",
    "numbered-twice": r"numbers .* twice",
    "deaf-ladder": r"goes on with the ladder",
}


def simulate(*options):
    """Run the command line; gives its exit status and what it printed."""
    command = [sys.executable, "-m", "tests.simulation", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=590)
    return done.returncode, done.stdout or done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_nothing_goes_wrong_under_three_hundred_seeds():
    status, said = simulate("--seeds", "300")

    assert (status, "300 seeds, 0 broken" in said) == (0, True), said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found(bug):
    status, said = simulate("--seeds", "1000", "--bug", bug, "--jobs", "1")

    assert status == 0, said
    assert re.search(f"^seed [0-9]+: .*({BUGS[bug]})", said), said


def test_a_seed_tells_the_same_story_every_time():
    first, second = (simulate("--seed", "11", "--trace") for _time in range(2))

    assert first == second
    assert first[1].count("\n") > 100


def test_a_run_does_not_depend_on_the_runs_before_it():
    _status, alone = simulate("--seed", "11", "--digest")
    _status, among_others = simulate("--first", "3", "--seeds", "9", "--jobs", "1", "--digest")

    assert alone.splitlines()[0] in among_others.splitlines()
