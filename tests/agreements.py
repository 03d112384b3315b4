"""Agreements that tests and measurements publish; they are for tickets that come by the API."""

from typing import Any

#: Answered within four seconds: a warning to the assignee after three, then the manager is told.
QUICK: dict[str, Any] = {
    "match": {"channel": ["api"]},
    "targets": [
        {
            "clock": "first_response",
            "within": "PT4S",
            "calendar": "around-the-clock",
            "marks": [
                {"percent": 75, "notices": [{"role": "assignee", "channel": "sms"}]},
                {"percent": 100, "notices": [{"role": "service_manager", "channel": "sms"}]},
            ],
        }
    ],
}

#: Five marks of every ticket, 9 to 15 seconds after it came; nobody is told of them.
STORMY: dict[str, Any] = {
    "match": {"channel": ["api"]},
    "targets": [
        {
            "clock": "first_response",
            "within": "PT15S",
            "calendar": "around-the-clock",
            "marks": [{"percent": percent, "notices": []} for percent in (60, 70, 80, 90, 100)],
        }
    ],
}
