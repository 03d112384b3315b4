"""The organisation in the browser: subjects, units, people."""

from datetime import timedelta

import pytest

from chassis.errors import FieldFault, Invalid
from contracts.calls.routing import (
    Attendance,
    Decided,
    Leave,
    PersonView,
    RulesExplained,
    Shift,
    Unit,
)
from contracts.hours import Week
from gateway.admin.organisation.trees import in_tree
from tests.unit.gateway.samples import NOON, SUBJECTS, a_staff_member

UNITS = [
    Unit(id="hq", title={"fa": "ستاد", "en": "Head office"}, parent=None, desk=True, active=True),
    Unit(
        id="it",
        title={"fa": "فناوری", "en": "IT"},
        parent="hq",
        desk=False,
        active=True,
        serves_first=["vip"],
        react_within=timedelta(minutes=30),
        authority={"1": {"refund": 5}},
    ),
]
SARA = PersonView(
    id="sara",
    username="sara",
    name="سارا رضایی",
    role="expert",
    unit="it",
    tier=2,
    language="fa",
    skills=["network", "software"],
    capacity=20,
    hourly_rate=100,
    active=True,
    skill_levels={"network": 3},
    mobile="+989120000000",
    email=None,
    rates=[],
    shift=Shift(week=Week(saturday=["08:00-16:00"]), exceptions={"1405-01-13": []}),
    authority={"refund": 7},
)
THERE = Attendance(
    person="sara",
    presence="available",
    until=None,
    absence=None,
    changes_at=None,
    shift=None,
    leaves=[Leave(id="winter", start=NOON, end=NOON)],
)


@pytest.fixture
async def admin(world):
    """An administrator before an organisation of two units."""
    world.services.tell("routing", "authenticate", a_staff_member("admin"))
    world.services.tell("routing", "units", UNITS)
    world.services.tell("routing", "staff", [SARA])
    world.services.tell("routing", "person", SARA)
    world.services.tell("routing", "attendance", THERE)
    world.services.tell("intake", "subjects", SUBJECTS)
    await world.post("/sign-in", form={"username": "admin", "password": "secret"})
    return world


def tree(*pairs: tuple[str, str | None]) -> list[tuple[int, str]]:
    branches = in_tree(pairs, lambda pair: pair[0], lambda pair: pair[1])
    return [(branch.depth, branch.item[0]) for branch in branches]


def test_a_tree_is_listed_in_its_order():
    assert tree(("a", None), ("b", None), ("a1", "a"), ("a2", "a1")) == [
        (0, "a"),
        (1, "a1"),
        (2, "a2"),
        (0, "b"),
    ]


def test_what_lies_below_itself_or_nothing_is_listed_all_the_same():
    assert {name for _, name in tree(("a", "b"), ("b", "a"), ("c", "gone"), ("d", "d"))} == set(
        "abcd"
    )


async def test_the_catalogue_says_where_a_subject_leads(admin):
    way = RulesExplained(decided=Decided(row="net", unit="it", tier=2), rows=[])
    admin.services.tell("routing", "explain_rules", way)

    reply = await admin.get("/admin/subjects?open=network&lang=en")

    assert reply.status == 200
    assert 'class="depth-1 is-open"' in reply.text
    assert "by the rule" in reply.text


async def test_a_subject_is_defined(admin):
    admin.services.tell("intake", "define_subject", SUBJECTS[1])
    form = {"subject": "Printer", "title.fa": "چاپگر", "kind": "incident", "parent": "it"}

    reply = await admin.post("/admin/subjects", form={**form, "active": "yes", "key": "k1"})

    assert reply.headers["location"] == "/admin/subjects?open=printer&saved=yes"
    asked = admin.services.last("define_subject")
    assert (asked.key, asked.request.id, asked.request.title) == ("k1", "printer", {"fa": "چاپگر"})


async def test_what_is_wrong_with_a_new_subject_is_said_and_nothing_is_lost(admin):
    form = {"subject": "چاپگر", "title.fa": "چاپگر", "kind": "incident"}

    reply = await admin.post("/admin/subjects", form=form)

    assert reply.status == 422
    assert reply.text.count('value="چاپگر"') == 2


