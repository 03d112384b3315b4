"""What the provider is asked about, and what its answers lead to."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest

from services.notify.domain.receipts import Reported
from services.notify.sending.receipts import AGES, Receipts
from tests.unit.notify.samples import NOON

MINUTE = timedelta(minutes=1)


class Provider:
    def __init__(self, **states: int) -> None:
        self.known = states
        self.asked: list[str] = []

    def states(self, references: Sequence[str]) -> dict[str, int]:
        self.asked += references
        return {name: self.known[name] for name in references}


class OpenMessages:
    """Messages by the age they have now."""

    def __init__(self, **ages: timedelta) -> None:
        self.ages = ages
        self.reports: list[Reported] = []

    def now(self) -> datetime:
        return NOON

    def report(self, reports: Sequence[Reported]) -> set[str]:
        self.reports += reports
        return {report.reference for report in reports}

    def awaiting_receipt(
        self, _provider: str, since: datetime, until: datetime, _most: int
    ) -> Iterable[str]:
        return [name for name, age in self.ages.items() if since <= NOON - age < until]


@pytest.mark.parametrize(
    ("state", "failures"),
    [
        (10, [None]),
        (11, ["undelivered"]),
        (6, ["undelivered"]),
        (13, ["cancelled"]),
        (14, ["blocked_by_recipient"]),
        (1, []),
        (5, []),
        (100, []),
    ],
)
def test_only_the_end_of_a_message_is_recorded(state: int, failures: list[str | None]):
    ledgers = OpenMessages()

    Receipts(Provider(), ledgers).take("a", state)

    assert [report.failure for report in ledgers.reports] == failures


def test_what_the_provider_answers_is_recorded_like_a_report():
    ledgers = OpenMessages(a=MINUTE + timedelta(seconds=1), b=MINUTE + timedelta(seconds=1))

    ended = Receipts(Provider(a=10, b=5), ledgers).ask(MINUTE)

    assert ended == 1
    assert [report.reference for report in ledgers.reports] == ["a"]


def test_a_silent_message_is_asked_about_once_at_each_age():
    provider = Provider(a=5)
    ledgers = OpenMessages(a=timedelta())
    receipts = Receipts(provider, ledgers)

    for minute in range(24 * 60):
        ledgers.ages["a"] = timedelta(seconds=20 + 60 * minute)
        receipts.ask(MINUTE)

    assert provider.asked == ["a"] * len(AGES)
