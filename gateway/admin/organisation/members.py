"""Somebody as the form shows him, and as routing takes him."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from chassis.errors import FieldFault, Invalid
from contracts.calls.routing import DefinePerson, PersonView, StaffMember
from contracts.days import read_date
from gateway.admin.editing import Fields
from gateway.texts import latin

#: The week begins on Saturday here.
DAYS: Final = ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday")
ROLES: Final = ("agent", "expert", "supervisor", "manager", "admin", "importer")
_COMMA: Final = re.compile(r"[\s,،;]+")
_LEVELS: Final = ("1", "2", "3")


def fits(person: StaffMember, *, q: str, unit: str, role: str) -> bool:
    """Tell whether somebody is among those looked for."""
    words = q.lower().split()
    said = " ".join([person.name, person.username, person.id, *person.skills]).lower()
    return (
        all(word in said for word in words)
        and unit in ("", person.unit)
        and role in ("", person.role)
    )


def as_typed(person: PersonView | None) -> dict[str, Any]:
    """Give somebody as the form shows him; without anybody, a new colleague."""
    if person is None:
        empty = ("person", "name", "username", "mobile", "email", "skills", "languages", "unit")
        numbers = {"tier": 1, "capacity": 20, "hourly_rate": 0}
        return dict.fromkeys(empty, "") | numbers | {"role": "expert", "active": True}
    levels = person.skill_levels
    skills = [f"{each}:{levels[each]}" if each in levels else each for each in person.skills]
    return msgspec.structs.asdict(person) | {
        "person": person.id,
        "skills": ", ".join(skills),
        "languages": ", ".join(person.languages),
        "mobile": person.mobile or "",
        "email": person.email or "",
    }


def week_of(person: PersonView | None, day: str) -> str:
    """Give somebody's windows of a weekday as they are typed."""
    shift = person.shift if person else None
    return ", ".join(getattr(shift.week, day)) if shift else ""


def as_definition(fields: Fields, before: PersonView | None) -> dict[str, Any]:
    """Give what was typed as routing takes it, over what there was."""
    known: dict[str, Any] = msgspec.to_builtins(before) if before else {}
    kept = {name: known[name] for name in DefinePerson.__struct_fields__ if name in known}
    skills = [each.partition(":") for each in _words(fields.get("skills"))]
    return kept | {
        "id": before.id if before else fields.get("person").lower(),
        "name": fields.get("name"),
        "role": fields.get("role"),
        "unit": fields.get("unit"),
        "tier": fields.number("tier") or 1,
        "username": fields.get("username") or None,
        "password": fields.get("password") or None,
        "mobile": fields.get("mobile") or None,
        "email": fields.get("email") or None,
        "skills": [name for name, _, _ in skills],
        "skill_levels": {name: int(level) for name, _, level in skills if level in _LEVELS},
        "languages": _words(fields.get("languages")),
        "capacity": fields.number("capacity") or 0,
        "hourly_rate": fields.number("hourly_rate") or 0,
        "shift": _shift(fields, kept.get("shift")),
        "active": fields.get("active") == "yes",
    }


def leave_of(fields: Fields, person: str, name: str, zone: str) -> dict[str, Any]:
    """Give a leave from the begin of its first day to the end of its last; raises Invalid."""
    first, last = _midnight(fields, "first", zone), _midnight(fields, "last", zone)
    leave = {
        "person": person,
        "leave": name,
        "start": first.isoformat(),
        "end": (last + timedelta(days=1)).isoformat(),
        "stand_in": fields.get("stand_in") or None,
        "reason": fields.get("reason") or None,
    }
    return {key: value for key, value in leave.items() if value is not None}


def _midnight(fields: Fields, name: str, zone: str) -> datetime:
    try:
        day = read_date(latin(fields.get(name)).replace("/", "-"))
    except ValueError:
        fault = FieldFault(pointer=f"/{name}", code="malformed")
        raise Invalid("request_invalid", fields=[fault]) from None
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def _shift(fields: Fields, before: Any) -> dict[str, Any] | None:
    """Give the shift of the week that was typed; none where no day has a window."""
    week = {day: _words(latin(fields.get(f"week.{day}"))) for day in DAYS}
    if not any(week.values()):
        return None
    return {**(before or {}), "week": {day: windows for day, windows in week.items() if windows}}


def _words(typed: str) -> list[str]:
    return [each for each in _COMMA.split(typed) if each]
