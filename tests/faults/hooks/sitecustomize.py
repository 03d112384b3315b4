"""Faults at moments that nobody outside can hit: put into our processes by this suite.

Python imports a module of this name by itself at start, when its folder is on PYTHONPATH. It
changes functions of the product right after their module is imported; the product has no hooks.
FAULTS_HOOKS names what is wanted. A file in FAULTS_FOLDER is an order to die at the next such
moment: whoever deletes it obeys, so that one file kills one process.
"""

import importlib.abc
import importlib.machinery
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

_FOLDER = Path(os.environ.get("FAULTS_FOLDER", "."))
_LATE_SECONDS = 1.0


def _die_if_told(name, note=None):
    try:
        (_FOLDER / name).unlink()
    except FileNotFoundError:
        return
    if note is not None:
        (_FOLDER / f"struck.{name}.{time.time_ns()}").write_text(json.dumps(note))
    os.kill(os.getpid(), signal.SIGKILL)


def relay_dies(module):
    """Between the broker's confirms and the mark that a segment is published."""
    publish = module.Publisher.publish

    def dying(self, events):
        publish(self, events)
        _die_if_told("relay." + self._exchange.removesuffix(".events"), len(events))

    module.Publisher.publish = dying


def intake_dies(module):
    """Between the commit of a registration and the answer to the gateway."""
    respond = module.CallServer._respond

    def dying(self, request):
        response = respond(self, request)
        if request.path.endswith("/register_ticket") and response.status == 200:
            _die_if_told("answer.intake")
        return response

    module.CallServer._respond = dying


def gateway_dies(module):
    """Between intake's answer to a registration and the answer to the client."""
    register = module.register

    async def dying(caller, ticket):
        registered = await register(caller, ticket)
        _die_if_told("answer.gateway")
        return registered

    module.register = dying


def everything_twice(module):
    """Each message is published twice, and one in ten five times."""
    window = module.Publisher._publish_window
    chance = random.Random(int(os.environ.get("FAULTS_SEED", "1")))

    def repeating(self, messages):
        copies = [message for message in messages for _ in range(_times(chance))]
        for start in range(0, len(copies), module.WINDOW):
            window(self, copies[start : start + module.WINDOW])

    module.Publisher._publish_window = repeating


def _times(chance):
    return 5 if chance.random() < 0.1 else 2


def out_of_order(module):
    """Each segment is published shuffled; one event in five comes up to a second later."""
    import eventlet

    publish = module.Publisher.publish
    chance = random.Random(int(os.environ.get("FAULTS_SEED", "1")))
    late = {}

    def deliver_late(usual, event):
        if not late:
            service = usual._exchange.removesuffix(".events")
            late["publisher"] = module.Publisher(usual._uri, service, usual._partitions)
            late["turn"] = eventlet.semaphore.Semaphore()
        with late["turn"]:
            publish(late["publisher"], [event])

    def shuffling(self, events):
        now = []
        for event in events:
            if chance.random() < 0.2:
                eventlet.spawn_after(chance.uniform(0, _LATE_SECONDS), deliver_late, self, event)
            else:
                now.append(event)
        chance.shuffle(now)
        publish(self, now)

    module.Publisher.publish = shuffling


def handler_fails(module):
    """Three subjects whose tickets cannot be handled: a few times, always, and never ending."""
    import eventlet

    start_clocks = module.start_clocks
    tried = {}

    def failing(state, event, context, reference):
        stream = context.stream
        tried[stream] = tried.get(stream, 0) + 1
        with (_FOLDER / "tries").open("a") as file:
            file.write(f"{event.subject} {stream}\n")
        if event.subject == "hr.training" and tried[stream] <= 2:
            raise RuntimeError("fails twice")
        if not (_FOLDER / "mended").exists():
            if event.subject == "hr.pension":
                raise RuntimeError("always fails")
            if event.subject == "info.general":
                eventlet.sleep(3600)
        return start_clocks(state, event, context, reference)

    failing.__wrapped__ = start_clocks
    module.start_clocks = failing


#: The hooks, and the module that each changes.
_HOOKS = {
    "relay_dies": ("chassis.bus.publisher", relay_dies),
    "intake_dies": ("chassis.calls.server", intake_dies),
    "gateway_dies": ("gateway.api.tickets", gateway_dies),
    "everything_twice": ("chassis.bus.publisher", everything_twice),
    "out_of_order": ("chassis.bus.publisher", out_of_order),
    "handler_fails": ("services.sla.handlers", handler_fails),
}


class _AfterImport(importlib.abc.MetaPathFinder):
    """Runs hooks when the module they change has been imported."""

    def __init__(self, hooks):
        self._hooks = hooks

    def find_spec(self, name, path, target=None):
        wanted = [change for module, change in self._hooks if module == name]
        if not wanted:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def run_and_change(module):
            run(module)
            for change in wanted:
                change(module)

        spec.loader.exec_module = run_and_change
        return spec


_wanted = [name for name in os.environ.get("FAULTS_HOOKS", "").split(",") if name]
sys.meta_path.insert(0, _AfterImport([_HOOKS[name] for name in _wanted]))
