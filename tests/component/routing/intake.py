"""Stands for intake: tells events through the real journal and broker, and knows the subjects."""

# The runner patches eventlet, so it comes before everything else.
from chassis import runner  # isort: skip

import os
from datetime import timedelta

from chassis import logging
from chassis.calls.call import Call
from chassis.calls.entrypoints import query
from contracts.calls.base import Nothing
from contracts.calls.forms import GetForms, PublishedForm
from contracts.calls.intake import Subject
from contracts.calls.plans import GetPlanned, PlannedTicket
from tests.component.teller import teller

CHECK = {
    "title": {"fa": "بررسی", "en": "Check"},
    "sections": [
        {
            "id": "all",
            "title": {"fa": "بررسی", "en": "Check"},
            "fields": [
                {
                    "type": "yes_no",
                    "id": "binding",
                    "label": {"fa": "الزام‌آور است؟", "en": "Is it binding?"},
                    "required": True,
                    "routable": True,
                },
                {"type": "text", "id": "remark", "label": {"fa": "توضیح", "en": "Remark"}},
            ],
        }
    ],
}
PARENTS = {"it": None, "it.network": "it", "it.software": "it", "finance": None}


class Intake(teller("intake")):  # type: ignore[misc]
    """A teller with a catalogue."""

    @query
    def subjects(self, _request: Nothing, _call: Call) -> list[Subject]:
        return [
            Subject(id=subject, parent=parent, kind="request", title={"en": subject})
            for subject, parent in PARENTS.items()
        ]

    @query
    def planned_ahead(self, request: GetPlanned, _call: Call) -> list[PlannedTicket]:
        """A visit to the network, a week before the end of what is asked for."""
        at = request.until - timedelta(days=7)
        return [PlannedTicket(plan="visit", subject="it.network", kind="request", at=at)]

    @query
    def forms(self, request: GetForms, _call: Call) -> list[PublishedForm]:
        return [
            PublishedForm(id=name, version=2, form=CHECK) for name in request.ids if name == "check"
        ]


if __name__ == "__main__":
    logging.configure("intake", "INFO")
    os._exit(runner.Runner(Intake).run())
