"""The versions of a form: what each changed, opening one, and going back to it."""

from copy import deepcopy

import pytest

from contracts.calls.forms import FormVersion
from tests.unit.gateway.admin.test_forms import DRAFT, PATH, VIEW, admin
from tests.unit.gateway.samples import NOON

__all__ = ["admin"]


def changed() -> dict:
    """The form as it was one version earlier."""
    before = deepcopy(DRAFT)
    before["title"]["en"] = "Grievance"
    wants, amount = before["sections"][0]["fields"]
    wants["options"] = wants["options"][:1]
    del amount["visible"]
    before["sections"][0]["fields"] = [
        amount,
        wants,
        {"type": "text", "id": "shop", "label": {"fa": "فروشگاه", "en": "Shop"}},
    ]
    return before


def version(number: int, form: dict, block: str | None = None) -> FormVersion:
    return FormVersion(
        version=number,
        definition=form,
        form=form,
        published_by="person:admin",
        published_at=NOON,
        block=block,
    )


@pytest.fixture
def versions(admin):
    found = [version(3, DRAFT), version(2, changed()), version(1, changed(), "place")]
    admin.services.tell("intake", "form_versions", found)
    admin.services.tell("intake", "define_form", VIEW)
    return admin


async def test_each_version_says_what_it_changed(versions):
    page = (await versions.get(f"{PATH}/complaint/versions?lang=en")).text
    newest = page.partition('id="v3"')[2].partition('id="v2"')[0]

    assert '<del dir="auto">Grievance</del>' in newest
    assert "Complaint" in newest
    assert "repair | تعمیر | Repair" in newest
    assert "What do you want?" in newest
    assert "Asked only when" in newest
    assert "Shop" in newest
    assert newest.count('class="change removed"') == 1
    assert 'class="change none"' not in page
    assert "With the block" in page.partition('id="v1"')[2]


async def test_a_version_is_opened_in_the_editor_as_a_draft(versions):
    page = (await versions.get(f"{PATH}/complaint?version=2&lang=en")).text

    assert "Grievance" in page
    assert 'data-changed="yes"' in page


async def test_going_back_publishes_what_was_written_then(versions):
    reply = await versions.post(f"{PATH}/complaint/versions/2/restore", form={"key": "k1"})

    assert reply.headers["location"] == f"{PATH}/complaint?published=3"
    assert versions.services.last("define_form").request.definition == changed()


async def test_a_version_that_there_is_not_is_told_so(versions):
    reply = await versions.post(f"{PATH}/complaint/versions/9/restore", form={"key": "k1"})

    assert reply.status == 404
