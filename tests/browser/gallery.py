"""`make screenshots`: every page in both languages, for phones and desks, the main ones dark too.

The pictures go to `.local/screenshots`; with `--readme` those of the README to `docs/screenshots`.
A page is one line in `PICTURES`. `--url` takes an installation that runs (its demo password in
`PEYGIR_DEMO_PASSWORD`) instead of starting one with a few requests of its own.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.browser.conftest import CHROMIUM, LOCALES, QUIET
from tests.http import Http
from tests.servers import started_installation
from tests.system.client import Api, wait_for

ROOT = Path(__file__).parents[2]
ALL = ROOT / ".local" / "screenshots"
BEST = ROOT / "docs" / "screenshots"
SIZES = {"desk": (1366, 850), "phone": (390, 844)}
MOBILE, PROOF = "09121230055", "0055"
#: Six figures and no more: what is longer is a tracking code.
SENT_CODE = re.compile(r"(?<![\d-])\d{6}(?![\d-])")
_READY_SECONDS = 120
_PATIENCE_SECONDS = 60
_QUALITY = 78


class Picture(NamedTuple):
    """A page to take: `{asked}`, `{open}` and `{done}` in its path are codes of requests.

    `{post}` is a message of the webhook `crm`.
    """

    name: str
    path: str
    #: Who is signed in; `requester` has shown his proof for the code in the path, `waiting` has
    #: asked for a one-time code, `own` has given his.
    who: str = ""
    #: Taken in dark, too.
    main: bool = False


PICTURES = (
    Picture("welcome", "/", main=True),
    Picture("choose", "/new", main=True),
    Picture("found", "/new?q={word}"),
    Picture("form", "/new?subject=it.network", main=True),
    Picture("form-of-its-own", "/new?subject=finance.purchase"),
    Picture("track", "/track"),
    Picture("registered", "/registered/{open}", "requester", main=True),
    Picture("following", "/track/{open}", "requester"),
    Picture("asked", "/track/{asked}", "requester", main=True),
    Picture("done", "/track/{done}", "requester"),
    Picture("mine", "/mine", "requester"),
    Picture("mine-nothing", "/mine"),
    Picture("come-in", "/mine/sign-in"),
    Picture("code", "/mine/code", "waiting"),
    Picture("own-list", "/mine", "own", main=True),
    Picture("own-data", "/mine/data", "own", main=True),
    Picture("agreements", "/agreements"),
    Picture("agreement", "/agreements/email"),
    Picture("not-found", "/nothing-here"),
    Picture("sign-in", "/sign-in"),
    Picture("inbox", "/desk", "desk", main=True),
    Picture("queue", "/desk", "supervisor"),
    Picture("tickets", "/desk/tickets", "supervisor"),
    Picture("ticket", "/desk/tickets/{open}", "desk", main=True),
    Picture("ticket-waiting", "/desk/tickets/{asked}", "desk"),
    Picture("ticket-work", "/desk/tickets/{open}", "expert"),
    Picture("ticket-action", "/desk/tickets/{open}/actions/log-work", "desk"),
    Picture("new-call", "/desk/new", "desk", main=True),
    Picture("account", "/me", "desk"),
    Picture("board", "/board", "manager", main=True),
    Picture("board-tickets", "/board/tickets?state=in_progress", "manager"),
    Picture("board-clocks", "/board/clocks/coming", "manager"),
    Picture("reports", "/reports", "manager"),
    Picture("report", "/reports/sla_attainment?by=unit", "manager", main=True),
    Picture("report-by-day", "/reports/first_contact_resolution?by=day", "manager"),
    Picture("units", "/admin/units", "admin"),
    Picture("subjects", "/admin/subjects", "admin"),
    Picture("people", "/admin/people", "admin"),
    Picture("person", "/admin/people/expert", "admin"),
    Picture("sign-in-demands", "/admin/sign-in", "admin"),
    Picture("forms", "/admin/forms", "admin"),
    Picture("form-versions", "/admin/forms/purchase/versions", "admin"),
    Picture("workflows", "/admin/workflows", "admin"),
    Picture("workflow", "/admin/workflows/default", "admin", main=True),
    Picture("workflow-way", "/admin/workflows/default?open=transitions/2", "admin"),
    Picture("workflow-versions", "/admin/workflows/default/versions", "admin"),
    Picture("rules", "/admin/rules", "admin"),
    Picture("rules-versions", "/admin/rules/versions", "admin"),
    Picture("agreements-to-change", "/admin/agreements", "admin"),
    Picture("agreement-to-change", "/admin/agreements/email", "admin"),
    Picture("agreement-editor", "/admin/agreements/ticket/edit", "admin", main=True),
    Picture("agreement-new", "/admin/agreements/new", "admin"),
    Picture("trials", "/admin/trials", "admin"),
    Picture("calendars", "/admin/calendars", "admin"),
    Picture("calendar", "/admin/calendars/tehran-office?day=2026-11-25", "admin", main=True),
    Picture("calendar-week", "/admin/calendars/tehran-office/week", "admin"),
    Picture("holiday-lists", "/admin/holidays", "admin"),
    Picture("holidays", "/admin/holidays/ir-official", "admin"),
    Picture("webhooks", "/admin/webhooks", "admin"),
    Picture("webhook", "/admin/webhooks/crm", "admin", main=True),
    Picture("webhook-new", "/admin/webhooks/new", "admin"),
    Picture("webhook-posts", "/admin/webhooks/crm/posts", "admin", main=True),
    Picture("webhook-post", "/admin/webhooks/crm/posts/{post}", "admin"),
    Picture("webhook-history", "/admin/webhooks/crm/history", "admin"),
    Picture("keys", "/admin/keys", "admin", main=True),
    Picture("key-queue", "/admin/keys/queue?system=erp&queue=orders&types=ticket.*", "admin"),
    Picture("audit", "/admin/audit", "admin"),
    Picture("stuck", "/stuck", "admin"),
    Picture("style", "/style", "desk", main=True),
    Picture("filters", "/desk/filters", "desk"),
    Picture("set-up", "/admin/start?step=messages", "admin"),
)

#: Those of the README: page, language, size, colours.
SHOWN = (
    ("choose", "fa", "desk", "light"),
    ("registered", "fa", "phone", "light"),
    ("asked", "fa", "phone", "light"),
    ("mine", "en", "phone", "dark"),
    ("inbox", "fa", "desk", "light"),
    ("ticket", "fa", "desk", "light"),
    ("board", "en", "desk", "dark"),
    ("workflow", "fa", "desk", "light"),
)

SAID: Mapping[str, Mapping[str, str]] = {
    "fa": {
        "word": "حساب",
        "name": "رضا کریمی",
        "open": "سامانهٔ حقوق باز نمی‌شود",
        "asked": "اینترنت طبقهٔ سوم قطع است",
        "done": "درخواست صفحه‌کلید فارسی",
        "question": "لطفاً شمارهٔ اتاق را هم بنویسید.",
        "answer": "صفحه‌کلید تازه روی میز شماست.",
    },
    "en": {
        "word": "account",
        "name": "Mary Miller",
        "open": "The payroll page stays white",
        "asked": "No internet on the third floor",
        "done": "A keyboard with Persian letters",
        "question": "Which room is it, please?",
        "answer": "The new keyboard is on your desk.",
    },
}


PARTNER = {
    "title": {"fa": "بایگانی ملی", "en": "National archive"},
    "kind": "email",
    "email": "desk@archive.example",
}


class Place(NamedTuple):
    """An installation to take pictures of, with the codes of requests by language and state."""

    url: str
    password: str
    #: The SMS provider, for who reads what was sent to him.
    sms: str
    codes: Mapping[str, Mapping[str, str]]
    #: A message in the delivery log of the webhook `crm`.
    post: str
    #: What browsers keep of who has signed in, by who and language.
    entered: dict[tuple[str, str], StorageState]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.gallery", description=__doc__)
    parser.add_argument("--url", help="an installation that runs")
    parser.add_argument("--sms", default="http://127.0.0.1:8190", help="its SMS provider")
    parser.add_argument("--only", nargs="*", help="names of pictures")
    parser.add_argument("--readme", action="store_true", help="those of the README alone")
    given = parser.parse_args()
    wanted = [each for each in PICTURES if not given.only or each.name in given.only]
    with place(given.url, given.sms) as where, browser() as opened:
        taken = shown(opened, where) if given.readme else everything(opened, where, wanted)
        for path in taken:
            print(path.relative_to(ROOT))


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@contextlib.contextmanager
def place(url: str | None = None, sms: str = "") -> Iterator[Place]:
    """Where the pictures are taken, with something to be seen there."""
    if url:
        password = os.environ["PEYGIR_DEMO_PASSWORD"]
        yield furnished(url, password, sms)
        return
    with (
        tempfile.TemporaryDirectory(prefix="peygir-gallery-") as folder,
        started_installation(Path(folder), demo=True) as installation,
    ):
        installation.start_processes()
        installation.wait_ready(_READY_SECONDS)
        where, password = (
            installation.addresses.gateway,
            installation.environment["PEYGIR_DEMO_PASSWORD"],
        )
        yield furnished(where, password, installation.addresses.sms_provider)


def furnished(url: str, password: str, sms: str) -> Place:
    """Make a request of each kind in each language, a partner, and a system told of all."""
    desk, supervisor, admin = (
        Api(url).sign_in(name, password) for name in ("desk", "supervisor", "admin")
    )
    admin.put("/admin/partners/archive", PARTNER).expect(200)
    _keep_filters(desk, supervisor)
    codes = {language: _requests(desk, supervisor, language) for language in SAID}
    return Place(url, password, sms, codes, _subscribed(admin), {})


def _subscribed(admin: Api) -> str:
    """Make a webhook that nobody answers at and a system's key; give a message of the webhook."""
    title = {"fa": "باشگاه مشتریان", "en": "CRM"}
    hook = {"title": title, "address": "https://crm.invalid/hooks", "types": ["ticket.*"]}
    admin.request("PUT", "/admin/webhooks/crm", hook).expect(200)
    admin.request("PUT", "/admin/webhooks/crm", {**hook, "kinds": ["incident"]}).expect(200)
    key = {"title": "ERP", "rights": ["event.read"], "addresses": ["10.20.0.0/16"]}
    # An id is given once: where pictures were taken before, it is there.
    admin.request("PUT", "/admin/keys/erp", key)
    post: str = admin.post("/admin/webhooks/crm/test", {}).expect(200).json["id"]
    return post


