"""Notify on real servers: what is owed reaches the providers, once, whatever happens between."""

from __future__ import annotations

import itertools
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from contracts.intake import RequesterCodeAsked
from contracts.routing import TicketAnswered, TicketAssigned, UnitOvercommitted, UnitRelieved
from contracts.sla import Notice, SlaBreached, SlaForetold, SlaWarned
from deploy.local.processes import MAIL_SINK, SMS_PROVIDER
from tests.component.notify.world import AGENT, NEIGHBOURS, NotifyWorld
from tests.component.waiting import eventually, eventually_equal
from tests.servers import Servers
from tests.unit.notify.samples import BY_LETTER, NOON, OVER, PROVED, TEXT, registered

ANSWERED = TicketAnswered(by="desk", answer=TEXT, first=True)
ASSIGNED = TicketAssigned(
    assignee="expert", unit="it", tier=1, state="in_progress", step="in_progress"
)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def world(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NotifyWorld]:
    """Notify in one process, with everything around it."""
    with NotifyWorld(servers, tmp_path_factory.mktemp("notify")) as started:
        started.start_all(SMS_PROVIDER, MAIL_SINK, *NEIGHBOURS, "notify-1")
        yield started


@pytest.fixture
def code(world: NotifyWorld) -> str:
    """A ticket's code that was not used before, and providers that are empty and well."""
    world.sms.delete("/messages").expect(204)
    world.mail.delete("/messages").expect(204)
    world.sms.delete("/behaviour").expect(200)
    world.mail.delete("/behaviour").expect(200)
    world.sms.put("/receipts", {}).expect(200)
    return f"7{next(_numbers):011d}"


def test_who_registers_gets_his_code_by_sms_and_email(world: NotifyWorld, code: str):
    world.tell(code, registered())

    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    (sms,), (letter,) = world.short_messages(), world.letters()
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    assert sms["receptor"] == "09121234567"
    assert shown in sms["message"]
    assert shown in letter["subject"]
    assert "{{7*7}}" in letter["text"]
    assert letter["headers"]["auto-submitted"] == "auto-generated"
    assert 'dir="rtl"' in letter["html"]


def test_who_wants_letters_alone_gets_no_sms(world: NotifyWorld, code: str):
    world.tell(code, registered(requester=BY_LETTER))

    eventually_equal(lambda: world.states(code), ["suppressed", "sent"])
    assert [each["reason"] for each in world.deliveries(code)] == ["not_wanted", None]
    assert world.short_messages() == []


def test_a_one_time_code_goes_to_the_contact_that_is_proved(world: NotifyWorld, code: str):
    over, good = OVER * 32, "a" * 32
    for asked in (over, good):
        world.tell(f"requester:{BY_LETTER}", RequesterCodeAsked(code=asked, channel="sms"))

    (sms,) = eventually(world.short_messages, "the code")
    assert sms["receptor"] == PROVED.replace("+98", "0")
    assert "384950" in sms["message"]
    kept = str(list(world.database("notify")["journal"].find({"stream": f"requester:{BY_LETTER}"})))
    assert good in kept
    assert "384950" not in kept


def test_what_is_told_before_the_ticket_is_known_waits_for_it(world: NotifyWorld, code: str):
    world.tell(code, ASSIGNED)
    eventually(lambda: world.database("notify")["lagging"].find_one({"stream": code}))

    world.tell(code, registered())

    eventually_equal(lambda: world.states(code), ["sent"] * 4)
    assert len(world.letters("expert@example.com")) == 1


def test_an_answer_reaches_the_requester_with_its_text(world: NotifyWorld, code: str):
    world.tell(code, registered())
    world.tell(code, ANSWERED)

    eventually_equal(lambda: world.states(code), ["sent"] * 4)
    assert any("کابل را وصل کنید." in sms["message"] for sms in world.short_messages())
    assert any("کابل را وصل کنید." in letter["text"] for letter in world.letters())


def test_the_ladder_tells_expert_and_manager(world: NotifyWorld, code: str):
    world.tell(code, registered())
    warned = SlaWarned(
        clock="first_response",
        mark=75,
        alarm_at=NOON,
        due_at=NOON,
        left_seconds=10**9,
        notices=[Notice(role="assignee", channel="sms")],
    )
    both = [Notice(role="service_manager", channel=channel) for channel in ("sms", "email")]
    breached = SlaBreached(
        clock="first_response", mark=100, alarm_at=NOON, due_at=NOON, priority=2, notices=both
    )

    world.tell(code, warned, breached)

    eventually_equal(lambda: world.states(code), ["sent"] * 5)
    assert sorted(each["to"] or "" for each in world.deliveries(code)) == [
        "", "", "person:boss", "person:boss", "person:expert",
    ]  # fmt: skip
    assert len(world.letters("boss@example.com")) == 1
    assert any("فقط" in sms["message"] for sms in world.short_messages())


