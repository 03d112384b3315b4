"""How fast one process takes events from the bus, beside raw kombu with the same messages.

Everything waits in the queues of stopped processes first; a rate goes from the first event that a
process's metrics show to the last, with all that it does: decide, commit, number and publish what
follows, write snapshots.
"""

from __future__ import annotations

import time
from typing import Any

from kombu import Connection, Consumer, Queue

from chassis.bus.topology import CONSUMES
from tests.load.backlog import Backlog
from tests.load.events import draw_codes, example
from tests.load.measuring import Bench
from tests.load.scenarios import SCENARIOS

#: As chassis/bus/consumer.py has it.
_PREFETCH = 100
_SILENT_SECONDS = 20.0
_EVENTS = 20_000
_SHARED_EVENTS = 80_000
_WAITING_EVENTS = 100_000
#: Of what has no effect and comes in messages of many, fewer are gone between two looks.
_IDLE_EVENTS = 100_000
_IN_EACH_EVENT = b'"specversion"'

Row = dict[str, float]


def consuming(bench: Bench) -> dict[str, Row]:
    """Give rates of sla and reporting over a backlog of intake's events."""
    backlog, streams = Backlog(bench), draw_codes(_EVENTS)
    backlog.stop(*CONSUMES)
    registered, changed = example("ticket.registered"), example("requester.changed")
    results: dict[str, Row] = {}

    relay = backlog.tell(registered, streams)
    results["bus_relay"] = {"events": _EVENTS, "per_second": relay.per_second}
    results["bus_effect"] = backlog.drained(["sla"], _EVENTS, source="intake")
    backlog.counted(lambda: backlog.published("sla"), 2 * _EVENTS)

    backlog.stop("sla")
    backlog.empty(backlog.spare)
    backlog.tell(changed, _requesters(_IDLE_EVENTS))
    results["bus_no_effect"] = backlog.drained(["sla"], _IDLE_EVENTS, source="intake")
    results["bus_raw_kombu"] = raw_kombu(backlog, _IDLE_EVENTS)

    backlog.stop("sla")
    backlog.tell(changed, _requesters(_EVENTS))
    backlog.take_apart("sla")
    alone = results["bus_no_effect_alone"] = backlog.drained(["sla"], _EVENTS, source="intake")
    raw = results["bus_raw_kombu_alone"] = raw_kombu(backlog, _EVENTS)
    alone["of_raw_kombu"] = round(alone["per_second"] / raw["per_second"], 2)

    backlog.stop("sla")
    backlog.tell(registered, streams, version=2)
    results["bus_decides_nothing"] = backlog.drained(["sla"], _EVENTS, source="intake")

    results["bus_reporting"] = backlog.drained(["reporting"], 6 * _EVENTS)
    return results


def sharing(bench: Bench) -> dict[str, Row]:
    """Give the rates at which one and two processes of sla start clocks, over one backlog each."""
    backlog = Backlog(bench)
    backlog.stop(*CONSUMES)
    results: dict[str, Row] = {}
    for count in (1, 2):
        backlog.tell(example("ticket.registered"), draw_codes(_SHARED_EVENTS))
        names = [f"sla-{number}" for number in range(1, count + 1)]
        row = backlog.drained(names, _SHARED_EVENTS, source="intake")
        row |= {f"handled_by_{name[-1]}": backlog.handled([name]) for name in names}
        results[f"bus_{count}_of_sla"] = row
        backlog.stop("sla")
    return results


def waiting(bench: Bench) -> dict[str, Row]:
    """Give what registering costs beside a long queue of a stopped process, and its draining."""
    backlog = Backlog(bench)
    backlog.stop("sla")
    results = {"beside_an_empty_queue": _registering(bench)}
    told = example("requester.changed")
    backlog.tell(told, _requesters(_WAITING_EVENTS))
    for name in ("routing", "notify", "reporting"):
        backlog.counted(lambda name=name: backlog.handled([name], type=told.type), _WAITING_EVENTS)
    bench.await_quiet()
    results["beside_100_000_events"] = _registering(bench)
    backlog.take_apart("sla")
    results["beside_100_000_messages"] = _registering(bench)
    results["bus_100_000_messages"] = backlog.drained(["sla"], _WAITING_EVENTS, source="intake")
    return results


def _requesters(count: int) -> list[str]:
    """Give streams of requesters: nobody but reporting does anything about their changes."""
    return [f"requester:{code}" for code in draw_codes(count)]


def _registering(bench: Bench) -> Row:
    row: Row = {}
    for name, seconds in (("register_alone", 6.0), ("register_32_callers", 5.0)):
        found = bench.row(SCENARIOS[name], seconds)
        callers = name.removeprefix("register_")
        wanted = ("p50_ms", "p99_ms", "per_second", "cpu_ms_each")
        row |= {f"{callers}_{key}": found[key] for key in wanted}
    return row


def raw_kombu(backlog: Backlog, expected: int) -> Row:
    """Take what waits in the spare queues as kombu's users do: each message acknowledged.

    Bodies are not even decoded.
    """
    messages = events = 0
    first = 0.0

    def take(message: Any) -> None:
        nonlocal first, messages, events
        first = first or time.perf_counter()
        messages += 1
        events += bytes(message.body).count(_IN_EACH_EVENT)
        message.ack()

    with Connection(backlog.uri, transport="pyamqp", heartbeat=0) as connection:
        queues = [Queue(name, no_declare=True) for name in backlog.spare]
        channel = connection.default_channel
        with Consumer(channel, queues=queues, on_message=take, prefetch_count=_PREFETCH):
            while events < expected:
                connection.drain_events(timeout=_SILENT_SECONDS)
        seconds = time.perf_counter() - first
    return {
        "messages": messages,
        "messages_per_second": round(messages / seconds),
        "per_second": round(events / seconds),
    }
