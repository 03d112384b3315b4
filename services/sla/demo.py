"""The demo's agreements: a ticket is answered within an hour, an e-mail within two (E8-E10).

At three quarters of the way an SMS tells the assignee how many minutes are left. At the end a
message is pushed to the service manager; who does not acknowledge it in ten minutes gets an SMS,
and ten minutes later all service managers an e-mail. First response runs around the clock,
resolution in the office hours of Tehran.
"""

from __future__ import annotations

from typing import Any

from contracts.calls.sla import DefineAgreement, DefineCalendar
from services.sla.repository import Kind

WORKDAYS = ("saturday", "sunday", "monday", "tuesday", "wednesday")
WEEKDAYS = (*WORKDAYS, "thursday", "friday")

#: What is not acknowledged goes on: to the supervisor, to the service managers one after the other.
MARKS: list[dict[str, Any]] = [
    {
        "percent": 75,
        "notices": [
            {
                "role": "assignee",
                "channel": "sms",
                "acknowledge_within": "PT5M",
                "then": [{"role": "supervisor", "channel": "push"}],
            }
        ],
    },
    {
        "percent": 100,
        "notices": [
            {
                "role": "service_manager",
                "channel": "push",
                "holder": 1,
                "acknowledge_within": "PT10M",
                "then": [
                    {
                        "role": "service_manager",
                        "channel": "sms",
                        "holder": 1,
                        "acknowledge_within": "PT10M",
                    },
                    {"role": "service_manager", "channel": "email"},
                ],
            }
        ],
    },
]


def _targets(first_response: str) -> list[dict[str, Any]]:
    return [
        {
            "clock": "first_response",
            "within": first_response,
            "calendar": "around-the-clock",
            "marks": MARKS,
        },
        {"clock": "resolution", "within": "PT24H", "calendar": "tehran-office", "marks": MARKS},
    ]


CALENDARS: dict[str, dict[str, Any]] = {
    "around-the-clock": {
        "title": {"fa": "شبانه‌روزی", "en": "Around the clock"},
        "zone": "UTC",
        "week": {day: ["00:00-24:00"] for day in WEEKDAYS},
    },
    "tehran-office": {
        "title": {"fa": "ساعت‌های اداری تهران", "en": "Office hours in Tehran"},
        "zone": "Asia/Tehran",
        "week": {**{day: ["08:00-16:00"] for day in WORKDAYS}, "thursday": ["08:00-12:00"]},
        "holidays": ["ir-official"],
        "default": True,
    },
}

#: The ticket's agreement has no term: it holds for every channel that none is nearer to.
AGREEMENTS: dict[str, dict[str, Any]] = {
    "ticket": {"public": True, "targets": _targets("PT1H")},
    "email": {"public": True, "match": {"channel": ["email"]}, "targets": _targets("PT2H")},
}

#: In the order in which one may refer to the other.
REQUESTS: list[tuple[Kind, DefineAgreement | DefineCalendar]] = [
    *(("calendar", DefineCalendar(id=name, definition=d)) for name, d in CALENDARS.items()),
    *(("agreement", DefineAgreement(id=name, definition=d)) for name, d in AGREEMENTS.items()),
]
