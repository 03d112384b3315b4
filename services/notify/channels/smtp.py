"""E-mail by SMTP, over a few kept connections."""

from __future__ import annotations

import smtplib
import ssl
from email.utils import parseaddr
from functools import cached_property
from urllib.parse import unquote, urlsplit

from services.notify.channels import letter
from services.notify.channels.base import NotTaken, Outgoing, Taken
from services.notify.channels.connections import Connections, has_hung_up

PROVIDER = "smtp"
_OK = 250
_GO_ON = 354
_CLOSING = 421
_FINAL = 500
_RECIPIENT_OK = frozenset({250, 251})


class Smtp:
    """One mail server: `smtp://`, `smtp+starttls://` or `smtps://`, with user and password."""

    def __init__(
        self, *, url: str, sender: str, connections: int = 2, seconds: float = 20.0
    ) -> None:
        self._server = urlsplit(url)
        self._sender_name, self._sender = parseaddr(sender)
        if not letter.is_address(self._sender):
            raise ValueError("PEYGIR_MAIL_FROM is no e-mail address")
        self._domain = self._sender.partition("@")[2]
        self._seconds = seconds
        self._connections = Connections(self._connect, smtplib.SMTP.close, most=connections)
        self.width = connections

    def send(self, outgoing: Outgoing) -> Taken:
        """Hand one letter over; raises NotTaken."""
        if not letter.is_address(outgoing.address):
            raise NotTaken("invalid_address", lasting=True)
        body = letter.encode(
            letter.Letter(
                message_id=f"<{outgoing.id}@{self._domain}>",
                sender=self._sender,
                sender_name=self._sender_name,
                address=outgoing.address,
                name=outgoing.name,
                language=outgoing.language,
                subject=outgoing.subject,
                text=outgoing.text,
                html=outgoing.html,
            )
        )
        try:
            with self._connections.borrow(_is_alive) as server:
                refusal = self._hand_over(server, outgoing.address, body)
        except TimeoutError as error:
            raise NotTaken("timeout", closed=True) from error
        except _Closing as error:
            raise NotTaken("provider_busy", closed=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken("unreachable", closed=True) from error
        if refusal is not None:
            raise refusal
        return Taken(PROVIDER)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._connections.close()

    def _hand_over(self, server: smtplib.SMTP, address: str, body: bytes) -> NotTaken | None:
        """Give why the server did not take the letter; the connection stays good.

        A server that bears it (RFC 2920, nearly all do) is told sender, recipient and that a letter
        follows in one go: two round trips a letter instead of four.
        """
        if server.has_extn("pipelining"):
            return self._in_one_go(server, address, body)
        code, _ = server.mail(self._sender)
        if code != _OK:
            return _refused(server, code, "sender_refused", closed=True)
        code, _ = server.rcpt(address)
        if code not in _RECIPIENT_OK:
            return _refused(server, code, "mailbox_refused")
        code, _ = server.data(body)
        if code != _OK:
            return _refused(server, code, "message_refused")
        return None

    def _in_one_go(self, server: smtplib.SMTP, address: str, body: bytes) -> NotTaken | None:
        server.send(f"MAIL FROM:<{self._sender}>\r\nRCPT TO:<{address}>\r\nDATA\r\n")
        sender, recipient, start = (_reply(server) for _ in range(3))
        if sender != _OK or recipient not in _RECIPIENT_OK:
            if start == _GO_ON:
                # It waits for a letter all the same; none has an end, too.
                server.send(".\r\n")
                _reply(server)
            if sender != _OK:
                return _refused(server, sender, "sender_refused", closed=True)
            return _refused(server, recipient, "mailbox_refused")
        code = start
        if start == _GO_ON:
            server.send(body.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            code = _reply(server)
        return None if code == _OK else _refused(server, code, "message_refused")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Reading the certificate authorities costs milliseconds: once is enough."""
        return ssl.create_default_context()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.hostname or "", self._server.port or 0
        if self._server.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, local_hostname=self._domain, timeout=self._seconds, context=self._tls
            )
        else:
            server = smtplib.SMTP(host, port, local_hostname=self._domain, timeout=self._seconds)
        if self._server.scheme == "smtp+starttls":
            server.starttls(context=self._tls)
        server.ehlo_or_helo_if_needed()
        if self._server.username:
            server.login(unquote(self._server.username), unquote(self._server.password or ""))
        return server


class _Closing(Exception):
    """Raised when a server says that it is about to close the connection."""


def _reply(server: smtplib.SMTP) -> int:
    code, _ = server.getreply()
    if code == _CLOSING:
        raise _Closing
    return code


def _refused(server: smtplib.SMTP, code: int, why: str, *, closed: bool = False) -> NotTaken:
    """Make a refusal of a reply: 5xx is final for a letter, 4xx asks for patience."""
    if code == _CLOSING:
        server.close()
        return NotTaken("provider_busy", closed=True)
    server.rset()
    if code >= _FINAL:
        return NotTaken(why, lasting=not closed, closed=closed)
    return NotTaken("provider_busy")


def _is_alive(server: smtplib.SMTP) -> bool:
    return server.sock is not None and not has_hung_up(server.sock)
