"""What notify stores beside its journal; nothing else here knows the database.

`ledgers` (found for sending), `digests` (many messages told in one), `devices`, `policies`,
`partner_stops` (who wants no more messages).
"""

from services.notify.repository.devices import Device, Devices
from services.notify.repository.digests import Digest, Digests
from services.notify.repository.ledgers import INDEXES, Ledgers
from services.notify.repository.policies import Policies, Published
from services.notify.repository.stops import Stops

__all__ = [
    "INDEXES",
    "Device",
    "Devices",
    "Digest",
    "Digests",
    "Ledgers",
    "Policies",
    "Published",
    "Stops",
]
