"""Agreements in the browser: forms and definitions, faults, versions, trials."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.errors import FieldFault, Invalid
from contracts.calls.sla import AgreementView, CalendarView
from contracts.calls.trials import TrialView
from contracts.calls.versions import Version
from gateway.clockwork.differing import changes, place_in_words
from gateway.clockwork.fields import add_row, duration_fields, remove_row, tree
from gateway.clockwork.terms import blank, definition_of, model_of
from services.sla.demo import AGREEMENTS
from tests.unit.gateway.fakes import World
from tests.unit.gateway.samples import NOON, a_staff_member

ZONE = "Asia/Tehran"
EVERYTHING: dict[str, Any] = {
    "targets": [
        {
            "clock": "network-time",
            "kind": "ola",
            "within": "PT90M",
            "calendar": "tehran-office",
            "units": ["it"],
            "tiers": [1, 2],
            "pauses_on": ["requester"],
            "marks": [
                {"left": "PT15M", "notices": [{"role": "assignee", "channel": "sms"}]},
                {
                    "percent": 100,
                    "notices": [
                        {
                            "role": "supervisor",
                            "channel": "push",
                            "holder": 1,
                            "acknowledge_within": "PT10M",
                            "urgent": True,
                            "then": [{"role": "service_manager", "channel": "email"}],
                        }
                    ],
                    "actions": [{"do": "escalate"}, {"do": "prioritise", "priority": 1}],
                },
            ],
        }
    ],
    "match": {"subject": ["network"], "segment": ["gold", "silver"], "priority": [1, 2]},
    "title": {"fa": "ویژه", "en": "Special"},
    "extends": "ticket",
    "public": True,
    "valid_from": "2026-12-06T00:00:00+03:30",
    "penalties": [{"clock": "network-time", "per_breach": 500000, "cap": 5000000}],
    "breach_reasons": ["staff-short"],
    "exceptions": ["strike"],
    "active": False,
}


def posted(model: dict[str, Any], place: str = "") -> list[tuple[str, str]]:
    """Give the fields that a browser would send of a form."""
    found: list[tuple[str, str]] = []
    for name, value in model.items():
        here = f"{place}{name}"
        if isinstance(value, dict):
            found += posted(value, f"{here}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found += [pair for n, row in enumerate(value) for pair in posted(row, f"{here}.{n}.")]
        elif isinstance(value, list):
            found += [(f"{here}[]", item) for item in value]
        elif value:
            found.append((here, value))
    return found


@pytest.mark.parametrize("definition", [EVERYTHING, *AGREEMENTS.values()])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_definition_comes_through_the_form_as_it_was(definition, language):
    form = tree(posted(model_of(definition, language, ZONE)))

    assert definition_of(form, ZONE) == definition


def test_the_form_of_a_new_agreement_makes_sense():
    assert definition_of(tree(posted(blank())), ZONE)["targets"][0]["within"] == "PT1H"


def test_persian_digits_and_jalali_days_are_read():
    form = blank() | {"valid_from": "۱۴۰۵/۹/۱۵"}
    form["targets"][0]["within"] = {"number": "۴۵", "unit": "minutes"}

    definition = definition_of(form, ZONE)

    assert definition["targets"][0]["within"] == "PT45M"
    assert definition["valid_from"] == "2026-12-06T00:00:00+03:30"


def test_rows_come_and_go_wherever_they_are():
    model = blank()

    add_row(model, "targets.0.marks.0.notices.0.then")
    add_row(model, "targets.7.marks")
    assert model["targets"][0]["marks"][0]["notices"][0]["then"] == [{}]

    remove_row(model, "targets.0.marks.0")
    remove_row(model, "targets.9")
    assert model["targets"][0]["marks"] == []


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("PT24H", "24", "hours"),
        ("PT90M", "90", "minutes"),
        ("PT4S", "4", "seconds"),
        ("x", "", "hours"),
    ],
)
def test_a_duration_is_shown_in_its_largest_unit(text, number, unit):
    assert duration_fields(text) == {"number": number, "unit": unit}


def test_what_differs_is_told_place_by_place():
    before = {"targets": [{"clock": "a", "within": "PT1H"}], "public": True}
    after = {"targets": [{"clock": "a", "within": "PT2H"}], "match": {"channel": ["web", "sms"]}}

    assert changes(before, after, "en") == [
        ("Promise 1, Within", "PT1H", "PT2H"),
        ("For which requests, How", "", "web, sms"),
        ("Public", "True", ""),
    ]
    assert place_in_words("targets.0.marks.1", "fa") == "تعهد ۱، نشانه ۲"


@pytest.fixture
def admin(world: World) -> World:
    """An administrator's browser, two calendars and the demo's agreements."""
    views = [
        AgreementView(id=name, version=2, definition=definition)
        for name, definition in AGREEMENTS.items()
    ]
    calendar = {"week": {}, "zone": "UTC"}
    world.services.tell("sla", "agreements", views)
    world.services.tell(
        "sla", "calendars", [CalendarView(id="tehran-office", version=1, definition=calendar)]
    )
    published = {"by": "person:admin", "at": NOON}
    older = AGREEMENTS["email"]
    world.services.tell(
        "sla",
        "versions",
        [
            Version(id="ticket", version=2, definition=AGREEMENTS["ticket"], **published),
            Version(id="ticket", version=1, definition=older, **published),
        ],
    )
    world.services.tell("sla", "check_draft", True)
    world.services.tell("sla", "define_agreement", views[0])
    world.cookies["session"] = world.gateway.sessions.open(a_staff_member("admin")).token
    return world


def form_of(definition: dict[str, Any], **more: str) -> dict[str, str]:
    return {**dict(posted(model_of(definition, "en", ZONE))), **more}


@pytest.mark.parametrize("role", ["agent", "manager"])
async def test_agreements_are_for_administrators(admin, role):
    admin.cookies["session"] = admin.gateway.sessions.open(a_staff_member(role)).token

    assert (await admin.get("/admin/agreements")).status == 403


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("path", ["", "/ticket", "/ticket?version=1", "/ticket/edit", "/new"])
async def test_pages_of_agreements_are_shown(admin, language, path):
    mark = "&" if "?" in path else "?"

    reply = await admin.get(f"/admin/agreements{path}{mark}lang={language}")

    assert reply.status == 200


async def test_a_version_is_shown_with_what_differs_from_the_one_before(admin):
    page = (await admin.get("/admin/agreements/ticket?lang=en")).text

    assert "PT2H" in page
    assert "PT1H" in page
    assert '<input type="hidden" name="version" value="1">' in page


async def test_publishing_leads_to_the_agreement(admin):
    reply = await admin.post(
        "/admin/agreements/ticket/edit", form=form_of(AGREEMENTS["email"], do="publish", key="k1")
    )

    asked = admin.services.last("define_agreement")
    assert (reply.status, reply.headers["location"]) == (
        303,
        "/admin/agreements/ticket?published=1",
    )
    assert (asked.request.id, asked.key) == ("ticket", "k1")
    assert asked.request.definition == AGREEMENTS["email"]


async def test_a_faulty_draft_comes_back_with_everything_typed(admin):
    fault = FieldFault(
        pointer="/definition/targets/0/within", code="duration_out_of_range", params={"days": 366}
    )
    admin.services.tell("sla", "check_draft", Invalid("definition_invalid", fields=[fault]))
    form = form_of(EVERYTHING, do="check") | {"targets.0.within.number": "0"}

    reply = await admin.post("/admin/agreements/ticket/edit?lang=en", form=form)

    assert reply.status == 422
    assert '<a href="#targets.0.within">Promise 1, Within</a>' in reply.text
    assert "&#34;pauses_on&#34;" in reply.text


async def test_a_row_is_added_without_asking_the_service(admin):
    form = form_of(EVERYTHING, do="add:targets.0.marks.0.notices.0.then")

    reply = await admin.post("/admin/agreements/ticket/edit", form=form)

    assert 'name="targets.0.marks.0.notices.0.then.0.role"' in reply.text
    assert "check_draft" not in [call.method for call in admin.services.asked]


async def test_a_draft_is_tried_and_the_form_stays(admin):
    trial = TrialView(
        trial="5f0b",
        kind="agreement",
        id="ticket",
        since=NOON,
        until=NOON,
        state="running",
        asked_at=NOON,
        asked_by="person:admin",
        total=10,
        looked_at=4,
    )
    admin.services.tell("sla", "start_trial", trial)
    admin.services.tell("sla", "trial", trial)
    form = form_of(EVERYTHING, do="try", days="90")

    page = (await admin.post("/admin/agreements/ticket/edit?lang=en", form=form)).text
    part = await admin.get("/admin/trials/5f0b", headers={"HX-Request": "true"})
    whole = await admin.get("/admin/trials/5f0b")

    assert 'hx-get="/admin/trials/5f0b"' in page
    assert 'name="targets.0.clock"' in page
    assert "<html" not in part.text
    assert 'href="/admin/agreements" aria-current="page"' in whole.text
    assert 'value="4"' in part.text


async def test_an_earlier_version_is_published_anew(admin):
    reply = await admin.post("/admin/agreements/ticket/restore", form={"version": "1"})

    assert reply.status == 303
    assert admin.services.last("define_agreement").request.definition == AGREEMENTS["email"]
