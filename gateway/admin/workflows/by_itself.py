"""What a workflow does by itself, as the editor asks for it and puts it into words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import msgspec

from gateway.admin.conditions import as_typed, as_value
from gateway.admin.editing import Fields, as_dict, as_list, as_text, kept, said
from gateway.admin.known import Known
from gateway.explaining import duration
from gateway.texts import latin

_HOURS: Final = re.compile(r"(\d{1,5})(?::([0-5]?\d))?")


def later(fields: Fields, name: str) -> list[dict[str, Any]]:
    """Give the timers that were typed, hours as `4` or `4:30`; a row without an action is none."""
    rows = (
        {"after": _duration(fields.get(f"{row}.after")), "action": fields.get(f"{row}.action")}
        for row in fields.rows(name)
    )
    return [row for row in rows if row["action"]]


def rows_of(timers: Any) -> list[dict[str, str]]:
    """Give timers as the form shows them, and an empty row for one more."""
    listed = [as_dict(timer) for timer in as_list(timers)]
    shown = [
        {"after": _hours(as_text(timer.get("after"))), "action": as_text(timer.get("action"))}
        for timer in listed
    ]
    return [*shown, {"after": "", "action": ""}]


def marks(timers: Any, titles: Mapping[str, str], known: Known) -> Iterator[str]:
    """Say of timers what is done, and after how long."""
    say = known.words().text
    for timer in (as_dict(each) for each in as_list(timers)):
        action, seconds = as_text(timer.get("action")), _seconds(as_text(timer.get("after")))
        yield say(
            "flow.comes_by_itself",
            title=titles.get(action, action),
            duration="—" if seconds is None else duration(seconds, known.language),
        )


def starts(effects: Mapping[str, Any], fields: Fields) -> list[dict[str, Any]]:
    """Give the tickets to be started as they were typed; a row without a subject is none."""
    before = [as_dict(each) for each in as_list(effects.get("start"))]
    found = []
    for row in fields.rows("start"):
        number = int(row.rpartition(".")[2])
        changes = {
            "subject": fields.get(f"{row}.subject"),
            "title": fields.words(f"{row}.title"),
            "description": fields.words(f"{row}.description"),
            "workflow": fields.get(f"{row}.workflow"),
            "answers": _answers(fields, f"{row}.answers"),
        }
        if changes["subject"]:
            found.append(kept(before[number] if number < len(before) else {}, changes))
    return found


def start_rows(effects: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the tickets to be started as the form shows them, and an empty row for one more."""
    listed = [as_dict(each) for each in as_list(effects.get("start"))]
    return [each | {"rows": _answer_rows(as_dict(each.get("answers")))} for each in (*listed, {})]


def hand_off(effects: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """Give the hand-off as it was typed; without a partner it is none."""
    partner = fields.get("hand_off.partner")
    changes = {"partner": partner, "note": fields.words("hand_off.note")}
    return kept(as_dict(effects.get("hand_off")), changes) if partner else {}


def effect_marks(effects: Mapping[str, Any], known: Known) -> Iterator[str]:
    """Say which tickets a transition starts, and to whom the work goes."""
    for each in (as_dict(start) for start in as_list(effects.get("start"))):
        subject = as_text(each.get("subject"))
        yield known.words().text(
            "flow.starts",
            title=said(each.get("title"), known.language, subject),
            subject=known.subjects.get(subject, subject),
        )
    if partner := as_text(as_dict(effects.get("hand_off")).get("partner")):
        title = known.partners.get(partner, partner)
        yield known.words().text("flow.hands_over", partner=title)


def _answers(fields: Fields, name: str) -> dict[str, Any]:
    """Give the answers that a started ticket's form gets: what is known, or a value, by field."""
    answers: dict[str, Any] = {}
    for row in fields.rows(name):
        field, typed = fields.get(f"{row}.field"), fields.get(f"{row}.value")
        fact = fields.get(f"{row}.other") or fields.get(f"{row}.fact")
        if field and (fact or typed):
            answers[field] = {"var": fact} if fact else _rule(typed)
    return answers


def _answer_rows(answers: Mapping[str, Any]) -> list[dict[str, str]]:
    """Give answers as the form shows them, and an empty row for one more."""
    rows = []
    for field, rule in answers.items():
        fact = as_dict(rule).get("var") if len(as_dict(rule)) == 1 else None
        shown = {"fact": fact} if isinstance(fact, str) else {"value": as_typed(rule)}
        rows.append({"field": field, "fact": "", "value": ""} | shown)
    return [*rows, {"field": "", "fact": "", "value": ""}]


def _rule(typed: str) -> Any:
    """Give what was typed as a value; what begins as JSON and is some, as the rule that it is."""
    if typed[:1] in ("{", "["):
        with suppress(msgspec.DecodeError, RecursionError):
            return msgspec.json.decode(typed)
    return as_value(typed)


def _duration(typed: str) -> str:
    """Give the ISO 8601 duration of so many hours; what is none stays for the check to name."""
    found = _HOURS.fullmatch(latin(typed.strip()))
    if found is None:
        return typed.strip()
    hours, minutes = int(found[1]), int(found[2] or 0)
    return f"PT{hours}H" + (f"{minutes}M" if minutes else "")


def _hours(text: str) -> str:
    seconds = _seconds(text)
    if seconds is None or seconds % 60:
        return text
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours}:{minutes:02}" if minutes else f"{hours}"


def _seconds(text: str) -> float | None:
    try:
        return msgspec.convert(text, timedelta).total_seconds()
    except (msgspec.ValidationError, OverflowError):
        return None
