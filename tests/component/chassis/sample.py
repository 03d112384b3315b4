"""Small services on the real chassis: `python -m tests.component.chassis.sample intake`.

`intake` and `routing` record events that they are told to record, and `sla` handles them. What
a handler shall do rides in a text field of the event: `ok`, `raise`, `fail:2`, `hang`, `refuse`,
`slow:0.5`, ... (see `_ACTS`).
"""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import eventlet
import msgspec

from chassis import logging
from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.client import ServiceClient
from chassis.calls.entrypoints import command, query
from chassis.decisions import Context, Due, Evolution
from chassis.errors import Conflict
from chassis.journal import Aggregates
from chassis.lease import Lease
from chassis.metrics import metric
from chassis.runtime import Mongo
from chassis.timers import background, due, every
from contracts.calls.base import Request
from contracts.envelope import ContentRef, Event
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import TicketOwned
from contracts.sla import SlaCancelled, SlaPaused

_TEXT = ContentRef("1", "0" * 64)


# -- the emitters ----------------------------------------------------------------------------------


class Told(msgspec.Struct, frozen=True):
    """What was told about a stream, in order."""

    acts: tuple[str, ...] = ()


TOLD = Evolution(Told)


@TOLD.on(TicketRegistered, TicketMessageReceived)
def _channel(state: Told, event: Any, _at: datetime) -> Told:
    return Told((*state.acts, event.channel))


@TOLD.on(TicketOwned)
def _owner(state: Told, event: TicketOwned, _at: datetime) -> Told:
    return Told((*state.acts, event.owner))


class Tell(Request, frozen=True):
    """Command `tell`: record one event per act in a stream, all in one commit."""

    stream: str
    acts: list[str]
    #: Refuse unless this many were told before.
    after: int | None = None


class TellMany(Request, frozen=True):
    """Command `tell_many`: record one event in each of many streams."""

    streams: list[str]
    act: str = "ok"


class Stream(Request, frozen=True):
    """A query for one stream."""

    stream: str


class Echo(Request, frozen=True):
    """Query `echo`: answer what was asked."""

    value: Any
    seconds: float = 0.0
    fault: str | None = None


def tell_intake(state: Told, request: Tell, _context: Context, _reference: Any) -> list[Event]:
    _require(state, request)
    return [
        TicketMessageReceived(message=_TEXT, channel=act)
        if state.acts or number
        else TicketRegistered(
            subject="sample",
            kind="request",
            channel=act,
            requester="r",
            segment="public",
            language="fa",
            content=_TEXT,
        )
        for number, act in enumerate(request.acts)
    ]


def tell_routing(state: Told, request: Tell, _context: Context, _reference: Any) -> list[Event]:
    _require(state, request)
    return [TicketOwned(owner=act, unit="sample") for act in request.acts]


def _require(state: Told, request: Tell) -> None:
    if request.after is not None and request.after != len(state.acts):
        raise Conflict("not_as_expected", told=len(state.acts))


def emitter(service: str) -> type:
    """Make the service class of an emitter."""
    decide = {"intake": tell_intake, "routing": tell_routing}[service]

    class Emitter:
        name = service

        streams = Aggregates(TOLD, collection="streams")

        @command
        def tell(self, request: Tell, call: Call) -> dict[str, Any]:
            outcome = self.streams.execute(request.stream, decide, request, call)
            return {"version": outcome.version, "told": len(outcome.state.acts)}

        @command
        def tell_many(self, request: TellMany, call: Call) -> None:
            pool = eventlet.GreenPool(50)
            for stream in request.streams:
                one = Tell(stream=stream, acts=[request.act])
                pool.spawn_n(self.streams.execute, stream, decide, one, call)
            pool.waitall()

        @query
        def told(self, request: Stream, _call: Call) -> Told:
            return self.streams.state(request.stream) or Told()

        @query
        def echo(self, request: Echo, _call: Call) -> Any:
            eventlet.sleep(request.seconds)
            _fail(request.fault)
            return request.value

    return Emitter


def _fail(fault: str | None) -> None:
    if fault == "error":
        raise RuntimeError("mongodb://user:SECRET@host")
    if fault == "timeout":
        raise eventlet.Timeout
    if fault == "hang":
        eventlet.sleep(3600)


# -- the consumer ----------------------------------------------------------------------------------


class Clocks(msgspec.Struct, frozen=True):
    """What was applied, in order: `{cause}:{act}`; and when something is due."""

    applied: tuple[str, ...] = ()
    due_at: datetime | None = None


CLOCKS = Evolution(Clocks)


@CLOCKS.on(SlaCancelled)
def _applied(state: Clocks, event: SlaCancelled, _at: datetime) -> Clocks:
    due_at = None if event.clock == "due" else state.due_at
    return Clocks((*state.applied, f"{event.reason}:{event.clock}"), due_at)


