"""Staff come in through the door, with a second step where they have one."""

from __future__ import annotations

import time

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.faults import assert_accessible
from tests.system.client import Api

PASSWORD = "a long enough password"


def test_staff_sign_in_with_a_second_step(office: Page, admin: Api, language: str) -> None:
    name = f"door-{language}"
    person = {"name": "نگار ایزدی", "role": "expert", "unit": "it", "password": PASSWORD}
    admin.put(f"/admin/people/{name}", person).expect(200)

    office.goto("/desk")
    assert_accessible(office)
    office.fill("#username", name)
    office.fill("#password", PASSWORD)
    office.keyboard.press("Enter")
    expect(office.locator("nav.places a[aria-current]")).to_be_visible()
    assert_accessible(office)
    office.goto("/me")
    assert_accessible(office)
    office.click('form[action="/me/second-factor"] button')
    code = pyotp.TOTP(office.locator("ol code").inner_text().replace(" ", ""))
    assert_accessible(office)
    office.fill("#code", code.now())
    office.click("main button")
    recovery = office.locator(".recovery code").first.inner_text()

    office.goto("/me")
    office.click("details.me summary")
    office.click('form[action="/sign-out"] button')
    office.fill("#username", name)
    office.fill("#password", PASSWORD)
    office.keyboard.press("Enter")
    expect(office.locator("#password")).to_have_count(0)
    office.fill("#code", "000000")
    office.keyboard.press("Enter")
    expect(office.locator(".fault, .notice.wrong")).to_be_visible()
    office.fill("#code", recovery if language == "fa" else code.at(time.time() + 30))
    office.keyboard.press("Enter")
    expect(office.locator("nav.places")).to_be_visible()


def test_who_has_to_have_a_second_step_is_led_to_set_it_up_before_anything_else(
    office: Page, admin: Api, language: str
) -> None:
    name = f"owing-{language}"
    person = {"name": "نگار ایزدی", "role": "importer", "unit": "it", "password": PASSWORD}
    admin.put(f"/admin/people/{name}", person).expect(200)
    admin.put("/admin/second-factor", {"roles": ["importer"]}).expect(200)

    office.goto("/sign-in")
    office.fill("#username", name)
    office.fill("#password", PASSWORD)
    office.keyboard.press("Enter")
    expect(office.locator('form[action="/me/second-factor"]')).to_be_visible()
    assert_accessible(office)
    office.goto("/desk/tickets")
    expect(office.locator('form[action="/me/second-factor"]')).to_be_visible()
    office.click('form[action="/me/second-factor"] button')
    code = pyotp.TOTP(office.locator("ol code").inner_text().replace(" ", ""))
    office.fill("#code", code.now())
    office.click("main button")
    expect(office.locator(".recovery code")).to_have_count(10)
    office.click("main a.button")

    expect(office.locator("nav.places a[aria-current]")).to_be_visible()
    office.goto("/me")
    expect(office.locator('form[action="/me/second-factor/drop"]')).to_have_count(0)
    admin.put("/admin/second-factor", {"roles": []}).expect(200)
