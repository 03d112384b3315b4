"""What the form of each action asks for, and how what was typed becomes the action's arguments.

What may be done, the ticket says; what is right, routing decides. Here are only the questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from chassis.errors import FieldFault, Invalid
from gateway.documents import without_separators
from gateway.texts import latin


class Field(NamedTuple):
    """One question; its kind says how it is asked and read."""

    name: str
    kind: str
    required: bool = False


_TEXT: Final = Field("text", "text", required=True)
_REASON: Final = Field("reason", "text")
_MUST_REASON: Final = Field("reason", "text", required=True)
_COMMENT: Final = Field("comment", "text")
_TASK: Final = Field("task", "task", required=True)
_CHILDREN: Final = Field("children", "flag")
_QUESTION: Final = Field("question", "question", required=True)

#: By action; one that is not named is the workflow's own, and takes a comment.
FORMS: Final[Mapping[str, tuple[Field, ...]]] = {
    "answer": (_TEXT,),
    "ask": (Field("question", "text", required=True),),
    "note": (_TEXT,),
    "log-work": (
        Field("duration", "duration", required=True),
        Field("work_group", "work_group", required=True),
        Field("note", "text"),
    ),
    "refer": (Field("unit", "unit"), Field("person", "person"), _REASON),
    "escalate": (_REASON,),
    "return": (Field("proposal", "text"),),
    "assign": (Field("person", "person", required=True), Field("force", "flag")),
    "claim": (),
    "prioritise": (Field("priority", "priority", required=True),),
    "resume": (),
    "done": (Field("answer", "text"), _CHILDREN),
    "approve": (_CHILDREN,),
    "send-back": (_REASON,),
    "finish": (_CHILDREN,),
    "decline": (_MUST_REASON,),
    "withdraw": (_REASON,),
    "reopen": (_REASON,),
    "merge": (Field("into", "code", required=True),),
    "link": (Field("to", "code", required=True), Field("relation", "relation", required=True)),
    "unlink": (Field("to", "linked", required=True),),
    "attach": (Field("parent", "code", required=True),),
    "detach": (),
    "ask-unit": (
        Field("unit", "unit"),
        Field("person", "person"),
        Field("question", "text", required=True),
    ),
    "answer-question": (_QUESTION, Field("answer", "text", required=True)),
    "take-question-back": (_QUESTION,),
    "chase": (),
    "tag": (Field("add", "tags"), Field("remove", "tags")),
    "follow": (),
    "unfollow": (),
    "snooze": (Field("until", "until", required=True),),
    "wake": (),
    "take-task": (_TASK,),
    "give-task": (_TASK, Field("person", "person", required=True)),
    "finish-task": (_TASK, _COMMENT),
    "refuse-task": (_TASK, _MUST_REASON),
    "refuse": (_MUST_REASON,),
    "hand-off": (Field("to", "partner", required=True), Field("reference", "line"), _REASON),
    "tell-partner": (_TEXT,),
    "recall": (_REASON,),
    #: Not one of routing's: a part of the ticket becomes one of its own.
    "split": (
        Field("title", "line", required=True),
        Field("description", "text", required=True),
        Field("subject", "subject"),
    ),
}
_OWN: Final = (_COMMENT,)
#: Done by machines, or by requesters on their own page.
NOT_HERE: Final = frozenset({"rate", "record"})
#: What the work was about, as it is logged.
WORK_GROUPS: Final = (
    "user_problem",
    "user_error",
    "software_fault",
    "development",
    "training",
    "hardware",
    "network",
    "other",
)
RELATIONS: Final = ("related", "duplicate_of", "duplicated_by", "caused_by", "causes")
#: Until when something can be put off.
UNTIL: Final = ("hour", "hours", "tomorrow", "days", "week")
_MORNING: Final = time(8)
_SATURDAY: Final = 5
_MINUTE: Final = 60


def fields_of(action: str) -> tuple[Field, ...]:
    """Give what the form of an action asks for."""
    return FORMS.get(action, _OWN)


def needs_nothing(action: str) -> bool:
    """Tell whether the action is done by a button alone."""
    return not fields_of(action)


def arguments_of(
    action: str, values: Mapping[str, str], *, zone: str, unit_of: Mapping[str, str]
) -> dict[str, Any]:
    """Give the arguments that were typed; `unit_of` gives the unit of a person.

    Raises Invalid with every field that is missing or cannot be read.
    """
    arguments: dict[str, Any] = {}
    faults: list[FieldFault] = []
    for field in fields_of(action):
        typed = values.get(field.name, "").strip()
        if not typed:
            if field.required:
                faults.append(FieldFault(pointer=f"/{field.name}", code="required"))
            continue
        read = _read(field, typed, zone)
        if read is None:
            faults.append(FieldFault(pointer=f"/{field.name}", code="malformed"))
        else:
            arguments[field.name] = read
    if action in {"refer", "ask-unit"} and "unit" not in arguments:
        # Whoever names a person alone means the unit that he is of.
        unit = unit_of.get(arguments.get("person", ""))
        if unit:
            arguments["unit"] = unit
        else:
            faults.append(FieldFault(pointer="/unit", code="required"))
    if faults:
        raise Invalid("arguments_invalid", fields=faults)
    return arguments


def until_of(choice: str, now: datetime, zone: str) -> datetime | None:
    """Give the instant that a choice stands for; None for an unknown one."""
    local = now.astimezone(ZoneInfo(zone))
    mornings = {"tomorrow": 1, "days": 3, "week": (_SATURDAY - local.weekday() - 1) % 7 + 1}
    if choice == "hour":
        return now + timedelta(hours=1)
    if choice == "hours":
        return now + timedelta(hours=3)
    if choice in mornings:
        day = local.date() + timedelta(days=mornings[choice])
        return datetime.combine(day, _MORNING, ZoneInfo(zone)).astimezone(UTC)
    return None


def seconds_of(typed: str) -> int | None:
    """Read `25` as minutes and `1:15` as hours and minutes; None for anything else."""
    hours, colon, minutes = latin(typed).strip().rpartition(":")
    if not minutes.isdecimal() or (colon and not hours.isdecimal()):
        return None
    return (int(hours or 0) * _MINUTE + int(minutes)) * _MINUTE


def _read(field: Field, typed: str, zone: str) -> Any:
    """Give a value as the action takes it; None where it cannot be read."""
    if field.kind == "until":
        until = until_of(typed, datetime.now(UTC), zone)
        return until.isoformat() if until else None
    return _READERS.get(field.kind, str)(typed)


def _level(typed: str) -> int | None:
    return int(latin(typed)) if latin(typed).isdecimal() else None


def _tags(typed: str) -> list[str]:
    return [tag for tag in re.split(r"[\s,،]+", typed) if tag]


#: By kind of question; what is not named is taken as it was typed.
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "flag": bool,
    "code": without_separators,
    "linked": without_separators,
    "priority": _level,
    "duration": seconds_of,
    "tags": _tags,
}
