"""Taking note of a message by its link, on a phone, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from tests.agreements import LADDER
from tests.browser.faults import assert_accessible
from tests.http import Http
from tests.system.client import Api, wait_for

LINK = re.compile(r"/a/[A-Za-z0-9_-]+")
THANKS = {"fa": "سپاسگزاریم؛ ثبت شد.", "en": "Thank you, it is recorded."}


@pytest.fixture
def link(installation: Installation, desk: Api) -> Iterator[str]:
    """A link as it stands in the SMS to the one who works on a ticket."""
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    admin = Api(installation.addresses.gateway).sign_in("admin", password)
    admin.put("/admin/agreements/ladder", {"definition": LADDER}).expect(200)
    code = desk.register(
        subject="it.network",
        title="Link",
        description="To be answered in six seconds.",
        channel="api",
        requester={"name": "A", "email": "link@example.org"},
    )
    provider = Http(installation.addresses.sms_provider)
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"

    def found() -> str | None:
        texts = [item["message"] for item in provider.get("/messages").json]
        links = [LINK.search(text) for text in texts if shown in text]
        return next((each[0] for each in links if each), None)

    yield wait_for(found, 60, "the link")
    admin.put("/admin/agreements/ladder", {"definition": LADDER | {"active": False}}).expect(200)


def test_a_button_takes_note_and_the_page_says_nothing_of_the_ticket(
    page: Page, language: str, link: str
) -> None:
    page.goto(link)

    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "fa" else "ltr")
    assert not re.search(r"\d{4}-\d{4}-\d{4}", page.content())
    assert_accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide
    page.click("main button")

    expect(page.locator("h1")).to_have_text(THANKS[language])
    assert_accessible(page)
    page.reload()
    expect(page.locator("h1")).to_have_text(THANKS[language])


def test_a_link_that_leads_nowhere_says_so(page: Page) -> None:
    page.goto("/a/" + "x" * 34)

    assert_accessible(page)
    expect(page.locator("main button")).to_have_count(0)
