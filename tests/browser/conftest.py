"""A browser, and pages in both languages as phones and desks show them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local.installation import Installation
from tests.system.client import Api

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALES = {"fa": "fa-IR", "en": "en-GB"}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(params=["fa", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def page(browser: Browser, installation: Installation, language: str) -> Iterator[Page]:
    """A phone of somebody who reads the language; what the browser complains of fails the test."""
    context = browser.new_context(
        base_url=installation.addresses.gateway,
        locale=LOCALES[language],
        viewport={"width": 390, "height": 844},
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            complaints.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def desk(installation: Installation) -> Api:
    """The desk agent, signed in."""
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    return Api(installation.addresses.gateway).sign_in("desk", password)


@pytest.fixture(scope="session")
def supervisor(installation: Installation) -> Api:
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    return Api(installation.addresses.gateway).sign_in("supervisor", password)


@pytest.fixture(scope="session")
def admin(installation: Installation) -> Api:
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    return Api(installation.addresses.gateway).sign_in("admin", password)


@pytest.fixture
def office(browser: Browser, installation: Installation, language: str) -> Iterator[Page]:
    """A desktop of somebody of the staff, not signed in yet."""
    context = browser.new_context(
        base_url=installation.addresses.gateway,
        locale=LOCALES[language],
        viewport={"width": 1366, "height": 850},
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    assert [each for each in complaints if "Failed to load resource" not in each] == []


@pytest.fixture(scope="session", autouse=True)
def room_for_all(admin: Api) -> None:
    """Somebody who takes whatever the others have no room for: tests end few of their requests."""
    endless = {"name": "بهار صبوری", "role": "expert", "unit": "it", "capacity": 10_000}
    admin.put("/admin/people/endless", endless).expect(200)


def take_seat(page: Page, api: Api, url: str) -> None:
    """Sit down in front of a screen by the session of the API: signing in too often is limited."""
    token = api.headers["Authorization"].removeprefix("Bearer ")
    page.context.add_cookies([{"name": "session", "value": token, "url": url}])
