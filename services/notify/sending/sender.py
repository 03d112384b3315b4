"""Puts the courier together from the service's settings and dependencies, and keeps it going."""

from __future__ import annotations

from chassis.late import late
from chassis.runtime import Runtime
from chassis.shown import Shown
from chassis.timers import Background
from services.notify.assembly import Assembled
from services.notify.channels.base import Channel
from services.notify.channels.kavenegar import Kavenegar
from services.notify.channels.partner import PartnerPost
from services.notify.channels.push import WebPush
from services.notify.channels.smtp import Smtp
from services.notify.channels.unset import Unset
from services.notify.channels.vapid import Vapid
from services.notify.domain.notices import EMAIL, PARTNER, PUSH, SMS
from services.notify.links import Links
from services.notify.repository import Devices, Digests, Ledgers, SendingTrials, Stops
from services.notify.sending.courier import Courier
from services.notify.sending.digests import Teller
from services.notify.sending.directory import Directory, PartnerLinks
from services.notify.sending.gathering import Gathering
from services.notify.sending.receipts import Receipts
from services.notify.sending.rendering import Renderer
from services.notify.sending.trying import Trying


class Sender(Assembled):
    """The courier and what it works with."""

    runtime = Runtime()

    def setup(self) -> None:
        """Have the indexes made before the process is ready."""
        self.runtime.before_ready(self._prepare)

    def _prepare(self) -> None:
        self.devices.make_indexes()
        self._digests.make_indexes()

    @late
    def ledgers(self) -> Ledgers:
        """The tickets' ledgers."""
        pauses = {PARTNER: self._settings.partner_retry_seconds}
        return Ledgers(self._other("ledgers"), self._settings.notice_retry_seconds, pauses)

    @late
    def courier(self) -> Courier:
        """The one who sends."""
        settings = self._settings
        circumstances = self._other("circumstances")
        asks = Directory(
            self._other("intake").caller,
            self._other("routing").caller,
            circumstances.clocks,
            self._links_of_partners,
        )
        pauses = settings.notice_retry_seconds
        teller = Teller(self._digests, self.ledgers, asks, self._renderer, pauses)
        return Courier(
            self.ledgers,
            asks,
            self._renderer,
            {SMS: self._sms, EMAIL: self._email, PUSH: self._push, PARTNER: self._partner},
            links=self.links,
            digests=Gathering(self._digests, self.ledgers, teller, circumstances.policy),
        )

    @late
    def owed(self) -> Shown:
        """What is to be sent, shown to operators."""
        return Shown(self.ledgers.figures)

    @late
    def trying(self) -> Trying:
        """The one who sends test messages."""
        channels: dict[str, Channel] = {SMS: self._sms, EMAIL: self._email}
        return Trying(channels, self._renderer, SendingTrials(self.runtime.database))

    @late
    def _renderer(self) -> Renderer:
        settings = self._settings
        return Renderer(public_url=settings.public_url, zone=settings.zone)

    @late
    def links(self) -> Links:
        """Where messages are acknowledged."""
        return Links(self.runtime.settings.keys, self._settings.public_url)

    @late
    def devices(self) -> Devices:
        """What is pushed to."""
        return Devices(self.runtime.database)

    @late
    def vapid(self) -> Vapid | None:
        """Who pushes; None where that is not set up."""
        settings = self._settings
        key = settings.push_key.get_secret_value()
        return Vapid(key, settings.push_contact) if key else None

    @late
    def _digests(self) -> Digests:
        return Digests(self.runtime.database)

    @late
    def receipts(self) -> Receipts:
        """The one who asks what became of SMS."""
        return Receipts(self._sms, self.ledgers)

    def stop(self) -> None:
        """Close the connections."""
        for name in ("_sms", "_email", "_push", "_partner"):
            if name in self.__dict__:
                self.__dict__[name].close()

    @late
    def _sms(self) -> Kavenegar:
        settings = self._settings
        return Kavenegar(
            url=settings.kavenegar_url,
            key=settings.kavenegar_key.get_secret_value(),
            sender=settings.kavenegar_sender,
            connections=settings.kavenegar_connections,
            seconds=settings.kavenegar_seconds,
        )

    @late
    def _email(self) -> Smtp:
        settings = self._settings
        return Smtp(
            url=settings.smtp_url.get_secret_value(),
            sender=settings.mail_from,
            connections=settings.smtp_connections,
            seconds=settings.smtp_seconds,
        )

    @late
    def _push(self) -> WebPush | Unset:
        settings = self._settings
        if self.vapid is None:
            return Unset()
        return WebPush(
            self.devices,
            self.vapid,
            inside=settings.push_inside,
            width=settings.push_connections,
            seconds=settings.push_seconds,
            lives_seconds=settings.push_lives_seconds,
        )

    @late
    def _links_of_partners(self) -> PartnerLinks:
        return PartnerLinks(self._other("routing").caller)

    @late
    def _partner(self) -> PartnerPost:
        settings = self._settings
        inside = (host.strip() for host in settings.partner_inside.split(","))
        return PartnerPost(
            self._links_of_partners,
            Stops(self.runtime.database),
            clock=self.ledgers.now,
            inside=frozenset(filter(None, inside)),
            width=settings.partner_connections,
            seconds=settings.partner_seconds,
        )


class Sending(Background):
    """The chassis's loop under a lease, which ends only when the courier's hands are empty.

    Otherwise the next process would send again what this one has sent and not yet recorded.
    """

    def stop(self) -> None:
        """End, and wait for what is under way; the runner limits how long."""
        super().stop()
        self.server.service.sender.courier.put_down()


sending = Sending.decorator
