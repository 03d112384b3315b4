"""Commands into the journal: once per key, no lost update, a record that shows every change."""

import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import bson
import pytest

from chassis.calls import wire
from chassis.identity import Identity
from chassis.journal.commit import Draft, Stamped, commit_id, decode, encode
from contracts.envelope import ContentRef
from contracts.intake import TicketMessageReceived
from tests.component.chassis.world import new_stream
from tests.component.waiting import eventually, eventually_equal

A_SERVICE = Identity(subject="system:sla", role="service")


@pytest.fixture
def journal(gentle, intake):
    return gentle.database("intake")["journal"]


def acts_of(intake, stream):
    return intake.ask("told", {"stream": stream})["acts"]


# -- idempotency -----------------------------------------------------------------------------------


def test_a_repeated_key_gives_the_first_answer(intake, journal):
    stream, key = new_stream(), secrets.token_hex(8)
    request = {"stream": stream, "acts": ["ok"]}
    first = intake.call("tell", request, key=key).expect(200)
    intake.tell(stream, "meanwhile")

    again = intake.call("tell", request, key=key).expect(200)

    assert again.json == first.json
    assert (first.headers[wire.REPLAYED], again.headers[wire.REPLAYED]) == (None, "true")
    assert acts_of(intake, stream) == ["ok", "meanwhile"]


def test_a_key_that_comes_with_another_body_is_refused(intake):
    stream, key = new_stream(), secrets.token_hex(8)
    intake.tell(stream, "ok", key=key)

    answer = intake.call("tell", {"stream": stream, "acts": ["other"]}, key=key)

    assert answer.expect(422).json["code"] == "idempotency_key_reused"
    assert acts_of(intake, stream) == ["ok"]


def test_a_repeat_is_answered_even_when_the_state_no_longer_allows_it(intake):
    stream, key = new_stream(), secrets.token_hex(8)
    request = {"stream": stream, "acts": ["ok"], "after": 0}
    first = intake.ask("tell", request, key=key)

    assert intake.ask("tell", request, key=key) == first


def test_the_end_of_the_log_is_told_without_its_events(intake):
    stream = new_stream()
    before = intake.ask("journal_log", {"tail": True})
    intake.tell(stream, "ok")

    def told_since() -> list[str]:
        news = intake.ask("journal_log", {"after": before["next"]})
        return [event["subject"] for event in news["events"]]

    assert (before["events"], before["end"]) == ([], True)
    # What was told right before may be numbered in between.
    eventually(lambda: told_since()[-1:] == [stream])
    assert intake.ask("journal_log", {"tail": True})["next"] > before["next"]


def test_a_page_of_the_log_that_begins_within_a_commit_is_as_long_as_any(intake):
    before = intake.ask("journal_log", {"tail": True})["next"]
    ends = []
    for stream in (new_stream(), new_stream()):
        intake.ask("tell", {"stream": stream, "acts": ["a", "b", "c"]}, key=stream)

        def positions() -> list[int]:
            news = intake.ask("journal_log", {"after": before})["events"]
            return [event["position"] for event in news if event["subject"] == stream]  # noqa: B023

        # Each in a segment of its own.
        ends.append(eventually(positions)[-1])
    within = ends[0] - 1
    limit = ends[1] - within - 1

    page = intake.ask("journal_log", {"after": within, "limit": limit})

    assert [event["position"] for event in page["events"]] == list(range(within + 1, ends[1]))
    assert not page["end"]


def test_heads_are_told_of_the_types_that_were_asked_for(intake):
    before = intake.ask("journal_log", {"tail": True})["next"]
    opened, written = new_stream(), new_stream()
    for stream, acts in ((opened, ["ok"]), (written, ["ok", "a", "b"])):
        intake.ask("tell", {"stream": stream, "acts": acts}, key=stream)

    def heads(**asked) -> dict[str, int]:
        told = intake.ask("journal_heads", {"after": before, **asked}, by=A_SERVICE)["heads"]
        return {stream: told.get(stream) for stream in (opened, written)}

    eventually_equal(heads, {opened: 1, written: 3})
    assert heads(types=["ticket.registered"]) == {opened: 1, written: 1}
    assert heads(types=["ticket.message_received"]) == {opened: None, written: 3}


def test_a_refused_command_may_be_tried_again_with_its_key(intake):
    stream, key = new_stream(), secrets.token_hex(8)
    request = {"stream": stream, "acts": ["ok"], "after": 1}
    intake.call("tell", request, key=key).expect(409)
    intake.tell(stream, "first")

    assert intake.ask("tell", request, key=key)["told"] == 2


def test_a_hundred_commands_with_fifty_keys_are_fifty_commits(intake, journal):
    streams = [new_stream("pair") for _number in range(50)]
    requests = [{"stream": stream, "acts": ["ok"]} for stream in streams] * 2

    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda request: intake.ask("tell", request, key=request["stream"], seconds=30),
                requests,
            )
        )

    assert answers == [{"version": 1, "told": 1}] * 100
    assert journal.count_documents({"stream": {"$in": streams}}) == 50


