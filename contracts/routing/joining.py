"""How tickets belong together: links, an incident with its children, one merged into another.

What befalls one ticket and shall befall those that belong to it is a passage: told once, carried to
each of them exactly once.
"""

from typing import Literal

from contracts.envelope import ContentRef, Event, event

#: How a ticket stands to another one that it is linked to.
Relation = Literal[
    "related",
    "duplicate_of",
    "duplicated_by",
    "caused_by",
    "causes",
    "split_from",
    "split_into",
    "started_by",
    "started",
]
#: The same link as the other ticket has it.
CONVERSE: dict[Relation, Relation] = {
    "related": "related",
    "duplicate_of": "duplicated_by",
    "duplicated_by": "duplicate_of",
    "caused_by": "causes",
    "causes": "caused_by",
    "split_from": "split_into",
    "split_into": "split_from",
    "started_by": "started",
    "started": "started_by",
}
#: What can be passed on: to children an answer, that the work is done, or the end; from a merged
#: ticket to the one that it is part of what its requester writes; from a part that was split off
#: to the whole that it is there.
Passed = Literal["answer", "done", "finish", "message", "split"]


@event("ticket.linked", by="routing")
class TicketLinked(Event):
    """The ticket has to do with another one, which has the converse link."""

    to: str
    relation: Relation
    by: str


@event("ticket.unlinked", by="routing")
class TicketUnlinked(Event):
    """The ticket has to do with the other one no longer."""

    to: str
    by: str


@event("ticket.attached", by="routing")
class TicketAttached(Event):
    """The ticket became a child: what its parent answers is answered to its requester too."""

    parent: str
    by: str


@event("ticket.detached", by="routing")
class TicketDetached(Event):
    """The ticket goes its own way again."""

    parent: str
    by: str


@event("ticket.joined", by="routing")
class TicketJoined(Event):
    """Other tickets are to become children or parts of this one; each says whether it did."""

    tickets: list[str]
    #: `child` or `merged`.
    kind: Literal["child", "merged"]
    by: str


@event("ticket.parted", by="routing")
class TicketParted(Event):
    """Other tickets are children of this one no longer, or never became what they were to be."""

    tickets: list[str]


@event("ticket.passed_on", by="routing")
class TicketPassedOn(Event):
    """What befell this ticket shall befall those that belong to it."""

    passage: str
    what: Passed
    by: str
    text: ContentRef | None = None
    result: str | None = None


@event("ticket.passage_ended", by="routing")
class TicketPassageEnded(Event):
    """What was passed on has reached everybody whom it was to reach."""

    passage: str
    #: How many tickets it reached, and why it did not reach the others, by reason.
    reached: int
    left: dict[str, int] = {}


@event("ticket.heard", by="routing")
class TicketHeard(Event):
    """The requester of a ticket that is part of this one wrote."""

    ticket: str
    message: ContentRef
