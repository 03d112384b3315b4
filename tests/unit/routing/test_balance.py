"""Who gets the next ticket, by each strategy: bounds that hold whatever comes and goes."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.domain.balance import Burden, Job, choose, has_room
from services.routing.domain.organisation import Person
from tests.unit.routing.world import a_person

STRATEGIES = ("least_loaded", "round_robin", "sticky", "best_skill")

teams = st.integers(2, 8)
weights = st.lists(st.integers(1, 7), max_size=120)


def a_team(size: int, capacity: int = 1000) -> list[Person]:
    return [a_person(f"p{number}", "it", capacity=capacity) for number in range(size)]


def give(people: list[Person], job: Job, burdens: dict[str, Burden]) -> str | None:
    """Choose, and take the place as `places` does."""
    person = choose(people, job, burdens)
    if person is None:
        return None
    before = burdens.get(person.id, Burden())
    last = max((burden.turn for burden in burdens.values()), default=0)
    burdens[person.id] = Burden(before.points + person.points(job.weight), last + 1)
    return person.id


@given(size=teams, tickets=weights)
def test_least_loaded_keeps_loads_within_one_weight_of_each_other(
    size: int, tickets: list[int]
) -> None:
    people, burdens = a_team(size), {}
    for weight in tickets:
        give(people, Job(weight=weight), burdens)

        points = [burdens.get(person.id, Burden()).points for person in people]
        assert max(points) - min(points) <= max(tickets)


@given(size=teams, count=st.integers(0, 100))
def test_round_robin_gives_everybody_as_many_but_for_one(size: int, count: int) -> None:
    people, burdens = a_team(size), {}
    given_to = [give(people, Job(strategy="round_robin"), burdens) for _ in range(count)]

    counts = [given_to.count(person.id) for person in people]
    assert max(counts) - min(counts) <= 1


@given(data=st.data(), strategy=st.sampled_from(STRATEGIES), tickets=weights)
def test_nobody_gets_more_than_his_capacity(
    data: st.DataObject, strategy: str, tickets: list[int]
) -> None:
    capacities = data.draw(st.lists(st.integers(1, 10), min_size=1, max_size=5))
    people = [a_person(f"p{n}", "it", capacity=most) for n, most in enumerate(capacities)]
    burdens: dict[str, Burden] = {}
    for weight in tickets:
        job = Job(weight=weight, strategy=strategy, last_agent="p0", skill="x")
        room = [person for person in people if has_room(person, job, burdens)]
        assert (give(people, job, burdens) is None) == (not room)

        for person in people:
            assert burdens.get(person.id, Burden()).points <= person.capacity


def test_what_is_heavier_than_all_of_a_capacity_fills_it() -> None:
    people, burdens = a_team(1, capacity=3), {}

    assert give(people, Job(weight=5), burdens) == "p0"
    assert burdens["p0"].points == 3
    assert give(people, Job(weight=1), burdens) is None


def test_a_requester_stays_with_his_agent_while_there_is_room() -> None:
    people = a_team(2, capacity=2)
    job = Job(strategy="sticky", last_agent="p1")

    assert choose(people, job, {"p1": Burden(1)}) == people[1]
    assert choose(people, job, {"p1": Burden(2)}) == people[0]


def test_the_best_at_it_comes_first_then_who_speaks_the_language_then_the_least_loaded() -> None:
    skill, job = frozenset({"vpn"}), Job(strategy="best_skill", skill="vpn", language="ar")
    novice = a_person("novice", "it", skills=skill, languages=frozenset({"ar"}))
    expert = a_person("expert", "it", skills=skill, skill_levels={"vpn": 3})
    speaker = msgspec.structs.replace(expert, id="speaker", languages=frozenset({"ar"}))

    assert choose([novice, expert], job, {}) == expert
    assert choose([novice, expert, speaker], job, {"speaker": Burden(5)}) == speaker
    assert choose([novice, expert], job, {"expert": Burden(20)}) == novice


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nobody_is_chosen_of_nobody(strategy: str) -> None:
    assert choose([], Job(strategy=strategy), {}) is None