def _keep_filters(desk: Api, supervisor: Api) -> None:
    """Keep filters in both languages, one's own and a colleague's."""
    kept = [
        (desk, "urgent", "فوری‌های من", "inbox", "priority=1"),
        (desk, "waiting", "Waiting for an answer", "inbox", "state=waiting"),
        (supervisor, "new", "Everything new in our unit", "tickets", "state=new"),
    ]
    for whose, name, words, shown, query in kept:
        body = {"name": words, "list": shown, "query": query, "shared": whose is supervisor}
        whose.put(f"/me/filters/{name}", body).expect(200)


def _requests(desk: Api, supervisor: Api, language: str) -> Mapping[str, str]:
    words = SAID[language]
    codes = {
        kind: desk.register(
            subject={"open": "it.software", "asked": "it.network", "done": "it.hardware"}[kind],
            title=words[kind],
            description=words[kind],
            channel="phone",
            language=language,
            requester={"name": words["name"], "mobile": MOBILE},
        )
        for kind in ("open", "asked", "done")
    }
    for code in codes.values():
        wait_for(
            lambda code=code: desk.get(f"/tickets/{code}").json.get("state") == "in_progress",
            _PATIENCE_SECONDS,
            "the assignment",
        )
    desk.post(f"/tickets/{codes['asked']}/actions/ask", {"question": words["question"]}).expect(200)
    desk.post(f"/tickets/{codes['done']}/actions/answer", {"text": words["answer"]}).expect(200)
    supervisor.post(f"/tickets/{codes['done']}/actions/done", {}).expect(200)
    return codes


