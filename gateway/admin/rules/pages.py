"""The pages of the routing rules: the table as an editor, its trial, shadow and versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from chassis.errors import DomainError, Invalid
from contracts.calls.routing import (
    BeginShadow,
    Decided,
    GetRuleSet,
    PublishRules,
    RuleSet,
    RulesTrial,
    Shadow,
    TryRules,
)
from gateway.admin.conditions import SIGNS, lines_of
from gateway.admin.editing import Edit, indented, led_to, read_edit, written
from gateway.admin.known import Known, known_to
from gateway.admin.rules import rows as table
from gateway.admin.sections import Admin, admin_page
from gateway.caller import Caller
from gateway.errors import ErrorItem, describe, detail_of
from gateway.pages.forms import new_key
from gateway.pages.staff import StaffRoute, is_part
from gateway.texts import text

router = APIRouter(prefix="/admin/rules", include_in_schema=False, route_class=StaffRoute)

#: How many days back a trial looks where nobody says.
_DAYS: Final = 30
_MOST_DAYS: Final = 3650
_SHOWN: Final = 20


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft would have decided otherwise, in words."""

    days: int
    found: RulesTrial
    #: Tracking code, when, what differs with before and after.
    examples: list[tuple[str, datetime, list[tuple[str, str, str]]]]
    #: Titles of teams, with their share before and after.
    units: list[tuple[str, int, int]]


@router.get("")
async def show(request: Request, caller: Admin) -> Response:
    """Show the table that holds, or an older one as a draft."""
    wanted = request.query_params.get("version", "")
    asked = GetRuleSet(version=int(wanted) if wanted.isdecimal() and len(wanted) < 9 else None)  # noqa: PLR2004 - what a version can be
    found = await caller.query("routing", "rule_set", asked, RuleSet)
    holds = found
    if asked.version is not None:
        holds = await caller.query("routing", "rule_set", GetRuleSet(), RuleSet)
    return await _editor(
        request,
        caller,
        table.plain(found.rows),
        version=holds.version,
        opened=request.query_params.get("open", ""),
        odd=[describe_warning(each, caller) for each in found.warnings],
        said=request.query_params.get("published", ""),
        changed=found.version != holds.version,
    )


@router.post("")
async def edit(request: Request, caller: Admin) -> Response:
    """Take in what was typed, do what was asked for, and show the table again."""
    given = await read_edit(request)
    caller.key = given.key
    version = given.fields.number("version") or 0
    rows = table.checked(given.draft)
    opened = given.opened
    try:
        rows, opened = table.done(table.applied(rows, given), given, opened)
        return await _done(request, caller, rows, opened, version, given)
    except DomainError as error:
        return await _editor(
            request, caller, rows, version=version, opened=opened, error=error, changed=True
        )


async def _done(
    request: Request, caller: Caller, rows: list[table.Row], opened: str, version: int, given: Edit
) -> Response:
    note = given.fields.get("note") or None
    if given.verb == "publish":
        asked = PublishRules(rows=table.as_rows(rows), expects=version, note=note)
        view = await caller.command("routing", "publish_rules", asked, RuleSet)
        return led_to(request, f"/admin/rules?published={view.version}")
    if given.verb == "shadow":
        beside = BeginShadow(rows=table.as_rows(rows), note=note)
        await caller.command("routing", "begin_shadow", beside, Shadow)
        return led_to(request, "/admin/rules/shadow")
    trial = None
    if given.verb == "try":
        days = min(max(given.fields.number("days") or _DAYS, 1), _MOST_DAYS)
        trial = await _tried(caller, rows, days, await known_to(caller))
        found = trial.found
    else:
        # What is wrong is found by whoever tries, also on the last minute's one request.
        since = datetime.now(UTC) - timedelta(minutes=1)
        asked_of = TryRules(since=since, rows=table.as_rows(rows), most=1)
        found = await caller.query("routing", "try_rules", asked_of, RulesTrial)
    odd = [describe_warning(each, caller) for each in found.warnings]
    return await _editor(
        request, caller, rows, version=version, opened=opened, changed=True, trial=trial, odd=odd
    )


