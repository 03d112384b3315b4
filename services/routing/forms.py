"""Forms at steps: the published ones, kept in memory, and what was filled in.

Intake owns the forms and is asked for one that is not known yet, and now and then for a newer one.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from chassis.calls.call import Call
from chassis.calls.client import Caller
from chassis.errors import Invalid
from contracts.calls.forms import GetForms, PublishedForm, ShownAnswer
from contracts.forms import ReadyForm, answered, ready
from contracts.forms.showing import shown
from contracts.forms.telling import figures, routable
from services.routing.actions.base import Filled
from services.routing.domain.ticket import Ticket
from services.routing.domain.workflow import Workflow

#: How old a form that is kept may be, in seconds: who has published one sees it used so soon.
_OLDEST = 2.0


class Edition(NamedTuple):
    """A version of a form, ready for answering."""

    version: int
    form: ReadyForm


class Forms:
    """The copy that one process keeps."""

    def __init__(self, intake: Caller) -> None:
        self._intake = intake
        self._known: dict[str, tuple[float, Edition]] = {}

    def newest(self, ids: Collection[str]) -> dict[str, Edition]:
        """Give those of the forms that there are; raises Unavailable while intake is away."""
        now = time.monotonic()
        stale = [name for name in ids if self._known.get(name, (0.0,))[0] < now - _OLDEST]
        if stale:
            asked = GetForms(ids=sorted(stale))
            published: list[PublishedForm] = self._intake.query("forms", asked, list[PublishedForm])
            for found in published:
                self._known[found.id] = now, Edition(found.version, ready(found.form))
        return {name: self._known[name][1] for name in ids if name in self._known}


def asked_for(ticket: Ticket, workflow: Workflow, action: str, task: str | None) -> str | None:
    """Give the form that goes with an action at the ticket's step: the task's, or the way's."""
    if action == "finish-task" and task is not None:
        known = workflow.steps[ticket.step].tasks.get(task)
        return known.form if known else None
    return workflow.forms_at(ticket.step, [action]).get(action)


def filled(
    form: str, given: Mapping[str, Any], ticket: Ticket, forms: Forms, call: Call, zone: str
) -> tuple[Filled, str]:
    """Give what was filled in, and the text that is kept of it.

    Raises Invalid with every fault by field, or Unavailable.
    """
    edition = forms.newest([form]).get(form)
    if edition is None:
        raise Invalid("form_not_found", form=form)
    context = {
        "today": call.now.astimezone(ZoneInfo(zone)).date().isoformat(),
        "subject": ticket.subject,
        "channel": ticket.channel,
        "language": ticket.language,
    }
    values = answered(edition.form, given, context)
    kept = shown(edition.form.form, values)
    asked = edition.form.form
    told = Filled(
        form=form,
        version=edition.version,
        values=routable(asked, values),
        figures=figures(asked, values),
    )
    return told, msgspec.json.encode(kept).decode()


def read_kept(text: str) -> list[ShownAnswer]:
    """Give the answers that were kept as a text."""
    return msgspec.json.decode(text, type=list[ShownAnswer])
