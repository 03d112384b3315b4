"""Scripts typed into every field, and the pages that show them opened in a real browser."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.attacks.clients import a_request
from tests.attacks.payloads import MARK, SCRIPTS
from tests.system.client import wait_for

_CHROMIUM = "/usr/bin/chromium"
MOBILE = "09121110066"
EACH = pytest.mark.parametrize(
    "script", [*SCRIPTS[:3], *(pytest.param(each, marks=pytest.mark.slow) for each in SCRIPTS[3:])]
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


class Victim:
    """Somebody whose browser forbids nothing by itself: what got through would run."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.run: list[str] = []
        page.on("dialog", self._note)

    def _note(self, dialog: Any) -> None:
        self.run.append(dialog.message)
        dialog.dismiss()

    def assert_unharmed(self) -> None:
        """Move over everything, and find nothing alive."""
        for link in self.page.locator("a, input, textarea, button, img").all()[:40]:
            link.dispatch_event("mouseover")
            link.dispatch_event("focus")
        assert self.page.locator(f"[{MARK}]").count() == 0
        assert self.page.locator("a[href^='javascript:' i]").count() == 0
        assert self.run == []


@pytest.fixture
def victim(browser: Browser, url: str) -> Iterator[Victim]:
    context = browser.new_context(base_url=url, locale="en-GB", bypass_csp=True)
    yield Victim(context.new_page())
    context.close()


def test_the_browser_would_run_what_got_through(victim: Victim):
    victim.page.set_content(f"<p>{SCRIPTS[2]}</p>")
    victim.page.wait_for_selector(f"[{MARK}]", state="attached")

    with pytest.raises(AssertionError):
        victim.assert_unharmed()


@EACH
def test_a_request_full_of_scripts_shows_them_as_text(script, victim, desk, admin):
    requester = {"name": script, "mobile": MOBILE}
    ticket = a_request(title=script, description=script, channel="phone", requester=requester)
    code = desk.post("/api/v1/tickets", ticket).expect(201).json["code"]
    wait_for(
        lambda: desk.get(f"/api/v1/tickets/{code}").json.get("state") == "in_progress",
        deadline=30,
        what="the assignment",
    )
    desk.act(code, "answer", text=script).expect(200)
    desk.act(code, "ask", question=script).expect(200)
    page = victim.page

    page.goto(f"/track?code={code}")
    page.fill("#proof", MOBILE[-4:])
    page.click("main button")
    page.wait_for_selector(".asking")
    victim.assert_unharmed()
    assert page.locator("h1, h2, p, blockquote, dd").filter(has_text=script.split()[0]).count()

    page.fill("#text", script)
    page.click(".asking button")
    page.wait_for_selector(".notice")
    victim.assert_unharmed()


@EACH
def test_a_form_gives_scripts_back_as_they_were_typed(script, victim):
    page = victim.page
    page.goto(f"/new?subject={quote(script)}")
    victim.assert_unharmed()
    page.fill("#q", script)
    victim.assert_unharmed()
    page.goto("/new?subject=it.network")

    for field in ("#title", "#description", "#name", "#mobile", "#email"):
        page.eval_on_selector(
            field, "(field, text) => { field.type = 'text'; field.value = text }", script
        )
    page.eval_on_selector("form[method=post]", "form => { form.noValidate = true }")
    page.click("main form > button.button")
    page.wait_for_selector(".notice")

    victim.assert_unharmed()
    assert page.input_value("#title") == script


@pytest.mark.parametrize("script", SCRIPTS[:4])
@pytest.mark.parametrize("path", ["/{}", "/new?q={}", "/track?code={}", "/track/{}", "/?lang={}"])
def test_a_script_in_an_address_is_text_on_the_page(path, script, victim):
    victim.page.goto(path.format(quote(script, safe="")))

    victim.assert_unharmed()


@pytest.mark.parametrize("path", ["/", "/new", "/track", "/docs", "/no-such-page", "/api/v1/x"])
def test_every_answer_forbids_scripts_frames_and_guessing(path, stranger):
    headers = stranger.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers
