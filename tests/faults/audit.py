"""Comparing what the ledger says with what the system holds, as sets."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.api import Api
from tests.faults.commands import REGISTERED
from tests.faults.event_log import CONSEQUENCES, EventLog
from tests.faults.ledger import Ledger

_PAGE = 200
#: Well below what mending takes, so that a list that is not written at all is seen.
_LIST_SECONDS, _PAUSE_SECONDS = 1.5, 0.2


@dataclass
class Findings:
    """What a comparison found; all sets must be empty."""

    accepted: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    phantom: set[str] = field(default_factory=set)
    #: Tickets whose list entry says another state than the log.
    wrong_state: set[str] = field(default_factory=set)
    #: Events that the log told out of order, or with a position missing before them.
    disordered: set[str] = field(default_factory=set)
    stuck: list[dict[str, Any]] = field(default_factory=list)


def is_drained(log: EventLog, ledger: Ledger) -> bool:
    """Tell whether everything that must follow from the acknowledged commands has followed."""
    return (
        log.read_on()
        and not log.owed
        and all(log.effects[effect] for effect in ledger.acknowledged.values())
        and not any(_missing(log, code) for code in ledger.codes.values())
    )


def compare(api: Api, log: EventLog, ledger: Ledger) -> Findings:
    """Compare commands, their effects and what followed; reads the log to its end."""
    log.read_on()
    found = Findings(accepted=len(ledger.acknowledged))
    found.doubled |= ledger.contradicted
    found.disordered = {*log.disordered, *log.gaps}
    for key, effect in ledger.acknowledged.items():
        if not log.effects[effect] or (key in ledger.codes and _missing(log, ledger.codes[key])):
            found.lost.add(key)
    attempted = {command.effect for command in ledger.attempted.values()}
    found.phantom = {effect for effect in log.effects if effect not in attempted}
    found.doubled |= {effect for effect, count in log.effects.items() if count > 1}
    found.doubled |= {
        f"{code}:{name}"
        for code, counts in log.consequences.items()
        for name, count in counts.items()
        if count > 1
    }
    found.doubled |= {":".join(map(str, mark)) for mark, count in log.marks.items() if count > 1}
    _compare_list(api, log, ledger, found)
    stuck = api.get("/admin/stuck")["stuck"]
    found.stuck = [{"service": name, **row} for name, rows in stuck.items() for row in rows]
    return found


def _compare_list(api: Api, log: EventLog, ledger: Ledger, found: Findings) -> None:
    """Compare the list that people work from: no ticket missing, made up, or in another state.

    A list shows a ticket's last event a moment after the log has it.
    """
    end = time.monotonic() + _LIST_SECONDS
    states = _listed(api)
    while _in_another_state(states, log) and time.monotonic() < end:
        time.sleep(_PAUSE_SECONDS)
        log.read_on()
        states = _listed(api)
    found.lost |= {key for key, code in ledger.codes.items() if code not in states}
    registered = {code for code, counts in log.consequences.items() if counts[REGISTERED]}
    found.phantom |= {code for code in states if code not in registered}
    found.wrong_state = _in_another_state(states, log)


def _in_another_state(states: Mapping[str, str], log: EventLog) -> set[str]:
    return {code for code, state in states.items() if log.states.get(code, "new") != state}


def _listed(api: Api) -> dict[str, str]:
    """Give the state of every ticket in the list, by code."""
    states: dict[str, str] = {}
    after = ""
    while True:
        page = api.get(f"/tickets?limit={_PAGE}{after}")
        states |= {item["code"]: item["state"] for item in page["items"]}
        if not page["next"]:
            break
        after = f"&cursor={page['next']}"
    return states


def _missing(log: EventLog, code: str) -> bool:
    counts = log.consequences.get(code, Counter())
    return not all(counts[name] for name in (REGISTERED, *CONSEQUENCES))
