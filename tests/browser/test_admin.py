"""An administrator builds a workflow and a rule in the browser; the next ticket goes by them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.test_portal import assert_accessible
from tests.system.client import Api, wait_for

#: What a page may take on a busy machine, in milliseconds.
PATIENCE = 20_000


@pytest.fixture
def room(office: Page, installation: Installation) -> Page:
    """The administrator's desktop."""
    office.goto("/sign-in?next=/admin/workflows")
    office.fill("#username", "admin")
    office.fill("#password", installation.environment["PEYGIR_DEMO_PASSWORD"])
    office.keyboard.press("Enter")
    expect(office.locator("nav.tabs")).to_be_visible(timeout=PATIENCE)
    return office


def do(page: Page, deed: str) -> None:
    """Press the button that does something in an editor, and wait until it is done."""
    key = page.locator('#editor > [name="key"]')
    before = key.input_value()
    page.locator(f'button[name="do"][value="{deed}"]').last.click()
    expect(key).not_to_have_value(before, timeout=PATIENCE)


def test_a_workflow_and_a_rule_that_the_next_ticket_goes_by(
    room: Page, desk: Api, language: str
) -> None:
    name = f"repair-{language}"
    assert_accessible(room)
    room.fill("#id", name)
    room.select_option("#base", "copy:default")
    room.click("main form button")

    # A step of its own: at first nothing leads there, and the graph says so.
    do(room, "add-step")
    room.fill('[name="title.fa"]', "بازدید")
    room.fill('[name="title.en"]', "Inspection")
    room.fill('[name="name"]', "inspection")
    do(room, "apply")
    wrong = room.locator('a.box.wrong[data-open="steps/inspection"]')
    expect(wrong).to_be_visible()
    expect(room.locator('button[value="publish"]')).to_be_disabled()
    assert_accessible(room)

    # There by an action of its own, and on by one that everybody knows.
    do(room, "add-way:inspection")
    room.select_option("#f-action", "*")
    room.fill('[name="own_action"]', "inspect")
    room.fill('[name="action_title.fa"]', "بازدید کردن")
    room.fill('[name="action_title.en"]', "Inspect")
    room.uncheck('[name="from"][value="inspection"]')
    room.check('[name="from"][value="in_progress"]')
    room.select_option('[name="to"]', "inspection")
    assert_accessible(room)
    do(room, "add-way:")
    room.select_option("#f-action", "done")
    room.check('[name="from"][value="inspection"]')
    room.select_option('[name="to"]', "done")
    do(room, "apply")
    expect(wrong).to_have_count(0)
    room.click('a.box[data-open="steps/inspection"]')
    expect(room.locator('[name="name"]')).to_have_value("inspection")
    do(room, "publish")
    expect(room.locator(".notice.good")).to_be_visible(timeout=PATIENCE)

    # The rule of a subject names it.
    room.goto("/admin/rules")
    room.click('.part:has(bdi:text-is("it-hardware")) button[value^="open:"]')
    expect(room.locator('[name="id"]')).to_have_value("it-hardware")
    room.select_option('[name="workflow"]', name)
    assert_accessible(room)
    do(room, "try")
    expect(room.locator(".trial")).to_be_visible(timeout=PATIENCE)
    do(room, "publish")
    expect(room.locator(".notice.good")).to_be_visible(timeout=PATIENCE)

    code = desk.register(
        subject="it.hardware",
        title="چاپگر روشن نمی‌شود",
        description="از صبح.",
        requester={"name": "مریم احمدی", "mobile": "09121230098"},
    )
    workflow = wait_for(
        lambda: desk.get(f"/tickets/{code}").json.get("workflow"), what="the ticket's workflow"
    )
    assert workflow == name
