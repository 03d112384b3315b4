import json
from pathlib import Path

import jsonschema_rs
import pytest

from chassis.bus import topology
from contracts import asyncapi
from contracts.envelope import EVENTS
from contracts.schema import example_of, written

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture(scope="module")
def document():
    return asyncapi.document()


def test_the_checked_in_document_is_current(document):
    assert asyncapi.FILE.read_text() == written(document), (
        "run `.venv/bin/python -m contracts.asyncapi` and check in what it writes"
    )


def test_the_document_is_valid_asyncapi(document):
    standard = json.loads((SCHEMAS / "asyncapi-3.0.0.json").read_text())

    faults = list(jsonschema_rs.validator_for(standard).iter_errors(document))

    assert not faults


def test_the_standard_bites(document):
    standard = json.loads((SCHEMAS / "asyncapi-3.0.0.json").read_text())
    wrong = document | {"channels": {"ticket.registered": {"messages": []}}}

    assert not jsonschema_rs.is_valid(standard, wrong)


def test_every_event_has_a_channel_on_the_public_exchange(document):
    assert set(document["channels"]) == set(EVENTS)
    for name, channel in document["channels"].items():
        assert channel["address"] == name
        assert channel["bindings"]["amqp"]["exchange"]["name"] == topology.PUBLIC_EXCHANGE


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())
def test_an_example_fits_the_schema_of_its_message(document, event):
    message = document["components"]["messages"][event.type]
    schema = {**message["payload"], "components": document["components"]}
    example = json.loads(example_of(event))

    jsonschema_rs.validate(schema, example)

    del example["data"]
    assert not jsonschema_rs.is_valid(schema, example)


def test_every_message_says_in_words_what_happened(document):
    assert all(message["summary"] for message in document["components"]["messages"].values())
