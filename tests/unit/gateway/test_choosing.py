"""Finding what a request is about."""

import pytest

from chassis.errors import NotFound, Unavailable
from contracts.calls.intake import Subject
from contracts.calls.reporting import Report
from gateway.portal.choosing import Choice, chosen, found, groups
from tests.unit.gateway.samples import SUBJECTS

WIFI = Subject(id="wifi", parent="network", kind="incident", title={"fa": "بی‌سیم", "en": "Wi-Fi"})
DEEP = [*SUBJECTS, WIFI]


def test_subjects_are_offered_in_groups_that_end_with_the_rest():
    grouped, alone = groups(DEEP, "fa")

    assert [(each.id, each.title) for each in grouped.choices] == [
        ("network", "شبکه"),
        ("wifi", "شبکه › بی‌سیم"),
        ("it", "موارد دیگر دربارهٔ فناوری اطلاعات"),
    ]
    assert (alone.title, alone.choices) == ("", [Choice("pension", "حقوق بازنشستگی")])


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("شبکه", "network"),
        ("شبك", "network"),
        ("NETW", "network"),
        ("بی سیم", "wifi"),
        ("بی‌سیم", "wifi"),
        ("بازنشستگی حقوق", "pension"),
    ],
)
def test_words_find_subjects_in_either_language_however_they_are_typed(words, first):
    assert found(DEEP, words, "fa")[0].id == first


def test_what_stands_below_a_word_comes_after_what_is_named_so():
    assert [each.id for each in found(DEEP, "network", "en")] == ["network", "wifi"]
    assert found(DEEP, "network", "en")[1].above == "IT › Network"


def test_closed_subjects_are_neither_found_nor_chosen():
    assert found(DEEP, "قدیمی", "fa") == []
    assert chosen(DEEP, "old", "fa") is None
    assert chosen(DEEP, "nothing", "fa") is None


async def test_what_is_common_comes_first_and_is_asked_for_once(world):
    rows = [["network", 3, 1, 33.3], ["pension", 9, 1, 11.1], ["gone", 90, 0, 0]]
    report = Report(name="x", title={}, columns=[], rows=rows, until_event_at=None)
    world.services.tell("reporting", "report", report)

    text = (await world.get("/new")).text
    await world.get("/new")

    common = text[: text.index("همهٔ موضوع‌ها")]
    assert common.index("subject=pension") < common.index("subject=network")
    assert [each.method for each in world.services.asked].count("report") == 1


async def test_without_figures_there_is_still_the_whole_list(world):
    text = (await world.get("/new")).text

    assert "/new?subject=network" in text
    assert "بیشتر می‌پرسند" not in text


async def test_a_script_gets_the_list_alone(world):
    part = await world.get("/new?q=network", headers={"HX-Request": "true"})

    assert "/new?subject=network" in part.text
    assert "<html" not in part.text


async def test_who_chooses_again_keeps_what_was_typed(world):
    typed = {"subject": "network", "title": "قطع است", "mobile": "0912", "key": "k1"}

    asked = await world.post("/new", form={**typed, "choose": "1", "q": "حقوق"})
    back = await world.post("/new", form={**typed, "chosen": "1", "subject": "pension"})

    assert '<button class="pick" name="subject" value="pension">' in asked.text
    assert 'name="title" value="قطع است"' in asked.text
    assert 'name="key" value="k1"' in asked.text
    assert (back.status, "fault" in back.text) == (200, False)
    assert 'value="قطع است"' in back.text
    assert "حقوق بازنشستگی" in back.text


async def test_a_request_about_nothing_is_asked_what_it_is_about(world):
    reply = await world.post("/new", form={"title": "قطع است", "key": "k1"})

    assert reply.status == 422
    assert 'name="title" value="قطع است"' in reply.text
    assert world.services.asked[-1].method != "register_ticket"


async def test_without_a_catalogue_a_sent_form_comes_back_whole(world):
    for method in ("subjects", "register_ticket"):
        world.services.tell("intake", method, Unavailable("service_unavailable"))
    form = {
        "subject": "network",
        "title": "قطع",
        "description": "از صبح",
        "name": "مریم",
        "mobile": "09121234567",
        "key": "k1",
    }

    reply = await world.post("/new", form=form)

    assert reply.status == 503
    assert 'name="subject" value="network"' in reply.text
    assert 'value="مریم"' in reply.text
    assert "data-again" in reply.text


async def test_a_subject_that_is_not_there_leads_to_those_that_are(world):
    world.services.tell("intake", "form", NotFound("form_not_found"))

    reply = await world.get("/new?subject=nothing")

    assert reply.status == 200
    assert "/new?subject=network" in reply.text
