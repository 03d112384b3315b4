"""Bringing the open tickets of a workflow's older version to its newest, some at a time."""

from collections.abc import Iterator, Mapping

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid, NotFound
from chassis.journal import Aggregates, Outcome, Snapshot
from contracts.calls.routing import LeftBehind, MigrateWorkflow, Migration
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow
from services.routing.handlers.migrating import Migrate, hindrance, is_meant, migrate

Workflows = Mapping[tuple[str, int], Workflow]


def migrated(
    request: MigrateWorkflow, call: Call, *, tickets: Aggregates[Ticket], workflows: Workflows
) -> Migration:
    """Migrate those of the next tickets that go by the old version; raises NotFound, Invalid."""
    message = _message(request, workflows)
    newer = workflows[message.workflow, message.to_version]
    query = {"_id": {"$gt": request.after or ""}}
    looked_at = tickets.find(query, sort=[("_id", 1)], limit=request.limit)
    meant = {item.stream: item for item in looked_at if is_meant(item.state, message)}
    left = {line.code: line for line in _left(meant, message, newer)}
    moved = [code for code in meant if code not in left]
    if moved and not request.dry_run:
        outcomes = tickets.execute_all(moved, migrate, message, call)
        left |= {line.code: line for line in _refused(meant, outcomes)}
        moved = [code for code in moved if code not in left and outcomes[code].events]
    return Migration(
        to_version=message.to_version,
        moved=moved,
        left=[left[code] for code in sorted(left)],
        next=looked_at[-1].stream if len(looked_at) == request.limit else None,
    )


def _message(request: MigrateWorkflow, workflows: Workflows) -> Migrate:
    newer = workflows.get((request.id, 0))
    older = workflows.get((request.id, request.from_version))
    if newer is None or older is None:
        raise NotFound("workflow_not_found")
    faults = [
        FieldFault(pointer=f"/steps/{old}", code="step_unknown", params={"name": name})
        for old, new in request.steps.items()
        for name, steps in ((old, older.steps), (new, newer.steps))
        if name not in steps
    ]
    if faults:
        raise Invalid("step_unknown", fields=faults)
    return Migrate(
        workflow=request.id,
        from_version=older.version,
        to_version=newer.version,
        steps=request.steps,
    )


def _left(
    meant: Mapping[str, Snapshot[Ticket]], message: Migrate, newer: Workflow
) -> Iterator[LeftBehind]:
    for code, item in meant.items():
        step = message.steps.get(item.state.step, item.state.step)
        reason = hindrance(item.state, step, newer)
        if reason is not None:
            yield LeftBehind(code=code, step=item.state.step, reason=reason)


def _refused(
    meant: Mapping[str, Snapshot[Ticket]], outcomes: Mapping[str, Outcome]
) -> Iterator[LeftBehind]:
    """Give what has changed since it was looked at, or could not be stored now."""
    for code, outcome in outcomes.items():
        if outcome.error is not None:
            error = outcome.error
            reason = str(error.params.get("reason", error.code))
            yield LeftBehind(code=code, step=meant[code].state.step, reason=reason)