def test_a_corrected_date_reaches_the_requester_by_email_at_any_hour(world: NotifyWorld, code: str):
    """The SMS does so by day alone, whenever this is run."""
    world.tell(code, registered())
    world.tell(code, SlaForetold(expected_at=NOON, was=NOON))

    (letter,) = eventually(
        lambda: [each for each in world.letters() if "تغییر کرد" in each["subject"]]
    )

    assert "یکشنبه ۱۴۰۵/۰۹/۰۱" in letter["text"]


def test_of_an_imported_ticket_nothing_is_sent(world: NotifyWorld, code: str):
    world.tell(code, registered(imported=True))
    world.tell(code, ANSWERED)

    eventually_equal(lambda: world.states(code), ["suppressed"] * 4)
    assert [world.short_messages(), world.letters()] == [[], []]


def test_a_mail_server_that_was_down_gets_each_letter_once(world: NotifyWorld, code: str):
    world.kill(MAIL_SINK)
    world.tell(code, registered())
    eventually(lambda: world.deliveries(code)[-1:] and world.deliveries(code)[-1]["attempts"] > 0)
    down = world.deliveries(code)[-1]

    world.start(MAIL_SINK)

    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    assert (down["state"], down["reason"]) == ("queued", "unreachable")
    assert len(world.letters()) == 1


def test_a_provider_in_trouble_gets_each_sms_once(world: NotifyWorld, code: str):
    world.sms.put("/behaviour", {"status": 503, "times": 2}).expect(200)

    world.tell(code, registered())

    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    assert len(world.short_messages()) == 1
    assert world.deliveries(code)[0]["attempts"] == 3


def test_an_sms_whose_answer_did_not_come_is_looked_for_before_it_is_sent_again(
    world: NotifyWorld, code: str
):
    world.sms.put("/behaviour", {"hang_seconds": 2.5, "times": 1}).expect(200)

    world.tell(code, registered())

    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    assert world.deliveries(code)[0]["attempts"] == 2
    assert world.sms.get("/count").json == {"received": 1}


def test_what_cannot_be_sent_fails_visibly_and_can_be_tried_again(world: NotifyWorld, code: str):
    world.sms.put("/behaviour", {"status": 411, "times": 1}).expect(200)
    world.tell(code, registered())
    eventually_equal(lambda: world.states(code), ["failed", "sent"])
    failed = world.deliveries(code)[0]

    request = {"code": code, "delivery": failed["id"]}
    forbidden = world.call("notify-1", "retry_delivery", request, by=AGENT)
    world.ask("notify-1", "retry_delivery", request)

    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    assert (forbidden.status, failed["reason"]) == (403, "invalid_number")


def test_a_report_of_the_provider_is_recorded_once(world: NotifyWorld, code: str):
    world.tell(code, registered())
    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    (sms,) = world.short_messages()
    report = {"provider": "kavenegar", "reference": str(sms["messageid"]), "status": "10"}

    forbidden = world.call("notify-1", "record_receipt", report, by=AGENT)
    first = world.ask("notify-1", "record_receipt", report)
    second = world.ask("notify-1", "record_receipt", report)

    assert forbidden.status == 403
    assert (first, second) == ({"recorded": True}, {"recorded": False})
    assert world.states(code) == ["delivered", "sent"]


def test_a_report_that_a_message_is_on_its_way_changes_nothing(world: NotifyWorld, code: str):
    world.tell(code, registered())
    eventually_equal(lambda: world.states(code), ["sent", "sent"])
    (sms,) = world.short_messages()
    report = {"provider": "kavenegar", "reference": str(sms["messageid"]), "status": "5"}

    assert world.ask("notify-1", "record_receipt", report) == {"recorded": False}
    assert world.states(code) == ["sent", "sent"]


def unsent(world: NotifyWorld, codes: list[str]) -> dict[str, list[str]]:
    """Give the tickets whose two messages are not both sent, with what these are."""
    states = {code: world.states(code) for code in codes}
    return {code: found for code, found in states.items() if found != ["sent", "sent"]}


