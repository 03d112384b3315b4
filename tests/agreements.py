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


def _step(role: str, channel: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "channel": channel, **more}


#: The demo's ladder with seconds for minutes, and e-mail to the manager as its last step.
LADDER = _answered_within(
    "PT6S",
    [
        {
            "percent": 50,
            "notices": [
                _step(
                    "assignee",
                    "sms",
                    acknowledge_within="PT60S",
                    then=[_step("owner", "sms")],
                )
            ],
        },
        {
            "percent": 100,
            "notices": [
                _step(
                    "service_manager",
                    "push",
                    holder=1,
                    acknowledge_within="PT4S",
                    then=[
                        _step("service_manager", "sms", holder=1, acknowledge_within="PT4S"),
                        _step("service_manager", "email"),
                    ],
                )
            ],
        },
    ],
)
