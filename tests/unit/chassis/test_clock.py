"""Instants as they come from outside."""

from datetime import UTC, datetime

import pytest

from chassis.clock import as_utc, read_past
from chassis.errors import Invalid


def test_an_instant_without_a_zone_is_in_utc():
    noon = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - what is tried

    assert as_utc(noon) == datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_zone_can_lead_over_the_edge_of_the_calendar(text):
    with pytest.raises(Invalid, match="instant_invalid"):
        as_utc(datetime.fromisoformat(text))


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_past_is_read_to_the_millisecond():
    read = read_past("2020-01-01T03:30:00.123456+03:30", NOW)

    assert read == datetime(2020, 1, 1, microsecond=123_000, tzinfo=UTC)
    assert read_past("2026-11-22T12:00:59+00:00", NOW) > NOW


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T12:01:01+00:00",
        "9999-12-31T23:59:59+00:00",
        "1969-12-31T23:59:59+00:00",
        "2020-01-01T00:00:00",
        "yesterday",
        "",
        "9" * 5000,
    ],
)
def test_what_has_not_happened_is_no_past(text):
    with pytest.raises(Invalid, match="instant_"):
        read_past(text, NOW)
