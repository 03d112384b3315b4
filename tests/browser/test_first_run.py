"""An installation without the demo: from the operator's link to the first ticket."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.local.installation import Installation
from tests.browser.conftest import LOCALES
from tests.browser.faults import assert_accessible
from tests.servers import started_installation
from tests.system.client import wait_for

PASSWORD = "a long enough password"
STEPS = 7


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that nobody administers."""
    with started_installation(tmp_path_factory.mktemp("bare")) as started:
        started.start_processes()
        started.wait_ready(120)
        yield started


@pytest.fixture
def founder(browser: Browser, bare: Installation) -> Iterator[Page]:
    """Somebody in front of it."""
    context = browser.new_context(
        base_url=bare.addresses.gateway,
        locale=LOCALES["fa"],
        viewport={"width": 1366, "height": 850},
    )
    yield context.new_page()
    context.close()


def link_of(bare: Installation) -> str:
    """What the operator's command prints."""
    environment = {**os.environ, **bare.environment, "PEYGIR_URL": bare.addresses.gateway}
    command = [sys.executable, "-m", "peygir", "setup"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def steps_done(page: Page) -> int:
    page.goto("/admin/start?lang=en&theme=dark")
    return page.locator(".step.is-done").count()


def send(page: Page, **values: str) -> None:
    """Fill the open step in and send it; the next one opens."""
    for name, value in values.items():
        page.fill(f'.step.is-open [name="{name.replace("__", ".")}"]', value)
    page.click(".step.is-open form .button")
    expect(page.locator(".notice.good")).to_be_visible()


def test_from_the_link_to_the_first_ticket(founder: Page, bare: Installation) -> None:
    founder.goto("/desk")
    expect(founder.locator("code")).to_have_text("peygir setup")
    assert_accessible(founder)

    founder.goto(link_of(bare))
    assert_accessible(founder)
    founder.fill("#organisation", "شهرداری نمونه")
    founder.fill("#name", "سارا موسوی")
    founder.fill("#username", "sara")
    founder.fill("#password", PASSWORD)
    founder.click("main form .button")
    expect(founder.locator(".step.is-open")).to_have_id("desk")
    assert_accessible(founder)

    send(founder, name="رضا جعفری", username="reza", password=PASSWORD)
    send(founder, title__fa="اینترنت قطع است", title__en="No internet")
    expect(founder.locator(".step.is-open")).to_have_id("form")
    assert_accessible(founder)
    send(founder, label__fa="کدام اتاق؟")
    # Left, and taken up again where it was.
    founder.goto("/desk")
    founder.goto("/admin/start")
    expect(founder.locator(".step.is-open")).to_have_id("agreement")
    send(founder)
    assert_accessible(founder)
    send(founder, sms="09121234567")
    expect(founder.locator(".step.is-open")).to_have_id("ticket")

    founder.click('.step.is-open a[href="/desk/new"]')
    founder.fill("#mobile", "09127654321")
    founder.fill("#name", "مریم احمدی")
    founder.select_option("#subject", "no-internet")
    founder.fill("#title", "اینترنت اتاق ما قطع است")
    founder.fill("#description", "از صبح هیچ صفحه‌ای باز نمی‌شود.")
    founder.click("main form .button >> nth=-1")
    founder.get_by_label("کدام اتاق؟").fill("۲۱۴")
    founder.click("main form .button >> nth=-1")
    expect(founder).to_have_url(re.compile(r"/desk/new/[0-9]{12}$"))
    wait_for(lambda: steps_done(founder) == STEPS, what="the first ticket")
    expect(founder.locator('.step.is-open a[href^="/desk/tickets/"]')).to_have_count(0)
    assert_accessible(founder)

    assert_cannot_be_founded_again(founder, bare)


def assert_cannot_be_founded_again(stranger: Page, bare: Installation) -> None:
    stranger.context.clear_cookies()
    stranger.goto(link_of(bare))

    expect(stranger.locator('main a[href="/sign-in"]')).to_be_visible()
    expect(stranger.locator("form")).to_have_count(0)
    assert re.search("/setup", stranger.url)
