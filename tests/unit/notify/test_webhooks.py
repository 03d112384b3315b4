"""Webhooks by pure rules: filters, payloads, secrets, and five days by a virtual clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
import standardwebhooks

from chassis import webhooks as signing
from contracts.envelope import CloudEvent
from services.notify.domain import posting
from services.notify.domain.posting import Answered, Waiting
from services.notify.domain.webhooks import (
    Case,
    Secret,
    Webhook,
    body,
    message_id,
    rotated,
    takes,
    unknown_types,
)
from services.notify.settings import NotifySettings
from tests.unit.notify.samples import CODE, NOON

PAUSES = NotifySettings.model_fields["webhook_retry_seconds"].default
FIVE_DAYS = timedelta(days=5)
NEW, OLD = "whsec_" + "TmV3MTIz" * 5, "whsec_" + "T2xkMTIz" * 5


def a_webhook(**changes: Any) -> Webhook:
    usual = {"id": "crm", "title": {"en": "CRM"}, "address": "https://crm.example.org/hook"}
    return Webhook(**(usual | changes))


def an_event(**changes: Any) -> CloudEvent:
    usual = {
        "id": f"{CODE}.7",
        "source": "/peygir/routing",
        "type": "ir.peygir.ticket.assigned.v1",
        "subject": CODE,
        "time": NOON,
        "sequence": 7,
        "epoch": "5d0c1f6a92be",
        "actor": "person:desk",
        "data": msgspec.Raw(b'{"assignee":"expert"}'),
    }
    return CloudEvent(**(usual | changes))


def a_message(number: int = 1, **changes: Any) -> Waiting:
    usual = {"id": f"m{number}", "message": f"m{number}", "stream": CODE, "order": number}
    return Waiting(**(usual | {"next_at": NOON} | changes))


# -- what is sent ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        ([], True),
        (["ticket.assigned"], True),
        (["ticket.*"], True),
        (["sla.*", "ticket.assigned"], True),
        (["ticket.registered"], False),
        (["sla.*"], False),
    ],
)
def test_types_are_named_or_begun(types: list[str], *, wanted: bool) -> None:
    assert a_webhook(types=types).wants("ticket.assigned") is wanted


def test_units_go_by_the_event_and_else_by_the_ticket() -> None:
    webhook = a_webhook(units=["it"])

    assert takes(webhook, an_event(unit="it"), Case("sales"))
    assert not takes(webhook, an_event(unit="sales"), Case("it"))
    assert takes(webhook, an_event(), Case("it"))
    assert not takes(webhook, an_event(), Case())


def test_kinds_are_those_of_the_ticket() -> None:
    webhook = a_webhook(kinds=["incident"])

    assert takes(webhook, an_event(), Case(None, "incident"))
    assert not takes(webhook, an_event(), Case(None, "request"))
    assert not takes(webhook, an_event(subject="person:desk"), Case())


def test_a_type_that_no_event_has_is_pointed_out() -> None:
    assert unknown_types(["ticket.registered", "tickets.*", "sla.*", "ticket.made"]) == [1, 3]


def test_an_event_is_sent_as_the_log_has_it_or_as_standard_webhooks_recommends() -> None:
    event = an_event(unit="it")

    log = msgspec.json.decode(body(event, "cloudevents-1"))
    standard = msgspec.json.decode(body(event, "standard-1"))

    assert log["id"] == f"{CODE}.7"
    assert log["data"] == {"assignee": "expert"}
    assert set(standard) == {"type", "timestamp", "data"}
    assert standard["type"] == "ticket.assigned"
    assert standard["data"]["event"] == {"assignee": "expert"}
    assert standard["data"]["unit"] == "it"


def test_the_same_number_of_two_services_is_two_messages() -> None:
    assert message_id(an_event()) != message_id(an_event(source="/peygir/intake"))
    assert message_id(an_event()) != message_id(an_event(epoch="restored"))


# -- secrets ---------------------------------------------------------------------------------------


def test_the_official_library_accepts_either_secret_while_they_rotate() -> None:
    keep = timedelta(hours=24)
    secrets = rotated([Secret(text=OLD, since=NOON)], NEW, now=NOON, keep=keep)
    webhook = a_webhook(secrets=secrets)
    # The library checks by the wall clock.
    now = datetime.now(UTC)
    content = body(an_event(), "cloudevents-1")

    head = signing.headers(webhook.signing(NOON), "m1", content, now=now)

    for secret in (NEW, OLD):
        assert standardwebhooks.Webhook(secret).verify(content, head)["subject"] == CODE
    assert webhook.signing(NOON + keep) == [NEW]


def test_a_secret_may_end_at_once_and_shows_itself_nowhere() -> None:
    secrets = rotated([Secret(text=OLD, since=NOON)], NEW, now=NOON, keep=timedelta(0))

    assert [secret.text for secret in secrets] == [NEW]
    assert NEW not in repr(a_webhook(secrets=secrets))


# -- five days of trouble --------------------------------------------------------------------------


def tried_at(message: Waiting, answers: Any) -> list[timedelta]:
    """Let a virtual clock run from attempt to attempt; gives when each was."""
    now, times = NOON, []
    while True:
        times.append(now - NOON)
        settled = posting.settle(message, answers(now), PAUSES, now)
        if settled.next_at is None:
            return times
        message.attempts += 1
        now = settled.next_at


@pytest.mark.parametrize("number", range(20))
def test_the_schedule_is_kept_within_a_tenth_for_five_days(number: int) -> None:
    times = tried_at(a_message(number), lambda _now: Answered("failing", 500))

    assert len(times) == len(PAUSES) + 1
    pauses = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    for pause, wanted in zip(pauses, PAUSES, strict=True):
        assert abs(pause - wanted) <= 0.1 * wanted
    assert abs(times[-1] - FIVE_DAYS) <= 0.1 * FIVE_DAYS


def test_many_that_failed_together_do_not_come_back_together() -> None:
    nexts = {
        posting.settle(a_message(number), Answered("timeout"), PAUSES, NOON).next_at
        for number in range(100)
    }

    assert len(nexts) > 90


def test_a_receiver_that_is_back_has_everything_with_its_next_attempts() -> None:
    back = NOON + timedelta(hours=24)

    times = tried_at(a_message(), lambda now: Answered("taken" if now >= back else "unreachable"))

    assert timedelta(hours=24) <= times[-1] <= timedelta(hours=36)


@pytest.mark.parametrize(
    ("asked", "given"), [(3600.0, 3600.0), (1.0, 5.0), (30 * 86400.0, 86400.0)]
)
def test_retry_after_is_given_where_it_is_longer_up_to_a_day(asked: float, given: float) -> None:
    settled = posting.settle(a_message(), Answered("busy", 429, asked), PAUSES, NOON)

    assert settled.next_at is not None
    assert (settled.next_at - NOON).total_seconds() == pytest.approx(given, rel=0.1)


def test_gone_ends_it_at_once() -> None:
    assert posting.settle(a_message(), Answered("gone", 410), PAUSES, NOON).state == "failed"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, "taken"),
        (302, "redirected"),
        (404, "refused"),
        (410, "gone"),
        (429, "busy"),
        (500, "failing"),
        (503, "busy"),
    ],
)
def test_what_an_answer_means(status: int, outcome: str) -> None:
    assert posting.outcome_of(status) == outcome


def test_only_who_has_taken_nothing_at_all_is_hopeless() -> None:
    assert posting.is_hopeless(NOON, None)
    assert posting.is_hopeless(NOON, NOON - FIVE_DAYS)
    assert not posting.is_hopeless(NOON, NOON + timedelta(hours=1))


# -- whose turn it is ------------------------------------------------------------------------------


def test_in_order_a_ticket_waits_for_its_first_and_others_go_on() -> None:
    later = NOON + timedelta(hours=1)
    queue = [a_message(1, next_at=later), a_message(2), a_message(3, stream="other")]

    def turns(*, ordered: bool, in_hand: tuple[str, ...] = ()) -> list[str]:
        found = posting.due(queue, in_hand, now=NOON, ordered=ordered, room=8)
        return [item.id for item in found]

    assert turns(ordered=True) == ["m3"]
    assert turns(ordered=False) == ["m2", "m3"]
    assert turns(ordered=True, in_hand=("m3",)) == []


def test_no_more_is_begun_than_hands_are_free() -> None:
    queue = [a_message(number, stream=str(number)) for number in range(20)]

    assert len(posting.due(queue, (), now=NOON, ordered=True, room=3)) == 3


def test_what_a_failing_receiver_is_offered_is_little() -> None:
    fresh = [a_message(number) for number in range(20)]
    tried = [a_message(number, attempts=1) for number in range(2000)]

    assert posting.appetite([], failing=False) == 500
    assert posting.appetite(fresh, failing=False) == 480
    assert posting.appetite([], failing=True) == 10
    assert posting.appetite(fresh, failing=True) == 0
    assert posting.appetite(tried, failing=False) == 500
    assert posting.appetite(tried, failing=True) == 0


def test_processes_share_and_one_more_moves_only_its_part() -> None:
    names = [f"hook-{number}" for number in range(300)]
    two = {name: posting.keeper(name, ["a", "b"]) for name in names}
    three = {name: posting.keeper(name, ["a", "b", "c"]) for name in names}

    assert min(list(two.values()).count(each) for each in "ab") > 100
    assert all(three[name] in (two[name], "c") for name in names)
    assert posting.keeper("hook", []) is None
