"""An administrator builds a workflow, a rule and an agreement in the browser.

The next request, registered and opened on pages too, goes by all three.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.faults import assert_accessible

#: What a page, and what comes by itself, may take on a busy machine, in milliseconds.
PATIENCE, NEWS = 20_000, 40_000
SUBJECTS = {"fa": "it.hardware", "en": "it.software"}
RULES = {"fa": "it-hardware", "en": "it-software"}
MINUTES = {"fa": "۴۵", "en": "45"}
INSPECTION = {"fa": "بازدید", "en": "Inspection"}


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


def build_workflow(room: Page, name: str) -> None:
    """Copy the ordinary workflow, and give it a step between the work and its end."""
    assert_accessible(room)
    room.fill("#id", name)
    room.select_option("#base", "copy:default")
    room.click("main form button")

    # A step of its own: at first nothing leads there, and the graph says so.
    do(room, "add-step")
    room.fill('[name="title.fa"]', INSPECTION["fa"])
    room.fill('[name="title.en"]', INSPECTION["en"])
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
    room.check('[name="who"][value="staff"]')
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


def build_rule(room: Page, rule: str, workflow: str) -> None:
    """Have the rule of a subject name a workflow, and try it on the past."""
    room.goto("/admin/rules")
    room.click(f'.part:has(bdi:text-is("{rule}")) button[value^="open:"]')
    expect(room.locator('[name="id"]')).to_have_value(rule)
    room.select_option('[name="workflow"]', workflow)
    assert_accessible(room)
    do(room, "try")
    expect(room.locator(".trial")).to_be_visible(timeout=PATIENCE)
    do(room, "publish")
    expect(room.locator(".notice.good")).to_be_visible(timeout=PATIENCE)


def build_agreement(room: Page, name: str, language: str) -> None:
    """Promise what comes by web about a subject within 45 minutes, and tell somebody at its end."""
    room.goto("/admin/agreements/new")
    room.fill("#id", name)
    room.fill("[id='title.fa']", "سه‌ربعی‌ها")
    room.locator("details.boxes").nth(0).locator("summary").click()
    room.check("input[name='match.channel[]'][value='web']")
    room.locator("details.boxes").nth(2).locator("summary").click()
    room.check(f"input[name='match.subject[]'][value='{SUBJECTS[language]}']")
    room.fill("[id='targets.0.within']", "0")
    room.click(".bar-of-actions button[value='check']")
    expect(room.locator(".notice.wrong a[href='#targets.0.within']")).to_be_visible()

    room.fill("[id='targets.0.within']", MINUTES[language])
    room.select_option("select[name='targets.0.within.unit']", "minutes")
    room.click("button[value='add:targets.0.marks']")
    room.fill("[id='targets.0.marks.1.percent']", "100")
    room.click("button[value='add:targets.0.marks.1.notices']")
    room.select_option("[id='targets.0.marks.1.notices.0.role']", "service_manager")
    room.click(".bar-of-actions button[value='publish']")
    expect(room).to_have_url(re.compile(rf"/admin/agreements/{name}\?published=1"))


@pytest.mark.timeout(300)
def test_the_next_request_goes_by_what_was_built(room: Page, page: Page, language: str) -> None:
    build_workflow(room, f"repair-{language}")
    build_rule(room, RULES[language], f"repair-{language}")
    build_agreement(room, f"quick-{language}", language)

    page.goto(f"/new?subject={SUBJECTS[language]}")
    page.fill("#title", "چاپگر روشن نمی‌شود")
    page.fill("#description", "از صبح.")
    page.fill("#name", "مریم احمدی")
    page.fill("#mobile", "09121230098")
    page.click("main form > button.button")
    code = page.locator(".code").inner_text().replace("-", "")

    # Its page has one clock, the agreement's, and the workflow's own action leads to its step.
    room.goto(f"/desk/tickets/{code}")
    why = room.locator(".clock .why")
    expect(why).to_have_count(1, timeout=NEWS)
    why.locator("summary").click()
    expect(why.locator(".why-lines")).to_contain_text(f"quick-{language}")
    inspect = room.locator("#more [data-open='inspect']")
    expect(inspect).to_have_count(1, timeout=NEWS)
    room.click("#more > summary")
    inspect.click()
    room.click("form[data-form='inspect'] .dock-foot button[type='submit']")
    expect(room.locator(".ticket-line")).to_contain_text(INSPECTION[language])
