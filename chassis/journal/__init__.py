"""The journal: one insert is the state change, the outbox, the inbox and the record."""

from chassis.journal.aggregates import Aggregates, Opened, Outcome, Recorded, Reference
from chassis.journal.group import Duplicate, GroupWriter
from chassis.journal.journal import Journal
from chassis.journal.loaded import Snapshot

__all__ = [
    "Aggregates",
    "Duplicate",
    "GroupWriter",
    "Journal",
    "Opened",
    "Outcome",
    "Recorded",
    "Reference",
    "Snapshot",
]
