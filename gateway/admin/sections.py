"""The second level of navigation: what administrators change, page by page."""

from __future__ import annotations

from typing import Annotated, Any, Final, NamedTuple

from fastapi import Request, Response

from gateway.caller import Caller
from gateway.pages.staff import allow_page, staff_page

#: Whose pages these are.
Admin = Annotated[Caller, allow_page("admin.change")]


class Section(NamedTuple):
    """A part of administration; its name is the text `admin.section.{key}`."""

    key: str
    path: str


SECTIONS: Final = (
    Section("workflows", "/admin/workflows"),
    Section("rules", "/admin/rules"),
    Section("forms", "/admin/forms"),
    Section("subjects", "/admin/subjects"),
    Section("units", "/admin/units"),
    Section("people", "/admin/people"),
    Section("sign_in", "/admin/sign-in"),
    Section("agreements", "/admin/agreements"),
    Section("calendars", "/admin/calendars"),
    Section("holidays", "/admin/holidays"),
    Section("webhooks", "/admin/webhooks"),
    Section("keys", "/admin/keys"),
    Section("audit", "/admin/audit"),
    Section("start", "/admin/start"),
)


def admin_page(
    request: Request,
    caller: Caller,
    template: str,
    *,
    status: int = 200,
    within: str | None = None,
    **context: Any,
) -> Response:
    """Render a page of administration, with the way to the others.

    A page that does not lie below its section's path names the section.
    """
    path = f"{request.url.path}/"
    here = [
        each
        for each in SECTIONS
        if (each.key == within if within else path.startswith(f"{each.path}/"))
    ]
    return staff_page(
        request,
        caller,
        template,
        status=status,
        sections=SECTIONS,
        section=max(here, key=lambda each: len(each.path), default=None),
        **context,
    )
