"""The job before an upgrade makes indexes and queues, so that no new process has to."""

import os
import secrets
import subprocess
import sys

import pytest
from pymongo import MongoClient

from chassis.bus.connection import connect
from chassis.bus.topology import pairs
from chassis.settings import SERVICES
from tests.component.processes import NOWHERE


@pytest.fixture
def environment(servers):
    """An empty corner of the servers."""
    prefix = f"test_{secrets.token_hex(4)}_"
    with servers.new_vhost() as amqp_uri, MongoClient(servers.mongo_uri) as mongo:
        yield {
            "AMQP_URI": amqp_uri,
            "MONGO_URI": servers.mongo_uri,
            "PEYGIR_CALL_KEYS": secrets.token_hex(32),
            "PEYGIR_DATABASE_PREFIX": prefix,
            "PEYGIR_PARTITIONS": "3",
        }
        for service in SERVICES:
            mongo.drop_database(prefix + service)


def prepare(environment, *services, seconds=100):
    return subprocess.run(
        [sys.executable, "-m", "chassis.prepare", *services],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ".", **environment},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def indexes(environment):
    """Everything that is there, by database and collection."""
    with MongoClient(environment["MONGO_URI"]) as mongo:
        return {
            (service, collection): set(database[collection].index_information())
            for service in SERVICES
            for database in [mongo[environment["PEYGIR_DATABASE_PREFIX"] + service]]
            for collection in database.list_collection_names()
        }


def test_stores_and_broker_are_ready_and_a_second_time_changes_nothing(environment):
    first = prepare(environment)

    assert first.returncode == 0, first.stderr
    made = indexes(environment)
    assert {service for service, _ in made} == set(SERVICES)
    assert len(made["intake", "journal"]) > 1
    with connect(environment["AMQP_URI"]) as connection:
        channel = connection.channel()
        for pair in pairs():
            for partition in range(3):
                channel.queue_declare(pair.queue(partition), passive=True)

    assert prepare(environment).returncode == 0
    assert indexes(environment) == made


def test_a_broker_that_is_away_is_waited_for(environment):
    with pytest.raises(subprocess.TimeoutExpired) as waited:
        prepare({**environment, "AMQP_URI": f"amqp://guest:guest@{NOWHERE}//"}, "sla", seconds=8)

    assert b"broker_away" in waited.value.stdout


def test_a_service_that_does_not_exist_is_not_prepared(environment):
    assert prepare(environment, "kitchen").returncode == 1
