"""Who may do what: role x right x scope. Services check it; the gateway declares it per route.

A scope says on which tickets: `own` (owner or assignee), `team` (my unit), `subtree` (my unit and
those below it), `all`.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

Scope = Literal["own", "team", "subtree", "all"]

#: Every right there is, with what it allows.
RIGHTS: dict[str, str] = {
    "ticket.register_for": "register on a requester's behalf",
    "ticket.read": "read tickets with their texts and requesters",
    "ticket.work": "claim, log work, note, refer, escalate, return, ask, do",
    "ticket.answer": "write to the requester as the owner",
    "ticket.assign": "assign work to people, prioritise, decline",
    "ticket.approve": "approve, send back, reopen at any time",
    "report.read": "read reports",
    "event.read": "read the public event log",
    "admin.change": "change subjects, organisation, rules, agreements, templates",
    "system.operate": "see and repair stuck work, verify journals",
    "import": "give commands times of their own; notices are suppressed",
    "limit.exempt": "go past the rate limits",
}

ROLES: dict[str, dict[str, Scope]] = {
    "requester": {},
    "agent": {
        "ticket.register_for": "all",
        "ticket.read": "subtree",
        "ticket.work": "own",
        "ticket.answer": "own",
    },
    "expert": {"ticket.read": "team", "ticket.work": "own", "ticket.answer": "own"},
    "supervisor": {
        "ticket.register_for": "all",
        "ticket.read": "subtree",
        "ticket.work": "subtree",
        "ticket.answer": "own",
        "ticket.assign": "subtree",
        "ticket.approve": "subtree",
        "report.read": "all",
    },
    "manager": {
        "ticket.read": "all",
        "ticket.assign": "all",
        "ticket.approve": "all",
        "report.read": "all",
        "event.read": "all",
    },
    "admin": dict.fromkeys(RIGHTS, "all"),
    "integration": {"ticket.register_for": "all", "event.read": "all"},
    "importer": dict.fromkeys(
        ("ticket.register_for", "ticket.read", "ticket.work", "import", "limit.exempt"), "all"
    ),
    "service": dict.fromkeys(RIGHTS, "all"),
    #: An outside system whose signed messages we take; they open nothing else.
    "partner": {},
    #: A member of staff who has to set up a second factor before anything else.
    "enrolling": {},
    #: An operator's pass, good for one hour: it makes the first administrator and nothing else.
    "founder": {},
    "anonymous": {},
}

#: What a system may be let in for. The work of people is done by people: no key does it.
KEY_RIGHTS: tuple[str, ...] = (
    "ticket.register_for",
    "ticket.read",
    "report.read",
    "event.read",
    "admin.change",
    "system.operate",
)
#: The role of a key is spelled by its rights: `key:event.read+ticket.read`.
_KEY_ROLE = "key:"


def key_role(rights: Iterable[str]) -> str:
    """Give the role that has just these rights, each everywhere."""
    return _KEY_ROLE + "+".join(sorted(rights))


def scope_of(role: str, right: str) -> Scope | None:
    """Give the scope of a role's right, or None where it has none."""
    return scopes_of(role).get(right)


def scopes_of(role: str) -> Mapping[str, Scope]:
    """Give a role's rights with their scopes."""
    known = ROLES.get(role)
    return _of_key(role) if known is None else known


@lru_cache(maxsize=256)
def _of_key(role: str) -> Mapping[str, Scope]:
    if not role.startswith(_KEY_ROLE):
        return {}
    named = role.removeprefix(_KEY_ROLE).split("+")
    return {right: "all" for right in named if right in KEY_RIGHTS}
