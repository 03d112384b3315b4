"""The pages of workflows: the list, the editor, versions, migration."""

import msgspec
import pytest

from chassis.errors import FieldFault, Invalid
from contracts.calls.routing import Migration, PartnerName, WorkflowView
from gateway.admin.workflows.reading import ACTIONS, GUARDS, RELATIONS
from gateway.texts import has
from services.routing.actions import ARGUMENTS
from services.routing.domain.workflow.language import IMPLIED
from services.routing.domain.workflow.who import GUARDS as ALL_GUARDS
from services.routing.domain.workflow.who import is_known
from tests.unit.gateway.admin.test_changing import DRAFT
from tests.unit.gateway.samples import a_staff_member

TITLE = {"fa": "خرید", "en": "Purchase"}
VIEW = WorkflowView(id="buy", version=2, definition={**DRAFT, "title": TITLE})
OLD = WorkflowView(id="buy", version=1, definition={**DRAFT, "start": "work"})
PATH = "/admin/workflows"


@pytest.fixture
async def admin(world):
    """An administrator before his pages, with one workflow of two versions."""
    world.services.tell("routing", "authenticate", a_staff_member("admin"))
    world.services.tell("routing", "workflows", [VIEW])
    world.services.tell("routing", "workflow_examples", [VIEW])
    world.services.tell("routing", "workflow_versions", [VIEW, OLD])
    world.services.tell("routing", "check_workflow", VIEW)
    await world.post("/sign-in", form={"username": "admin", "password": "secret"})
    return world


def typed(draft=DRAFT, do: str = "apply", **fields: str) -> dict[str, str]:
    return {"draft": msgspec.json.encode(draft).decode(), "do": do, "version": "2", **fields}


def test_what_the_editor_offers_is_what_routing_knows():
    assert set(ACTIONS) == set(ARGUMENTS) - IMPLIED - {"record"}
    assert set(GUARDS) <= ALL_GUARDS
    assert all(is_known(name) and has(f"admin.who.{name}") for name in RELATIONS)
    assert all(has(f"admin.action.{name}") for name in ACTIONS)
    assert all(has(f"admin.guard.{name}") for name in GUARDS)


async def test_others_have_no_such_pages(world):
    world.services.tell("routing", "authenticate", a_staff_member("supervisor"))
    await world.post("/sign-in", form={"username": "desk", "password": "secret"})

    assert (await world.get(PATH)).status == 403
    assert (await world.post(f"{PATH}/buy", form=typed())).status == 403


async def test_every_workflow_is_listed(admin):
    reply = await admin.get(f"{PATH}?lang=en")

    assert reply.status == 200
    assert "Purchase" in reply.text
    assert 'href="/admin/workflows/buy/versions"' in reply.text


@pytest.mark.parametrize(("name", "status"), [("buy", 422), ("No!", 422), ("sell", 303)])
async def test_a_new_one_needs_a_name_that_nobody_has(admin, name, status):
    reply = await admin.post(PATH, form={"id": name, "base": "example:buy"})

    assert reply.status == status


async def test_the_editor_shows_graph_and_list_with_what_is_wrong(admin):
    faults = [
        FieldFault(pointer="/definition/steps/work", code="dead_end", params={"name": "work"}),
        FieldFault(pointer="/definition/transitions/1/who", code="nobody_may", params={}),
        FieldFault(pointer="/definition/start", code="step_unknown", params={"name": "x"}),
    ]
    admin.services.tell("routing", "check_workflow", Invalid("workflow_invalid", fields=faults))

    reply = await admin.get(f"{PATH}/buy?lang=en")

    assert reply.status == 200
    assert reply.text.count("<rect") == 3
    assert 'class="box kind-in_progress wrong"' in reply.text
    assert 'class="part is-wrong" id="way-1"' in reply.text
    assert "There is no such step." in reply.text
    assert 'value="publish" disabled' in reply.text


