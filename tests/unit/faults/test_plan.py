"""A seed decides everything about a run: its faults, their times, and what is asked meanwhile."""

import itertools
import random
from collections import Counter

from tests.faults import plan
from tests.faults.cases.storm import _FAULTS
from tests.faults.commands import effect_of, requests
from tests.faults.injection import _BEGIN, _END


def a_storm(seed):
    return plan.at_random(random.Random(seed), _FAULTS, count=40, until=160)


def test_the_same_seed_gives_the_same_faults_at_the_same_times():
    assert a_storm(7) == a_storm(7)


def test_another_seed_gives_other_faults():
    assert a_storm(7) != a_storm(8)


def test_faults_spread_over_the_time_and_every_kind_gets_its_turn():
    storm = a_storm(1)

    times = [fault.at for fault in storm]
    counts = Counter((fault.kind, fault.target) for fault in storm)
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 160
    assert len(counts) == min(len(set(_FAULTS)), 40)


def test_in_turn_everybody_is_struck_once_before_anybody_is_struck_again():
    faults = plan.in_turn(random.Random(3), "kill", ["a", "b", "c"], every=2, until=12)

    targets = [fault.target for fault in faults]
    assert [fault.at for fault in faults] == [2, 4, 6, 8, 10, 12]
    assert set(targets[:3]) == set(targets[3:]) == {"a", "b", "c"}


def test_every_kind_of_fault_can_be_carried_out_and_what_lasts_ends():
    lasting = {kind for kind, _target, seconds in _FAULTS if seconds}

    assert set(_BEGIN) == set(plan.KINDS)
    assert lasting <= set(_END)


def test_the_same_seed_brings_the_same_requests():
    def first(seed):
        maker = requests(seed, followed=0.3)
        return [maker.next() for _ in range(50)]

    assert first(5) == first(5)
    assert first(5) != first(6)


def test_every_command_has_a_key_and_an_effect_of_its_own():
    maker = requests(1, followed=0.5)
    made = [maker.next() for _ in range(50)]
    commands = [
        command
        for number, request in enumerate(made)
        for command in (request.registering(), *request.following(f"{number:012d}"))
    ]

    keys, effects = itertools.tee((command.key, command.effect) for command in commands)
    assert len({key for key, _ in keys}) == len(commands)
    assert len({effect for _, effect in effects}) == len(commands)


def test_an_effect_is_found_in_the_event_that_tells_of_it():
    request = requests(1, followed=1.0).next()
    done = request.following("482913047716")[-1]
    event = {
        "type": "ir.peygir.ticket.done.v1",
        "subject": "482913047716",
        "actor": "person:expert",
        "data": {"state": "done", "step": "done", "by": "expert", "result": "solved"},
    }

    assert effect_of(event) == done.effect
    assert effect_of(event | {"actor": "system:routing"}) is None
