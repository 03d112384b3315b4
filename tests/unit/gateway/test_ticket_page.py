"""A ticket on its page: what is told, what may be done, and that nothing typed is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import Conflict, FieldFault, Invalid, Unavailable
from contracts.calls.routing import (
    Draft,
    DropDraft,
    Macro,
    OpenReferral,
    ProposedAnswer,
    Related,
    SaveDraft,
    Unit,
)
from contracts.calls.sla import ClockView, TicketTimes
from gateway.desk.action_forms import FORMS, WORK_GROUPS, arguments_of, seconds_of, until_of
from gateway.desk.hands import left_shown, mood_of
from gateway.desk.offers import arranged, offers_of
from gateway.texts import has
from services.routing.actions import ARGUMENTS
from services.routing.domain.work import WORK_GROUPS as LOGGED
from tests.unit.gateway.samples import (
    CODE,
    NOON,
    SUBJECTS,
    a_content,
    a_member,
    a_step,
    a_view,
    signed_in,
)

PAGE = f"/desk/tickets/{CODE}"
SCRIPTED = {"hx-request": "true"}
ZONE = "Asia/Tehran"


@pytest.fixture
def desk(world):
    """A desk agent's browser, and a ticket that is his."""
    world.cookies = {"session": signed_in(world, "agent")["authorization"].split()[1], "lang": "en"}
    shows(world, actions=["answer", "ask", "done", "note", "log-work", "snooze"])
    world.services.tell("intake", "describe_tickets", {CODE: a_content()})
    world.services.tell("intake", "subjects", SUBJECTS)
    world.services.tell("sla", "times", {CODE: TicketTimes(clocks=[a_clock()])})
    world.services.tell("notify", "deliveries", [])
    world.services.tell("routing", "timeline", STEPS)
    world.services.tell("routing", "related", Related(tickets=[], passages=[]))
    world.services.tell("routing", "draft", None)
    world.services.tell("routing", "drop_draft", True)
    world.services.tell("routing", "own_macros", [])
    world.services.tell("routing", "staff", [a_member("expert", "علی رضایی")])
    world.services.tell(
        "routing",
        "units",
        [Unit(id="it", title={"en": "IT support"}, parent=None, desk=False, active=True)],
    )
    return world


STEPS = [
    a_step("ticket.registered", state="new", actor="system:routing"),
    a_step("ticket.assigned", minute=1, actor="person:desk", assignee="expert", unit="it"),
    a_step("ticket.noted", minute=2, actor="person:expert", by="expert", texts={"note": "Cable."}),
]


def shows(world, **changes):
    view = a_view(**changes)
    world.services.tell("routing", "ticket", view)
    world.services.tell("routing", "act", view)
    return view


def a_clock(**changes) -> ClockView:
    fields = {
        "clock": "resolution",
        "agreement": "ticket",
        "agreement_version": 1,
        "state": "running",
        "started_at": NOON,
        "due_at": datetime.now(UTC) + timedelta(hours=5),
        "target_seconds": 36000.0,
        "left_seconds": 18000.0,
        "stopped_at": None,
        "breached_at": None,
        "held_by": None,
        "kind": "resolution",
        **changes,
    }
    return ClockView(**fields)


async def test_what_happens_while_the_page_is_made_is_told_to_it(desk):
    live = desk.gateway.live
    live._run, live._number = "run", 7

    def happens(_request):
        live._number += 1
        return STEPS

    desk.services.tell("routing", "timeline", happens)

    assert 'data-live-mark="run.7"' in (await desk.get(PAGE)).text


async def test_the_page_tells_with_names_what_happened(desk):
    reply = await desk.get(PAGE)

    assert reply.status == 200
    assert "علی رضایی" in reply.text
    assert "IT support" in reply.text
    assert "Cable." in reply.text
    assert "مریم احمدی" in reply.text
    assert f'action="{PAGE}/actions/answer"' in reply.text


async def test_a_script_is_given_what_may_have_changed_and_no_form(desk):
    part = await desk.get(PAGE, headers=SCRIPTED)

    assert part.text.lstrip().startswith('<div id="live"')
    assert "<textarea" not in part.text


