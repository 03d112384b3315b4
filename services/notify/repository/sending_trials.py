"""How the last test message by each channel went."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pymongo.errors import PyMongoError

from chassis.errors import Unavailable
from contracts.calls.notify import SendingTrial

if TYPE_CHECKING:
    from pymongo.database import Database


class SendingTrials:
    """The collection `sending_trials`, a document by channel; raises Unavailable."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._rows = database["sending_trials"]

    def keep(self, channel: str, cause: str, at: datetime, refused: str | None) -> SendingTrial:
        """Write how a channel's trial stands."""
        row = {"cause": cause, "at": at, "refused": refused}
        try:
            self._rows.replace_one({"_id": channel}, row, upsert=True)
        except PyMongoError as error:
            raise Unavailable("database_unavailable", retry_after=1) from error
        return SendingTrial(channel=channel, at=at, refused=refused)

    def of(self, channel: str, cause: str) -> SendingTrial | None:
        """Give a channel's last trial, if this command began it."""
        return next((trial for by, trial in self._read(channel) if by == cause), None)

    def last(self) -> list[SendingTrial]:
        """Give every channel's last trial."""
        return [trial for _, trial in self._read()]

    def _read(self, channel: str | None = None) -> list[tuple[str, SendingTrial]]:
        query = {} if channel is None else {"_id": channel}
        try:
            found = list(self._rows.find(query).sort("_id"))
        except PyMongoError as error:
            raise Unavailable("database_unavailable", retry_after=1) from error
        return [
            (row["cause"], SendingTrial(channel=row["_id"], at=row["at"], refused=row["refused"]))
            for row in found
        ]
