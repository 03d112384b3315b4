"""What decisions about tickets look up, and the places that they may give away.

Places are taken before a batch is decided and freed after it where they were not used, so that
decisions stay pure and nobody gets more than his capacity however many replicas decide.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from chassis.calls.client import ServiceClient
from chassis.decisions import Occasion
from chassis.errors import Unavailable
from chassis.journal import Aggregates, Outcome, Reference
from contracts.calls.base import Nothing
from contracts.calls.intake import Subject
from contracts.intake import TicketRegistered
from services.routing import handlers
from services.routing.actions import Deed, Merge
from services.routing.domain.balance import fewest_owned, least_loaded
from services.routing.domain.organisation import Person
from services.routing.domain.ticket import Ticket
from services.routing.handlers.case import Grounds, Place, Wish
from services.routing.handlers.opening import desk_for
from services.routing.organisation import OrganisationCopy
from services.routing.repository import Store
