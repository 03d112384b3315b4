"""How long a trial over 100,000 tickets takes, alone and beside alarms that fall due.

The tickets are copies of what sla holds of such as lived through the public API, under other codes.
The draft is one that every ticket misses, with marks that tell people: more work than most.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient

from services.intake.domain import codes
from tests.agreements import QUICK
from tests.faults.api import wait_for
from tests.load.driver import by_callers
from tests.load.measuring import Alarms, Bench

_LIVES = 100
_TICKETS = 100_000
_WANTED_SECONDS = 60
_AT_ONCE = 2000
_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_ALARMS = Alarms(QUICK, rate=25, tickets=500)
_MARKS = [
    {"percent": percent, "notices": [{"role": "assignee", "channel": "sms"}]}
    for percent in (50, 75, 100, 150)
]
_DRAFT = {
    "targets": [
        {"clock": clock, "within": "PT0.02S", "calendar": calendar, "marks": _MARKS}
        for clock, calendar in (
            ("first_response", "around-the-clock"),
            ("resolution", "around-the-clock"),
            ("next_response", "tehran-office"),
        )
    ],
    "penalties": [{"clock": "resolution", "per_breach": 1000, "per_hour_late": 60}],
}


def trying(bench: Bench) -> dict[str, Any]:
    """Give the seconds of trials, and how late alarms are with one and without."""
    asyncio.run(by_callers(bench.people.live, callers=4, count=_LIVES))
    bench.await_quiet()
    rows: dict[str, Any] = {"trial_tickets": _multiplied(bench)}
    before = _children_cpu(bench)
    rows["trial_alone"] = _row(bench, _start(bench))
    # Its process ends a moment after it has answered.
    wait_for("the trial's process", lambda: _children_cpu(bench) > before, 30)
    rows["trial_alone"]["cpu_seconds"] = round(_children_cpu(bench) - before, 1)
    rows["lateness_without_a_trial"] = bench.lateness(_ALARMS)
    trial = _start(bench)
    rows["lateness_beside_a_trial"] = bench.lateness(_ALARMS)
    rows["lateness_beside_a_trial"]["share_of_trial"] = _share(_read(bench, trial))
    rows["trial_beside_alarms"] = _row(bench, trial)
    return rows


def _multiplied(bench: Bench) -> dict[str, float]:
    with MongoClient[dict[str, Any]](bench.addresses.mongo_uri) as client:
        tickets = client["peygir_sla"].get_collection("tickets", codec_options=_RAW)
        originals = [
            item.raw for item in tickets.find({"state.situation.ended": True}, limit=_LIVES)
        ]
        observations = [len(RawBSONDocument(raw)["state"]["course"]) for raw in originals]
        turns, made = itertools.cycle(originals), tickets.count_documents({})
        while made < _TICKETS:
            batch = [_copied(raw) for raw in itertools.islice(turns, _AT_ONCE)]
            tickets.insert_many(batch, ordered=False)
            made += len(batch)
    return {"tickets": made, "observations_each": sum(observations) / len(observations)}


def _copied(raw: bytes) -> RawBSONDocument:
    code = str(RawBSONDocument(raw)["_id"]).encode()
    # Of the same length: whatever BSON says of lengths stays true.
    return RawBSONDocument(raw.replace(code, codes.draw().encode()))


def _start(bench: Bench) -> str:
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    body = {"definition": _DRAFT, "since": since}
    view = bench.people.api("admin").request("POST", "/admin/agreements/ticket/trial", body)
    return str(view["trial"])


def _read(bench: Bench, trial: str) -> dict[str, Any]:
    return dict(bench.people.api("admin").get(f"/admin/trials/{trial}"))


def _children_cpu(bench: Bench) -> float:
    """Give the CPU seconds of the processes that sla has started and that have ended."""
    fields = Path(f"/proc/{bench.pids['sla']}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _share(view: dict[str, Any]) -> float:
    return round(view["looked_at"] / max(1, view["total"]), 3)


def _row(bench: Bench, trial: str) -> dict[str, Any]:
    wait_for("trial", lambda: _read(bench, trial)["state"] not in ("asked", "running"), 300)
    view = _read(bench, trial)
    answer = view["answer"]
    ended, asked = (datetime.fromisoformat(view[name]) for name in ("ended_at", "asked_at"))
    return {
        "state": view["state"],
        "tickets": answer["tickets"],
        "compared": answer["compared"],
        "changed": answer["changed"],
        "messages": sum(item["after"]["total"] for item in answer["notices"]),
        "seconds": round((ended - asked).total_seconds(), 1),
        "seconds_wanted_below": _WANTED_SECONDS,
    }
