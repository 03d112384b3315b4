"""The server's end of one SMTP connection, as little of RFC 5321 as senders of mail use.

aiosmtpd would do, but takes 720 us of CPU a mail where this takes 280, and the sink runs on
the cores on which registering a ticket, mail included, is measured.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import cast

LARGEST_MAIL_BYTES = 20 * 1024 * 1024
_LONGEST_LINE_BYTES = 4096
_MOST_RECIPIENTS = 1000
_END_OF_DATA = b"\r\n.\r\n"
_SENDER = re.compile(rb"FROM:\s*<([^>]*)>", re.IGNORECASE)
_RECIPIENT = re.compile(rb"TO:\s*<([^>]+)>", re.IGNORECASE)

_GREETING = b"220 mail-sink ESMTP"
_CAPABILITIES = (
    b"250-mail-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE %d"
    % LARGEST_MAIL_BYTES
)
_OK = b"250 OK"
_START_OF_DATA = b"354 end with a dot alone on a line"
_UNKNOWN = b"500 unknown command"
_WRONG_ARGUMENT = b"501 wrong argument"
_WRONG_ORDER = b"503 not now"
_TOO_MANY_RECIPIENTS = b"452 too many recipients"
_LINE_TOO_LONG = b"500 line too long"
_MAIL_TOO_LARGE = b"552 mail too large"
_BYE = b"221 bye"

# Given sender, recipients and content; returns the reply to the mail.
Take = Callable[[str, list[str], bytes], Awaitable[str]]


class SmtpConnection(asyncio.Protocol):
    """Reads commands and mails in turn; what comes while a mail is being taken waits."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._buffer = bytearray()
        self._searched = 0  # up to here the buffer holds no end of the mail
        self._in_mail = False
        self._taking: asyncio.Task[None] | None = None
        self._commands: dict[bytes, Callable[[bytes], bytes]] = {
            b"EHLO": lambda _: _CAPABILITIES,
            b"HELO": lambda _: _OK,
            b"MAIL": self._mail,
            b"RCPT": self._rcpt,
            b"DATA": self._data,
            b"RSET": self._rset,
            b"NOOP": lambda _: _OK,
        }
        self._sender: str | None = None
        self._recipients: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.Transport, transport)
        self._reply(_GREETING)

    def connection_lost(self, _reason: Exception | None) -> None:
        if self._taking is not None:
            self._taking.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()

    def _advance(self) -> None:
        while self._taking is None and not self._transport.is_closing():
            step = self._read_mail if self._in_mail else self._read_command
            if not step():
                return

    def _read_command(self) -> bool:
        """Answer one command; False when there is no whole one yet."""
        end = self._buffer.find(b"\r\n")
        if end < 0:
            if len(self._buffer) > _LONGEST_LINE_BYTES:
                self._reply_and_close(_LINE_TOO_LONG)
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        verb, _, argument = line.partition(b" ")
        verb = verb.upper()
        if verb == b"QUIT":
            self._reply_and_close(_BYE)
        elif verb in self._commands:
            self._reply(self._commands[verb](argument))
        else:
            self._reply(_UNKNOWN)
        return True

    def _read_mail(self) -> bool:
        """Take one mail; False when it has not come to its end yet."""
        end = self._buffer.find(_END_OF_DATA, self._searched)
        if max(end, len(self._buffer)) > LARGEST_MAIL_BYTES:
            self._reply_and_close(_MAIL_TOO_LARGE)
            return False
        if end < 0:
            self._searched = max(0, len(self._buffer) - len(_END_OF_DATA))
            return False
        # Two bytes that `_data` put there, and the dot that senders double at a line's beginning.
        content = bytes(self._buffer[2:end]).replace(b"\r\n..", b"\r\n.")
        del self._buffer[: end + len(_END_OF_DATA)]
        self._in_mail = False
        self._taking = asyncio.ensure_future(self._take_and_reply(content))
        return True

    async def _take_and_reply(self, content: bytes) -> None:
        reply = await self._take(self._sender or "", self._recipients, content)
        self._forget_envelope()
        self._reply(reply.encode())
        self._taking = None
        self._advance()

    def _mail(self, argument: bytes) -> bytes:
        sender = _SENDER.match(argument)
        if sender is None:
            return _WRONG_ARGUMENT
        self._forget_envelope()
        self._sender = sender[1].decode(errors="replace")
        return _OK

    def _rcpt(self, argument: bytes) -> bytes:
        recipient = _RECIPIENT.match(argument)
        if self._sender is None:
            return _WRONG_ORDER
        if recipient is None:
            return _WRONG_ARGUMENT
        if len(self._recipients) >= _MOST_RECIPIENTS:
            return _TOO_MANY_RECIPIENTS
        self._recipients.append(recipient[1].decode(errors="replace"))
        return _OK

    def _data(self, _argument: bytes) -> bytes:
        if not self._recipients:
            return _WRONG_ORDER
        self._in_mail = True
        # As if a line had ended before, so that a mail that begins with its end ends as others.
        self._buffer[:0] = b"\r\n"
        self._searched = 0
        return _START_OF_DATA

    def _rset(self, _argument: bytes) -> bytes:
        self._forget_envelope()
        return _OK

    def _forget_envelope(self) -> None:
        self._sender = None
        self._recipients = []

    def _reply(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")

    def _reply_and_close(self, line: bytes) -> None:
        self._reply(line)
        self._transport.close()
