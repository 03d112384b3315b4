"""A subject's own form on the page: asked, corrected and sent without any script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.installation import Installation
from tests.browser.faults import assert_accessible
from tests.browser.test_portal import CODE
from tests.component.waiting import eventually
from tests.system.client import Api

IBAN = "IR820540102680020817909002"


def begin(page: Page, subject: str) -> None:
    """Open the form of a subject, and fill in what every request has."""
    page.goto(f"/new?subject={subject}")
    page.fill("#title", "چند چاپگر")
    page.fill("#description", "برای طبقهٔ سوم.")
    page.fill("#name", "مریم احمدی")
    page.fill("#mobile", "۰۹۱۲۱۲۳۰۰۹۸")


def send(page: Page) -> None:
    page.click("main form > button.button")


def digits_only(code: str) -> str:
    return "".join(filter(str.isdigit, code))


def test_a_purchase_is_asked_for_row_by_row_and_its_total_worked_out(
    page: Page, desk: Api, language: str
) -> None:
    begin(page, "finance.purchase")
    page.select_option("#a-purpose", "project")
    page.fill("#a-items-0-item", "چاپگر")
    page.fill("#a-items-0-count", "۲")
    page.fill("#a-items-0-price", "۱۵٬۰۰۰")
    page.click("button[name=more]")

    expect(page.locator("#a-items-1-item")).to_be_focused()
    expect(page.locator("#a-items-0-item")).to_have_value("چاپگر")
    expect(page.locator("#title")).to_have_value("چند چاپگر")
    shown = "۳۰٬۰۰۰ ریال" if language == "fa" else "30,000 rials"
    expect(page.locator("#a-total")).to_have_text(shown)
    expect(page.locator("#a-project_code")).to_be_visible()
    assert_accessible(page)

    page.fill("#a-project_code", "pr")
    page.fill("#a-items-1-item", "کاغذ")
    send(page)
    expect(page.locator("#a-project_code-fault")).to_be_visible()
    expect(page.locator("#a-items-1-price-fault")).to_be_visible()
    assert_accessible(page)
    page.click(".notice a[href='#a-items-1-price']")
    expect(page.locator("#a-items-1-price")).to_be_focused()

    page.fill("#a-project_code", "PR-۱۴۰۵")
    page.fill("#a-items-1-count", "1")
    page.fill("#a-items-1-price", "5000")
    send(page)
    code = page.locator(".code").inner_text()
    assert CODE.fullmatch(code)
    path = f"/tickets/{digits_only(code)}"
    eventually(lambda: desk.get(path).status == 200)
    ticket = desk.get(path).json
    told = {answer["field"]: answer["value"] for answer in ticket["form"]["answers"]}
    assert (told["total"], told["project_code"]) == (35000, "PR-1405")


def test_an_answer_that_leads_to_a_question_brings_the_page_again(page: Page) -> None:
    begin(page, "complaint.service")
    page.select_option("#a-topic", "delay/payment")
    page.check("input[name=a-wants][value=refund]")
    send(page)

    expect(page.locator(".notice.calm")).to_be_visible()
    expect(page.locator("#a-topic")).to_have_value("delay/payment")
    expect(page.locator("input[name=a-wants][value=refund]")).to_be_checked()
    page.fill("#a-refund_to", "IR00")
    send(page)
    expect(page.locator("#a-refund_to-fault")).to_be_visible()
    page.fill("#a-refund_to", IBAN)
    send(page)

    page.click("main a.button")
    expect(page.locator(".filled")).to_be_visible()


def test_a_subject_chosen_on_the_page_brings_its_questions(page: Page) -> None:
    page.goto("/new?subject=it.network")
    page.fill("#title", "گذرنامه")
    page.click(".chosen button")
    page.click("button[value=passport]")

    expect(page.locator("#title")).to_have_value("گذرنامه")
    page.fill("#a-national_id", "0084575949")
    send(page)
    expect(page.locator("#a-national_id-fault")).to_be_visible()
    expect(page.locator("#description-fault")).to_be_visible()
    expect(page.locator("#a-national_id")).to_have_value("0084575949")


@pytest.mark.parametrize("subject", ["finance.purchase", "passport", "complaint.service"])
def test_no_page_is_wider_than_the_screen(page: Page, subject: str) -> None:
    page.goto(f"/new?subject={subject}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_accessible(page)


def test_without_scripts_it_works_just_so(browser: Browser, installation: Installation) -> None:
    context = browser.new_context(
        base_url=installation.addresses.gateway, java_script_enabled=False, locale="en-GB"
    )
    page = context.new_page()
    begin(page, "finance.purchase")
    page.select_option("#a-purpose", "office")
    page.fill("#a-items-0-item", "Printer")
    page.fill("#a-items-0-count", "1")
    page.fill("#a-items-0-price", "100")
    page.press("#a-items-0-price", "Enter")

    assert CODE.fullmatch(page.locator(".code").inner_text())
    context.close()
