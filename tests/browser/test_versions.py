"""An administrator goes back to an earlier form, keeps a list of holidays, and tries a calendar."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import take_seat
from tests.browser.faults import assert_accessible, assert_fits_a_phone
from tests.system.client import Api

PATIENCE = 20_000


@pytest.fixture
def room(office: Page, admin: Api, installation: Installation) -> Page:
    """The administrator's desktop."""
    take_seat(office, admin, installation.addresses.gateway)
    return office


def a_form(label: str) -> dict[str, Any]:
    words = {"fa": label, "en": label}
    field = {"type": "text", "id": "room", "label": words}
    return {"title": words, "sections": [{"id": "main", "title": words, "fields": [field]}]}


def test_a_form_says_what_each_version_changed_and_goes_back(
    room: Page, admin: Api, language: str
) -> None:
    name = f"versions-{language}"
    for label in ("First", "Second"):
        admin.put(f"/admin/forms/{name}", {"definition": a_form(label)}).expect(200)

    room.goto(f"/admin/forms/{name}")
    room.click(f'a[href="/admin/forms/{name}/versions"]')
    newest = room.locator("section", has=room.locator("#v2"))
    expect(newest.locator("del").first).to_have_text("First")
    expect(newest.locator("ins").first).to_have_text("Second")
    assert_accessible(room)
    assert_fits_a_phone(room)
    room.once("dialog", lambda dialog: dialog.accept())
    room.click('form[action$="/versions/1/restore"] button')

    expect(room.locator("h1")).to_have_text("First", timeout=PATIENCE)
    assert [each["version"] for each in admin.get(f"/admin/forms/{name}/versions").json] == [
        3,
        2,
        1,
    ]


def test_a_list_of_holidays_is_kept_day_by_day(room: Page, admin: Api, language: str) -> None:
    name = f"kept-{language}"
    room.goto("/admin/holidays")
    assert_accessible(room)
    room.fill("#id", name)
    room.click("main form button")
    room.fill("#day", "۱۴۰۵/۱۲/۱" if language == "fa" else "2027-02-20")
    room.fill("#fa", "روز بارانی")
    room.fill("#en", "Rainy day")
    room.click("#one button")

    row = room.locator("table.holidays tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("روز بارانی")
    expect(row).to_contain_text("Rainy day")
    assert_accessible(room)
    assert_fits_a_phone(room)
    row.locator("button[value=remove]").click()
    expect(row).to_have_count(0)
    assert admin.get(f"/admin/holidays/{name}").json["version"] == 2


def test_other_hours_are_tried_on_past_requests_before_they_hold(
    room: Page, admin: Api, language: str
) -> None:
    shown = {"fa": "۰۸:۰۰ تا ۱۲:۰۰", "en": "08:00-12:00"}[language]
    before = admin.get("/admin/calendars").json
    room.goto("/admin/calendars/tehran-office/week")
    room.fill('[name="week.friday"]', "8-12")
    room.click('button[name="do"][value="try"]')

    expect(room.locator("#trial .badge.good")).to_be_visible(timeout=3 * PATIENCE)
    expect(room.locator('[name="week.friday"]')).to_have_value(shown)
    assert_accessible(room)
    assert admin.get("/admin/calendars").json == before
