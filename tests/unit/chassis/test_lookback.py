"""Looks at the index of commit times: together they miss no commit, however late it appears."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chassis.journal.lookback import Lookback

FAR = 8.0
PAUSES = st.lists(st.floats(0.05, 3.0), min_size=40, max_size=120)


@given(pauses=PAUSES, stamped=st.floats(-5, 60), late=st.floats(0, FAR))
def test_a_commit_that_appears_late_is_found_by_the_looks_that_follow(pauses, stamped, late):
    lookback = Lookback(FAR)
    lookback.begin(0.0)
    now, found = 0.0, False
    for pause in [*pauses, *[FAR / 2] * 4]:
        now += pause
        since = lookback.since(now)
        found = found or (stamped + late <= now and since <= stamped)

    assert found or stamped + late > now


@given(pauses=PAUSES)
def test_what_a_frozen_database_wrote_long_after_its_stamp_is_found_for_half_a_minute(pauses):
    lookback = Lookback(FAR)
    lookback.begin(1000.0)
    now, far = 1060.0, []
    for pause in pauses:
        if now < 1060 + 29 and lookback.since(now) <= 1000 - FAR:
            far.append(now)
        now += pause

    assert far[0] == 1060
    looks = [*far, min(now, 1060.0 + 29)]
    assert max(later - sooner for sooner, later in pairwise(looks)) <= FAR / 2 + 3


def test_most_looks_read_little():
    lookback = Lookback(FAR)
    lookback.begin(0.0)
    spans = []
    for step in range(100, 400):
        now = step / 2
        spans.append(now - lookback.since(now))

    assert sorted(spans)[len(spans) // 2] == 1.5
    assert max(spans[80:]) <= FAR * 1.5 + 0.5


@given(pauses=PAUSES, late=st.floats(0, 20))
def test_what_was_written_during_a_stall_is_found_though_it_appears_late(pauses, late):
    lookback = Lookback(FAR)
    lookback.begin(0.0)
    now = 0.0
    for pause in pauses:
        now += pause
        lookback.since(now)
    stalled, stamped = now, now - 5.0
    now += 3.0
    lookback.since(now)

    lookback.stall(stalled)

    found = False
    appears = now + late
    while now < appears + FAR / 2 + 1:
        now += 0.5
        found = found or (appears <= now and lookback.since(now) <= stamped)
    assert found


@given(pauses=PAUSES, stamped=st.floats(-5, 60), late=st.floats(0, FAR))
def test_what_has_appeared_and_is_stamped_before_the_reach_was_found_by_a_look(
    pauses, stamped, late
):
    lookback = Lookback(FAR)
    lookback.begin(0.0)
    now, found = 0.0, stamped < -FAR
    for pause in pauses:
        now += pause
        since = lookback.since(now)
        found = found or (stamped + late <= now and since <= stamped)
        if stamped + late <= now and stamped < lookback.reach(now):
            assert found
