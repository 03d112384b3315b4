"""The routing rules as a whole: versions of the decision table, tried before they hold."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Path, Request, Response

from contracts.calls.base import Nothing
from contracts.calls.routing import (
    BeginShadow,
    EndShadow,
    ExplainRules,
    GetRuleSet,
    PublishRules,
    RestoreRules,
    RuleSet,
    RuleSetHead,
    RulesExplained,
    RulesTrial,
    Shadow,
    TryRules,
)
from gateway.answers import answered, gives
from gateway.api.admin import Admin, AdminCommand, read_as, takes
from gateway.caller import Caller
from gateway.documents import SlugPath
from gateway.json_bodies import StrictRoute
from gateway.texts import text

router = APIRouter(prefix="/api/v1/admin/rule-sets", tags=["admin"], route_class=StrictRoute)

V = TypeVar("V", RuleSet, RulesTrial, Shadow)

VersionPath = Annotated[int, Path(ge=0, le=1_000_000_000, description="Number of the version.")]

_ROW: Final[dict[str, Any]] = {
    "id": "it-night",
    "order": 10,
    "unit": "it",
    "tier": 2,
    "subject": "it.network",
    "kind": None,
    "channel": None,
    "segment": None,
    "language": None,
    "registered_in": None,
    "mentions": None,
    "when": {"or": [{">=": [{"var": "hour"}, 20]}, {"===": [{"var": "weekday"}, "friday"]}]},
    "skill": "network",
    "priority": 1,
    "workflow": None,
    "strategy": "least_loaded",
    "weight": 1,
    "active": True,
    "tags": ["outage"],
    "go_on": False,
}
_HEAD: Final[dict[str, Any]] = {
    "version": 5,
    "size": 1,
    "origin": "edited",
    "restored": None,
    "by": "person:admin",
    "at": "2026-11-22T08:00:00Z",
    "note": "Nights and Fridays go to the second tier.",
}
_SET: Final = _HEAD | {"rows": [_ROW], "warnings": []}
_DECIDED: Final[dict[str, Any]] = {
    "row": "it-night",
    "unit": "it",
    "tier": 2,
    "skill": "network",
    "priority": 1,
    "workflow": None,
    "strategy": "least_loaded",
    "weight": 1,
    "tags": ["outage"],
}
_BEFORE: Final = _DECIDED | {"row": "it", "tier": 1, "skill": None, "priority": 3, "tags": []}
_TRIAL: Final = {
    "requests": 18250,
    "looked_at": 2000,
    "changed": 143,
    "rows": [
        {"row": "it-night", "before": 0, "after": 143},
        {"row": "it", "before": 1204, "after": 1061},
        {"row": None, "before": 796, "after": 796},
    ],
    "units": [
        {"unit": "it", "tier": 1, "before": 1204, "after": 1061},
        {"unit": "it", "tier": 2, "before": 0, "after": 143},
        {"unit": None, "tier": None, "before": 796, "after": 796},
    ],
    "idle": [],
    "examples": [
        {
            "code": "481920374652",
            "at": "2026-11-20T17:02:11Z",
            "differing": ["tier", "skill", "priority", "tags"],
            "before": _BEFORE,
            "after": _DECIDED,
        }
    ],
    "warnings": [],
}
_EXPLAINED: Final = {
    "decided": _BEFORE,
    "rows": [
        {"row": "it-night", "holds": False, "held": ["subject"], "failed": ["when"]},
        {"row": "it", "holds": True, "held": ["subject"], "failed": []},
    ],
}
_SHADOW: Final = {
    "shadow": "5f0b4c649a3e1f6a",
    "rows": [_ROW],
    "by": "person:admin",
    "since": "2026-11-15T08:00:00Z",
    "note": None,
    "looked_at": 4210,
    "different": 163,
    "differences": [
        {
            "live": "it",
            "shadow": "it-night",
            "differing": ["tier", "skill", "priority", "tags"],
            "count": 163,
            "last_at": "2026-11-22T03:12:40Z",
            "examples": ["481920374652"],
        }
    ],
    "warnings": [],
}
_FAULTS: Final = (
    "A table with faults is refused with `rules_invalid`; `errors` names each by its place: "
    "`row_repeated`, `unit_unknown`, `workflow_unknown`, `strategy_unknown`, "
    "`tier_without_people`, `skill_nobody_has`, `logic_malformed`, `logic_operator_unknown`, "
    "`logic_name_unknown`. A row that stands as it stood is not refused for people who have left: "
    "that is among the `warnings`, as are rows never reached."
)


@router.get(
    "",
    operation_id="list_rule_sets",
    summary="The versions of the rules",
    responses=gives(list[RuleSetHead], example=[_HEAD]),
)
async def list_rule_sets(caller: Admin) -> Response:
    """Give the last versions, newest first, without their rows."""
    return answered(await caller.query("routing", "rule_sets", Nothing(), list[RuleSetHead]))


@router.post(
    "",
    operation_id="publish_rules",
    summary="Publish the rules",
    description="Publish a whole table as the next version; the order of its rows is the order in "
    "which they are tried, and the first that holds decides. Single rows may still be changed at "
    f"`/api/v1/admin/rules/{{id}}`; each such change is a version too.\n\n{_FAULTS}\n\n"
    "With `expects`, a table that somebody else has changed since that version is refused with "
    "`rules_changed_meanwhile`.",
    responses=gives(RuleSet, description="Published.", example=_SET),
    openapi_extra=takes(PublishRules),
)
async def publish_rules(request: Request, caller: AdminCommand) -> Response:
    """Publish a whole table."""
    body = read_as(PublishRules, await request.json())
    view = await caller.command("routing", "publish_rules", body, RuleSet)
    return answered(_told(view, caller), headers=caller.replay_headers())


@router.post(
    "/trial",
    operation_id="try_rules",
    summary="Try rules on past requests",
    responses=gives(RulesTrial, example=_TRIAL),
    openapi_extra=takes(TryRules),
)
async def try_rules(request: Request, caller: Admin) -> Response:
    """Have a draft, and a version that holds or held, decide about a period's requests again.

    Without `rows` the version that holds is the draft; without `against` it is what the draft is
    compared with. Both decide about the same facts. Of more than `most` requests, that many are
    looked at, evenly over the period. A row without a name is the nearest desk's. `idle` rows of
    the draft decided about nothing. Nothing is published and nothing is recorded.
    """
    body = read_as(TryRules, await request.json())
    view = await caller.query("routing", "try_rules", body, RulesTrial)
    return answered(_told(view, caller))


@router.post(
    "/explanation",
    operation_id="explain_rules",
    summary="Why a request would go where",
    responses=gives(RulesExplained, example=_EXPLAINED),
    openapi_extra=takes(ExplainRules),
)
async def explain_rules(request: Request, caller: Admin) -> Response:
    """Say what becomes of one request that need not exist: by which row, and why by no other.

    `held` and `failed` name the conditions of each row. Without `rows` the version that holds is
    asked, without `at` it is now.
    """
    body = read_as(ExplainRules, await request.json())
    return answered(await caller.query("routing", "explain_rules", body, RulesExplained))


@router.get(
    "/current",
    operation_id="read_current_rules",
    summary="The rules that hold",
    responses=gives(RuleSet, example=_SET),
)
async def read_current_rules(caller: Admin) -> Response:
    """Give the version that holds, with what is odd about it by now."""
    view = await caller.query("routing", "rule_set", GetRuleSet(), RuleSet)
    return answered(_told(view, caller))


@router.post(
    "/shadow",
    operation_id="begin_shadow",
    summary="Have rules decide beside live traffic",
    description="Have a draft decide about every request that is registered, for nobody: its "
    "decisions are compared with those that hold, and counted. It takes the place of a shadow that "
    f"there is.\n\n{_FAULTS}",
    responses=gives(Shadow, description="Begun.", example=_SHADOW),
    openapi_extra=takes(BeginShadow),
)
async def begin_shadow(request: Request, caller: AdminCommand) -> Response:
    """Have a draft decide beside the rules."""
    body = read_as(BeginShadow, await request.json())
    view = await caller.command("routing", "begin_shadow", body, Shadow)
    return answered(_told(view, caller), headers=caller.replay_headers())


@router.get(
    "/shadow",
    operation_id="read_shadow",
    summary="Where a shadow differs",
    responses=gives(Shadow, example=_SHADOW),
)
async def read_shadow(caller: Admin) -> Response:
    """Give the draft that decides beside the rules, and where it would have decided otherwise.

    By the row that decided and the one that would have; `examples` are codes of the last tickets.
    Figures are a few seconds old, and those of a process that breaks may be missing: they are for
    judging, not for booking.
    """
    view = await caller.query("routing", "shadow", Nothing(), Shadow)
    return answered(_told(view, caller))


@router.post(
    "/shadow/{shadow}/promote",
    operation_id="promote_shadow",
    summary="Publish a shadow",
    responses=gives(
        RuleSet, description="Published.", example=_SET | {"version": 6, "origin": "promoted"}
    ),
)
async def promote_shadow(shadow: SlugPath, caller: AdminCommand) -> Response:
    """Publish the draft as the next version; it decides beside no more."""
    request = EndShadow(shadow=shadow)
    view = await caller.command("routing", "promote_shadow", request, RuleSet)
    return answered(_told(view, caller), headers=caller.replay_headers())


@router.delete(
    "/shadow/{shadow}",
    operation_id="drop_shadow",
    summary="Drop a shadow",
    responses=gives(Shadow, description="Dropped; its last figures.", example=_SHADOW),
)
async def drop_shadow(shadow: SlugPath, caller: AdminCommand) -> Response:
    """End the draft without publishing it."""
    request = EndShadow(shadow=shadow)
    view = await caller.command("routing", "drop_shadow", request, Shadow)
    return answered(_told(view, caller), headers=caller.replay_headers())


@router.get(
    "/{version}",
    operation_id="read_rules",
    summary="A version of the rules",
    responses=gives(RuleSet, example=_SET),
)
async def read_rules(version: VersionPath, caller: Admin) -> Response:
    """Give a version with its rows; `ticket.opened` says by which one a ticket was routed."""
    view = await caller.query("routing", "rule_set", GetRuleSet(version=version), RuleSet)
    return answered(_told(view, caller))


@router.post(
    "/{version}/restore",
    operation_id="restore_rules",
    summary="Go back to a version of the rules",
    responses=gives(
        RuleSet,
        description="Published as the next version.",
        example=_SET | {"version": 6, "origin": "restored", "restored": 3},
    ),
)
async def restore_rules(version: VersionPath, caller: AdminCommand) -> Response:
    """Publish an earlier version again, as the next one; it is checked as any other."""
    request = RestoreRules(version=version)
    view = await caller.command("routing", "restore_rules", request, RuleSet)
    return answered(_told(view, caller), headers=caller.replay_headers())


def _told(view: V, caller: Caller) -> V:
    """Put the warnings into words of the reader's language."""
    told = [
        msgspec.structs.replace(
            warning, message=text(caller.language, f"field.{warning.code}", **warning.params)
        )
        for warning in view.warnings
    ]
    return msgspec.structs.replace(view, warnings=told)
