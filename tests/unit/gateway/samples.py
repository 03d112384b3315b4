"""Answers of services, as believable as they need to be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from contracts.calls.intake import (
    Message,
    Registered,
    Requester,
    Subject,
    TicketContent,
    Tracked,
)
from contracts.calls.routing import Followed, Staff, StaffMember, Step, TicketView
from tests.unit.gateway.fakes import World

CODE = "481920374654"
NOON = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SUBJECTS = [
    Subject(id="it", parent=None, kind="request", title={"fa": "فناوری اطلاعات", "en": "IT"}),
    Subject(id="network", parent="it", kind="incident", title={"fa": "شبکه", "en": "Network"}),
    Subject(id="old", parent="it", kind="request", title={"fa": "قدیمی"}, active=False),
    Subject(
        id="pension", parent=None, kind="question", title={"fa": "حقوق بازنشستگی", "en": "Pension"}
    ),
]


def a_view(**changes: Any) -> TicketView:
    """A ticket's case; in progress unless told otherwise."""
    fields: dict[str, Any] = {
        "code": CODE,
        "state": "in_progress",
        "step": "in_progress",
        "workflow": "default",
        "subject": "network",
        "kind": "incident",
        "channel": "web",
        "requester": "r1",
        "unit": "it",
        "tier": 1,
        "owner": "desk",
        "assignee": "expert",
        "priority": 3,
        "registered_at": NOON,
        "updated_at": NOON,
        "finished_at": None,
        "waiting_for": None,
        "referrals": [],
        "reopened": 0,
        "rating": None,
        "touch_seconds": 0,
        "cost": 0,
        "version": 4,
        "actions": [],
        **changes,
    }
    return TicketView(**fields)


def a_content(code: str = CODE) -> TicketContent:
    """A ticket's texts and its requester."""
    return TicketContent(
        code=code,
        title="شبکه قطع است",
        description="از صبح.",
        subject="network",
        kind="incident",
        channel="web",
        registered_at=NOON,
        registered_by=None,
        requester=Requester(
            id="r1",
            name="مریم احمدی",
            mobile="+989121234567",
            email=None,
            segment="normal",
            language="fa",
        ),
        messages=[],
    )


def a_tracked(code: str = CODE, messages: list[Message] | None = None) -> Tracked:
    """What intake shows for a right proof."""
    return Tracked(
        code=code,
        requester="r1",
        title="شبکه قطع است",
        subject="network",
        kind="incident",
        channel="web",
        registered_at=NOON,
        messages=messages or [],
    )


def a_step(kind: str, *, minute: int = 0, actor: str = "desk", **fields: Any) -> Step:
    """One step of a timeline; `texts` are its texts, the rest its data."""
    texts = fields.pop("texts", {})
    return Step(at=NOON.replace(minute=minute), type=kind, actor=actor, data=fields, texts=texts)


def a_staff_member(role: str = "agent", **changes: Any) -> Staff:
    """Somebody of the staff."""
    fields = {
        "id": "desk",
        "username": "desk",
        "name": "سارا",
        "role": role,
        "unit": "it",
        "tier": 1,
        "language": "fa",
        **changes,
    }
    return Staff(**fields)


def a_member(name: str, called: str, **changes: Any) -> StaffMember:
    """Somebody of the staff as a list of people has him, an expert unless told otherwise."""
    fields = {
        "id": name,
        "username": name,
        "name": called,
        "role": "expert",
        "unit": "it",
        "tier": 1,
        "language": "fa",
        "skills": [],
        "capacity": 5,
        "hourly_rate": 0,
        "active": True,
        **changes,
    }
    return StaffMember(**fields)


def a_request(**changes: Any) -> dict[str, Any]:
    """A request to register, as a caller sends it."""
    return {
        "subject": "network",
        "title": "شبکه قطع است",
        "description": "از صبح.",
        "requester": {"name": "مریم احمدی", "mobile": "09121234567"},
        **changes,
    }


STEPS = [
    a_step("ticket.registered", state="new"),
    a_step("ticket.owned", minute=31, owner="سارا رضایی"),
    a_step("ticket.assigned", minute=31, state="in_progress"),
    a_step("ticket.waiting", minute=40, texts={"question": "کدام اتاق؟"}),
]


def a_followed(**changes: Any) -> Followed:
    """A ticket as its requester follows it."""
    return Followed(ticket=a_view(**changes), steps=STEPS)


def told(world: World) -> World:
    """Have the services answer as they do on a good day."""
    services = world.services
    services.tell("intake", "subjects", SUBJECTS)
    services.tell(
        "intake",
        "register_ticket",
        Registered(
            code=CODE,
            state="new",
            subject="network",
            kind="incident",
            channel="web",
            registered_at=NOON,
        ),
    )
    services.tell("intake", "track", lambda request: a_tracked(request.code))
    services.tell("intake", "add_message", Message(id="m1", at=NOON, text="پاسخ"))
    services.tell(
        "intake",
        "describe_tickets",
        lambda request: {code: a_content(code) for code in request.codes},
    )
    services.tell("routing", "ticket", lambda request: a_view(code=request.code))
    services.tell("routing", "timeline", STEPS)
    services.tell("routing", "follow", lambda request: a_followed(code=request.code))
    services.tell("routing", "act", a_view(version=5))
    services.tell("sla", "times", {})
    services.tell("sla", "expected", {})
    services.tell("notify", "deliveries", [])
    return world


def signed_in(world: World, role: str, **changes: Any) -> dict[str, str]:
    """The header of somebody with a role."""
    tokens = world.gateway.sessions.open(a_staff_member(role, **changes))
    return {"authorization": f"Bearer {tokens.token}"}
