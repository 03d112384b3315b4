"""The form that goes with an action: filled in where it is asked for, and nowhere else."""

from __future__ import annotations

from chassis.errors import FieldFault, Invalid
from contracts.envelope import Event
from contracts.routing import TicketFormFilled
from services.routing.handlers.case import Case


def form_filled(case: Case) -> list[Event]:
    """Record the form that was filled in; raises Invalid when it was not, or none is asked for."""
    wanted, filled = _wanted(case), case.deed.filled
    if filled is None:
        if wanted is None or case.asker.importing:
            return []
        raise _refused("form_required", form=wanted)
    if wanted is None or filled.form != wanted:
        raise _refused("no_form_here", form=wanted)
    return [
        TicketFormFilled(
            form=filled.form,
            form_version=filled.version,
            by=case.by,
            answers=case.deed.texts["answers"],
            values=filled.values,
            figures=filled.figures,
        )
    ]


def _wanted(case: Case) -> str | None:
    if case.deed.action == "finish-task":
        task = case.workflow.steps[case.ticket.step].tasks.get(case.arguments.task)
        return task.form if task else None
    return case.transition.form


def _refused(code: str, form: str | None) -> Invalid:
    fault = FieldFault(pointer="/answers", code=code, params={"form": form or ""})
    return Invalid(code, fields=[fault], form=form or "")
