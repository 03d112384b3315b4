"""Trials: a period's tickets decided again under a draft, beside live traffic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, ConfigDict

from chassis.clock import as_utc
from contracts.calls.base import Nothing
from contracts.calls.trials import Draft, NameTrial, StartTrial, TrialView
from gateway.answers import answered, gives
from gateway.api.admin import Admin, AdminCommand
from gateway.caller import Caller
from gateway.documents import Document, FreeForm, SlugPath
from gateway.json_bodies import StrictRoute

router = APIRouter(prefix="/api/v1/admin", tags=["admin"], route_class=StrictRoute)

_SIX_HOURS: Final[dict[str, Any]] = {
    "match": {"channel": ["web"]},
    "targets": [
        {
            "clock": "resolution",
            "within": "PT6H",
            "calendar": "tehran-office",
            "marks": [
                {"percent": 75, "notices": [{"role": "assignee", "channel": "sms"}]},
                {"percent": 100, "notices": [{"role": "service_manager", "channel": "email"}]},
            ],
        }
    ],
    "penalties": [{"clock": "resolution", "per_breach": 500000, "cap": 5000000}],
}
_PERIOD: Final = {"since": "2026-08-22T20:30:00Z", "until": "2026-11-21T20:30:00Z"}
_ASKED: Final[dict[str, Any]] = {
    "trial": "5f0b4c649a3e1f6a",
    "kind": "agreement",
    "id": "web",
    **_PERIOD,
    "state": "asked",
    "asked_at": "2026-11-22T08:00:00Z",
    "asked_by": "person:admin",
    "total": 0,
    "looked_at": 0,
    "ended_at": None,
    "failure": None,
    "answer": None,
}
_DONE: Final = _ASKED | {
    "state": "done",
    "total": 18250,
    "looked_at": 18250,
    "ended_at": "2026-11-22T08:00:11Z",
    "answer": {
        "tickets": 18250,
        "compared": 18247,
        "changed": 1406,
        "clocks": [
            {
                "clock": "resolution",
                "before": {
                    "met": 17120,
                    "missed": 702,
                    "open": 61,
                    "cancelled": 364,
                    "late_seconds": 2527200.0,
                    "penalty": 0,
                },
                "after": {
                    "met": 15716,
                    "missed": 2108,
                    "open": 59,
                    "cancelled": 364,
                    "late_seconds": 9106560.0,
                    "penalty": 1054000000,
                },
                "newly_missed": 1406,
                "no_longer_missed": 0,
            }
        ],
        "holders": [
            {
                "holder": "unit:network/1",
                "before": {"met": 17120, "missed": 702},
                "after": {"met": 15716, "missed": 2108},
            }
        ],
        "notices": [
            {
                "role": "service_manager",
                "channel": "email",
                "before": {"total": 702, "most_a_day": 41, "busiest": "2026-10-17"},
                "after": {"total": 2108, "most_a_day": 96, "busiest": "2026-10-17"},
            }
        ],
        "examples": ["481920374652"],
        "left_out": {"excepted": 3},
        "not_comparable": [{"code": "731904825563", "reason": "excepted"}],
    },
}


class Trial(Document):
    """A draft, and the tickets that it is tried on: those registered in a period."""

    definition: FreeForm
    since: AwareDatetime
    #: Absent: until now.
    until: AwareDatetime | None = None

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"definition": _SIX_HOURS, **_PERIOD}]}
    )


@router.post(
    "/agreements/{id}/trial",
    operation_id="try_agreement",
    summary="Try an agreement on past tickets",
    status_code=202,
    responses=gives(TrialView, status=202, description="Taken in.", example=_ASKED),
)
async def try_agreement(
    id: SlugPath,  # noqa: A002 - the name in the address
    body: Trial,
    caller: AdminCommand,
) -> Response:
    """Decide a period's tickets again as if this had been the agreement; nothing is published.

    It stands in the place of every version of the agreement of that id, or beside the others where
    there is none; `valid_from` is left out of account. One trial runs at a time, without holding
    anything else up. A wrong draft is refused with `definition_invalid`.
    """
    return _taken_in(await started("agreement", id, body, caller), caller)


@router.post(
    "/calendars/{id}/trial",
    operation_id="try_calendar",
    summary="Try a calendar on past tickets",
    status_code=202,
    responses=gives(
        TrialView, status=202, description="Taken in.", example=_ASKED | {"kind": "calendar"}
    ),
)
async def try_calendar(
    id: SlugPath,  # noqa: A002 - the name in the address
    body: Trial,
    caller: AdminCommand,
) -> Response:
    """Decide a period's tickets again as if this had been the calendar; nothing is published."""
    return _taken_in(await started("calendar", id, body, caller), caller)


@router.get(
    "/trials",
    operation_id="list_trials",
    summary="The last trials",
    responses=gives(list[TrialView], example=[_DONE | {"answer": None}]),
)
async def list_trials(caller: Admin) -> Response:
    """Give the last trials, newest first, without their answers."""
    return answered(await caller.query("sla", "trials", Nothing(), list[TrialView]))


@router.get(
    "/trials/{trial}",
    operation_id="read_trial",
    summary="How far a trial is, and what it gave",
    responses=gives(TrialView, example=_DONE),
)
async def read_trial(trial: SlugPath, caller: Admin) -> Response:
    """Give a trial: `looked_at` of `total` tickets while it runs, its answer once it is `done`.

    `before` is what the courses of the tickets lead to under what was published, and what was
    recorded; tickets where the two differ are `not_comparable` and in no figure. `after` is what
    they lead to under the draft.
    """
    return answered(await read(caller, trial))


@router.delete(
    "/trials/{trial}",
    operation_id="cancel_trial",
    summary="Cancel a trial",
    responses=gives(TrialView, example=_ASKED | {"state": "cancelled"}),
)
async def cancel_trial(trial: SlugPath, caller: AdminCommand) -> Response:
    """End a trial without an answer; one that is done or has failed is `trial_has_ended`."""
    return answered(await cancelled(caller, trial), headers=caller.replay_headers())


async def started(kind: Draft, name: str, body: Trial, caller: Caller) -> TrialView:
    """Begin a trial; raises Invalid for a wrong draft."""
    request = StartTrial(
        kind=kind,
        id=name,
        definition=body.definition,
        since=as_utc(body.since),
        until=as_utc(body.until) if body.until else None,
        zone=caller.gateway.settings.zone,
    )
    return await caller.command("sla", "start_trial", request, TrialView)


async def begun(
    kind: Draft, name: str, definition: dict[str, Any], days: int, caller: Caller
) -> TrialView:
    """Begin a trial on the tickets of the last days; raises Invalid for a wrong draft."""
    body = Trial(definition=definition, since=datetime.now(UTC) - timedelta(days=days))
    return await started(kind, name, body, caller)


async def read(caller: Caller, trial: str) -> TrialView:
    """Give a trial; raises NotFound."""
    return await caller.query("sla", "trial", NameTrial(trial=trial), TrialView)


async def cancelled(caller: Caller, trial: str) -> TrialView:
    """End a trial without an answer; raises Conflict."""
    return await caller.command("sla", "cancel_trial", NameTrial(trial=trial), TrialView)


def _taken_in(view: TrialView, caller: Caller) -> Response:
    location = f"/api/v1/admin/trials/{view.trial}"
    return answered(view, status=202, headers={"location": location, **caller.replay_headers()})
