"""How pages are made: templates, the reader's language, addresses of static files, error pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.responses import HTMLResponse

from chassis.errors import DomainError
from gateway.caller import gateway_of
from gateway.errors import detail_of, headers_of, language_of
from gateway.pages import static_files
from gateway.pages.compression import compressed
from gateway.pages.cookies import cookie, set_cookie
from gateway.pages.display import (
    agent_shown,
    code_shown,
    contact_shown,
    foretold_shown,
    instant_shown,
)
from gateway.texts import LANGUAGES, digits, has, redigited, text

_HERE: Final = Path(__file__).parent
_GATEWAY: Final = _HERE.parent
_AREAS: Final = ("desk", "board", "clockwork", "operation", "admin", "setup")
_LANGUAGE_COOKIE: Final = "lang"
_THEME_COOKIE: Final = "theme"
_WISHES_COOKIE: Final = "wishes"
THEMES: Final = ("auto", "light", "dark")
_YEAR: Final = 365 * 24 * 3600


def reader_of(request: Request) -> str:
    """Give the page's language: asked for in the address, chosen before, or the browser's."""
    for chosen in (request.query_params.get("lang"), cookie(request, _LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    return language_of(request)


def theme_of(request: Request) -> str:
    """Give the page's colours: chosen now, chosen before, or as the reader's device has them."""
    for chosen in (request.query_params.get("theme"), cookie(request, _THEME_COOKIE)):
        if chosen in THEMES:
            return str(chosen)
    return THEMES[0]


class Wishes(NamedTuple):
    """How a reader wants days and figures; `reader`: as his language has them."""

    calendar: str = "reader"
    digits: str = "reader"


def wishes_of(request: Request) -> Wishes:
    """Give what the reader has chosen for his browser."""
    calendar, _, figures = (cookie(request, _WISHES_COOKIE) or "").partition(".")
    return Wishes(
        calendar if calendar in ("jalali", "gregorian") else "reader",
        figures if figures in ("persian", "latin") else "reader",
    )


def keep_wishes(request: Request, response: Response, wishes: Wishes, language: str) -> None:
    """Have the browser show pages as the reader wants them, in the language that he wants."""
    set_cookie(request, response, _WISHES_COOKIE, ".".join(wishes), _YEAR)
    set_cookie(request, response, _LANGUAGE_COOKIE, language, _YEAR)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Render a page in the reader's language; nobody keeps it, for it may hold personal data."""
    language = reader_of(request)
    settings, wishes = gateway_of(request).settings, wishes_of(request)
    html = (
        _environment()
        .get_template(template)
        .render(
            t=partial(_said, language, wishes),
            has=has,
            names=partial(_names, language),
            language=language,
            other="en" if language == "fa" else "fa",
            direction="rtl" if language == "fa" else "ltr",
            theme=theme_of(request),
            here=request.url.path,
            again=partial(_again, request),
            number=partial(_number, language, wishes),
            contact=partial(_contact, language, wishes),
            instant=partial(_instant, language, wishes, settings.zone),
            foretold=partial(_foretold, language, wishes, settings.zone),
            **context,
        )
    )
    content, said = compressed(html.encode(), request.headers)
    kept = {"cache-control": "no-store", "vary": "cookie, accept-encoding"}
    response = HTMLResponse(content, status, headers={**kept, **said, **(headers or {})})
    if request.query_params.get("lang") == language:
        set_cookie(request, response, _LANGUAGE_COOKIE, language, _YEAR)
    if request.query_params.get("theme") in THEMES:
        set_cookie(request, response, _THEME_COOKIE, theme_of(request), _YEAR)
    return response


def error_page(request: Request, error: DomainError) -> Response:
    """Say what went wrong and what can be done, on a page of its own."""
    shown = about(request, error)
    return page(request, "error.html", status=error.status, headers=headers_of(error), **shown)


def about(request: Request, error: DomainError) -> dict[str, Any]:
    """Give what a page says of an error."""
    reader = reader_of(request)
    return {
        "heading": text(reader, f"status.{error.status}"),
        "detail": detail_of(error, reader),
        "away": error.status == 503,  # noqa: PLR2004 - the status itself
        "is_read": request.method == "GET",
        "broken": error.status >= 500,  # noqa: PLR2004 - the status itself
        "trace_id": request.scope.get("trace_id", ""),
    }


def mount_static(app: FastAPI) -> None:
    """Serve styles, fonts and the sign; their addresses change with what is in them."""
    app.mount("/static", static_files.serve, name="static")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader([_HERE / "templates", _GATEWAY / "portal" / "templates"]),
                # `desk/inbox.html` lies in the templates of `desk`.
                PrefixLoader(
                    {area: FileSystemLoader(_GATEWAY / area / "templates") for area in _AREAS}
                ),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_files.address
    environment.filters["code"] = code_shown
    environment.filters["agent"] = agent_shown
    return environment


def _again(request: Request, **changes: str) -> str:
    """Give the address of the page that is shown, with changes in its query."""
    return f"{request.url.path}?{urlencode({**request.query_params, **changes})}"


def _said(language: str, wishes: Wishes, key: str, /, **params: object) -> str:
    return redigited(text(language, key, **params), wishes.digits)


def _number(language: str, wishes: Wishes, value: object) -> str:
    return redigited(digits(value, language), wishes.digits)


def _contact(language: str, wishes: Wishes, contact: str) -> str:
    shown = contact_shown(contact, language)
    return shown if "@" in contact else redigited(shown, wishes.digits)


def _names(language: str, group: str, keys: Iterable[str]) -> list[str]:
    return [text(language, f"{group}.{key}") for key in keys]


def _foretold(language: str, wishes: Wishes, zone: str, instant: datetime) -> str:
    shown = foretold_shown(instant, datetime.now(UTC), language, zone, wishes.calendar)
    return redigited(shown, wishes.digits)


def _instant(language: str, wishes: Wishes, zone: str, instant: datetime) -> str:
    return redigited(instant_shown(instant, language, zone, wishes.calendar), wishes.digits)
