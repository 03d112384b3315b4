"""A workflow as data: its language, and what makes one unsound."""

from services.routing.domain.workflow.effects import (
    Effects,
    HandOffAsked,
    Later,
    NoticeAsked,
    StartAsked,
)
from services.routing.domain.workflow.language import (
    ANY,
    AUTOMATIC,
    FAILED,
    PASSED,
    Approvals,
    OwnAction,
    Step,
    SubTask,
    Transition,
    Workflow,
    seats_needed,
)
from services.routing.domain.workflow.reading import LEADS_TO, STAYING, examined, load, read
from services.routing.domain.workflow.staffing import faults_in
from services.routing.domain.workflow.who import GUARDS, RELATIONS
from services.routing.domain.workflow.wording import forms_of

__all__ = [
    "ANY",
    "AUTOMATIC",
    "FAILED",
    "GUARDS",
    "LEADS_TO",
    "PASSED",
    "RELATIONS",
    "STAYING",
    "Approvals",
    "Effects",
    "HandOffAsked",
    "Later",
    "NoticeAsked",
    "OwnAction",
    "StartAsked",
    "Step",
    "SubTask",
    "Transition",
    "Workflow",
    "examined",
    "faults_in",
    "forms_of",
    "load",
    "read",
    "seats_needed",
]
