"""Quiet hours and digests as an administrator writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.notify.domain.policy import Policy, QuietHours, faults

# 2026-11-22 is a Sunday; Tehran is 3.5 hours ahead of UTC.
NIGHTS = {
    "zone": "Asia/Tehran",
    "week": {
        day: ["00:00-07:00", "22:00-24:00"]
        for day in ("saturday", "sunday", "monday", "tuesday", "wednesday", "thursday")
    }
    | {"friday": ["00:00-24:00"]},
}


def quiet() -> QuietHours:
    return msgspec.convert(NIGHTS, QuietHours)


def tehran(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) - timedelta(hours=3, minutes=30)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (tehran(22, 12), None),
        (tehran(22, 7), None),
        (tehran(22, 6, 59), tehran(22, 7)),
        (tehran(22, 22), tehran(23, 7)),
        (tehran(22, 23, 59), tehran(23, 7)),
        # Thursday night to Saturday morning: the whole Friday lies between.
        (tehran(26, 22, 30), tehran(28, 7)),
    ],
)
def test_quiet_ends_when_no_span_follows(now: datetime, end: datetime | None):
    assert quiet().end(now) == end


def test_quiet_hours_hold_what_disturbs_and_let_letters_go():
    policy = msgspec.convert({"roles": {"service_manager": {"quiet": NIGHTS}}}, Policy)
    night = tehran(22, 23)

    assert policy.not_before("service_manager", "sms", night) == tehran(23, 7)
    assert policy.not_before("service_manager", "push", night) == tehran(23, 7)
    assert policy.not_before("service_manager", "email", night) is None
    assert policy.not_before("assignee", "sms", night) is None


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ({"king": {}}, [("/roles/king", "role_unknown")]),
        (
            {
                "owner": {
                    "quiet": {"zone": "Mars", "week": {"monday": ["7:00-8:00", "09:00-08:00"]}}
                }
            },
            [
                ("/roles/owner/quiet/zone", "zone_unknown"),
                ("/roles/owner/quiet/week/monday/0", "span_malformed"),
                ("/roles/owner/quiet/week/monday/1", "span_malformed"),
            ],
        ),
        (
            {"owner": {"digest": {"most": 3, "within": "P2D"}}},
            [("/roles/owner/digest/within", "duration_out_of_range")],
        ),
        (
            {
                "owner": {
                    "quiet": {
                        "zone": "UTC",
                        "week": {day: ["00:00-24:00"] for day in NIGHTS["week"]},
                    }
                }
            },
            [("/roles/owner/quiet/week", "never_told")],
        ),
        ({"owner": {"quiet": NIGHTS, "digest": {"most": 0, "within": "PT10M"}}}, []),
    ],
)
def test_what_cannot_be_right_is_named(roles: dict[str, Any], found: list[tuple[str, str]]):
    policy = msgspec.convert({"roles": roles}, Policy)

    assert [(fault.pointer, fault.code) for fault in faults(policy)] == found
