"""Instants as they come from outside."""

from datetime import UTC, datetime

import pytest

from chassis.clock import as_utc
from chassis.errors import Invalid


def test_an_instant_without_a_zone_is_in_utc():
    noon = datetime(2026, 11, 22, 12)  # noqa: DTZ001 - what is tried

    assert as_utc(noon) == datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_zone_can_lead_over_the_edge_of_the_calendar(text):
    with pytest.raises(Invalid, match="instant_invalid"):
        as_utc(datetime.fromisoformat(text))
