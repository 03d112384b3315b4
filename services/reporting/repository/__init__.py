"""What reporting keeps in MongoDB, and how: the only folder of the service that speaks pymongo.

Everything belongs to a *generation*, of which one is current; a rebuild fills the next one beside
it. A generation has three collections: `facts_{n}` (a document per stream: its facts, how far each
source was applied, and what was counted for it), `rollups_{n}` (sums) and `progress_{n}`.
The collection `generations` says which one is current, and how far a rebuild has come.
"""

from services.reporting.repository.generation import ClientSession, Generation, Selection
from services.reporting.repository.generations import Generations, Rebuild
from services.reporting.repository.transactions import end_abandoned, in_transaction

__all__ = [
    "ClientSession",
    "Generation",
    "Generations",
    "Rebuild",
    "Selection",
    "end_abandoned",
    "in_transaction",
]