def everything(opened: Browser, where: Place, wanted: Sequence[Picture]) -> Iterator[Path]:
    """Take the wanted pictures in full length; give each file."""
    ALL.mkdir(parents=True, exist_ok=True)
    for language in LOCALES:
        for size in SIZES:
            for theme in ("light", "dark"):
                for each in wanted:
                    if theme == "light" or each.main:
                        path = ALL / f"{each.name}-{language}-{size}-{theme}.png"
                        with at(opened, where, each, language, size, theme) as page:
                            page.screenshot(path=path, full_page=True)
                        yield path


def shown(opened: Browser, where: Place) -> Iterator[Path]:
    """Take those of the README, as much as a window shows; give each file."""
    BEST.mkdir(parents=True, exist_ok=True)
    by_name = {each.name: each for each in PICTURES}
    for name, language, size, theme in SHOWN:
        path = BEST / f"{name}-{language}-{size}-{theme}.webp"
        with at(opened, where, by_name[name], language, size, theme) as page:
            taken = page.context.new_cdp_session(page).send(
                "Page.captureScreenshot", {"format": "webp", "quality": _QUALITY}
            )
            path.write_bytes(base64.b64decode(taken["data"]))
        yield path


@contextlib.contextmanager
def at(
    opened: Browser,
    where: Place,
    picture: Picture,
    language: str,
    size: str,
    theme: str,
    *,
    watch: Callable[[Page], None] = lambda _page: None,
) -> Iterator[Page]:
    """Open a page as somebody sees it; fails for one that asks for more width than there is.

    `watch` gets the page before anything is loaded.
    """
    width, height = SIZES[size]
    codes = where.codes[language]
    context = opened.new_context(
        base_url=where.url,
        locale=LOCALES[language],
        viewport={"width": width, "height": height},
        reduced_motion="reduce",
        storage_state=_entered(opened, where, picture.who, language),
    )
    page = context.new_page()
    watch(page)
    filled = picture.path.format_map(
        {**codes, "word": SAID[language]["word"], "post": quote(where.post)}
    )
    mark = "&" if "?" in filled else "?"
    page.goto(f"{filled}{mark}{urlencode({'lang': language, 'theme': theme})}")
    page.evaluate("document.fonts.ready")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{filled} is {wide} wide in {width}"
    yield page
    context.close()