async def test_a_step_is_opened_and_changed_in_the_draft(admin):
    opened = await admin.post(f"{PATH}/buy", form=typed(do="open:steps/work"))
    fields = {"open": "steps/work", "name": "doing", "kind": "in_progress", "title.en": "Doing"}
    changed = await admin.post(f"{PATH}/buy?lang=en", form=typed(**fields))

    assert 'name="title.fa"' in opened.text
    assert "Doing" in changed.text
    asked = admin.services.last("check_workflow").request
    assert asked.definition["steps"]["doing"]["title"] == {"en": "Doing"}


async def test_what_comes_by_itself_is_typed_in_working_hours(admin):
    own = {"action": "*", "own_action": "too-late", "action_title.en": "Too late"}
    way = {"open": "transitions/0", "from": "new", "to": "work"} | own
    await admin.post(f"{PATH}/buy", form=typed(**way))
    draft = admin.services.last("check_workflow").request.definition
    rows = {"timers.0.action": "too-late", "timers.0.after": "۴:۳۰", "timers.1.after": "9"}
    step = {"open": "steps/work", "name": "work", "kind": "in_progress"} | rows
    shown = await admin.post(f"{PATH}/buy?lang=en", form=typed(draft, **step))

    asked = admin.services.last("check_workflow").request.definition
    assert asked["steps"]["work"]["timers"] == [{"after": "PT4H30M", "action": "too-late"}]
    assert "of working time, by itself: Too late" in shown.text
    assert 'value="4:30"' in shown.text
    plan = {"schedule.0.action": "too-late", "schedule.0.after": "soon"}
    await admin.post(f"{PATH}/buy", form=typed(asked, **(way | plan)))
    asked = admin.services.last("check_workflow").request.definition
    effects = asked["transitions"][0]["effects"]
    assert effects == {"schedule": [{"after": "soon", "action": "too-late"}]}


async def test_a_started_ticket_gets_its_workflow_and_answers_as_they_are_typed(admin):
    way = {"open": "transitions/0", "action": "done", "from": "new", "to": "work"}
    start = {
        "start.0.subject": "it.access",
        "start.0.title.en": "Set up",
        "start.0.workflow": "buy",
        "start.0.answers.0.field": "seats",
        "start.0.answers.0.other": "answers.order.seats",
        "start.0.answers.1.field": "urgency",
        "start.0.answers.1.fact": "ticket.priority",
        "start.0.answers.2.field": "place",
        "start.0.answers.2.value": "hq",
        "start.0.answers.3.field": "rooms",
        "start.0.answers.3.value": '{"+":[1,2]}',
        "start.0.answers.4.field": "left empty",
        "start.1.subject": "",
    }

    shown = await admin.post(f"{PATH}/buy", form=typed(**way, **start))

    definition = admin.services.last("check_workflow").request.definition
    (asked,) = definition["transitions"][0]["effects"]["start"]
    assert asked["workflow"] == "buy"
    assert asked["answers"] == {
        "seats": {"var": "answers.order.seats"},
        "urgency": {"var": "ticket.priority"},
        "place": "hq",
        "rooms": {"+": [1, 2]},
    }
    assert 'name="start.0.answers.0.other" value="answers.order.seats"' in shown.text
    assert '<option value="ticket.priority" selected>' in shown.text
    assert 'name="start.0.answers.2.value" value="hq"' in shown.text
    assert 'name="start.0.answers.4.field" value=""' in shown.text


async def test_a_hand_off_is_shown_and_typed(admin):
    names = [PartnerName(id="telecom", title={"en": "Telecom"}, kind="webhook")]
    admin.services.tell("routing", "partner_names", names)
    way = {"open": "transitions/0", "action": "done", "from": "new", "to": "work"}
    wanted = {"hand_off.partner": "telecom", "hand_off.note.en": "Their line"}

    shown = await admin.post(f"{PATH}/buy?lang=en", form=typed(**way, **wanted))

    definition = admin.services.last("check_workflow").request.definition
    assert definition["transitions"][0]["effects"] == {
        "hand_off": {"partner": "telecom", "note": {"en": "Their line"}}
    }
    assert "goes to the partner Telecom by itself" in shown.text
    assert '<option value="telecom" selected>Telecom</option>' in shown.text
    await admin.post(f"{PATH}/buy", form=typed(definition, **way, **{"hand_off.partner": ""}))
    definition = admin.services.last("check_workflow").request.definition
    assert "effects" not in definition["transitions"][0]