def test_concurrent_commands_on_one_stream_are_all_kept(intake):
    stream = new_stream("hot")
    acts = [f"a{number}" for number in range(80)]

    with ThreadPoolExecutor(80) as pool:
        versions = list(pool.map(lambda act: intake.tell(stream, act, seconds=30)["version"], acts))

    assert sorted(versions) == list(range(1, 81))
    assert sorted(acts_of(intake, stream)) == sorted(acts)


def test_of_concurrent_commands_that_exclude_each_other_one_wins(intake):
    stream = new_stream("race")
    intake.tell(stream, "ok")
    requests = [{"stream": stream, "acts": [f"a{n}"], "after": 1} for n in range(20)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda request: intake.call("tell", request), requests))

    assert sorted(answer.status for answer in answers) == [200] + [409] * 19
    assert [a.json["params"] for a in answers if a.status == 409] == [{"told": 2}] * 19
    assert len(acts_of(intake, stream)) == 2


# -- snapshots -------------------------------------------------------------------------------------


def test_a_refusal_is_from_the_journal_even_when_the_snapshot_is_behind(gentle, intake):
    stream = new_stream()
    intake.tell(stream, "ok")
    old = gentle.database("intake")["streams"].find_one({"_id": stream})
    intake.tell(stream, "next")
    gentle.database("intake")["streams"].replace_one({"_id": stream}, old)

    allowed = intake.ask("tell", {"stream": stream, "acts": ["third"], "after": 2})

    assert allowed == {"version": 3, "told": 3}


def test_a_deleted_snapshot_is_mended_from_the_journal(gentle, intake):
    # As a crash between the commit and the snapshot leaves it.
    stream = new_stream()
    intake.tell(stream, "ok", "next")

    gentle.database("intake")["streams"].delete_one({"_id": stream})

    eventually_equal(lambda: acts_of(intake, stream), ["ok", "next"])


def test_what_a_dead_process_left_unfolded_is_mended_however_long_nobody_looked(world):
    world.start_all("intake")
    stored = world.database("intake")
    eventually(lambda: stored["relay"].find_one({"_id": "mended"}))
    world.kill("intake")
    stream = new_stream()
    commit, _digest = a_late_commit(world, stream, seconds=5 * 3600)
    stored["journal"].insert_one(commit)
    six_hours = world.mongo.admin.command("hello")["localTime"] - timedelta(hours=6)
    stored["relay"].update_one({"_id": "mended"}, {"$set": {"at": six_hours}})

    world.start_all("intake")

    eventually(lambda: stored["streams"].find_one({"_id": stream, "version": 1}))


def test_a_command_finds_the_state_whose_snapshot_is_lost(gentle, intake):
    stream = new_stream()
    intake.tell(stream, "ok")
    gentle.database("intake")["streams"].delete_one({"_id": stream})

    assert intake.tell(stream, "next") == {"version": 2, "told": 2}


# -- what cannot be stored -------------------------------------------------------------------------


def test_what_cannot_be_stored_refuses_only_itself(intake):
    good = [new_stream("good") for _number in range(10)]
    requests = [{"stream": stream, "acts": ["ok"]} for stream in good]
    requests[5:5] = [{"stream": new_stream(), "acts": ["x" * 1_000_000, "y" * 100_000]}]

    with ThreadPoolExecutor(11) as pool:
        answers = list(pool.map(lambda request: intake.call("tell", request), requests))

    assert [answer.status for answer in answers] == [200] * 5 + [422] + [200] * 5


@pytest.mark.parametrize("act", ["\ud800", "\x00", "a\u202eb"])
def test_odd_letters_are_kept_or_refused_but_never_a_fault(intake, act):
    answer = intake.call("tell", {"stream": new_stream(), "acts": [act]})

    assert answer.status in (200, 422)


# -- the record ------------------------------------------------------------------------------------


def faults(intake):
    found, after = [], 0
    while True:
        part = intake.ask("journal_verify", {"after": after})
        found += part["faults"]
        after = part["next"]
        if part["end"]:
            return found


def numbered(gentle, stream, version):
    name = commit_id(stream, version)
    return eventually(lambda: gentle.database("intake")["log"].find_one({"commits": [name, 1]}))


@pytest.fixture
def record(gentle, intake, journal):
    """A stream of three numbered commits; afterwards the record is whole again."""
    stream = new_stream("record")
    for act in ("a", "b", "c"):
        intake.tell(stream, act)
    numbered(gentle, stream, 3)
    kept = list(journal.find({"stream": stream}))
    assert faults(intake) == []
    yield stream
    journal.delete_many({"stream": stream})
    journal.insert_many(kept)
    assert faults(intake) == []


