"""What routing tells: where the work is, and what was done about it.

`state` is one of the kinds every workflow shares (`STATES`); `step` is the workflow's own name for
where the ticket stands, equal to `state` in the default workflow.
"""

from contracts.routing.ending import (
    TicketDeclined,
    TicketDone,
    TicketFinished,
    TicketHandedOff,
    TicketMerged,
    TicketRated,
    TicketReopened,
    TicketSentBack,
    TicketTriaged,
    TicketWithdrawn,
)
from contracts.routing.flows import (
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketFormFilled,
    TicketMigrated,
    TicketMoved,
    TicketNoticeAsked,
    TicketTaskAssigned,
    TicketTaskCancelled,
    TicketTaskDone,
    TicketTaskOpened,
)
from contracts.routing.organisation import PersonChanged, UnitChanged
from contracts.routing.partners import (
    PartnerChanged,
    TicketPartnerHeard,
    TicketPartnerWritten,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
)
from contracts.routing.placing import (
    TicketAssigned,
    TicketEscalated,
    TicketOpened,
    TicketOwned,
    TicketPrioritised,
    TicketQueued,
    TicketReferred,
    TicketReturned,
)
from contracts.routing.state import ENDED, STATES, State, StateEvent
from contracts.routing.work import (
    TicketAnswered,
    TicketDemandRefused,
    TicketNoted,
    TicketResumed,
    TicketWaiting,
    TicketWorkLogged,
)

__all__ = [
    "ENDED",
    "STATES",
    "PartnerChanged",
    "PersonChanged",
    "State",
    "StateEvent",
    "TicketAnswered",
    "TicketApprovalAsked",
    "TicketApprovalGiven",
    "TicketAssigned",
    "TicketDeclined",
    "TicketDemandRefused",
    "TicketDone",
    "TicketEscalated",
    "TicketFinished",
    "TicketFormFilled",
    "TicketHandedOff",
    "TicketMerged",
    "TicketMigrated",
    "TicketMoved",
    "TicketNoted",
    "TicketNoticeAsked",
    "TicketOpened",
    "TicketOwned",
    "TicketPartnerHeard",
    "TicketPartnerWritten",
    "TicketPrioritised",
    "TicketQueued",
    "TicketRated",
    "TicketReferred",
    "TicketReopened",
    "TicketResumed",
    "TicketReturned",
    "TicketSentBack",
    "TicketSentOut",
    "TicketTakenBack",
    "TicketTakenIn",
    "TicketTaskAssigned",
    "TicketTaskCancelled",
    "TicketTaskDone",
    "TicketTaskOpened",
    "TicketTriaged",
    "TicketWaiting",
    "TicketWithdrawn",
    "TicketWorkLogged",
    "UnitChanged",
]
