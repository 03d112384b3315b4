"""Every page of the gallery: small, from one host, accessible, and no wider than a phone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from deploy.local.installation import Installation
from tests.browser import gallery
from tests.browser.faults import assert_fits_a_phone, serious_faults
from tests.browser.gallery import PICTURES, Picture, Place

#: Bytes as they go over the wire, for who comes for the first time.
PORTAL_BYTES = 120_000
STAFF_BYTES = 250_000
#: Each page is seen once in each language, each theme and each size.
VIEWS = (("fa", "phone", "light"), ("en", "desk", "dark"))


@pytest.fixture(scope="module")
def place(installation: Installation) -> Place:
    url, password = (
        installation.addresses.gateway,
        installation.environment["PEYGIR_DEMO_PASSWORD"],
    )
    return gallery.furnished(url, password, installation.addresses.sms_provider)


class Wire:
    """What a page costs and says while it is opened."""

    def __init__(self) -> None:
        self.bytes = 0
        self.hosts: set[str] = set()
        self.complaints: list[str] = []

    def watch(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)

    def _count(self, event: dict[str, int]) -> None:
        self.bytes += event["encodedDataLength"]

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that says what is not there is answered with 404.
        if message.type == "error" and "404" not in message.text:
            self.complaints.append(message.text)


def test_each_picture_is_of_another_page() -> None:
    assert len({each.name for each in PICTURES}) == len(PICTURES)
    assert len({(each.path, each.who) for each in PICTURES}) == len(PICTURES)


@pytest.mark.parametrize("view", VIEWS, ids="-".join)
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_page_is_light_and_open_to_everybody(
    browser: Browser, place: Place, picture: Picture, view: tuple[str, str, str]
) -> None:
    wire = Wire()
    with gallery.at(browser, place, picture, *view, watch=wire.watch) as page:
        page.wait_for_function("document.fonts.status === 'loaded'")
        serious = serious_faults(page)
        assert_fits_a_phone(page)

    is_staff = picture.who not in {"", "requester"}
    assert serious == []
    assert wire.complaints == []
    assert wire.hosts == {urlsplit(place.url).netloc}
    assert wire.bytes < (STAFF_BYTES if is_staff else PORTAL_BYTES)
