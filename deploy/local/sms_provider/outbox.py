"""The messages of the account."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from deploy.local.sinks import Kept
from deploy.local.sms_provider.codes import MessageStatus, ReturnCode

_COST_RIALS = 120
_LONGEST_MESSAGE = 900
_MOST_RECEPTORS = 200
_RECEPTOR = re.compile(r"\+?\d{8,15}")

# A message leaves for the carrier after this share of the time until it ends.
_CARRIER_SHARE = 0.5
_BYTES_A_LETTER = 4


class Refused(Exception):
    """Raised when a call is answered with a return code other than 200."""

    def __init__(self, code: ReturnCode) -> None:
        super().__init__(code.name)
        self.code = code


class Receipts(BaseModel):
    """How messages end: when, in which state, and where the receipt is posted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float = Field(1.0, ge=0, le=3600)
    final_status: MessageStatus = MessageStatus.DELIVERED
    callback_url: str | None = None


@dataclass(frozen=True)
class Message:
    messageid: int
    receptor: str
    sender: str
    text: str
    localid: str | None
    sent_at: float
    receipts: Receipts

    @property
    def ends_at(self) -> float:
        return self.sent_at + self.receipts.seconds

    @property
    def status(self) -> MessageStatus:
        """Follows from the time that has passed, so nothing has to be done meanwhile."""
        now = time.time()
        if now >= self.ends_at:
            return self.receipts.final_status
        if now >= self.sent_at + self.receipts.seconds * _CARRIER_SHARE:
            return MessageStatus.SENT_TO_CARRIER
        return MessageStatus.QUEUED

    def as_entry(self) -> dict[str, object]:
        """The message as the provider shows it to its customer."""
        status = self.status
        return {
            "messageid": self.messageid,
            "message": self.text,
            "status": int(status),
            "statustext": status.text,
            "sender": self.sender,
            "receptor": self.receptor,
            "date": int(self.sent_at),
            "cost": _COST_RIALS,
        }

    def as_listed(self) -> dict[str, object]:
        """The message as tests and demos see it."""
        received_at = datetime.fromtimestamp(self.sent_at, UTC).isoformat()
        return self.as_entry() | {"localid": self.localid, "received_at": received_at}


class Outbox:
    """The latest messages, found by either of their numbers."""

    def __init__(self) -> None:
        self.kept: Kept[Message] = Kept()
        self._by_id: dict[str, Message] = {}
        self._latest_by_localid: dict[str | None, Message] = {}
        # Numbers go on rising over a restart, so that none is given twice.
        self._last_id = time.time_ns() // 1_000_000

    def send(self, parameters: Mapping[str, str], receipts: Receipts) -> list[Message]:
        """Accept one text for one or several receptors; raises Refused."""
        text = parameters.get("message", "")
        receptors = split(parameters.get("receptor", ""))
        localids: list[str | None] = [*split(parameters.get("localid", ""))]
        _check(text, receptors, localids)
        return [
            self._keep(
                Message(
                    messageid=self._next_id(),
                    receptor=receptor,
                    sender=parameters.get("sender", ""),
                    text=text,
                    localid=localid,
                    sent_at=time.time(),
                    receipts=receipts,
                )
            )
            for receptor, localid in zip(
                receptors, localids or [None] * len(receptors), strict=True
            )
        ]

    def find(self, messageid: str) -> Message | None:
        return self._by_id.get(messageid)

    def find_local(self, localid: str) -> Message | None:
        return self._latest_by_localid.get(localid)

    def clear(self) -> None:
        self.kept.clear()
        self._by_id.clear()
        self._latest_by_localid.clear()

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _keep(self, message: Message) -> Message:
        self._by_id[str(message.messageid)] = message
        self._latest_by_localid[message.localid] = message
        for dropped in self.kept.add(message, len(message.text) * _BYTES_A_LETTER):
            del self._by_id[str(dropped.messageid)]
            if self._latest_by_localid.get(dropped.localid) is dropped:
                del self._latest_by_localid[dropped.localid]
        return message


def split(listed: str) -> list[str]:
    """Several values come in one parameter, parted by commas."""
    return [value.strip() for value in listed.split(",") if value.strip()]


def _check(text: str, receptors: list[str], localids: list[str | None]) -> None:
    if not receptors:
        raise Refused(ReturnCode.PARAMETERS_INCOMPLETE)
    if not all(_RECEPTOR.fullmatch(receptor) for receptor in receptors):
        raise Refused(ReturnCode.RECEPTOR_INVALID)
    if len(receptors) > _MOST_RECEPTORS:
        raise Refused(ReturnCode.TOO_MANY)
    if localids and len(localids) != len(receptors):
        raise Refused(ReturnCode.LENGTHS_DIFFER)
    if not text.strip() or len(text) > _LONGEST_MESSAGE:
        raise Refused(ReturnCode.MESSAGE_INVALID)
