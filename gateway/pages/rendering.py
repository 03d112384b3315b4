"""How pages are made: templates, the reader's language, addresses of static files, error pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
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
from gateway.pages.display import agent_shown, code_shown, foretold_shown, instant_shown
from gateway.texts import LANGUAGES, digits, has, text

_HERE: Final = Path(__file__).parent
_GATEWAY: Final = _HERE.parent
_AREAS: Final = ("desk", "board", "clockwork", "operation", "admin", "setup")
_LANGUAGE_COOKIE: Final = "lang"
_THEME_COOKIE: Final = "theme"
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
    settings = gateway_of(request).settings
    html = (
        _environment()
        .get_template(template)
        .render(
            t=partial(text, language),
            has=has,
            names=partial(_names, language),
            language=language,
            other="en" if language == "fa" else "fa",
            direction="rtl" if language == "fa" else "ltr",
            theme=theme_of(request),
            here=request.url.path,
            again=partial(_again, request),
            number=partial(_number, language),
            instant=partial(_instant, language, settings.zone),
            foretold=partial(_foretold, language, settings.zone),
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


def _number(language: str, value: object) -> str:
    return digits(value, language)


def _names(language: str, group: str, keys: Iterable[str]) -> list[str]:
    return [text(language, f"{group}.{key}") for key in keys]


def _foretold(language: str, zone: str, instant: datetime) -> str:
    return foretold_shown(instant, datetime.now(UTC), language, zone)


def _instant(language: str, zone: str, instant: datetime) -> str:
    return instant_shown(instant, language, zone)
