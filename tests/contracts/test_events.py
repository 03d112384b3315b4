"""Loops over all registered events: one that somebody adds is tested without a line here."""

import json
from typing import Literal

import msgspec
import pytest

from contracts.asyncapi import broken
from contracts.envelope import (
    EVENTS,
    CloudEvent,
    Event,
    UnreadableEvent,
    decode,
    decode_batch,
    encode,
    encode_batch,
    wire_type,
)
from contracts.schema import EXAMPLES, FOLDER, breaks, example_of, schema_of, stored_file, written

WRITE = "run `.venv/bin/python -m contracts.asyncapi` and check in what it writes"

every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS.keys())


def with_data(event: type[Event], change) -> bytes:
    """The event's example after a change to its data."""
    cloud_event = decode(example_of(event))
    data = json.loads(bytes(cloud_event.data))
    change(data)
    return encode(msgspec.structs.replace(cloud_event, data=msgspec.Raw(json.dumps(data).encode())))


def required_fields(event: type[Event]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(event) if field.required]


@every_event
def test_an_event_has_an_example(event):
    file = EXAMPLES / f"{event.type}.json"

    assert file.exists(), f"write a complete CloudEvent as it travels into {file}"


def test_no_example_and_no_schema_is_left_over():
    assert {file.stem for file in EXAMPLES.glob("*.json")} <= set(EVENTS)
    assert {file.stem for file in FOLDER.glob("*.json")} <= set(EVENTS)


@every_event
def test_an_example_is_read_as_its_event(event):
    cloud_event = decode(example_of(event))

    assert isinstance(cloud_event.payload(), event)
    assert cloud_event.type == wire_type(event.type)
    assert cloud_event.service == event.service
    assert cloud_event.id == f"{cloud_event.subject}.{cloud_event.sequence}"
    assert cloud_event.time.utcoffset() is not None


@every_event
def test_an_example_is_written_again_as_it_was(event):
    example = example_of(event)
    cloud_event = decode(example)

    again = msgspec.structs.replace(
        cloud_event, data=msgspec.Raw(msgspec.json.encode(cloud_event.payload()))
    )

    assert json.loads(encode(again)) == json.loads(example)


@every_event
def test_unknown_fields_are_ignored(event):
    body = with_data(event, lambda data: data.update(added_later={"deep": [1]}))
    foreign = msgspec.json.encode({**json.loads(body), "partitionkey": "x"})

    assert decode(foreign).payload() == decode(example_of(event)).payload()


@every_event
def test_a_missing_field_makes_the_event_unreadable(event):
    for field in required_fields(event):
        body = with_data(event, lambda data, field=field: data.pop(field))

        with pytest.raises(UnreadableEvent, match=field):
            decode(body).payload()


@every_event
def test_a_stored_schema_is_current(event):
    file = stored_file(event)

    assert file.exists(), WRITE
    assert file.read_text() == written(schema_of(event)), WRITE


def test_no_change_breaks_the_readers_of_an_event():
    assert not broken()


class Notice(msgspec.Struct):
    role: str


class Before(Event):
    clock: str
    notices: list[Notice]
    note: str | None = None


def now(**fields) -> dict:
    definitions = [
        (name, *kind) if isinstance(kind, tuple) else (name, kind)
        for name, kind in ({"clock": str, "notices": list[Notice]} | fields).items()
        if kind is not None
    ]
    return schema_of(msgspec.defstruct("After", definitions, bases=(Event,), kw_only=True))


NOTE = (str | None, None)


def test_a_new_field_with_a_default_breaks_nobody():
    assert breaks(schema_of(Before), now(note=NOTE, mark=(int, 100))) == []


def test_a_new_value_of_an_enumeration_breaks_nobody_and_a_lost_one_does():
    fewer, more = now(note=NOTE, side=Literal["left"]), now(note=NOTE, side=Literal["left", "up"])

    assert breaks(fewer, more) == []
    assert any("the field side was" in sentence for sentence in breaks(more, fewer))


def test_so_it_is_where_an_enumeration_is_one_of_several_kinds():
    fewer, more = (
        now(note=NOTE, side=tuple[Literal["left"], ...] | Literal["none"]),
        now(note=NOTE, side=tuple[Literal["left"], ...] | Literal["none", "all"]),
    )

    assert breaks(fewer, more) == []
    assert breaks(more, fewer)


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (now(), "the field note is gone"),
        (now(note=NOTE, mark=int), "the new field mark has no default"),
        (now(note=str), "the field note is required now"),
        (now(note=NOTE, clock=int), 'the field clock was {"type": "string"}'),
        (now(note=NOTE, notices=list[str]), "the field notices.role is gone"),
    ],
)
def test_a_change_that_breaks_readers_is_named(after, fault):
    found = breaks(schema_of(Before), after)

    assert any(fault in sentence for sentence in found), found


def test_the_way_out_of_a_breaking_change_is_named(monkeypatch, tmp_path):
    event = EVENTS["sla.breached"]
    stored = schema_of(event)
    stored["properties"]["severity"] = {"type": "integer"}
    (tmp_path / "sla.breached.json").write_text(written(stored))
    monkeypatch.setattr("contracts.schema.FOLDER", tmp_path)

    assert broken() == {
        "sla.breached": [
            "the field severity is gone",
            "leave SlaBreached as it was and add SlaBreachedV2 beside it",
        ]
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"id": 1}',
        b"\xff\xfe",
        json.dumps({"sequence": int("9" * 4000)}).encode(),
    ],
    ids=["empty", "no fields", "deep", "wrong type", "no text", "long number"],
)
def test_what_is_no_event_is_unreadable(body):
    with pytest.raises(UnreadableEvent):
        decode(body)


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"sequence": 0},
        {"subject": ""},
        {"type": "com.example.ticket.registered.v1"},
    ],
)
def test_an_envelope_of_another_kind_is_unreadable(change):
    example = json.loads(example_of(EVENTS["ticket.registered"]))

    with pytest.raises(UnreadableEvent):
        decode(json.dumps(example | change).encode())


def test_many_events_travel_in_one_message_in_their_order():
    examples = [example_of(event) for event in EVENTS.values()]

    found = decode_batch(encode_batch(examples))

    assert found == [decode(example) for example in examples]


def test_one_foreign_event_makes_the_message_unreadable():
    example = example_of(EVENTS["ticket.registered"])
    foreign = example.replace(b"ir.peygir.", b"com.example.")

    with pytest.raises(UnreadableEvent):
        decode_batch(encode_batch([example, foreign]))


def test_a_second_version_travels_under_its_own_type():
    assert wire_type("ticket.registered") == "ir.peygir.ticket.registered.v1"
    assert wire_type("ticket.registered.v2") == "ir.peygir.ticket.registered.v2"
    assert CloudEvent.__struct_config__.forbid_unknown_fields is False
