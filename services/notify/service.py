"""The notify service: which event leads to which notice, and what it can be asked."""

from __future__ import annotations

from datetime import timedelta

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.client import ServiceClient
from chassis.calls.entrypoints import command, query
from chassis.errors import Invalid, Unavailable
from chassis.journal import Aggregates
from chassis.lease import Lease
from chassis.runtime import Config
from chassis.timers import every
from contracts.calls.notify import (
    DeliveryView,
    GetDeliveries,
    Receipt,
    RecordReceipt,
    RetryDelivery,
)
from contracts.intake import TicketMessageReceived, TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketAssigned,
    TicketDeclined,
    TicketDone,
    TicketEscalated,
    TicketFinished,
    TicketReopened,
    TicketSentBack,
    TicketWaiting,
    TicketWithdrawn,
)
from contracts.sla import SlaBreached, SlaOverdue, SlaWarned
from services.notify import handlers
from services.notify.channels import NotTaken
from services.notify.channels.kavenegar import PROVIDER
from services.notify.domain.attempts import send_again
from services.notify.domain.deliveries import LEDGER, Delivery, Ledger, index
from services.notify.repository import INDEXES
from services.notify.sending.sender import Sender, sending
from services.notify.settings import NotifySettings

_RECEIPT_SECONDS = 60


class NotifyService:
    """Wiring only."""

    name = "notify"

    ledgers = Aggregates(
        LEDGER,
        collection="tickets",
        index=index,
        indexes=INDEXES,
        opened_by="intake",
        listed_later=True,
    )
    settings = Config(NotifySettings)
    intake = ServiceClient("intake")
    routing = ServiceClient("routing")
    sender = Sender(ledgers="ledgers", settings="settings", intake="intake", routing="routing")

    on_ticket_registered = subscribe(TicketRegistered, handlers.send_code)
    on_ticket_message_received = subscribe(TicketMessageReceived, handlers.pass_message_on)
    on_ticket_assigned = subscribe(TicketAssigned, handlers.tell_of_assignment)
    on_ticket_escalated = subscribe(TicketEscalated, handlers.tell_of_escalation)
    on_ticket_waiting = subscribe(TicketWaiting, handlers.ask_requester)
    on_ticket_answered = subscribe(TicketAnswered, handlers.bring_answer)
    on_ticket_done = subscribe(TicketDone, handlers.tell_done)
    on_ticket_sent_back = subscribe(TicketSentBack, handlers.tell_sent_back)
    on_ticket_finished = subscribe(TicketFinished, handlers.tell_finished)
    on_ticket_declined = subscribe(TicketDeclined, handlers.tell_declined)
    on_ticket_reopened = subscribe(TicketReopened, handlers.tell_reopened)
    on_ticket_withdrawn = subscribe(TicketWithdrawn, handlers.tell_withdrawn)
    on_sla_warned = subscribe(SlaWarned, handlers.warn)
    on_sla_breached = subscribe(SlaBreached, handlers.sound_alarm)
    on_sla_overdue = subscribe(SlaOverdue, handlers.sound_alarm)

    @sending("sender", 0.1)
    def send(self, lease: Lease) -> None:
        """Send what is owed."""
        self.sender.courier.run(lease)

    @every(_RECEIPT_SECONDS)
    def ask_for_receipts(self) -> None:
        """Ask the SMS provider about messages it has not reported on."""
        try:
            self.sender.receipts.ask(timedelta(seconds=_RECEIPT_SECONDS))
        except NotTaken as error:
            raise Unavailable("provider_unavailable") from error

    @query
    def deliveries(self, request: GetDeliveries, call: Call) -> list[DeliveryView]:
        """Give what was owed about a ticket, oldest first; nothing of one not heard of yet."""
        call.require("ticket.read")
        ledger = self.ledgers.state(request.code) or Ledger()
        return [view(request.code, delivery) for delivery in ledger.deliveries.values()]

    @command
    def retry_delivery(self, request: RetryDelivery, call: Call) -> DeliveryView:
        """Put a message that was given up back on the list."""
        call.require("system.operate")
        outcome = self.ledgers.execute(request.code, send_again, request, call)
        return view(request.code, outcome.state.deliveries[request.delivery])

    @command
    def record_receipt(self, request: RecordReceipt, call: Call) -> Receipt:
        """Take a provider's report; the gateway vouches that the provider sent it."""
        call.require("system.operate")
        if request.provider != PROVIDER or not request.status.isdecimal():
            raise Invalid("receipt_malformed")
        return Receipt(recorded=self.sender.receipts.take(request.reference, int(request.status)))


def view(code: str, delivery: Delivery) -> DeliveryView:
    """Give a delivery as callers see it."""
    return DeliveryView(
        id=delivery.id,
        code=code,
        template=delivery.template,
        channel=delivery.channel,
        recipient=delivery.recipient,
        state=delivery.state,
        attempts=delivery.attempts,
        queued_at=delivery.queued_at,
        updated_at=delivery.updated_at,
        reason=delivery.reason,
        next_attempt_at=delivery.next_attempt_at,
        to=delivery.to,
    )