async def _tried(caller: Caller, rows: list[table.Row], days: int, known: Known) -> Trial:
    since = datetime.now(UTC) - timedelta(days=days)
    asked = TryRules(since=since, rows=table.as_rows(rows))
    found = await caller.query("routing", "try_rules", asked, RulesTrial)
    say = known.words().text
    return Trial(
        days=days,
        found=found,
        examples=[
            (each.code, each.at, decisions(each.differing, each.before, each.after, known))
            for each in found.examples[:_SHOWN]
        ],
        units=[
            (
                say("admin.rule.team", unit=known.units.get(u.unit, u.unit), tier=u.tier)
                if u.unit
                else say("admin.rule.desk"),
                u.before,
                u.after,
            )
            for u in found.units
        ],
    )


def decisions(
    differing: list[str], before: Decided, after: Decided, known: Known
) -> list[tuple[str, str, str]]:
    """Say in what two decisions differ."""
    return [
        (
            text(known.language, f"admin.rule.field.{name}"),
            table.result_said(name, getattr(before, name), known),
            table.result_said(name, getattr(after, name), known),
        )
        for name in differing
        if name in table.RESULTS
    ]


def describe_warning(warning: Any, caller: Caller) -> ErrorItem:
    """Put what is odd about a table into words."""
    message = text(caller.language, f"field.{warning.code}", **warning.params)
    return ErrorItem(pointer=warning.pointer, code=warning.code, message=message)


async def _editor(  # noqa: PLR0913 - what there is to show
    request: Request,
    caller: Caller,
    rows: list[table.Row],
    *,
    version: int,
    opened: str = "",
    odd: list[ErrorItem] | None = None,
    said: str = "",
    changed: bool = False,
    trial: Trial | None = None,
    error: DomainError | None = None,
) -> Response:
    known = await known_to(caller)
    fields = error.fields if isinstance(error, Invalid) else []
    faults = [describe(fault, caller.language) for fault in fields]
    number = opened.removeprefix("rows/")
    row = rows[int(number)] if number.isdecimal() and int(number) < len(rows) else None
    return admin_page(
        request,
        caller,
        "admin/rules_editor.html" if is_part(request) else "admin/rules.html",
        status=error.status if error else 200,
        rows=table.shown(rows, faults, odd or [], known),
        row=row,
        opened_at=int(number) if row is not None else None,
        opened=opened if row is not None else "",
        lines=lines_of(row.get("when")) if row else None,
        when_raw=indented(row.get("when")) if row and row.get("when") is not None else "",
        draft=written(rows),
        version=version,
        published=said,
        changed=changed,
        trial=trial,
        key=new_key(),
        known=known,
        choices=_choices(known),
        signs=SIGNS,
        typed={fault.pointer.rpartition("/")[2]: fault.message for fault in faults},
        summary=detail_of(error, caller.language) if error else "",
        away=known.unavailable,
    )


def _choices(known: Known) -> dict[str, dict[str, str]]:
    say = known.words().text
    kinds = ("request", "question", "complaint", "suggestion", "incident")
    channels = ("web", "phone", "email", "sms", "api")
    levels = [str(level) for level in range(1, 6)]
    return {
        "kinds": {kind: say(f"agreement.kind.{kind}") for kind in kinds},
        "channels": {each: say(f"agreement.channel.{each}") for each in channels},
        "languages": {each: say(f"admin.language.{each}") for each in ("fa", "en")},
        "levels": {level: known.value("priority", int(level)) for level in levels},
        "strategies": {each: say(f"admin.strategy.{each}") for each in table.STRATEGIES},
        "facts": {say(f"admin.fact.{fact}"): fact for fact in table.FACTS},
    }
