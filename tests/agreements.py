"""Agreements that tests and measurements publish."""

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