async def test_a_page_that_is_open_learns_what_may_be_done_now(desk):
    beside_a_form = (await desk.get(f"{PAGE}?doing=answer", headers=SCRIPTED)).text
    without_one = (await desk.get(f"{PAGE}?doing=", headers=SCRIPTED)).text

    assert 'id="bar" hx-swap-oob' in beside_a_form
    assert 'data-open="done"' in beside_a_form
    assert "<textarea" not in beside_a_form
    assert 'class="dock" hx-swap-oob' in without_one
    assert "<textarea" in without_one


@pytest.mark.parametrize(
    ("service", "method"),
    [("sla", "times"), ("notify", "deliveries"), ("intake", "describe_tickets")],
)
async def test_what_is_away_is_named_and_the_rest_is_shown(desk, service, method):
    desk.services.tell(service, method, Unavailable("service_unavailable"))

    reply = await desk.get(PAGE)

    assert reply.status == 200
    assert "comes back by itself" in reply.text
    assert "IT support" in reply.text


async def test_an_action_is_done_once_under_the_key_of_its_form(desk):
    form = {"key": "k1", "text": "  It works again. "}

    reply = await desk.post(f"{PAGE}/actions/answer", form=form)

    asked = desk.services.last("act")
    assert (reply.status, reply.headers["location"]) == (303, f"{PAGE}?did=answer")
    assert (asked.key, asked.request.arguments) == ("k1", {"text": "It works again."})
    assert desk.services.last("drop_draft").request == DropDraft(code=CODE, key="k1")


async def test_a_draft_is_kept_with_the_key_of_its_form_and_an_empty_one_forgotten(desk):
    desk.services.tell("routing", "save_draft", None)
    form = {"key": "k1", "use": "answer", "text": "It works"}

    kept = await desk.post(f"{PAGE}/draft", form=form, headers=SCRIPTED)
    emptied = await desk.post(f"{PAGE}/draft", form=form | {"text": " "}, headers=SCRIPTED)

    assert (kept.status, emptied.status) == (204, 204)
    saved = SaveDraft(code=CODE, text="It works", use="answer", key="k1")
    assert desk.services.last("save_draft").request == saved
    assert desk.services.last("drop_draft").request == DropDraft(code=CODE)


async def test_a_script_is_answered_with_the_ticket_as_it_stands_and_a_way_back(desk):
    reply = await desk.post(
        f"{PAGE}/actions/snooze", form={"key": "k1", "until": "tomorrow"}, headers=SCRIPTED
    )

    assert reply.status == 200
    assert 'id="case"' in reply.text
    assert f'action="{PAGE}/actions/wake"' in reply.text


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Conflict("action_not_allowed_now", action="answer", reason="state"), 409),
        (
            Invalid("arguments_invalid", fields=[FieldFault(pointer="/text", code="too_long")]),
            422,
        ),
        (Unavailable("service_unavailable"), 503),
    ],
)
async def test_a_refusal_keeps_what_was_typed(desk, refusal, status):
    desk.services.tell("routing", "act", refusal)

    reply = await desk.post(f"{PAGE}/actions/answer", form={"key": "k1", "text": "Dear Maryam"})

    assert reply.status == status
    assert "Dear Maryam" in reply.text
    assert 'value="k1"' in reply.text


async def test_while_routing_is_away_the_text_comes_back_to_be_sent_again(desk):
    desk.services.tell("routing", "ticket", Unavailable("service_unavailable"))
    form = {"key": "k1", "text": "Dear Maryam\nit works."}

    reply = await desk.post(f"{PAGE}/actions/answer", form=form)
    scripted = await desk.post(f"{PAGE}/actions/answer", form=form, headers=SCRIPTED)

    assert (reply.status, scripted.status) == (503, 503)
    assert "it works." in reply.text
    assert scripted.headers["hx-retarget"] == "#dock-news"


async def test_what_is_missing_is_told_beside_its_field_before_anybody_is_asked(desk):
    reply = await desk.post(f"{PAGE}/actions/log-work", form={"key": "k1", "duration": "soon"})

    assert reply.status == 422
    assert 'id="f-duration-fault"' in reply.text
    assert 'id="f-work_group-fault"' in reply.text
    assert all(asked.method != "act" for asked in desk.services.asked)


