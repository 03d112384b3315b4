"""What comes by SMTP is kept, and shown by HTTP."""

import asyncio
import email.policy
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from http import HTTPStatus

from aiohttp import web

from deploy.local.mail_sink.smtp import SmtpConnection
from deploy.local.ports import HOST
from deploy.local.sinks import Desk, Kept, Manners

#: Parsing takes the time in which mails could come: nobody is shown more at once.
_MOST_SHOWN = 1000


@dataclass(frozen=True)
class Mail:
    """One mail as it came; parsed only when somebody looks."""

    sender: str
    recipients: list[str]
    raw: bytes
    received_at: datetime

    def is_to(self, address: str) -> bool:
        return address.lower() in (recipient.lower() for recipient in self.recipients)

    @property
    def message_id(self) -> str:
        return str(BytesHeaderParser().parsebytes(self.raw)["message-id"])

    def as_json(self) -> dict[str, object]:
        parsed = BytesParser(policy=email.policy.default).parsebytes(self.raw)
        return {
            "message_id": parsed["message-id"],
            "from": self.sender,
            "to": self.recipients,
            "subject": parsed["subject"],
            "text": _part(parsed, "plain"),
            "html": _part(parsed, "html"),
            "headers": {name.lower(): str(value) for name, value in parsed.items()},
            "received_at": self.received_at.isoformat(),
        }


def _part(mail: "EmailMessage[str, str]", kind: str) -> str | None:
    body = mail.get_body(preferencelist=(kind,))
    return None if body is None else body.get_content()


class MailSink:
    def __init__(self, smtp_port: int) -> None:
        self._smtp_port = smtp_port
        self._mails: Kept[Mail] = Kept()
        self._manners = Manners()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/messages", self._list),
                web.get("/message-ids", self._list_ids),
                web.get("/count", self._count),
                web.delete("/messages", self._forget),
                *Desk(self._manners).routes(),
            ]
        )
        app.cleanup_ctx.append(self._receiving)
        return app

    async def _receiving(self, _app: web.Application) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(
            lambda: SmtpConnection(self._take), HOST, self._smtp_port
        )
        yield
        server.close()

    async def _take(self, sender: str, recipients: list[str], raw: bytes) -> str:
        refusal = await self._manners.next_refusal()
        if refusal is not None:
            return f"{refusal} told to refuse"
        self._mails.add(Mail(sender, recipients, raw, datetime.now(UTC)), len(raw))
        return f"250 kept as {self._mails.received}"

    async def _list(self, request: web.Request) -> web.Response:
        to = request.query.get("to")
        wanted = [mail for mail in self._mails if to is None or mail.is_to(to)]
        return web.json_response([mail.as_json() for mail in wanted[-_MOST_SHOWN:]])

    async def _list_ids(self, _request: web.Request) -> web.Response:
        return web.json_response([mail.message_id for mail in self._mails])

    async def _count(self, _request: web.Request) -> web.Response:
        return web.json_response({"received": self._mails.received})

    async def _forget(self, _request: web.Request) -> web.Response:
        self._mails.clear()
        return web.Response(status=HTTPStatus.NO_CONTENT)
