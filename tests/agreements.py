"""Agreements that tests and measurements publish; they are for tickets that come by the API."""

from typing import Any


def _answered_within(within: str, marks: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "match": {"channel": ["api"]},
        "targets": [
            {
                "clock": "first_response",
                "within": within,
                "calendar": "around-the-clock",
                "marks": marks,
            }
        ],
    }


#: Answered within four seconds: a warning to the assignee after three, then the manager is told.
QUICK = _answered_within(
    "PT4S",
    [
        {"percent": 75, "notices": [{"role": "assignee", "channel": "sms"}]},
        {"percent": 100, "notices": [{"role": "service_manager", "channel": "sms"}]},
    ],
)

#: Five marks of every ticket, 9 to 15 seconds after it came; nobody is told of them.
STORMY = _answered_within(
    "PT15S", [{"percent": percent, "notices": []} for percent in (60, 70, 80, 90, 100)]
)
