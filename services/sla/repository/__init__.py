"""What sla stores beside its journal; the only place that speaks pymongo."""

from services.sla.repository.endings import Endings, Standing
from services.sla.repository.nearest import RunningClocks
from services.sla.repository.publications import (
    TICKET_INDEXES,
    Kind,
    Publication,
    Publications,
)
from services.sla.repository.trials import Job, Pasts, Trials

__all__ = [
    "TICKET_INDEXES",
    "Endings",
    "Job",
    "Kind",
    "Pasts",
    "Publication",
    "Publications",
    "RunningClocks",
    "Standing",
    "Trials",
]