@CLOCKS.on(SlaPaused)
def _set(state: Clocks, event: SlaPaused, at: datetime) -> Clocks:
    applied = (*state.applied, f"{event.clock}:{event.held_by}")
    return Clocks(applied, at + timedelta(seconds=event.left_seconds))


_tries: Counter[str] = Counter()


def _raise(_state: Clocks, _how: str, _try: int) -> None:
    raise RuntimeError("mongodb://user:SECRET@host")


def _raise_first(_state: Clocks, how: str, number: int) -> None:
    if number <= int(how):
        raise RuntimeError("not yet")


def _hang(_state: Clocks, how: str, number: int) -> None:
    if not how or number <= int(how):
        eventlet.sleep(3600)


def _refuse(_state: Clocks, _how: str, _try: int) -> None:
    raise Conflict("sample_refuses")


def _time_out(_state: Clocks, _how: str, _try: int) -> None:
    raise eventlet.Timeout


def _sleep(_state: Clocks, how: str, _try: int) -> None:
    eventlet.sleep(float(how))


def _surrogate(_state: Clocks, _how: str, _try: int) -> list[Event]:
    return [SlaCancelled(clock="\ud800", reason="x")]


def _nothing(_state: Clocks, _how: str, _try: int) -> list[Event]:
    return []


def _only_after(state: Clocks, how: str, _try: int) -> list[Event] | None:
    """Have an effect only in a state in which something else was applied before."""
    return None if any(item.endswith(how) for item in state.applied) else []


_ACTS: dict[str, Callable[[Clocks, str, int], list[Event] | None]] = {
    "raise": _raise,
    "fail": _raise_first,
    "hang": _hang,
    "refuse": _refuse,
    "timeout": _time_out,
    "slow": _sleep,
    "surrogate": _surrogate,
    "nothing": _nothing,
    "only_after": _only_after,
}


def apply(state: Clocks, event: Any, context: Context, _reference: Any) -> list[Event]:
    """Do what the event says, then record that it was applied."""
    text = event.owner if isinstance(event, TicketOwned) else event.channel
    act, _colon, how = text.partition(":")
    if act == "alarm":
        return [SlaPaused(clock=context.cause, held_by=text, left_seconds=float(how))]
    if act in _ACTS:
        key = f"{context.stream} {context.cause}"
        _tries[key] += 1
        instead = _ACTS[act](state, how, _tries[key])
        if instead is not None:
            return instead
    return [SlaCancelled(clock=text, reason=context.cause)]


def fire(state: Clocks, message: Due, context: Context, _reference: Any) -> list[Event]:
    """Take the alarm away; in a stream named `shy...` not at the first try."""
    if state.due_at is None or state.due_at > message.at:
        return []
    _tries[context.stream] += 1
    # One try is two decisions: the second from the journal.
    if context.stream.startswith("shy") and _tries[context.stream] <= 2:
        raise Conflict("not_at_the_first_try")
    return [SlaCancelled(clock="due", reason="due")]


class Consumer:
    """Handles what the emitters tell."""

    name = "sla"

    clocks = Aggregates(
        CLOCKS,
        collection="tickets",
        index=lambda state: {"due_at": state.due_at},
        opened_by="intake",
    )
    mongo = Mongo()
    intake = ServiceClient("intake")

    on_registered = subscribe(TicketRegistered, apply)
    on_message = subscribe(TicketMessageReceived, apply)
    on_owned = subscribe(TicketOwned, apply)
    on_due = due(fire)

    @query
    def clocks_of(self, request: Stream, _call: Call) -> Clocks:
        return self.clocks.state(request.stream) or Clocks()

    @query
    def ask_intake(self, request: Echo, _call: Call) -> Any:
        """Ask the other service, three times at once; `seconds` is the deadline."""
        question = {"value": request.value, "seconds": 0.1}
        asking = [
            eventlet.spawn(self.intake.query, "echo", question, Any, seconds=request.seconds)
            for _number in range(3)
        ]
        return [question.wait() for question in asking]

    @query
    def count(self, request: Stream, _call: Call) -> None:
        """Count on a metric that nobody registered."""
        metric(request.stream).inc()

    @every(seconds=1)
    def tick(self) -> None:
        self.mongo.db["ticks"].insert_one({"pid": os.getpid()})

    @background(lease="beating", pause=0.1)
    def beat(self, lease: Lease) -> None:
        if lease.held():
            self.mongo.db["beats"].insert_one({"pid": os.getpid()})


if __name__ == "__main__":
    logging.configure(sys.argv[1], "INFO")
    service = Consumer if sys.argv[1] == "sla" else emitter(sys.argv[1])
    status = runner.Runner(service).run()
    sys.stdout.flush()
    os._exit(status)
