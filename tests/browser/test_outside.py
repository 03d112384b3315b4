"""An administrator lets another system in, in the browser: a webhook, a key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.local.installation import Installation
from deploy.local.ports import PortBlock
from tests.browser.conftest import take_seat
from tests.browser.faults import assert_accessible
from tests.http import Http
from tests.system.client import Api, wait_for

ROOT = Path(__file__).parents[2]
PATIENCE = 20_000
TEST = {"fa": "ارسال پیام آزمایشی", "en": "Send a test message"}
TAKEN = {"fa": "پذیرفته شد", "en": "Taken"}
COPY = {"fa": "کپی", "en": "Copy"}


@pytest.fixture
def room(office: Page, installation: Installation, admin: Api) -> Page:
    """The administrator's desktop, on which pages may copy."""
    url = installation.addresses.gateway
    take_seat(office, admin, url)
    office.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    office.on("dialog", lambda dialog: dialog.accept())
    return office


@pytest.fixture
def receiver() -> Iterator[str]:
    """Where a receiver listens."""
    with PortBlock(["receiver"]) as block:
        url = f"http://127.0.0.1:{block.ports['receiver']}"
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.receiver", url.rpartition(":")[2]], cwd=ROOT
        )
        wait_for(lambda: _answers(url), what="the receiver")
        yield url
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return Http(url).get("/got/nobody").status == 200
    except OSError:
        return False


def copied(page: Page, language: str) -> str:
    """Copy what the page shows, as its button does; give what the clipboard has then."""
    page.locator("button[data-copy]").first.click()
    expect(page.locator(".toast").last).to_be_visible()
    assert COPY[language] in page.locator("button[data-copy]").first.inner_text()
    told: str = page.evaluate("navigator.clipboard.readText()")
    return told


def test_a_webhook_is_made_tested_and_looked_into(room: Page, receiver: str, language: str) -> None:
    name = f"hook-{language}"
    room.goto("/admin/webhooks/new")
    room.fill("#f-webhook", name)
    room.fill(f'[name="title.{language}"]', name)
    room.fill("#f-address", f"{receiver}/hook/{name}")
    room.check('[name="types"][value="ticket.*"]')
    room.keyboard.press("Enter")

    # Its secret is shown this once, and copied.
    secret = room.locator("#c-secret")
    expect(secret).to_be_visible(timeout=PATIENCE)
    assert copied(room, language) == secret.input_value()
    assert secret.input_value().startswith("whsec_")
    assert_accessible(room)
    room.click("main .panel a.button")

    room.get_by_role("button", name=TEST[language]).click()
    answer = room.locator('main [role="status"] p').filter(has_text=TAKEN[language])
    expect(answer).to_be_visible(timeout=PATIENCE)
    assert_accessible(room)
    room.goto(f"/admin/webhooks/{name}/posts?state=delivered")
    room.click("tbody a")
    expect(room.locator("pre.answer").first).to_contain_text("webhook.test")
    assert "whsec_" not in room.content()

    room.goto(f"/admin/webhooks/{name}")
    room.click("button.danger")
    expect(room.locator(".notice.good")).to_be_visible(timeout=PATIENCE)


def test_a_key_is_made_good_for_what_it_says_and_revoked(
    room: Page, installation: Installation, language: str
) -> None:
    name = f"system-{language}"
    room.goto("/admin/keys")
    room.fill("#f-system", name)
    room.fill("#f-title", name)
    room.keyboard.press("Enter")

    expect(room.locator("#c-secret")).to_be_visible(timeout=PATIENCE)
    text = copied(room, language)
    system = Api(installation.addresses.gateway, headers={"Authorization": f"Bearer {text}"})
    assert system.get("/events?limit=1").status == 200
    assert system.get("/admin/webhooks").status == 403
    assert_accessible(room)

    room.click("main .panel a.button")
    assert text not in room.content()
    room.locator(f'form[action="/admin/keys/{name}/revoke"] button').click()
    expect(room.locator(".notice.good")).to_be_visible(timeout=PATIENCE)
    assert system.get("/events?limit=1").status == 401