async def test_a_proposed_answer_is_shown_and_sent_as_it_is(desk):
    shows(
        desk,
        actions=["answer"],
        proposals=[ProposedAnswer(id="a" * 16, by="expert", at=NOON)],
        referrals=[
            OpenReferral(id="b", by="desk", to_unit="it", to_tier=2, to_person=None, since=NOON)
        ],
    )
    step = a_step("ticket.returned", referral="a" * 16, to="desk", texts={"proposal": "Replaced."})
    desk.services.tell("routing", "timeline", [step])

    page = await desk.get(PAGE)
    await desk.post(f"{PAGE}/actions/answer", form={"key": "k1", "from_proposal": "a" * 16})

    assert "Replaced." in page.text
    assert desk.services.last("act").request.arguments == {"from_proposal": "a" * 16}


async def test_a_draft_is_found_in_its_form_and_standard_answers_beside_it(desk):
    desk.services.tell("routing", "draft", Draft(code=CODE, use="answer", text="Half a", at=NOON))
    macro = Macro(
        id="thanks", title={"en": "Thanks"}, text={}, use="answer", unit=None, active=True
    )
    desk.services.tell("routing", "own_macros", [macro])

    reply = await desk.get(f"{PAGE}/actions/answer", headers=SCRIPTED)

    assert '<option value="thanks">Thanks</option>' in reply.text
    assert "Half a" in reply.text


def test_every_action_of_routing_has_its_form_with_routings_own_fields():
    assert set(ARGUMENTS) - set(FORMS) == {"rate", "record"}
    strange = {
        (action, field.name)
        for action, fields in FORMS.items()
        if action in ARGUMENTS
        for field in fields
        if field.name not in ARGUMENTS[action].__struct_fields__
    }
    assert strange == set()
    assert set(WORK_GROUPS) == set(LOGGED)


def test_every_action_and_field_has_its_words():
    fields = {
        f"ticket.field.{field.name}"
        for action, asked in FORMS.items()
        for field in asked
        if not has(f"ticket.field_of.{action}.{field.name}") and field.kind != "hidden"
    }
    actions = {f"ticket.action.{action}" for action in FORMS}

    assert [key for key in sorted(fields | actions) if not has(key)] == []


def test_whoever_names_a_person_alone_means_the_persons_unit():
    arguments = arguments_of("refer", {"person": "ali"}, zone=ZONE, unit_of={"ali": "finance"})

    assert arguments == {"person": "ali", "unit": "finance"}
    with pytest.raises(Invalid):
        arguments_of("refer", {}, zone=ZONE, unit_of={})


@pytest.mark.parametrize(
    ("typed", "seconds"), [("25", 1500), ("۱:۱۵", 4500), ("soon", None), (":5", None)]
)
def test_durations_are_minutes_or_hours_and_minutes(typed, seconds):
    assert seconds_of(typed) == seconds


def test_what_is_put_off_comes_back_on_a_morning_of_the_zone():
    friday = datetime(2026, 11, 27, 9, tzinfo=UTC)

    assert until_of("tomorrow", friday, ZONE) == datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
    assert until_of("week", friday, ZONE) == datetime(2026, 11, 28, 4, 30, tzinfo=UTC)
    assert until_of("never", friday, ZONE) is None


@pytest.mark.parametrize(
    ("changes", "mood"),
    [
        ({}, "running"),
        ({"left_seconds": 3600.0}, "near"),
        ({"due_at": NOON - timedelta(days=999)}, "late"),
        ({"state": "breached", "breached_at": NOON}, "late"),
        ({"state": "breached", "breached_at": NOON, "stopped_at": NOON}, "missed"),
        ({"state": "paused", "due_at": None}, "paused"),
        ({"state": "met", "stopped_at": NOON}, "met"),
    ],
)
def test_a_clock_says_in_one_word_how_it_stands(changes, mood):
    assert mood_of(a_clock(**changes), datetime.now(UTC)) == mood


def test_the_large_button_is_what_the_ticket_waits_for():
    view = a_view(actions=["answer", "claim", "done", "to-treasury"], action_titles={})

    offered = arranged(offers_of(view, "en", can_split=None))

    assert offered.primary.action == "claim"
    assert [offer.action for offer in offered.tabs] == ["answer"]
    assert offered.menu[0][0] == "own"


@pytest.mark.parametrize(
    ("seconds", "language", "shown"),
    [
        (57 * 60 + 17, "en", "57 min left"),
        (-90, "en", "1 min late"),
        (4 * 86_400 + 5, "fa", "۴ روز مانده"),
    ],
)
def test_a_clock_says_whether_time_is_left_or_over(seconds, language, shown):
    assert left_shown(seconds, language) == shown
