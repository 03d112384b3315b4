"""What notify stores beside its journal; nothing else here knows the database.

`ledgers` (found for sending), `digests` (many messages told in one), `devices`, `policies`,
`partner_stops` (who wants no more messages), `sending_trials` (the last test by each channel),
`webhooks`, `webhook_posts` with `webhook_places`, and `webhook_workers`.
"""

from services.notify.repository.devices import Device, Devices
from services.notify.repository.digests import Digest, Digests
from services.notify.repository.ledgers import INDEXES, Ledgers
from services.notify.repository.policies import Policies, Published
from services.notify.repository.posts import Posts
from services.notify.repository.sending_trials import SendingTrials
from services.notify.repository.stops import Stops
from services.notify.repository.webhooks import Webhooks
from services.notify.repository.workers import Workers

__all__ = [
    "INDEXES",
    "Device",
    "Devices",
    "Digest",
    "Digests",
    "Ledgers",
    "Policies",
    "Posts",
    "Published",
    "SendingTrials",
    "Stops",
    "Webhooks",
    "Workers",
]