def _entered(opened: Browser, where: Place, who: str, language: str) -> StorageState | None:
    """Sign in, or prove oneself the requester, once for all pictures that want it."""
    if not who:
        return None
    # A contact gets one code a minute: who has come in is the same in both languages.
    language = "" if who == "own" else language
    if (who, language) not in where.entered:
        context = opened.new_context(base_url=where.url)
        if who == "requester":
            for code in where.codes[language].values():
                _post(context, "/track", {"code": code, "proof": PROOF})
        elif who == "waiting":
            _post(context, "/mine/sign-in", {"contact": f"0912123004{len(where.entered) % 10}"})
        elif who == "own":
            come_in(context, MOBILE, where.sms)
        else:
            _post(context, "/sign-in", {"username": who, "password": where.password})
        where.entered[who, language] = context.storage_state()
        context.close()
    return where.entered[who, language]


def come_in(context: BrowserContext, mobile: str, sms: str) -> None:
    """Come in as a requester, with the code that is sent to him."""
    _post(context, "/mine/sign-in", {"contact": mobile})
    code = wait_for(lambda: code_sent_to(mobile, sms), _PATIENCE_SECONDS, "the one-time code")
    _post(context, "/mine/code", {"code": code})


def code_sent_to(mobile: str, sms: str) -> str | None:
    """Give the last code that was sent to a number; None while there is none."""
    texts = [
        each["message"]
        for each in Http(sms).get("/messages").expect(200).json
        if each["receptor"] == mobile
    ]
    found = [SENT_CODE.search(text) for text in texts]
    return next((each[0] for each in reversed(found) if each), None)


def _post(context: BrowserContext, path: str, form: dict[str, str]) -> None:
    answer = context.request.post(path, form=form, max_redirects=0)
    assert answer.status == HTTPStatus.SEE_OTHER, f"{path}: {answer.status}"


if __name__ == "__main__":
    main()
