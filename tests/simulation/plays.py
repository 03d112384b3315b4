"""What somebody could do about a ticket as it stands: usually sensible, sometimes not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chassis.identity import Identity

if TYPE_CHECKING:
    from tests.simulation.world import World

_STAFF = {
    "desk": Identity(subject="person:desk", role="agent"),
    "chief": Identity(subject="person:chief", role="supervisor"),
    "ann": Identity(subject="person:ann", role="expert"),
    "bob": Identity(subject="person:bob", role="expert"),
    "eve": Identity(subject="person:eve", role="expert"),
}
_CHIEF = _STAFF["chief"]
#: What is asked about; work of the last goes to a partner by itself when it lies.
SUBJECTS = ("it", "it", "line")


class Move(NamedTuple):
    """An action, who does it, and with what."""

    action: str
    identity: Identity
    arguments: dict[str, Any]


def next_act(world: World, code: str) -> Move:
    """Draw something to do about a case that is open."""
    case = world.disks["routing"].shelf("tickets").stored[code].document["state"]
    moves = [*_MOVES.get(case["state"], ())]
    action = world.chance.choice(moves) if moves else "note"
    return Move(action, _doer(action, case), _arguments(world, action, code))


#: Some come twice because they keep a ticket alive.
_MOVES = {
    "new": ("assign", "claim"),
    "in_progress": (
        *("acknowledge", "acknowledge"),
        *("assign", "refer", "escalate", "return", "return", "ask", "ask"),
        *("log-work", "answer", "done", "done", "prioritise", "note", "withdraw", "message"),
    ),
    "waiting": ("acknowledge", "message", "message", "resume", "log-work", "assign", "recall"),
    "done": ("approve", "approve", "send-back", "answer", "rate"),
    "finished": ("reopen", "rate"),
    "declined": ("reopen",),
}
_BY_OWNER = frozenset({"ask", "answer"})
_BY_CHIEF = frozenset({"assign", "prioritise", "approve", "send-back", "reopen", "decline"})
_BY_REQUESTER = frozenset({"withdraw", "rate", "message"})


def _doer(action: str, case: dict[str, Any]) -> Identity:
    if action in _BY_CHIEF:
        return _CHIEF
    if action in _BY_REQUESTER:
        return Identity(subject=f"requester:{case['requester']}", role="requester")
    person = case["owner"] if action in _BY_OWNER else case["assignee"]
    return _STAFF.get(person or "", _CHIEF)


def _arguments(world: World, action: str, code: str) -> dict[str, Any]:
    draw = world.chance
    if action == "message":
        claims = world.disks["intake"].shelf("claims").stored.values()
        claim = next(item.document for item in claims if item.document["code"] == code)
        return {"proof": claim["mobile"][-4:]}
    if action == "acknowledge":
        return {"delivery": _on_a_ladder(world, code)}
    return {
        "assign": {"person": draw.choice(("ann", "bob", "eve"))},
        "log-work": {"work_group": "software_fault", "duration": draw.randrange(60, 3600)},
        "refer": {"unit": "it", "person": draw.choice(("ann", "bob", "eve"))},
        "escalate": {"reason": "Too hard."},
        "return": {},
        "ask": {"question": "Which one?"},
        "answer": {"text": "So."},
        "note": {"text": "Hm."},
        "prioritise": {"priority": draw.randrange(1, 6)},
        "rate": {"score": draw.randrange(1, 6)},
    }.get(action, {})


def _on_a_ladder(world: World, code: str) -> str | None:
    """Draw a message of which somebody may take note; None where there is none yet."""
    told = world.disks["notify"].shelf("tickets").stored.get(code)
    deliveries = told.document["state"].get("deliveries", {}) if told else {}
    names = sorted(name for name, each in deliveries.items() if each.get("ladder"))
    return world.chance.choice(names) if names else None
