"""A second factor that a role has to have: who demands it, and who still owes it.

Who owes it is let in by his password for nothing but setting it up: his session's role has no
right (`enrolling` in `contracts/rights.py`).
"""

from collections import Counter

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from chassis.journal import Aggregates
from contracts.calls.routing import DemandSecondFactor, SecondFactorDemand
from contracts.routing import SecondFactorDemanded
from services.routing.administration import STAFF_ROLES
from services.routing.domain.records import Record
from services.routing.handlers.organisation import Change, record_change
from services.routing.repository import Store

_STREAM = "sign_in:second_factor"


class Demanding:
    """What administrators demand of roles at signing in."""

    def __init__(self, streams: Aggregates[Record], store: Store) -> None:
        self._streams = streams
        self._store = store

    def view(self) -> SecondFactorDemand:
        """Tell of which roles it is demanded, and how many of each role have it."""
        members = [each for each in self._store.directory.members().values() if each.active]
        having = self._store.factors.having(each.id for each in members)
        return SecondFactorDemand(
            roles=self._store.demands.roles(),
            people=dict(Counter(each.role for each in members)),
            having=dict(Counter(each.role for each in members if each.id in having)),
        )

    def demand(self, request: DemandSecondFactor, call: Call) -> SecondFactorDemand:
        """Demand it of these roles and no others; raises Invalid."""
        faults = [
            FieldFault(pointer=f"/roles/{place}", code="role_unknown")
            for place, role in enumerate(request.roles)
            if role not in STAFF_ROLES
        ]
        if faults:
            raise Invalid("request_invalid", fields=faults)
        roles = sorted(set(request.roles))
        same = roles == self._store.demands.roles()
        event = None if same else SecondFactorDemanded(roles=roles)
        outcome = self._streams.execute(_STREAM, record_change, Change(event), call)
        self._store.demands.save(roles, outcome.version)
        return self.view()

    def is_demanded(self, role: str) -> bool:
        """Tell whether who has the role has to have it."""
        return role in self._store.demands.roles()
