"""The journal: one insert is the state change, the outbox, the inbox and the record."""

from chassis.journal.aggregates import Aggregates
from chassis.journal.group import Duplicate, GroupWriter
from chassis.journal.history import Recorded, history_of
from chassis.journal.intents import Opened, Outcome
from chassis.journal.journal import Journal
from chassis.journal.loaded import Snapshot
from chassis.journal.reference import Reference
from chassis.journal.snapshots import Saving

__all__ = [
    "Aggregates",
    "Duplicate",
    "GroupWriter",
    "Journal",
    "Opened",
    "Outcome",
    "Recorded",
    "Reference",
    "Saving",
    "Snapshot",
    "history_of",
]
