"""A call that is registered and worked on through the pages alone, at a desk and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import take_seat
from tests.browser.faults import assert_accessible, assert_fits_a_phone
from tests.system.client import Api, wait_for


@pytest.fixture
def seat(office: Page, desk: Api, installation: Installation) -> Page:
    """The desk agent before his screen, by the session that the API gave him."""
    take_seat(office, desk, installation.addresses.gateway)
    return office


def in_progress(desk: Api, code: str) -> str:
    """Wait until somebody has the request; gives its code."""
    wait_for(
        lambda: desk.get(f"/tickets/{code}").json.get("state") == "in_progress",
        deadline=30,
        what="the assignment",
    )
    return code


def called(desk: Api, mobile: str) -> str:
    """Register a call that the desk owns and works on."""
    code = desk.register(
        subject="info.general",
        title="ساعت کار شعبه",
        description="شعبه پنجشنبه تا کی باز است؟",
        channel="phone",
        requester={"name": "نیلوفر یگانه", "mobile": mobile},
    )
    return in_progress(desk, code)


def test_a_call_is_registered_and_its_code_read_out(seat: Page, desk: Api, language: str) -> None:
    mobile = {"fa": "09121237701", "en": "09121237702"}[language]
    called(desk, mobile)

    seat.goto("/desk/new")
    seat.locator("#mobile").press_sequentially(mobile)
    expect(seat.locator("#caller")).to_contain_text("نیلوفر یگانه")
    expect(seat.locator("#name")).to_have_value("نیلوفر یگانه")
    seat.fill("#subject-words", {"fa": "عمومی", "en": "general"}[language])
    expect(seat.locator("#likely [data-subject='info.general']")).to_be_visible()
    seat.keyboard.press("Enter")
    expect(seat.locator("#subject")).to_have_value("info.general")
    expect(seat.locator("#caller .notice")).to_be_visible()
    seat.fill("#title", "ساعت کار پنجشنبه")
    assert_accessible(seat)
    assert_fits_a_phone(seat)
    seat.click(".new-call .dock-foot .button")
    expect(seat.locator("#description-fault")).to_be_visible()
    expect(seat.locator("#title")).to_have_value("ساعت کار پنجشنبه")
    seat.fill("#description", "می‌پرسد پنجشنبه تا ساعت چند باز است.")
    seat.keyboard.press("Control+Enter")

    code = seat.locator(".new-code").inner_text().replace("-", "")
    assert_accessible(seat)
    seat.goto(f"/desk/tickets/{in_progress(desk, code)}")
    expect(seat.locator(".entry.theirs")).to_contain_text("می‌پرسد")
    expect(seat.locator("#earlier li")).to_have_count(1)


def test_a_ticket_is_worked_on_by_keyboard(seat: Page, desk: Api, language: str) -> None:
    code = called(desk, {"fa": "09121237703", "en": "09121237704"}[language])
    seat.goto(f"/desk/tickets/{code}")
    seat.locator(".why summary").first.click()
    expect(seat.locator(".why-lines li").first).to_be_visible()
    assert_accessible(seat)
    assert_fits_a_phone(seat)

    seat.locator("#talk-heading").click()
    seat.keyboard.press("n")
    note = seat.locator('[data-form="note"] textarea')
    expect(note).to_be_focused()
    seat.keyboard.type("@exper")
    expect(seat.locator("#people li").first).to_be_visible()
    seat.keyboard.press("Enter")
    seat.keyboard.type("پنجشنبه‌ها هم باز است؟")
    seat.reload()
    seat.locator("#talk-heading").click()
    seat.keyboard.press("n")
    expect(note).to_have_value("@expert پنجشنبه‌ها هم باز است؟")
    seat.keyboard.press("Control+Enter")
    expect(seat.locator(".entry.inner")).to_contain_text("پنجشنبه‌ها هم باز است؟")

    seat.locator("#talk-heading").click()
    seat.keyboard.press("w")
    seat.fill("#f-duration", "۵")
    seat.click(".dock-foot .button")
    expect(seat.locator("#f-work_group-fault")).to_be_visible()
    expect(seat.locator("#f-duration")).to_have_value("۵")
    seat.select_option("#f-work_group", "training")
    seat.click(".dock-foot .button")
    expect(seat.locator(".did")).to_be_visible()

    seat.goto(f"/desk/tickets/{code}?theme=dark")
    seat.fill('[data-form="answer"] textarea', "تا ساعت ۱۳ باز است.")
    assert_accessible(seat)
    seat.click(".dock-foot .button")
    expect(seat.locator(".entry.ours")).to_contain_text("تا ساعت ۱۳ باز است.")
    expect(seat.locator('[data-form="answer"] textarea')).to_have_value("")


def test_what_somebody_else_does_is_seen_while_one_is_writing(
    seat: Page, desk: Api, language: str
) -> None:
    code = called(desk, {"fa": "09121237705", "en": "09121237706"}[language])
    seat.goto(f"/desk/tickets/{code}")
    seat.fill('[data-form="answer"] textarea', "سلام، ")

    desk.post(f"/tickets/{code}/actions/note", {"text": "از جای دیگر"}).expect(200)

    expect(seat.locator(".entry.inner")).to_contain_text("از جای دیگر", timeout=15_000)
    expect(seat.locator('[data-form="answer"] textarea')).to_have_value("سلام، ")
