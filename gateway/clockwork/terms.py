"""An agreement between its definition and the form in which people write it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from contracts.days import read_date
from gateway.clockwork.fields import (
    duration,
    duration_fields,
    filled,
    rows_of,
    titles_in,
    whole,
    words,
)
from gateway.days import day_in
from gateway.texts import latin

Model = dict[str, Any]

#: Where a mark lies, in the order of a form.
PLACES: Final = ("percent", "left", "after")
#: Fields of a target that the form shows; the others are carried along as they are.
_SHOWN: Final = frozenset(
    {"clock", "kind", "within", "calendar", "marks", "states", "steps", "units", "tiers"}
)
_CHOICES: Final = ("subject", "kind", "channel", "unit")


def blank() -> Model:
    """Give the form of a new agreement: one promise, with a warning on the way."""
    notice = {"role": "assignee", "channel": "sms"}
    mark = {"place": "percent", "percent": "75", "notices": [notice]}
    target = {
        "clock": "first_response",
        "within": {"number": "1", "unit": "hours"},
        "marks": [mark],
    }
    return {"active": "1", "targets": [target]}


def model_of(definition: dict[str, Any], language: str, zone: str) -> Model:
    """Give a definition as a form shows it."""
    match = definition.get("match", {})
    return {
        "title": definition.get("title", {}),
        "extends": definition.get("extends") or "",
        "active": "1" if definition.get("active", True) else "",
        "public": "1" if definition.get("public") else "",
        "valid_from": _day_of(definition.get("valid_from"), language, zone),
        "match": {
            **{name: match.get(name, []) for name in _CHOICES},
            "segment": ", ".join(match.get("segment", [])),
            "priority": [str(level) for level in match.get("priority", [])],
        },
        "targets": [_target_model(target) for target in definition.get("targets", [])],
        "penalties": [
            {name: str(value) for name, value in penalty.items() if value is not None}
            for penalty in definition.get("penalties", [])
        ],
        "breach_reasons": ", ".join(definition.get("breach_reasons", [])),
        "exceptions": ", ".join(definition.get("exceptions", [])),
    }


def definition_of(model: Model, zone: str) -> dict[str, Any]:
    """Give what a form says as a definition; what cannot be right is for the service to refuse."""
    match = _part(model, "match")
    chosen = {name: match.get(name) for name in _CHOICES}
    priorities = [whole(level) for level in match.get("priority") or []]
    return {
        "targets": [_target(target) for target in rows_of(model, "targets")],
        **filled(
            match=filled(**chosen, segment=words(match.get("segment")), priority=priorities),
            title=titles_in(model),
            extends=model.get("extends"),
            public=model.get("public") == "1" or None,
            valid_from=_start_of(model.get("valid_from"), zone),
            penalties=[_penalty(penalty) for penalty in rows_of(model, "penalties")],
            breach_reasons=words(model.get("breach_reasons")),
            exceptions=words(model.get("exceptions")),
        ),
        **({} if model.get("active") == "1" else {"active": False}),
    }


def _part(model: Model, name: str) -> dict[str, Any]:
    part = model.get(name)
    return part if isinstance(part, dict) else {}


def _target_model(target: dict[str, Any]) -> Model:
    rest = {name: value for name, value in target.items() if name not in _SHOWN}
    return {
        "clock": target.get("clock", ""),
        "kind": target.get("kind") or "",
        "within": duration_fields(target.get("within")),
        "calendar": target.get("calendar") or "",
        "states": target.get("states", []),
        "units": target.get("units", []),
        "steps": ", ".join(target.get("steps", [])),
        "tiers": ", ".join(str(tier) for tier in target.get("tiers", [])),
        "rest": msgspec.json.encode(rest).decode() if rest else "",
        "marks": [_mark_model(mark) for mark in target.get("marks", [])],
    }


def _mark_model(mark: dict[str, Any]) -> Model:
    place = next((name for name in PLACES if mark.get(name) is not None), "percent")
    return {
        "place": place,
        "percent": str(mark.get("percent") or ""),
        "time": duration_fields(mark.get(place) if place != "percent" else None),
        "notices": [
            {
                **_rung_model(notice),
                "urgent": "1" if notice.get("urgent") else "",
                "then": [_rung_model(rung) for rung in notice.get("then", [])],
            }
            for notice in mark.get("notices", [])
        ],
        "actions": [
            {name: str(value) for name, value in action.items() if value is not None}
            for action in mark.get("actions", [])
        ],
    }


def _rung_model(rung: dict[str, Any]) -> Model:
    patience = rung.get("acknowledge_within")
    return {
        "role": rung.get("role", ""),
        "channel": rung.get("channel", ""),
        "holder": str(rung.get("holder") or ""),
        "acknowledge_within": duration_fields(patience) if patience else {},
    }


def _target(model: Model) -> dict[str, Any]:
    return {
        **_rest(model.get("rest")),
        "clock": model.get("clock", ""),
        "within": duration(model.get("within")),
        **filled(
            kind=model.get("kind"),
            calendar=model.get("calendar"),
            states=model.get("states"),
            units=model.get("units"),
            steps=words(model.get("steps")),
            tiers=[whole(tier) for tier in words(model.get("tiers"))],
            marks=[_mark(mark) for mark in rows_of(model, "marks")],
        ),
    }


def _mark(model: Model) -> dict[str, Any]:
    place = model.get("place") if model.get("place") in PLACES else "percent"
    where = whole(model.get("percent", "")) if place == "percent" else duration(model.get("time"))
    notices = [
        _rung(notice)
        | filled(
            urgent=notice.get("urgent") == "1" or None,
            then=[_rung(rung) for rung in rows_of(notice, "then")],
        )
        for notice in rows_of(model, "notices")
    ]
    actions = [_action(action) for action in rows_of(model, "actions")]
    return {str(place): where, **filled(notices=notices, actions=actions)}


def _rung(model: Model) -> dict[str, Any]:
    patience = model.get("acknowledge_within")
    has_patience = isinstance(patience, dict) and patience.get("number")
    return {
        "role": model.get("role", ""),
        "channel": model.get("channel", ""),
        **filled(
            holder=whole(model["holder"]) if model.get("holder") else None,
            acknowledge_within=duration(patience) if has_patience else None,
        ),
    }


def _action(model: Model) -> dict[str, Any]:
    return {
        "do": model.get("do", ""),
        **filled(
            priority=whole(model["priority"]) if model.get("priority") else None,
            tier=whole(model["tier"]) if model.get("tier") else None,
            unit=model.get("unit"),
            action=model.get("action"),
        ),
    }


def _penalty(model: Model) -> dict[str, Any]:
    amounts = {
        name: whole(model[name])
        for name in ("per_breach", "per_hour_late", "cap")
        if model.get(name)
    }
    return {"clock": model.get("clock", ""), **amounts}


def _rest(text: Any) -> dict[str, Any]:
    """Read what the form carried along; what somebody has tampered with is left out."""
    try:
        return msgspec.json.decode(str(text or "{}"), type=dict[str, Any])
    except (msgspec.DecodeError, ValueError):
        return {}


def _day_of(instant: Any, language: str, zone: str) -> str:
    if not instant:
        return ""
    day = datetime.fromisoformat(str(instant)).astimezone(ZoneInfo(zone)).date()
    return latin(day_in(day, "reader", language))


def _start_of(text: Any, zone: str) -> str | None:
    """Give midnight of a day as it was typed; what is no day stays, for the service to refuse."""
    typed = latin(str(text or "")).strip().replace("/", "-")
    if not typed:
        return None
    try:
        day = read_date("-".join(part.zfill(2) for part in typed.split("-")))
    except ValueError:
        return typed
    return datetime.combine(day, time(), ZoneInfo(zone)).isoformat()
