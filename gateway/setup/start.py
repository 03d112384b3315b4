"""The guided set-up: what an installation needs, step by step, up to its first ticket.

Every step can be left and taken up again; each makes a definition that has a page of its own.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from chassis.errors import DomainError
from gateway.admin.editing import Fields, faults_by_field, led_to, said
from gateway.admin.sections import Admin, admin_page
from gateway.caller import Caller
from gateway.errors import detail_of, headers_of
from gateway.pages.forms import key_of, new_key, read_pairs
from gateway.pages.staff import StaffRoute
from gateway.setup import doing
from gateway.setup.standing import STEPS, next_step, standing_of
from gateway.texts import LANGUAGES, text

router = APIRouter(prefix="/admin/start", include_in_schema=False, route_class=StaffRoute)

Step = Annotated[str, Path(pattern=rf"^({'|'.join(doing.DOINGS)})$")]

#: Where what a step has made is changed afterwards.
_PAGES: Final = {
    "organisation": "/admin/units?open=hq",
    "desk": "/admin/people",
    "subject": "/admin/subjects",
    "form": "/admin/forms",
    "agreement": "/admin/agreements",
    "ticket": "/desk/tickets",
}


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the steps, the next one open; `step` opens another."""
    return await _page(request, caller, request.query_params.get("step", ""))


@router.post("/{step}")
async def do(step: Step, request: Request, caller: Admin) -> Response:
    """Do a step, and go on to the next."""
    fields = Fields(await read_pairs(request))
    caller.key = key_of(fields.first_values())
    try:
        await doing.DOINGS[step](caller, fields)
    except DomainError as error:
        return await _page(request, caller, step, fields.first_values(), error)
    return led_to(request, f"/admin/start?done={step}")


async def _page(
    request: Request,
    caller: Caller,
    asked: str,
    values: dict[str, str] | None = None,
    error: DomainError | None = None,
) -> Response:
    caller = caller.renewed()
    standing = await standing_of(caller)
    done, language = standing.done(), caller.language
    me = caller.session.staff if caller.session else None
    top = next((unit for unit in standing.units or () if unit.parent is None), None)
    titles = top.title if top else {}
    known = {f"title.{each}": titles.get(each, "") for each in LANGUAGES}
    just_done = request.query_params.get("done", "")
    following = next_step(done)
    return admin_page(
        request,
        caller,
        "setup/start.html",
        status=error.status if error else 200,
        headers=headers_of(error) if error else {},
        steps=STEPS,
        done=done,
        opened=asked if asked in STEPS else following,
        following=following,
        just_done=just_done if just_done in STEPS else "",
        pages=_PAGES,
        values=values or {},
        organisation=known,
        subjects={
            each.id: said(each.title, language, each.id)
            for each in standing.open_subjects
            if not each.form
        },
        trials={trial.channel: trial for trial in standing.trials or ()},
        code=standing.first_code,
        username=me.username if me else "",
        roles={each: text(language, f"role.{each}") for each in doing.ROLES},
        kinds={each: text(language, f"agreement.kind.{each}") for each in doing.KINDS},
        questions={each: text(language, f"admin.form.type.{each}") for each in doing.QUESTIONS},
        hours={each: text(language, f"setup.hours.{each}") for each in doing.HOURS},
        channels=doing.CHANNELS,
        typed=faults_by_field(error, language),
        summary=detail_of(error, language) if error else "",
        key=new_key(),
        away=standing.away(),
    )
