"""SMS by Kavenegar's REST API (https://kavenegar.com/rest.html).

Every call is `{base}/v1/{key}/sms/{method}.json` and answers
`{"return": {"status", "message"}, "entries": [...]}`. The key is part of the address: an address
is never logged.
"""

from __future__ import annotations

import http.client
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.channels.connections import Connections, has_hung_up

PROVIDER = "kavenegar"
DONE = 200

#: Return codes whose cause lies in the message or its address: trying again changes nothing.
LASTING = {
    400: "message_refused",
    406: "message_refused",
    411: "invalid_number",
    413: "message_refused",
    414: "message_refused",
    417: "message_refused",
    419: "message_refused",
    422: "message_refused",
}
#: Return codes whose cause lies in our account or the provider's servers: others fare the same.
CLOSED = {
    401: "account_refused",
    403: "account_refused",
    404: "account_refused",
    405: "account_refused",
    407: "account_refused",
    409: "provider_busy",
    412: "account_refused",
    416: "account_refused",
    418: "no_credit",
    420: "account_refused",
    426: "account_refused",
    427: "account_refused",
    429: "provider_busy",
    451: "provider_busy",
    501: "account_refused",
}
#: 402, "the operation failed", and codes that are new to us.
UNSPECIFIED = "provider_error"

#: States that a message ends in: None when it arrived. 1, 2, 4 and 5 are on the way; 100 says that
#: the provider does not, or no longer, know the message.
ENDED: dict[int, str | None] = {
    6: "undelivered",
    10: None,
    11: "undelivered",
    13: "cancelled",
    14: "blocked_by_recipient",
}
_UNKNOWN_MESSAGE = 100
#: Ids in one question about states.
MOST_STATES = 500
_LONGEST_ANSWER = 4 * 1024 * 1024
_SERVER_FAULT = 500
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class Kavenegar:
    """One account at Kavenegar, over a few kept connections."""

    def __init__(
        self, *, url: str, key: str, sender: str = "", connections: int = 8, seconds: float = 10.0
    ) -> None:
        self._address = urlsplit(url)
        self._path = f"{self._address.path.rstrip('/')}/v1/{key}/sms"
        self._sender = sender
        self._seconds = seconds
        self._connections = Connections(self._connect, _close, most=connections)
        self.width = connections

    def send(self, outgoing: Outgoing) -> Taken:
        """Hand one SMS over; raises NotTaken.

        After an attempt without an answer the provider is asked first whether it has the message.
        """
        localid = local_id(outgoing.id)
        if outgoing.in_doubt and (known := self._find(localid)) is not None:
            return Taken(PROVIDER, known)
        form = {
            "receptor": national(outgoing.address),
            "message": outgoing.text,
            "localid": str(localid),
        }
        if self._sender:
            form["sender"] = self._sender
        entries = self._ask("send", form)
        return Taken(PROVIDER, str(entries[0]["messageid"]) if entries else None)

    def states(self, references: Sequence[str]) -> dict[str, int]:
        """Give the states of messages by the provider's ids; raises NotTaken."""
        entries = self._ask("status", {"messageid": ",".join(references[:MOST_STATES])})
        return {str(entry["messageid"]): int(entry["status"]) for entry in entries}

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._connections.close()

    def _find(self, localid: int) -> str | None:
        entries = self._ask("statuslocalmessageid", {"localid": str(localid)})
        for entry in entries:
            if int(entry["status"]) != _UNKNOWN_MESSAGE and entry.get("messageid"):
                return str(entry["messageid"])
        return None

    def _ask(self, method: str, form: dict[str, str]) -> list[dict[str, Any]]:
        body = urlencode(form).encode()
        try:
            with self._connections.borrow(_is_alive) as connection:
                connection.request("POST", f"{self._path}/{method}.json", body, _FORM)
                response = connection.getresponse()
                answer = response.read(_LONGEST_ANSWER)
                if response.will_close:
                    connection.close()
        except TimeoutError as error:
            raise NotTaken("timeout", closed=True) from error
        except (OSError, http.client.HTTPException) as error:
            raise NotTaken("unreachable", closed=True) from error
        return entries_of(answer, response.status)

    def _connect(self) -> http.client.HTTPConnection:
        secure = self._address.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(self._address.hostname or "", self._address.port, timeout=self._seconds)


def entries_of(answer: bytes, status: int) -> list[dict[str, Any]]:
    """Read an answer; raises NotTaken for any return code but 200."""
    try:
        body = msgspec.json.decode(answer)
        code = int(body["return"]["status"])
        entries = body.get("entries") or []
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError, ValueError):
        # No answer of the API: of a proxy in front of it, say.
        raise NotTaken(UNSPECIFIED, closed=status >= _SERVER_FAULT) from None
    if code == DONE:
        return list(entries)
    if code in LASTING:
        raise NotTaken(LASTING[code], lasting=True)
    if code in CLOSED:
        raise NotTaken(CLOSED[code], closed=True)
    raise NotTaken(UNSPECIFIED, closed=status >= _SERVER_FAULT)


def local_id(delivery: str) -> int:
    """Give a delivery's id as the provider wants it: a positive 63-bit number."""
    return int(delivery, 16) & (2**63 - 1) or 1


def national(number: str) -> str:
    """Give an E.164 number as Iranian gateways take it: 09..., and 00... for other countries."""
    if number.startswith("+98"):
        return "0" + number[3:]
    return "00" + number[1:] if number.startswith("+") else number


def _is_alive(connection: http.client.HTTPConnection) -> bool:
    return connection.sock is None or not has_hung_up(connection.sock)


def _close(connection: http.client.HTTPConnection) -> None:
    connection.close()