def many_tickets(world: NotifyWorld, digit: str) -> list[str]:
    """Register tickets while the providers are slow, so that a sender has its hands full."""
    world.sms.put("/behaviour", {"hang_seconds": 0.2}).expect(200)
    world.mail.put("/behaviour", {"hang_seconds": 0.2}).expect(200)
    codes = [f"{digit}{number:011d}" for number in range(40)]
    for each in codes:
        world.tell(each, registered(requester=f"r{each}"))
    return codes


def test_a_killed_sender_repeats_at_most_what_was_in_its_hands(world: NotifyWorld, code: str):
    codes = many_tickets(world, "8")
    eventually(lambda: len(world.letters()) > 5)

    world.kill("notify-1")
    world.start("notify-1")

    eventually_equal(lambda: unsent(world, codes), {})
    letters = Counter(letter["message_id"] for letter in world.letters())
    messages = Counter(sms["localid"] for sms in world.short_messages())
    assert len(letters) == len(messages) == len(codes)
    assert max([*letters.values(), *messages.values()]) <= 2


def test_a_sender_told_to_stop_hands_over_without_a_repeat(world: NotifyWorld, code: str):
    codes = many_tickets(world, "9")
    eventually(lambda: len(world.letters()) > 5)

    world.kill("notify-1", signal.SIGTERM)
    world.start("notify-1")

    eventually_equal(lambda: unsent(world, codes), {})
    assert world.mail.get("/count").json == {"received": len(codes)}
    assert world.sms.get("/count").json == {"received": len(codes)}


def test_two_senders_send_each_message_once(world: NotifyWorld, code: str):
    world.start("notify-2")
    codes = many_tickets(world, "6")

    eventually_equal(lambda: unsent(world, codes), {})

    assert world.mail.get("/count").json == {"received": len(codes)}
    assert world.sms.get("/count").json == {"received": len(codes)}


def test_of_a_ticket_that_it_has_not_heard_of_nothing_was_owed(world: NotifyWorld):
    assert world.ask("notify-1", "deliveries", {"code": "424242424242"}) == []


def test_supervisors_are_told_that_their_unit_is_full_and_that_it_is_over(
    world: NotifyWorld,
    code: str,
):
    """A unit's ledger is beside those of tickets: nobody asks intake for such a stream."""
    title = {"fa": "شبکه", "en": "Network"}
    full = UnitOvercommitted(
        level="full",
        title=title,
        committed=9.0,
        per_day=2.5,
        done_at=NOON,
        promises=[],
        number=0,
        told=["zahra"],
    )

    def told() -> list[tuple[str, str]]:
        found = world.ask("notify-1", "unit_deliveries", {"unit": "network"})
        return [(each["template"], each["state"]) for each in found]

    world.tell("unit:network", full)
    eventually_equal(told, [("overcommitted", "sent")])
    world.tell(
        "unit:network",
        UnitRelieved(level="full", since=NOON, title=title, room=4, told=["zahra"]),
    )
    eventually_equal(told, [("overcommitted", "sent"), ("relieved", "sent")])

    first, second = sorted(world.letters("zahra@example.com"), key=lambda each: each["text"])
    assert "شبکه" in first["subject"]
    assert "شبکه" in second["subject"]


def test_a_test_message_goes_at_once_and_a_refusal_is_told(world: NotifyWorld, code: str):
    sms = {"channel": "sms", "address": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}
    taken = world.ask("notify-1", "send_trial", sms, key="trial")
    world.ask("notify-1", "send_trial", sms, key="trial")
    letter = {"channel": "email", "address": "admin@example.com", "language": "en"}
    world.ask("notify-1", "send_trial", letter)

    assert taken["refused"] is None
    assert [each["receptor"] for each in world.short_messages()] == ["09121234567"]
    assert "This is a test." in world.letters("admin@example.com")[0]["text"]

    wrong = world.call("notify-1", "send_trial", {"channel": "sms", "address": "12"})
    assert (wrong.status, wrong.json["code"]) == (422, "request_invalid")
    world.sms.put("/behaviour", {"status": 418, "times": 1}).expect(200)
    world.ask("notify-1", "send_trial", {"channel": "sms", "address": "09121234567"})
    trials = world.ask("notify-1", "sending_trials", {})
    found = {each["channel"]: each["refused"] for each in trials}
    assert found["email"] is None
    assert found["sms"]
