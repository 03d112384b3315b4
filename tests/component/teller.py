"""Stands for a service that records events: `python -m tests.component.teller intake`.

What it is told by the command `tell` goes through the real journal, relay and broker.
"""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
import sys
from datetime import datetime
from typing import Any

import msgspec

from chassis import logging
from chassis.calls.call import Call
from chassis.calls.entrypoints import command
from chassis.decisions import Context, Evolution
from chassis.journal import Aggregates
from contracts.calls.base import Request
from contracts.envelope import Event, event_class


class Told(msgspec.Struct, frozen=True):
    """A stream without a state."""


class Tell(Request, frozen=True):
    """Command `tell`: record these events of a stream."""

    stream: str
    at: datetime
    events: list[dict[str, Any]]


def recorded(_state: Told, message: Tell, _context: Context, _reference: Any) -> list[Event]:
    return [
        msgspec.convert(item["data"], event_class(item["type"]), strict=False)
        for item in message.events
    ]


def teller(service: str) -> type:
    """Make the service class of that name."""

    class Teller:
        name = service

        streams = Aggregates(Evolution(Told), collection="streams")

        @command
        def tell(self, request: Tell, call: Call) -> None:
            call.at = request.at
            self.streams.execute(request.stream, recorded, request, call)

    return Teller


if __name__ == "__main__":
    logging.configure(sys.argv[1], "INFO")
    os._exit(runner.Runner(teller(sys.argv[1])).run())
