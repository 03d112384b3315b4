"""What a batch of events makes of what is remembered."""

from zoneinfo import ZoneInfo

import msgspec

from services.reporting.handlers import Batch, Learned, Remembered, learn
from tests.unit.reporting.stories import NINE, Story, assigned, finished, registered

TEHRAN = ZoneInfo("Asia/Tehran")


def learn_from(memory: Remembered, source: str, events: list) -> Learned:
    return learn({memory.stream: memory}, [Batch(source, {memory.stream: events})], TEHRAN)


def test_a_run_moves_the_cursor_and_counts() -> None:
    story = Story().tells(registered())

    learned = learn_from(Remembered(stream=story.code), "intake", story.events)

    assert learned.changed[0].cursors == {"intake": 1}
    assert learned.change == learned.changed[0].counted
    assert learned.until == NINE


def test_a_second_delivery_changes_nothing() -> None:
    story = Story().tells(registered())
    known = learn_from(Remembered(stream=story.code), "intake", story.events).changed[0]

    again = learn_from(known, "intake", story.events)

    assert again.changed == []
    assert again.change == {}


def test_a_gap_stops_the_run_and_keeps_what_came_before() -> None:
    story = Story().tells(assigned(), assigned("reza"), finished())

    learned = learn_from(
        Remembered(stream=story.code), "routing", [story.events[0], story.events[2]]
    )

    assert learned.changed[0].cursors == {"routing": 1}
    assert learned.failures["routing", story.code].code == "events_missing"
    assert learned.failures["routing", story.code].params == {"sequence": 2}


def test_an_unreadable_body_stops_its_own_ticket_only() -> None:
    good, bad = Story("111111111111").tells(assigned()), Story("222222222222").tells(assigned())
    torn = msgspec.structs.replace(bad.events[0], data=msgspec.Raw(b"{}"))
    known = {story.code: Remembered(stream=story.code) for story in (good, bad)}

    learned = learn(known, [Batch("routing", {good.code: good.events, bad.code: [torn]})], TEHRAN)

    assert [memory.stream for memory in learned.changed] == [good.code]
    assert learned.failures["routing", bad.code].code == "event_unreadable"


def test_an_event_of_a_newer_producer_only_moves_the_cursor() -> None:
    story = Story().tells(assigned())
    newer = msgspec.structs.replace(story.events[0], type="ir.peygir.ticket.cloned.v1")

    learned = learn_from(Remembered(stream=story.code), "routing", [newer])

    assert learned.changed == [Remembered(stream=story.code, cursors={"routing": 1})]