def test_an_altered_commit_is_found(intake, journal, record):
    journal.update_one({"_id": commit_id(record, 2)}, {"$set": {"actor": "person:somebody_else"}})

    assert f"{commit_id(record, 2)}: altered" in faults(intake)


def test_a_missing_commit_is_found(intake, journal, record):
    journal.delete_one({"_id": commit_id(record, 2)})

    found = faults(intake)

    assert f"{commit_id(record, 2)}: missing" in found
    assert f"{commit_id(record, 3)}: does not follow the commit before it" in found


def test_commits_that_changed_places_are_found(intake, journal, record):
    second, third = (journal.find_one({"_id": commit_id(record, n)}) for n in (2, 3))
    journal.delete_many({"_id": {"$in": [second["_id"], third["_id"]]}})
    journal.insert_many([third | {"_id": second["_id"]}, second | {"_id": third["_id"]}])

    assert {f"{name}: altered" for name in (second["_id"], third["_id"])} <= set(faults(intake))


def test_a_commit_altered_together_with_its_hash_is_found(gentle, intake, journal, record):
    name = commit_id(record, 2)
    altered = journal.find_one({"_id": name}) | {"actor": "person:somebody_else"}
    del altered["hash"]
    altered["hash"] = hashlib.sha256(bson.encode(altered)).digest()
    journal.replace_one({"_id": name}, altered)

    found = faults(intake)

    assert f"{commit_id(record, 3)}: does not follow the commit before it" in found
    assert any(fault.startswith("log: head at") for fault in found)


# -- numbering -------------------------------------------------------------------------------------


def log_of(gentle):
    """Give the names of all numbered commits; fails where a position is missing or given twice."""
    names, position = [], 0
    for segment in gentle.database("intake")["log"].find().sort("_id", 1):
        assert segment["_id"] == position + 1
        position += sum(count for _name, count in segment["commits"])
        assert segment["last"] == position
        names += [name for name, count in segment["commits"] if count]
    assert len(names) == len(set(names))
    return names


def a_late_commit(gentle, stream, *, seconds, version=1, previous=b""):
    now = gentle.mongo.admin.command("hello")["localTime"]
    at = now.replace(microsecond=0) - timedelta(seconds=seconds)
    event = TicketMessageReceived(message=ContentRef("1", "0" * 64), channel="late")
    raw, digest, _ = encode(
        Draft(
            stream=stream,
            version=version,
            first_seq=version,
            causes=[f"test:{version}"],
            cursors={},
            recorded_at=at,
            actor="system:test",
            events=[Stamped(event, at)],
            prev_hash=previous,
        )
    )
    return decode(raw), digest


@pytest.mark.parametrize("seconds", [0, 2, 5])
def test_commits_of_another_process_are_numbered_however_late(gentle, intake, journal, seconds):
    stream = new_stream("late")
    first, digest = a_late_commit(gentle, stream, seconds=seconds)
    second, _digest = a_late_commit(gentle, stream, seconds=seconds, version=2, previous=digest)

    journal.insert_many([second, first])

    eventually(lambda: commit_id(stream, 2) in log_of(gentle))
    names = [name for name in log_of(gentle) if name.startswith(stream)]
    assert names == [commit_id(stream, 1), commit_id(stream, 2)]
    eventually_equal(lambda: len(gentle.applied(stream)), 2)


def test_two_relays_at_once_number_nothing_twice(gentle, intake):
    streams = [new_stream("fence") for _number in range(60)]
    leases = gentle.database("intake")["leases"]

    for number, stream in enumerate(streams):
        if number % 20 == 10:
            # Somebody else takes the lease, and numbers what he finds.
            until = gentle.mongo.admin.command("hello")["localTime"] + timedelta(seconds=0.5)
            leases.update_one({"_id": "relay"}, {"$set": {"holder": "x", "until": until}})
            _number_one_ourselves(gentle)
        intake.tell(stream, "ok")

    wanted = {commit_id(stream, 1) for stream in streams}
    eventually(lambda: wanted <= set(log_of(gentle)))
    eventually(lambda: all(len(gentle.applied(stream)) == 1 for stream in streams))
    assert faults(intake) == []


def _number_one_ourselves(gentle):
    """Do as a relay does that believes to have the lease."""
    log = gentle.database("intake")["log"]
    stream = new_stream("theirs")
    commit, _digest = a_late_commit(gentle, stream, seconds=0)
    gentle.database("intake")["journal"].insert_one(commit)
    last = log.find_one(sort=[("_id", -1)])
    log.insert_one(
        {
            "_id": last["last"] + 1,
            "last": last["last"] + 1,
            "at": commit["recorded_at"],
            "commits": [[commit["_id"], 1]],
            "head": hashlib.sha256(bytes(last["head"]) + bytes(commit["hash"])).digest(),
            "published": False,
        }
    )
