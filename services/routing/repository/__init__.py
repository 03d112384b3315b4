"""What routing stores beside its journal; the only place that speaks pymongo.

Names, contacts, password hashes and free text are here and in no commit: erasing them leaves every
chain whole.
"""

from pymongo.read_concern import ReadConcern

from chassis.late import late
from chassis.runtime import Mongo
from chassis.shown import Shown
from services.routing.repository.acquaintance import Acquaintance
from services.routing.repository.attempts import Attempts
from services.routing.repository.audit import Audit
from services.routing.repository.backlog import Backlog
from services.routing.repository.boards import Boards
from services.routing.repository.demands import Demands
from services.routing.repository.directory import Directory
from services.routing.repository.efforts import Efforts
from services.routing.repository.factors import Factors
from services.routing.repository.filters import Filters
from services.routing.repository.foundings import Foundings
from services.routing.repository.loads import Loads
from services.routing.repository.macros import Drafts, Macros
from services.routing.repository.partners import Partners
from services.routing.repository.queues import Queues
from services.routing.repository.requests import PastRequests
from services.routing.repository.stories import Stories
from services.routing.repository.system_keys import SystemKeys
from services.routing.repository.texts import Texts


class Store(Mongo):
    """Routing's collections, as a dependency of its service."""

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self._make_indexes)

    @late
    def demands(self) -> Demands:
        """Which roles have to have a second factor."""
        return Demands(self.db["sign_in"])

    @late
    def directory(self) -> Directory:
        """People, units, rules, workflows."""
        return Directory(self.db)

    @late
    def loads(self) -> Loads:
        """Who has how much work."""
        return Loads(self.db["loads"])

    @late
    def acquaintance(self) -> Acquaintance:
        """Who had a requester's work last."""
        return Acquaintance(self.db["acquaintance"])

    @late
    def queues(self) -> Queues:
        """Work that waits for a free person."""
        return Queues(self.db["tickets"])

    @late
    def audit(self) -> Audit:
        """What was changed in what administrators define."""
        return Audit(self.db["journal"])

    @late
    def boards(self) -> Boards:
        """How units stand."""
        return Boards(self.db["tickets"])

    @late
    def backlog(self) -> Shown:
        """What is open, shown to operators."""
        backlog = Backlog(self.db["tickets"])
        return Shown(lambda: backlog.figures(self.runtime.clock.now()))

    @late
    def efforts(self) -> Efforts:
        """What units have to do and have done."""
        return Efforts(self.db["tickets"])

    @late
    def requests(self) -> PastRequests:
        """What came in the past."""
        return PastRequests(self.db)

    @late
    def texts(self) -> Texts:
        """What was written in actions."""
        return Texts(self.db["texts"])

    @late
    def stories(self) -> Stories:
        """What happened to tickets and how they stand, with the texts."""
        journal = self.db.get_collection("journal", read_concern=ReadConcern("majority"))
        return Stories(journal, self.db["tickets"], self.db["texts"], self.texts.bodies)

    @late
    def partners(self) -> Partners:
        """Partners outside, with their secrets."""
        return Partners(self.db["partners"])

    @late
    def system_keys(self) -> SystemKeys:
        """Keys of outside systems."""
        return SystemKeys(self.db["system_keys"])

    @late
    def attempts(self) -> Attempts:
        """Wrong passwords of late."""
        return Attempts(self.db["attempts"])

    @late
    def factors(self) -> Factors:
        """Second factors of staff."""
        return Factors(self.db["second_factors"])

    @late
    def filters(self) -> Filters:
        """How people look at their lists."""
        return Filters(self.db["filters"])

    @late
    def foundings(self) -> Foundings:
        """Who makes the first administrator."""
        return Foundings(self.db["foundings"])

    @late
    def macros(self) -> Macros:
        """Standard answers."""
        return Macros(self.db["macros"], self.db["macro_uses"])

    @late
    def drafts(self) -> Drafts:
        """What people are writing."""
        return Drafts(self.db["drafts"])

    def _make_indexes(self) -> None:
        self.directory.make_indexes()
        self.audit.make_indexes()
        self.texts.make_indexes()
        self.attempts.make_indexes()
        self.macros.make_indexes()
        self.drafts.make_indexes()
        self.filters.make_indexes()
