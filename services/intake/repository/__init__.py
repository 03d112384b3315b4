"""What intake stores beside its journal; the only place that speaks pymongo.

Everything that could name a person is here and in no commit: erasing it leaves every chain whole.
"""

from collections.abc import Hashable

from pymongo import IndexModel

from chassis.late import late
from chassis.mongo import reign
from chassis.runtime import Mongo
from services.intake.repository.attempts import Attempts
from services.intake.repository.claims import Claims
from services.intake.repository.dossiers import Dossiers
from services.intake.repository.one_time_codes import OneTimeCodes
from services.intake.repository.profiles import Profiles
from services.intake.repository.subjects import Subjects
from services.intake.repository.texts import Texts

#: Plans are listed, and found when their time has come.
PLAN_INDEXES = (
    IndexModel("due_at", sparse=True),
    IndexModel([("listed", 1), ("_id", 1)]),
)


class Store(Mongo):
    """Intake's collections, as a dependency of its service."""

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self._make_indexes)

    @late
    def claims(self) -> Claims:
        """Codes, each with what was asked under it."""
        return Claims(self.db["claims"], seconds=self.runtime.settings.mongo_seconds)

    @late
    def profiles(self) -> Profiles:
        """Requesters with their personal data."""
        return Profiles(self.db["profiles"], seconds=self.runtime.settings.mongo_seconds)

    @late
    def texts(self) -> Texts:
        """What requesters wrote after registering."""
        return Texts(self.db["texts"])

    @late
    def dossiers(self) -> Dossiers:
        """All that is stored of tickets."""
        return Dossiers(self.db["claims"], self.db["tickets"], self.db["texts"])

    @late
    def plan_contents(self) -> Texts:
        """What plans register, and for whom."""
        return Texts(self.db["plan_contents"])

    @late
    def subjects(self) -> Subjects:
        """The catalogue with its titles."""
        return Subjects(self.db["subjects"])

    @late
    def attempts(self) -> Attempts:
        """Wrong proofs of late."""
        return Attempts(self.db["attempts"])

    @late
    def one_time_codes(self) -> OneTimeCodes:
        """Codes that were asked for, by contact."""
        return OneTimeCodes(self.db["one_time_codes"])

    def reign(self) -> Hashable:
        """Tell who takes the writes: see `chassis.mongo.reign`."""
        return reign(self.db.client)

    def _make_indexes(self) -> None:
        for collection in (
            self.claims,
            self.profiles,
            self.texts,
            self.attempts,
            self.one_time_codes,
        ):
            collection.make_indexes()


__all__ = ["PLAN_INDEXES", "Store"]
