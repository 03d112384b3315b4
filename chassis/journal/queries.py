"""What every service with a journal can be asked by other services and by operators."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from nameko.extensions import SharedExtension

from chassis.calls.call import Call
from chassis.calls.server import CallServer
from chassis.journal.commit import checked_hash, commit_id, decode
from chassis.journal.journal import Journal
from contracts.calls.journal import (
    Heads,
    LogPart,
    ReadHeads,
    ReadLog,
    ReadStreams,
    Verified,
    VerifyLog,
)
from contracts.envelope import CloudEvent

#: Events answered per stream at most; who needs more asks again.
_MOST_PER_STREAM = 2000
_VERIFIED_AT_ONCE = 5000


class JournalQueries(SharedExtension):
    """Offers the queries on the service's call server."""

    server = CallServer()
    journal = Journal()

    def setup(self) -> None:
        """Offer them."""
        self.server.offer("journal_read", self.read, ReadStreams, internal=True)
        self.server.offer("journal_heads", self.heads, ReadHeads, internal=True)
        self.server.offer("journal_log", self.log, ReadLog)
        self.server.offer("journal_verify", self.verify, VerifyLog)

    def read(self, request: ReadStreams, _call: Call) -> dict[str, list[CloudEvent]]:
        """Give events per stream, also such as have no position yet."""
        answer: dict[str, list[CloudEvent]] = {stream: [] for stream in request.after}
        for item in self.journal.read_after(request.after):
            events, after = answer[item["stream"]], request.after[item["stream"]]
            if len(events) < _MOST_PER_STREAM:
                events += (
                    event for event in self.journal.as_events(item) if event.sequence > after
                )
        return answer

    def heads(self, request: ReadHeads, _call: Call) -> Heads:
        """Give the heads of the streams that the segments after a position touch."""
        heads: dict[str, int] = {}
        next_, ids, end = request.after, [], True
        until = self.journal.runtime.clock.now() - timedelta(seconds=request.older)
        for segment in self.journal.segments_after(request.after):
            if segment["at"] > until:
                break
            ids += [name for name, _count in segment["commits"]]
            next_ = segment["last"]
            if len(ids) >= request.limit:
                end = False
                break
        fields = {"stream": 1, "first_seq": 1, "events.type": 1}
        found = self.journal.collection.find({"_id": {"$in": ids}}, fields) if ids else ()
        for item in found:
            head = _head_of(item, request.types)
            if head:
                heads[item["stream"]] = max(head, heads.get(item["stream"], 0))
        return Heads(epoch=self.journal.runtime.epoch, heads=heads, next=next_, end=end)

    def log(self, request: ReadLog, call: Call) -> LogPart:
        """Give the events after a position."""
        call.require("event.read")
        if request.tail:
            epoch, tail = self.journal.runtime.epoch, self.journal.last_position()
            return LogPart(epoch=epoch, events=[], next=tail, end=True)
        events, next_ = self.journal.events_after(request.after, request.limit)
        return LogPart(
            epoch=self.journal.runtime.epoch,
            events=events,
            next=next_,
            end=len(events) < request.limit,
        )

    def verify(self, request: VerifyLog, call: Call) -> Verified:
        """Check stored bytes against their hashes, chains and the heads of the log."""
        call.require("system.operate")
        checked, next_, faults = 0, request.after, []
        before = self.journal.log.find_one({"last": request.after}) if request.after else None
        head = bytes(before["head"]) if before else b""
        end = True
        for segment in self.journal.segments_after(request.after):
            if segment["_id"] != next_ + 1:
                faults.append(f"log: position {next_ + 1} is missing")
            ids = [name for name, _count in segment["commits"]]
            digest = hashlib.sha256(head)
            whole = self._checked(ids, faults)
            for item in whole:
                digest.update(item["hash"])
            self._check_chains(whole, faults)
            checked += len(whole)
            head = bytes(segment["head"])
            if digest.digest() != head:
                faults.append(f"log: head at {segment['_id']} does not fit")
            next_ = segment["last"]
            if checked >= _VERIFIED_AT_ONCE:
                end = False
                break
        return Verified(checked=checked, next=next_, end=end, faults=faults[:100])

    def _checked(self, ids: list[str], faults: list[str]) -> list[dict[str, Any]]:
        """Give commits in order, noting those missing or altered."""
        found = self.journal.raw_by_id(ids)
        whole = []
        for name in ids:
            raw = found.get(name)
            digest = checked_hash(raw) if raw else None
            if raw is None or digest is None:
                faults.append(f"{name}: {'missing' if raw is None else 'altered'}")
                continue
            whole.append(decode(raw))
        return whole

    def _check_chains(self, whole: Sequence[dict[str, Any]], faults: list[str]) -> None:
        """Note commits that do not hold the hash of the one before them in their stream."""
        hashes = {item["_id"]: item["hash"] for item in whole}
        before = {
            item["_id"]: commit_id(item["stream"], item["version"] - 1)
            for item in whole
            if item["version"] > 1
        }
        elsewhere = [name for name in before.values() if name not in hashes]
        hashes |= self.journal.hashes(elsewhere)
        for item in whole:
            previous = before.get(item["_id"])
            if item["prev_hash"] != (hashes.get(previous) if previous else b""):
                faults.append(f"{item['_id']}: does not follow the commit before it")


def _head_of(item: Mapping[str, Any], types: Collection[str] | None) -> int:
    """Give the sequence of a commit's last event of some types, or of all; 0 where it has none."""
    head: int = item["first_seq"] + len(item["events"]) - 1
    for event in reversed(item["events"]):
        if types is None or event["type"] in types:
            return head
        head -= 1
    return 0
