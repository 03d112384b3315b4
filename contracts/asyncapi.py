"""The AsyncAPI document: what other systems can hear, on which exchange and under which key.

`python -m contracts.asyncapi` writes `docs/asyncapi.json` and the stored schemas from the event
classes and their examples; a test compares. It refuses to store a change that would break readers.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from contracts.envelope import CLOUD_EVENT_TYPE, EVENTS, CloudEvent, Event, wire_type
from contracts.schema import (
    Schema,
    breaks,
    components,
    example_of,
    schema_of,
    stored_file,
    written,
)

FILE = Path(__file__).parent.parent / "docs" / "asyncapi.json"
PUBLIC_EXCHANGE = "peygir.events"
_VERSION = "1.0.0"
_DESCRIPTION = (
    "Every event of Peygir, as CloudEvents 1.0 in structured JSON. Where the installation has "
    "`PEYGIR_PUBLIC_EVENTS=true`, bind a queue of your own to the topic exchange "
    f"`{PUBLIC_EXCHANGE}` with a pattern such as `ticket.#` or `sla.breached`. "
    "An event may come more than once, always with the same `id`; `sequence` counts the events of "
    "one source and one subject without gaps. Whoever missed some reads them again from "
    "`GET /api/v1/events`. Fields may be added at any time: ignore what you do not know. Names, "
    "contacts and texts are never in an event; ids and hashes point at them."
)


def document() -> dict[str, Any]:
    """Give the whole document."""
    events = [EVENTS[name] for name in sorted(EVENTS)]
    _references, schemas = components([_envelope(), *events], "#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Peygir events", "version": _VERSION, "description": _DESCRIPTION},
        "defaultContentType": CLOUD_EVENT_TYPE,
        "channels": {event.type: _channel(event) for event in events},
        "operations": {f"send.{event.type}": _operation(event) for event in events},
        "components": {
            "schemas": schemas,
            "messages": {event.type: _message(event) for event in events},
        },
    }


def broken() -> dict[str, list[str]]:
    """Give, by event, what readers of its stored schema would stumble over, and the way out."""
    faults = {}
    for name, event in EVENTS.items():
        file = stored_file(event)
        found = breaks(json.loads(file.read_text()), schema_of(event)) if file.exists() else []
        if found:
            way_out = f"leave {event.__name__} as it was and add {_next_version(event)} beside it"
            faults[name] = [*found, way_out]
    return faults


def write() -> None:
    """Write the document and the stored schemas."""
    for event in EVENTS.values():
        stored_file(event).write_text(written(schema_of(event)))
    FILE.write_text(written(document()))


def _envelope() -> type[Any]:
    """Give the envelope without its data, which every message has a schema of its own for."""
    fields = [
        (field.name, field.type, field.default)
        if field.default is not msgspec.NODEFAULT
        else (field.name, field.type)
        for field in msgspec.structs.fields(CloudEvent)
        if field.name != "data"
    ]
    name, doc = CloudEvent.__name__, {"__doc__": CloudEvent.__doc__}
    return msgspec.defstruct(
        name, fields, kw_only=True, namespace=doc, module=CloudEvent.__module__
    )


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": event.type,
        "messages": {event.type: {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": PUBLIC_EXCHANGE,
                    "type": "topic",
                    "durable": True,
                    "autoDelete": False,
                },
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{event.type}"},
        "summary": f"The service {event.service} tells: {_summary(event)}",
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": wire_type(event.type),
        "title": event.__name__,
        "summary": _summary(event),
        "contentType": CLOUD_EVENT_TYPE,
        "payload": _payload(event),
        "examples": [{"payload": json.loads(example_of(event))}],
    }


def _payload(event: type[Event]) -> Schema:
    return {
        "allOf": [
            {"$ref": "#/components/schemas/CloudEvent"},
            {
                "type": "object",
                "properties": {
                    "type": {"const": wire_type(event.type)},
                    "source": {"const": f"/peygir/{event.service}"},
                    "data": {"$ref": f"#/components/schemas/{event.__name__}"},
                },
                "required": ["data"],
            },
        ]
    }


def _summary(event: type[Event]) -> str:
    return " ".join(inspect.getdoc(event).split())  # type: ignore[union-attr]


def _next_version(event: type[Event]) -> str:
    bare = event.__name__.removesuffix(f"V{event.version}")
    return f"{bare}V{event.version + 1}"


def main() -> None:
    """Write everything, or say what would break whom."""
    faults = broken()
    if faults:
        lines = [f"{name}: {'; '.join(found)}" for name, found in faults.items()]
        sys.exit("\n".join(lines))
    write()


if __name__ == "__main__":
    main()