async def test_what_no_draft_can_hold_is_said_beside_its_field_and_nothing_is_lost(admin):
    fields = {"open": "steps/work", "name": "new", "kind": "in_progress"}
    reply = await admin.post(f"{PATH}/buy", form=typed(do="publish", **fields))

    assert reply.status == 422
    assert 'id="f-name-fault"' in reply.text
    assert "define_workflow" not in [asked.method for asked in admin.services.asked]


async def test_a_draft_is_published_once_with_what_was_typed_last(admin):
    admin.services.tell("routing", "define_workflow", VIEW)
    fields = {
        "open": "about",
        "title.fa": "خرید",
        "title.en": "Buying",
        "key": "k1",
        "start": "new",
    }

    reply = await admin.post(f"{PATH}/buy", form=typed(do="publish", **fields))

    assert (reply.status, reply.headers["location"]) == (303, f"{PATH}/buy?published=2")
    asked = admin.services.last("define_workflow")
    assert (asked.key, asked.request.definition["title"]["en"]) == ("k1", "Buying")


async def test_a_draft_outlives_routing_being_away(admin):
    del admin.services.answers["routing", "check_workflow"]
    reply = await admin.post(f"{PATH}/buy", form=typed(do="publish"))

    assert reply.status == 503
    assert 'name="draft"' in reply.text


@pytest.mark.parametrize("draft", ["{", "[]", '{"steps": 1, "transitions": []}', '{"steps": {}}'])
async def test_what_is_no_draft_is_refused(admin, draft):
    reply = await admin.post(f"{PATH}/buy", form={"draft": draft, "do": "apply"})

    assert reply.status == 422


async def test_a_draft_of_the_strangest_shape_is_shown(admin):
    strange = {
        "steps": {"a": 7, "b": {"kind": [], "tasks": [], "approvals": {"by": 3}, "title": "x"}},
        "transitions": [None, {"action": {}, "from": "a", "who": [1], "when": [[]], "effects": []}],
        "actions": [],
    }
    for opened in ("steps/b", "transitions/1", "about", "nothing/7"):
        reply = await admin.post(f"{PATH}/buy", form=typed(strange, do=f"open:{opened}"))

        assert reply.status == 200


async def test_versions_say_what_they_changed(admin):
    reply = await admin.get(f"{PATH}/buy/versions?lang=en")

    assert reply.status == 200
    assert "Starts at" in reply.text
    assert "/admin/workflows/buy/versions/1/restore" in reply.text


async def test_going_back_publishes_the_old_definition_anew(admin):
    admin.services.tell("routing", "define_workflow", VIEW)

    reply = await admin.post(f"{PATH}/buy/versions/1/restore", form={"key": "k2"})

    assert reply.status == 303
    assert admin.services.last("define_workflow").request.definition["start"] == "work"
    assert (await admin.post(f"{PATH}/buy/versions/9/restore", form={"key": "k3"})).status == 404


async def test_a_migration_is_tried_and_then_done(admin):
    moved = Migration(to_version=2, moved=["481920374654"], left=[], next="481920374654")
    admin.services.tell("routing", "migrate_workflow", moved)
    form = {"from_version": "1", "old_step": "work", "to.work": "new"}

    tried = await admin.post(f"{PATH}/buy/migration?lang=en", form={**form, "do": "try"})
    first = admin.services.last("migrate_workflow").request
    await admin.post(f"{PATH}/buy/migration", form={**form, "do": "move", "after": "481920374654"})
    second = admin.services.last("migrate_workflow").request

    assert "If they were migrated" in tried.text
    assert (first.dry_run, first.steps, first.after) == (True, {"work": "new"}, None)
    assert (second.dry_run, second.after) == (False, "481920374654")
