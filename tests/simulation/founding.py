"""A founded installation, made once and copied for every run: people, rules, subjects, agreements.

Founded by commands to the real services, then left to itself until everything is at rest.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chassis.identity import Identity
from contracts.calls.intake import DefineSubject
from contracts.calls.routing import (
    DefinePartner,
    DefinePerson,
    DefineRule,
    DefineUnit,
    DefineWorkflow,
    Shift,
)
from contracts.calls.sla import DefineAgreement, DefineCalendar
from contracts.hours import Week
from services.routing.workflows import definitions
from tests.simulation.clients import Client
from tests.simulation.plays import SUBJECTS
from tests.simulation.server import Disk
from tests.simulation.world import World

ADMIN = Identity(subject="person:admin", role="admin")
_WEEK = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
#: A breach is told to one after the other, until somebody takes note.
_LADDER = {
    "role": "assignee",
    "channel": "sms",
    "acknowledge_within": "PT6S",
    "then": [
        {"role": "supervisor", "channel": "push", "acknowledge_within": "PT6S"},
        {"role": "service_manager", "channel": "email"},
    ],
}
_MARKS = [
    {"percent": 50, "notices": [{"role": "assignee", "channel": "sms"}]},
    {"percent": 100, "notices": [_LADDER]},
]

#: Points of work that everybody may have: two tickets of their weight.
CAPACITY = 4
WEIGHT = 2
#: On shift every other half hour.
_HALF_HOURS = [f"{hour:02}:00-{hour:02}:30" for hour in range(24)]
#: Whose work goes to which partner by itself when it lies.
LINE, PARTNER, LIES = SUBJECTS[-1], "telecom", "lies-too-long"
#: What nobody has touched for so long goes to the next.
_REACTION = timedelta(seconds=90)


def _title(name: str) -> dict[str, str]:
    return {"fa": name, "en": name}


def _person(name: str, role: str, unit: str, tier: int = 1, **more: Any) -> DefinePerson:
    usual = {"id": name, "name": name, "role": role, "unit": unit, "capacity": CAPACITY}
    return DefinePerson(**usual, tier=tier, **more)


def _shift() -> Shift:
    week = Week(**dict.fromkeys(_WEEK, _HALF_HOURS))
    return Shift(week=week, zone="UTC")


def _target(clock: str, within: str) -> dict[str, Any]:
    return {"clock": clock, "within": within, "calendar": "always", "marks": _MARKS}


def _handing_over() -> dict[str, Any]:
    """The usual way, on which work that lies goes to a partner by itself."""
    usual = definitions()["default"]
    steps = dict(usual["steps"])
    steps["in_progress"] = {"kind": "in_progress", "timers": [{"after": "PT6S", "action": LIES}]}
    way = {"action": LIES, "from": ["in_progress"], "effects": {"hand_off": {"partner": PARTNER}}}
    return {
        "start": usual["start"],
        "actions": {LIES: {"title": _title(LIES)}},
        "steps": steps,
        "transitions": [*usual["transitions"], way],
    }


#: What is commanded, in order: of which service, which method, with what.
COMMANDS: list[tuple[str, str, Any]] = [
    ("intake", "define_subject", DefineSubject(id="it", kind="incident", title=_title("it"))),
    ("intake", "define_subject", DefineSubject(id=LINE, kind="incident", title=_title(LINE))),
    ("routing", "define_unit", DefineUnit(id="house", title=_title("house"), desk=True)),
    (
        "routing",
        "define_unit",
        DefineUnit(id="it", title=_title("it"), parent="house", react_within=_REACTION),
    ),
    ("routing", "define_person", _person("desk", "agent", "house")),
    ("routing", "define_person", _person("chief", "supervisor", "house", 3)),
    ("routing", "define_person", _person("ann", "expert", "it")),
    ("routing", "define_person", _person("bob", "expert", "it", shift=_shift())),
    ("routing", "define_person", _person("eve", "expert", "it", 2)),
    (
        "routing",
        "define_rule",
        DefineRule(id="it", order=1, unit="it", subject="it", weight=WEIGHT),
    ),
    (
        "routing",
        "define_partner",
        DefinePartner(
            id=PARTNER,
            title=_title(PARTNER),
            kind="webhook",
            address="https://telecom.example/hook",
            sending_secret="whsec_" + "T3VycwAA" * 5,
        ),
    ),
    ("routing", "define_workflow", DefineWorkflow(id=LINE, definition=_handing_over())),
    (
        "routing",
        "define_rule",
        DefineRule(id=LINE, order=2, unit="it", subject=LINE, workflow=LINE, weight=WEIGHT),
    ),
    (
        "sla",
        "define_calendar",
        DefineCalendar(
            id="always",
            definition={"zone": "UTC", "week": {day: ["00:00-24:00"] for day in _WEEK}},
        ),
    ),
    (
        "sla",
        "define_agreement",
        DefineAgreement(
            id="quick",
            definition={
                "targets": [_target("first_response", "PT8S"), _target("resolution", "PT20S")]
            },
        ),
    ),
]


@functools.cache
def founded() -> Mapping[str, Disk]:
    """Give the disks of a founded installation."""
    world = World("founding", {}, now=0.0)
    world.faults.stop()
    world.boot_all()
    world.run_dry()
    for process in world.processes.values():
        world.hub.spawn(process, process.prepare)
    world.run_dry()
    client = Client(world, "founder")
    for service, method, request in COMMANDS:
        world.hub.spawn(world.hub.outside, _command, client, service, method, request)
        world.run_dry()
    for _round in range(4):
        world.hub.advance(70)
        world.run_dry()
    world.end()
    return world.disks


def _command(client: Client, service: str, method: str, request: Any) -> None:
    status, body = client.command(service, method, request, ADMIN)
    assert status == 200, (method, body)
