"""Who is meant by a workflow: relations, rights, and the roles, units and people it names.

`owner`, `ticket.approve`, `supervisor` (of the unit that has the work), `role:manager`,
`unit:legal`, `unit:legal/supervisor`, `person:sara`. What each means for somebody is decided in
`permission.py`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from contracts.rights import RIGHTS, ROLES

#: How the caller may stand to the ticket, beside holding a right that covers it.
RELATIONS = frozenset(
    {"owner", "assignee", "team", "desk", "requester", "staff", "importer", "supervisor"}
)
#: What else must hold.
GUARDS = frozenset(
    {
        "in_my_queue",
        "held_by_me_or_nobody",
        "is_out",
        "nothing_out",
        "not_by_doer",
        "not_rated",
        "at_work",
    }
    | {"linked", "attached", "no_parent", "has_asked", "is_away", "follows", "has_snoozed"}
)


class Named(NamedTuple):
    """Whom a name of the form `role:`, `unit:` or `person:` means."""

    role: str | None = None
    unit: str | None = None
    person: str | None = None


@lru_cache(maxsize=4096)
def named(who: str) -> Named | None:
    """Read `role:R`, `unit:U`, `unit:U/R` or `person:P`; None where it is none of these."""
    kind, _, rest = who.partition(":")
    if kind == "unit" and rest:
        unit, _, role = rest.partition("/")
        return Named(unit=unit, role=role or None)
    if kind == "role" and rest:
        return Named(role=rest)
    return Named(person=rest) if kind == "person" and rest else None


def is_known(who: str) -> bool:
    """Tell whether a name means something, whoever there is in the organisation."""
    if who in RELATIONS or who in RIGHTS:
        return True
    meant = named(who)
    return meant is not None and (meant.role is None or meant.role in ROLES)


def is_seat(who: str) -> bool:
    """Tell whether a seat of an approval may be for this name: it says by itself who is asked."""
    return who in ("supervisor", "owner") or (named(who) is not None and is_known(who))
