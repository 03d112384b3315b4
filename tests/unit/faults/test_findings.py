"""The suite's own eyes: what is lost, doubled or made up must not escape them."""

import pytest

from tests.faults import audit
from tests.faults.commands import requests
from tests.faults.event_log import CONSEQUENCES, EventLog
from tests.faults.ledger import Ledger


class FakeApi:
    """A system that tells what it is given to tell."""

    def __init__(self):
        self.events = []
        self.items = []

    def get(self, path):
        if path.startswith("/events"):
            told, self.events = self.events, []
            return {"events": told, "next": "x", "end": True, "unavailable": []}
        if path.startswith("/tickets"):
            return {"items": self.items, "next": None}
        return {"stuck": {"sla": []}}


class Story:
    """One ticket as ledger and system have it."""

    def __init__(self, folder):
        self.api = FakeApi()
        self.ledger = Ledger(folder / "ledger")
        self.command = requests(1, followed=0.0).next().registering()
        self.code = "482913047716"
        self._told = {"intake": 0, "routing": 0, "sla": 0}

    def acknowledge(self):
        self.ledger.attempt(self.command)
        self.ledger.acknowledge(self.command, self.code, 0.1)

    def tell(self, source, name, **data):
        self._told[source] += 1
        number = self._told[source]
        self.api.events.append(
            {
                "source": f"/peygir/{source}",
                "type": f"ir.peygir.{name}.v1",
                "subject": self.code,
                "id": f"{self.code}.{number}",
                "sequence": number,
                "position": number,
                "actor": "person:desk",
                "time": "2026-01-01T00:00:00+00:00",
                "data": data,
            }
        )

    def register(self):
        self.tell("intake", "ticket.registered", content={"sha256": self.command.effect[18:]})

    def follow(self):
        for name in CONSEQUENCES:
            name_, _, clock = name.partition(":")
            self.tell(name_.partition(".")[0].replace("ticket", "routing"), name_, clock=clock)
        self.api.items.append({"code": self.code, "state": "new"})

    def compare(self):
        return audit.compare(self.api, EventLog(self.api), self.ledger)


@pytest.fixture
def story(tmp_path):
    story = Story(tmp_path)
    yield story
    story.ledger.close()


def test_a_ticket_that_is_where_it_should_be_raises_nothing(story):
    story.acknowledge()
    story.register()
    story.follow()

    found = story.compare()

    assert found.accepted == 1
    assert not found.lost
    assert not found.doubled
    assert not found.phantom
    assert not found.wrong_state
    assert not found.disordered


def test_an_acknowledged_command_without_its_event_is_lost(story):
    story.acknowledge()

    assert story.compare().lost == {story.command.key}


def test_a_ticket_whose_clocks_did_not_start_is_lost(story):
    story.acknowledge()
    story.register()

    assert story.compare().lost == {story.command.key}


def test_a_ticket_that_people_cannot_see_in_their_list_is_lost(story):
    story.acknowledge()
    story.register()
    story.follow()
    story.api.items.clear()

    assert story.compare().lost == {story.command.key}


def test_a_command_with_two_events_is_doubled(story):
    story.acknowledge()
    story.register()
    story.follow()
    story.register()

    assert story.command.effect in story.compare().doubled


def test_a_clock_that_started_twice_is_doubled(story):
    story.acknowledge()
    story.register()
    story.follow()
    story.tell("sla", "sla.started", clock="resolution")

    assert f"{story.code}:sla.started:resolution" in story.compare().doubled


def test_another_code_for_the_same_key_is_doubled(story):
    story.acknowledge()
    story.ledger.acknowledge(story.command, "111111111111", 0.1)
    story.register()
    story.follow()

    assert story.command.key in story.compare().doubled


def test_an_event_that_nobody_asked_for_is_a_phantom(story):
    story.register()
    story.follow()

    assert story.compare().phantom == {story.command.effect}


def test_a_landed_command_whose_answer_was_lost_is_none(story):
    story.ledger.attempt(story.command)
    story.register()
    story.follow()

    assert not story.compare().phantom


def test_a_list_that_says_another_state_than_the_log_is_noticed(story):
    story.acknowledge()
    story.register()
    story.follow()
    story.tell("routing", "ticket.done", state="done")

    assert story.compare().wrong_state == {story.code}


def test_a_missing_position_is_noticed(story):
    story.acknowledge()
    story.register()
    story._told["sla"] += 1
    story.follow()

    assert story.compare().disordered
