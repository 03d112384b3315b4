"""The public event log as an outsider keeps it: read on from a cursor, folded as it comes."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from tests.faults.api import Api
from tests.faults.commands import effect_of

#: What must follow from every registered ticket, once each.
CONSEQUENCES = ("ticket.opened", "sla.started:first_response", "sla.started:resolution")
#: Marks of the clocks, which may ring once each.
_MARKS = ("sla.warned", "sla.breached")
_TOLERANCE_SECONDS = 60.0
_SETTLED = ("notification.sent", "notification.suppressed")


class EventLog:
    """What the log has told so far; `read_on` goes on where the last reading ended."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._cursor = ""
        #: How often each effect of a command was told.
        self.effects: Counter[str] = Counter()
        #: How often each consequence was told, by ticket.
        self.consequences: dict[str, Counter[str]] = defaultdict(Counter)
        self.marks: Counter[tuple[str, str, int]] = Counter()
        self.states: dict[str, str] = {}
        #: Events whose sequence was not the next of their source and stream.
        self.disordered: list[str] = []
        #: Positions of a service that did not follow the one before.
        self.gaps: list[str] = []
        #: Messages that are owed to somebody and whose fate is open, with their tickets.
        self.owed: dict[str, str] = {}
        #: Messages that were given up, with their tickets.
        self.failed: dict[str, str] = {}
        self.mails_sent: set[str] = set()
        #: Marks that rang more than a minute from the time they were for.
        self.misrung = 0
        #: Events about tickets, by source and id.
        self.told: set[tuple[str, str]] = set()
        self._sequences: dict[tuple[str, str], int] = {}
        self._positions: dict[str, int] = {}

    def read_on(self) -> bool:
        """Read what is new; gives whether all of the log was within reach."""
        while True:
            page = self._api.get(f"/events?limit=1000{self._cursor}")
            for event in page["events"]:
                self._fold(event)
            self._cursor = f"&after={page['next']}"
            if page["end"]:
                return not page["unavailable"]

    def _fold(self, event: dict[str, Any]) -> None:
        if ":" not in event["subject"]:
            self.told.add((event["source"], event["id"]))
        self._check_order(event)
        name = event["type"].removeprefix("ir.peygir.").removesuffix(".v1")
        stream, data = event["subject"], event["data"]
        if effect := effect_of(event):
            self.effects[effect] += 1
        if name == "sla.started":
            name += f":{data['clock']}"
        if name in CONSEQUENCES or name == "ticket.registered":
            self.consequences[stream][name] += 1
        if name in _MARKS:
            self.marks[stream, data["clock"], data["mark"]] += 1
            self.misrung += _apart(event["time"], data["alarm_at"]) > _TOLERANCE_SECONDS
        if "state" in data:
            self.states[stream] = data["state"]
        if name.startswith("notification."):
            self._fold_delivery(name, stream, data)

    def _fold_delivery(self, name: str, stream: str, data: dict[str, Any]) -> None:
        delivery = data["delivery"]
        if name == "notification.queued":
            self.owed[delivery] = stream
            self.failed.pop(delivery, None)
        elif name in _SETTLED:
            self.owed.pop(delivery, None)
            if name == "notification.sent" and data["channel"] == "email":
                self.mails_sent.add(delivery)
        elif name == "notification.failed" and data["final"]:
            self.owed.pop(delivery, None)
            self.failed[delivery] = stream

    def _check_order(self, event: dict[str, Any]) -> None:
        source, stream = event["source"], event["subject"]
        if event["sequence"] != self._sequences.get((source, stream), 0) + 1:
            self.disordered.append(event["id"])
        self._sequences[source, stream] = event["sequence"]
        if event["position"] != self._positions.get(source, 0) + 1:
            self.gaps.append(f"{source}:{event['position']}")
        self._positions[source] = event["position"]


def _apart(one: str, other: str) -> float:
    return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())
