"""What notify stores beside its journal; nothing else here knows the database.

`ledgers` (found for sending), `digests` (many messages told in one), `devices`, `policies`.
"""

from services.notify.repository.devices import Device, Devices
from services.notify.repository.digests import Digest, Digests
from services.notify.repository.ledgers import INDEXES, Ledgers
from services.notify.repository.policies import Policies, Published

__all__ = [
    "INDEXES",
    "Device",
    "Devices",
    "Digest",
    "Digests",
    "Ledgers",
    "Policies",
    "Published",
]