async def test_a_unit_keeps_what_its_form_does_not_show(admin):
    admin.services.tell("routing", "define_unit", UNITS[1])
    form = {"unit": "it", "title.fa": "رایانه", "kind": "team", "strategy": "sticky"}

    await admin.post("/admin/units", form={**form, "react_minutes": "۴۵", "active": "yes"})

    asked = admin.services.last("define_unit").request
    assert (asked.strategy, asked.react_within) == ("sticky", timedelta(minutes=45))
    assert (asked.serves_first, asked.authority) == (["vip"], {"1": {"refund": 5}})


async def test_a_unit_that_is_refused_is_shown_with_the_reason(admin):
    fault = FieldFault(pointer="/parent", code="unit_below_itself")
    admin.services.tell("routing", "define_unit", Invalid("definition_invalid", fields=[fault]))
    form = {"unit": "it", "title.fa": "رایانه", "kind": "team", "strategy": "sticky"}

    reply = await admin.post("/admin/units", form={**form, "parent": "it"})

    assert reply.status == 422
    assert 'id="f-parent-fault"' in reply.text


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=NETW", True), ("q=علی", False), ("unit=it", True), ("role=agent", False)],
)
async def test_people_are_looked_for(admin, query, found):
    reply = await admin.get(f"/admin/people?{query}")

    assert ('href="/admin/people/sara"' in reply.text) == found


async def test_somebody_is_shown_as_he_is_defined(admin):
    reply = await admin.get("/admin/people/sara?lang=en")

    assert reply.status == 200
    assert 'value="network:3, software"' in reply.text
    assert 'value="08:00-16:00"' in reply.text
    assert "/admin/people/sara/leaves/winter/cancel" in reply.text


async def test_somebody_is_changed_and_signs_in_again(admin):
    admin.services.tell("routing", "define_person", a_staff_member("expert"))
    form = {"name": "سارا", "role": "expert", "unit": "it", "tier": "۳", "capacity": "10"}
    skills = {"skills": "network:2، hardware", "week.sunday": "۰۸:۰۰-۱۲:۰۰, 13:00-17:00"}

    reply = await admin.post("/admin/people/sara", form={**form, **skills, "active": "yes"})

    asked = admin.services.last("define_person").request
    assert reply.status == 303
    assert (asked.tier, asked.skills, asked.skill_levels) == (
        3,
        ["network", "hardware"],
        {"network": 2},
    )
    assert asked.shift.week.sunday == ["08:00-12:00", "13:00-17:00"]
    assert (asked.shift.exceptions, asked.authority) == ({"1405-01-13": []}, {"refund": 7})
    assert (asked.password, admin.revocations.people) == (None, {"sara"})


async def test_a_new_colleague_with_faults_is_asked_again(admin):
    form = {"person": "New One", "name": "نو", "role": "expert", "unit": "it", "active": "yes"}
    reply = await admin.post("/admin/people/new", form=form)

    assert reply.status == 422
    assert 'value="new one"' in reply.text.lower()


async def test_a_leave_is_put_down_by_its_days_and_struck_out(admin):
    admin.services.tell("routing", "take_leave", THERE)
    admin.services.tell("routing", "cancel_leave", THERE)
    form = {"first": "۱۴۰۵/۰۹/۱۵", "last": "1405-09-16", "stand_in": "", "key": "leave1"}

    await admin.post("/admin/people/sara/leaves", form=form)
    wrong = await admin.post("/admin/people/sara/leaves", form={**form, "last": "soon"})
    await admin.post("/admin/people/sara/leaves/winter/cancel", form={"key": "k"})

    asked = admin.services.last("take_leave").request
    assert (asked.leave, asked.end - asked.start) == ("leave1", timedelta(days=2))
    assert asked.start.isoformat() == "2026-12-06T00:00:00+03:30"
    assert wrong.status == 422
    assert 'id="f-last-fault"' in wrong.text
    assert admin.services.last("cancel_leave").request.leave == "winter"
