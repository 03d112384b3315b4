"""Comparing what the ledger says with what the system holds, as sets."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.faults.api import Api, wait_for
from tests.faults.ledger import Ledger

_NOTICE_SECONDS = 240.0
#: What must follow from every registered ticket, once each.
_EFFECTS = ("ticket.opened", "sla.started:first_response", "sla.started:resolution")


@dataclass
class Findings:
    """What a comparison found; the sets of the first three must be empty."""

    accepted: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    phantom: set[str] = field(default_factory=set)
    stuck: list[dict[str, Any]] = field(default_factory=list)
    notices: int = 0
    notices_repeated: int = 0
    notices_missing: int = 0

    @property
    def clean(self) -> bool:
        """Whether the promise held."""
        return not (self.lost or self.doubled or self.phantom or self.stuck or self.notices_missing)


def effects(api: Api) -> dict[str, Counter[str]]:
    """Give per ticket how often each effect is in the log; a repeated event counts once."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    seen = set()
    types = "ticket.registered,ticket.opened,ticket.assigned,ticket.queued,sla.started"
    for event in api.events(types):
        identity = (event["source"], event["id"])
        if identity in seen:
            continue
        seen.add(identity)
        name = event["type"].removeprefix("ir.peygir.").removesuffix(".v1")
        if name == "sla.started":
            name += ":" + event["data"]["clock"]
        found[event["subject"]][name] += 1
    return found


def is_drained(api: Api, ledger: Ledger) -> bool:
    """Tell whether everything that must follow from the acknowledged tickets has followed."""
    found = effects(api)
    return all(
        found[code][effect] >= 1 for code in ledger.acknowledged.values() for effect in _EFFECTS
    )


def compare(api: Api, ledger: Ledger) -> Findings:
    """Compare tickets and their effects; gives what is lost, doubled or from nowhere."""
    found = effects(api)
    result = Findings(accepted=len(ledger.acknowledged))
    result.doubled |= ledger.contradicted
    keys: dict[str, list[str]] = defaultdict(list)
    for code in found:
        keys[api.request("GET", f"/api/v1/tickets/{code}")["title"]].append(code)
    for key, code in ledger.acknowledged.items():
        counts = found.get(code, Counter())
        if not counts["ticket.registered"] or any(not counts[name] for name in _EFFECTS):
            result.lost.add(key)
    for code, counts in found.items():
        first = counts["ticket.assigned"] + counts["ticket.queued"]
        if any(counts[name] > 1 for name in ("ticket.registered", *_EFFECTS)) or first > 2:
            result.doubled.add(code)
    for key, codes in keys.items():
        if key not in ledger.attempted:
            result.phantom.add(key)
        if len(codes) > 1:
            result.doubled.add(key)
    stuck = api.request("GET", "/api/v1/admin/stuck")["stuck"]
    result.stuck = [row for rows in stuck.values() for row in rows]
    return result


def wait_for_notices(addresses: Any, findings: Findings, codes: list[str]) -> None:
    """Wait until every requester has been told, then count what came missing or twice."""
    texts: list[dict[str, Any]] = []

    def all_told() -> bool:
        texts[:] = _messages(addresses.sms_provider)
        told = {_digits(message["message"]) for message in texts}
        joined = " ".join(told)
        findings.notices_missing = sum(code not in joined for code in codes)
        return not findings.notices_missing

    with contextlib.suppress(TimeoutError):
        wait_for("notices", all_told, _NOTICE_SECONDS)
    mails = Counter(message["message_id"] for message in _messages(addresses.mail_sink))
    sms = Counter(str(message["localid"]) for message in texts)
    findings.notices = len(mails) + len(sms)
    findings.notices_repeated = sum(mails.values()) + sum(sms.values()) - findings.notices


def _messages(url: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{url}/messages", timeout=30) as answer:  # noqa: S310
        found: list[dict[str, Any]] = json.loads(answer.read())
    return found


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())
