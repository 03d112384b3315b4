"""Sessions that end before their time, where no Redis is."""

import pytest
from redis.asyncio import Redis

from gateway.revocations import Revocations
from gateway.security import Sessions
from tests.unit.gateway.samples import a_staff_member

KEY, NOW = "a" * 40, 1_800_000_000.0


@pytest.fixture
def revocations() -> Revocations:
    return Revocations(Redis.from_url("redis://127.0.0.1:1/0"), keep_seconds=3600)


@pytest.fixture
def sessions() -> Sessions:
    return Sessions([KEY])


async def test_a_session_ends_and_another_of_the_same_person_goes_on(revocations, sessions):
    ended = sessions.open(a_staff_member()).session
    other = sessions.open(a_staff_member()).session

    await revocations.end(ended)

    assert revocations.has_ended(ended)
    assert not revocations.has_ended(other)


async def test_every_session_that_a_person_has_ends_and_a_later_one_does_not(revocations, sessions):
    before = sessions.open(a_staff_member()).session

    await revocations.end_all_of("desk")

    assert revocations.has_ended(before)
    assert not revocations.has_ended(sessions.open(a_staff_member()).session)


async def test_refreshing_makes_no_old_session_a_new_one(revocations, sessions):
    before = sessions.open(a_staff_member()).session

    await revocations.end_all_of("desk")
    refreshed = sessions.go_on(before, a_staff_member()).token

    assert revocations.has_ended(sessions.read(refreshed))
