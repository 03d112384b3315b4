"""The pages of forms: the list, the editor, and the form as requesters see it."""

import msgspec
import pytest

from contracts.calls.forms import FormView
from gateway.admin.editing import Edit, Fields
from gateway.admin.forms.fields import applied, done
from tests.unit.gateway.samples import NOON, a_staff_member

PATH = "/admin/forms"
DRAFT = {
    "title": {"fa": "شکایت", "en": "Complaint"},
    "sections": [
        {
            "id": "about",
            "title": {"fa": "موضوع", "en": "About"},
            "fields": [
                {
                    "type": "choice",
                    "id": "wants",
                    "label": {"fa": "چه می‌خواهید؟", "en": "What do you want?"},
                    "options": [
                        {"value": "refund", "label": {"fa": "پول", "en": "Refund"}},
                        {"value": "repair", "label": {"fa": "تعمیر", "en": "Repair"}},
                    ],
                },
                {
                    "type": "number",
                    "id": "amount",
                    "label": {"fa": "مبلغ", "en": "Amount"},
                    "min": 0,
                    "step": 0.5,
                    "visible": {"===": [{"var": "wants"}, "refund"]},
                    "required": {"===": [{"var": "wants"}, "refund"]},
                },
            ],
        }
    ],
}
VIEW = FormView(
    id="complaint",
    version=3,
    definition=DRAFT,
    published_by="person:admin",
    published_at=NOON,
)
AMOUNT = "sections/0/fields/1"


@pytest.fixture
async def admin(world):
    """An administrator before one form."""
    world.services.tell("routing", "authenticate", a_staff_member("admin"))
    world.services.tell("intake", "form_definitions", [VIEW])
    world.services.tell("intake", "block_definitions", [])
    await world.post("/sign-in", form={"username": "admin", "password": "secret"})
    return world


def typed(do: str = "apply", draft=DRAFT, **fields: str) -> dict[str, str]:
    return {"draft": msgspec.json.encode(draft).decode(), "do": do, "version": "3", **fields}


def edit(opened: str, verb: str = "apply", about: str = "", **fields: str) -> Edit:
    pairs = [(name.replace("__", "."), value) for name, value in fields.items()]
    return Edit(draft=DRAFT, opened=opened, verb=verb, about=about, fields=Fields(pairs), key="k")


def field(draft, number: int):
    return draft["sections"][0]["fields"][number]


def test_a_field_typed_as_it_was_stays_as_it_was():
    same = edit(
        AMOUNT,
        name="amount",
        kind="number",
        label__fa="مبلغ",
        label__en="Amount",
        min="0",
        step="۰.۵",
        visible__0__fact="wants",
        visible__0__sign="===",
        visible__0__value="refund",
    )

    assert applied(DRAFT, same) == DRAFT


def test_a_field_of_another_type_keeps_what_every_field_has():
    draft = applied(DRAFT, edit(AMOUNT, name="amount", kind="text", label__fa="مبلغ"))

    assert field(draft, 1) == {
        "type": "text",
        "id": "amount",
        "label": {"fa": "مبلغ"},
        "required": {"===": [{"var": "wants"}, "refund"]},
    }


def test_options_are_lines():
    lines = "refund | پول | Refund\n\nother|دیگر"
    draft = applied(DRAFT, edit("sections/0/fields/0", name="wants", kind="choice", options=lines))

    assert field(draft, 0)["options"] == [
        {"value": "refund", "label": {"fa": "پول", "en": "Refund"}},
        {"value": "other", "label": {"fa": "دیگر"}},
    ]


def test_fields_come_move_and_go():
    added, opened = done(DRAFT, edit("", "add-field", "sections/0"), "")
    moved, _ = done(DRAFT, edit("", "up", AMOUNT), "")
    removed, _ = done(DRAFT, edit("", "remove", AMOUNT), "")
    elsewhere, _ = done(DRAFT, edit("", "remove", "sections/7"), "")

    assert (opened, field(added, 2)["id"]) == ("sections/0/fields/2", "field_1")
    assert [each["id"] for each in moved["sections"][0]["fields"]] == ["amount", "wants"]
    assert len(removed["sections"][0]["fields"]) == 1
    assert elsewhere == DRAFT


async def test_forms_are_listed_and_begun(admin):
    reply = await admin.get(f"{PATH}?lang=en")

    assert "Complaint" in reply.text
    assert (await admin.post(PATH, form={"id": "complaint"})).status == 422
    assert (await admin.post(PATH, form={"id": "travel"})).status == 303
    assert (await admin.get(f"{PATH}/travel?new=yes")).status == 200
    assert (await admin.get(f"{PATH}/travel")).status == 404


async def test_the_form_is_shown_as_requesters_see_it(admin):
    first = await admin.get(f"{PATH}/complaint?lang=en")
    answered = {"a-wants": "refund", "shown": "wants"}
    then = await admin.post(f"{PATH}/complaint?lang=en", form=typed(**answered))

    assert 'id="a-wants"' in first.text
    assert 'id="a-amount"' not in first.text
    assert 'id="a-amount"' in then.text
    assert "What do you want? is “refund”" in first.text


async def test_what_is_wrong_is_said_at_its_field(admin):
    opened = {"open": AMOUNT, "name": "wants", "kind": "number", "label.fa": "مبلغ"}
    reply = await admin.post(f"{PATH}/complaint?lang=en", form=typed(**opened))

    assert reply.status == 200
    assert reply.text.count("is-wrong") >= 1
    assert 'value="publish" disabled' in reply.text


async def test_a_form_is_published(admin):
    admin.services.tell("intake", "define_form", VIEW)

    reply = await admin.post(f"{PATH}/complaint", form=typed("publish", key="k1"))

    assert reply.headers["location"] == f"{PATH}/complaint?published=3"
    asked = admin.services.last("define_form")
    assert (asked.key, asked.request.definition) == ("k1", DRAFT)


@pytest.mark.parametrize("draft", [[], {}, {"sections": 7}])
async def test_what_is_no_form_is_refused(admin, draft):
    assert (await admin.post(f"{PATH}/complaint", form=typed(draft=draft))).status == 422


async def test_a_draft_of_the_strangest_shape_is_shown(admin):
    strange = {
        "title": 7,
        "sections": [None, {"fields": [3, {"type": [], "options": {}, "visible": [[]]}]}],
    }
    for opened in ("sections/1", "sections/1/fields/1", "about", "sections/9/fields/9"):
        reply = await admin.post(f"{PATH}/x", form=typed(f"open:{opened}", draft=strange))

        assert reply.status == 200
