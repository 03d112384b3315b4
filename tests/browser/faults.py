"""What is wrong with a page for somebody who sees, reads or reaches less than others."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

_SERIOUS = frozenset({"serious", "critical"})
#: What is well, or does not apply, is not gathered: half of the time.
_FAULTS_ALONE = {"resultTypes": ["violations"]}
_PHONE = {"width": 390, "height": 844}


def serious_faults(page: Page) -> list[str]:
    """Give the names of what axe finds serious."""
    found = Axe().run(page, options=_FAULTS_ALONE).response["violations"]
    return [each["id"] for each in found if each["impact"] in _SERIOUS]


def assert_accessible(page: Page) -> None:
    assert serious_faults(page) == []


_FITS = "width => document.documentElement.scrollWidth <= width"
_RESIZED_MS = 3000
#: What stands beyond the window's sides, outermost first.
_TOO_WIDE = """[...document.body.querySelectorAll("*")].filter((each) => {
  const { left, right } = each.getBoundingClientRect();
  return right > innerWidth + 1 || left < -1;
}).slice(0, 4).map((each) => each.outerHTML.slice(0, 160))"""


def assert_fits_a_phone(page: Page) -> None:
    """Fail for a page that has to be moved sideways on a phone; its window is as before then."""
    before = page.viewport_size
    page.set_viewport_size(_PHONE)
    try:
        # The window is as narrow a moment later.
        page.wait_for_function(_FITS, arg=_PHONE["width"], timeout=_RESIZED_MS)
    except PlaywrightTimeout:
        raise AssertionError(page.evaluate(_TOO_WIDE)) from None
    if before is not None:
        page.set_viewport_size(before)
