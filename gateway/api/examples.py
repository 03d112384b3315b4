"""Definitions as administrators may write them, for the API's document."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Example(NamedTuple):
    """What a definition may look like, and what may be wrong with one."""

    answer: dict[str, Any]
    note: str
    #: Codes of faults.
    faults: tuple[str, ...]
    #: With which a wrong one is refused.
    code: str = "definition_invalid"


_WORKDAY: Final = ["08:00-12:00", "13:00-16:00"]

CALENDAR: Final = Example(
    answer={
        "id": "fars-office",
        "version": 3,
        "definition": {
            "zone": "Asia/Tehran",
            "week": {
                **dict.fromkeys(("saturday", "sunday", "monday", "tuesday"), _WORKDAY),
                "wednesday": [*_WORKDAY, "22:00-06:00"],
                "thursday": ["08:00-12:00"],
            },
            "holidays": ["ir-official", "province-fars"],
            "exceptions": {"1405-01-05": ["09:00-12:00"], "2026-11-24": []},
            "units": ["fars"],
            "subjects": ["pension.survivors"],
            "default": False,
        },
    },
    note="A window that ends before it begins ends on the next day and belongs to the day on which "
    "it opens. A day is what its exception says, else closed where a list of `holidays` names it, "
    "else the week's. `subjects`, `units` and `default` say for whom the calendar holds where an "
    "agreement leaves it open: the subject's, else the unit's, else the default one. Every change "
    "is a new version.",
    faults=(
        "invalid",
        "zone_unknown",
        "window_empty",
        "windows_overlap",
        "too_few_hours",
        "date_malformed",
        "date_repeated",
        "named_twice",
        "holidays_not_found",
        "has_another_calendar",
        "another_default_calendar",
    ),
)

HOLIDAYS: Final = Example(
    answer={
        "id": "province-fars",
        "version": 1,
        "definition": {
            "days": {
                "1405-02-15": {"fa": "روز شیراز", "en": "Shiraz Day"},
                "2027-01-12": {"fa": "آلودگی هوا", "en": "Air pollution"},
            }
        },
    },
    note="Days are Jalali or Gregorian by their year. The list `ir-official` is there from the "
    "start. A list that closes other days than before is a new version of every calendar that "
    "names it.",
    faults=("invalid", "date_malformed", "date_repeated"),
)

_BY: Final = {"published_by": "person:admin", "published_at": "2026-11-22T06:30:00Z"}

FORM: Final = Example(
    answer={
        "id": "purchase",
        "version": 3,
        "definition": {
            "title": {"fa": "درخواست خرید", "en": "Purchase request"},
            "sections": [
                {
                    "id": "what",
                    "title": {"fa": "کالا", "en": "Goods"},
                    "fields": [
                        {
                            "type": "table",
                            "id": "items",
                            "label": {"fa": "اقلام", "en": "Items"},
                            "required": True,
                            "columns": [
                                {
                                    "type": "text",
                                    "id": "item",
                                    "label": {"fa": "شرح", "en": "Description"},
                                    "required": True,
                                },
                                {
                                    "type": "number",
                                    "id": "price",
                                    "label": {"fa": "بها", "en": "Price"},
                                    "min": 0,
                                    "step": 1,
                                    "unit": {"fa": "ریال", "en": "rials"},
                                },
                            ],
                        },
                        {
                            "type": "number",
                            "id": "total",
                            "label": {"fa": "جمع", "en": "Total"},
                            "routable": True,
                            "reportable": True,
                            "computed": {
                                "reduce": [
                                    {"var": "items"},
                                    {"+": [{"var": "accumulator"}, {"var": "current.price"}]},
                                    0,
                                ]
                            },
                        },
                        {
                            "type": "long_text",
                            "id": "reason",
                            "label": {"fa": "دلیل", "en": "Reason"},
                            "visible": {">": [{"var": "total"}, 1_000_000_000]},
                            "required": True,
                        },
                        {"type": "block", "block": "place"},
                    ],
                }
            ],
            "rules": [],
        },
        "included_by": [],
        **_BY,
    },
    note="Types: `text`, `long_text`, `number`, `date`, `choice`, `multi_choice`, `cascade`, "
    "`national_id`, `legal_id`, `mobile`, `iban`, `email`, `yes_no`, `table`; `block` stands for "
    "the fields of a block, which keep their ids. `visible`, `required`, `computed` and `default` "
    "are JSONLogic over the answers and `context`; a rule is looked at where its field `at` has an "
    "answer. A pattern is a row of characters and sets of them, each with how many "
    "(`[A-Z]{2}-\\d{4,6}`). Answers that are `routable` are told in `ticket.registered`: numbers, "
    "days, choices, yes and no alone. Every change is a new version; a ticket stays with the one "
    "it was made with.",
    faults=(
        "block_not_found",
        "bounds_reversed",
        "date_malformed",
        "default_unfit",
        "field_type_unknown",
        "field_unknown",
        "hangs_on_itself",
        "id_reserved",
        "language_missing",
        "logic_malformed",
        "logic_name_unknown",
        "logic_operator_unknown",
        "logic_reads_all",
        "logic_too_large",
        "malformed",
        "named_twice",
        "not_found_by",
        "not_in_table",
        "not_routable",
        "not_with_computed",
        "pattern_malformed",
        "required",
        "step_not_positive",
        "too_few",
        "too_many",
        "unknown_field",
    ),
)

BLOCK: Final = Example(
    answer={
        "id": "place",
        "version": 2,
        "definition": {
            "title": {"fa": "نشانی", "en": "Address"},
            "fields": [
                {
                    "type": "text",
                    "id": "postal_code",
                    "label": {"fa": "کد پستی", "en": "Postal code"},
                    "pattern": r"[1-9]\d{9}",
                }
            ],
        },
        "included_by": ["purchase"],
        **_BY,
    },
    note="Every form that includes the block gets a new version with it. A block that would break "
    "one of them is refused, as is one that includes another.",
    faults=("breaks_form", "field_type_unknown", "language_missing", "named_twice"),
)


WORKFLOW: Final = Example(
    answer={
        "id": "purchase",
        "version": 2,
        "definition": {
            "title": {"fa": "خرید", "en": "Purchase"},
            "start": "new",
            "actions": {"ordered": {"title": {"fa": "سفارش داده شد", "en": "Ordered"}}},
            "steps": {
                "new": {"kind": "new", "unit": "purchasing"},
                "checking": {
                    "kind": "in_progress",
                    "tells": {"fa": "خرید شما بررسی می‌شود.", "en": "Your purchase is checked."},
                    "tasks": {
                        "legal": {
                            "title": {"fa": "بررسی حقوقی", "en": "Legal check"},
                            "unit": "legal",
                            "form": "legal-check",
                        }
                    },
                },
                "approval": {"kind": "in_progress", "approvals": {"by": ["supervisor"]}},
                "delivered": {"kind": "finished"},
                "refused": {"kind": "declined"},
            },
            "transitions": [
                {"action": "ordered", "from": ["new"], "to": "checking", "who": ["assignee"]},
                {"action": "passed", "from": ["checking"], "to": "approval"},
                {"action": "failed", "from": ["checking"], "to": "refused"},
                {"action": "passed", "from": ["approval"], "to": "delivered"},
                {"action": "failed", "from": ["approval"], "to": "refused"},
            ],
        },
    },
    note="A step with tasks or approvals is left by itself, by `passed` or `failed`. What a "
    "definition may say stands in docs/workflows.md.",
    faults=(
        *("step_unknown", "action_unknown", "relation_unknown", "guard_unknown"),
        *("unreachable", "dead_end", "nobody_may", "leads_to_wrong_kind", "leaves_an_end"),
        *("needs_too_many", "no_way_passed", "no_way_failed", "nothing_to_settle", "automatic"),
        *("unit_unknown", "nobody_there", "resolves_to_nobody", "too_few_people", "form_unknown"),
        *("fact_unknown", "answers_unknown", "form_ambiguous", "language_missing"),
    ),
    code="workflow_invalid",
)
