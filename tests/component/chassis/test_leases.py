"""Leases of two processes on a real database."""

import secrets

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandListener

from chassis import lease
from chassis.lease import Leases
from tests.component.waiting import eventually

SECONDS = 0.6


class Commands(CommandListener):
    """What the database is asked."""

    def __init__(self):
        self.names = []

    def started(self, event):
        self.names.append(event.command_name)

    def succeeded(self, event):
        pass

    failed = succeeded


@pytest.fixture
def commands():
    return Commands()


@pytest.fixture
def database(servers, commands):
    with MongoClient(servers.mongo_uri, event_listeners=[commands]) as client:
        name = f"leases_{secrets.token_hex(4)}"
        yield client[name]
        client.drop_database(name)


class Holder:
    """A process that wants leases."""

    def __init__(self, name, database, monkeypatch):
        self._name = name
        self._monkeypatch = monkeypatch
        self._leases = Leases(database, SECONDS)
        self._wanted = {}

    def wants(self, *names):
        """Give which of the leases it has after having asked for all."""
        self._monkeypatch.setattr(lease, "HOLDER", self._name)
        for name in names:
            self._wanted.setdefault(name, self._leases.lease(name))
        # The first to ask takes those of all others as well.
        return {name for name in names if self._wanted[name].acquire()}

    def has(self, name):
        """Tell whether it believes to have a lease."""
        return self._wanted[name].held()

    def gives_up(self, name):
        self._monkeypatch.setattr(lease, "HOLDER", self._name)
        self._wanted[name].release()


@pytest.fixture
def ann(database, monkeypatch):
    return Holder("ann", database, monkeypatch)


@pytest.fixture
def bob(database, monkeypatch):
    return Holder("bob", database, monkeypatch)


def test_one_has_a_lease_until_he_gives_it_up(ann, bob):
    assert ann.wants("relay", "due") == {"relay", "due"}
    assert bob.wants("relay", "due") == set()

    ann.gives_up("due")

    assert eventually(lambda: bob.wants("relay", "due")) == {"due"}
    assert ann.wants("relay") == {"relay"}


def test_all_leases_of_a_process_are_renewed_by_one_command(ann, commands):
    names = [f"walk:{number}" for number in range(6)]
    eventually(lambda: ann.wants(*names) == set(names))
    commands.names.clear()

    eventually(lambda: ann.wants(*names) and commands.names)

    assert commands.names == ["update"]


def test_who_stops_asking_for_a_lease_loses_it_although_he_renews_others(ann, bob):
    ann.wants("hangs", "runs")

    def taken():
        assert ann.wants("runs") == {"runs"}
        return bob.wants("hangs", "runs")

    assert eventually(taken) == {"hangs"}


def test_a_lease_is_not_believed_in_beyond_its_end(ann):
    ann.wants("relay")

    assert ann.has("relay")
    eventually(lambda: not ann.has("relay"))
