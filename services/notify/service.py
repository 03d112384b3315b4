"""The notify service: which event leads to which notice, and what it can be asked."""

from __future__ import annotations

from datetime import timedelta

from chassis.bus.entrypoints import subscribe
from chassis.calls.call import Call
from chassis.calls.client import ServiceClient
from chassis.calls.entrypoints import command, query
from chassis.errors import Conflict, FieldFault, Forbidden, Invalid, NotFound, Unavailable
from chassis.journal import Aggregates
from chassis.lease import Lease
from chassis.runtime import Config
from chassis.timers import background, due, every
from contracts.calls.base import Nothing
from contracts.calls.notify import (
    AcknowledgeDelivery,
    AddDevice,
    DefineNotices,
    DeliveryView,
    Devices,
    DeviceView,
    FollowLink,
    GetDeliveries,
    GetUnitDeliveries,
    Linked,
    NoticesView,
    ReadLink,
    Receipt,
    RecordReceipt,
    RemoveDevice,
    RetryDelivery,
    SendingTrial,
    SendTrial,
)
from contracts.intake import RequesterCodeAsked, TicketMessageReceived, TicketRegistered
from contracts.routing import (
    TicketAnswered,
    TicketApprovalAsked,
    TicketApprovalGiven,
    TicketAssigned,
    TicketChased,
    TicketDeclined,
    TicketDone,
    TicketEscalated,
    TicketFinished,
    TicketFollowed,
    TicketHandedOff,
    TicketHeard,
    TicketMentioned,
    TicketMerged,
    TicketMoved,
    TicketNoticeAsked,
    TicketPartnerHeard,
    TicketPartnerWritten,
    TicketReopened,
    TicketSentBack,
    TicketSentOut,
    TicketTakenBack,
    TicketTakenIn,
    TicketTaskAssigned,
    TicketUnfollowed,
    TicketUnitAsked,
    TicketUnitReplied,
    TicketWaiting,
    TicketWithdrawn,
    TicketWoken,
    UnitOvercommitted,
    UnitRelieved,
)
from contracts.sla import SlaBreached, SlaForetold, SlaOverdue, SlaWarned
from services.notify import following, handlers, loads, partners
from services.notify.channels import NotTaken, outside
from services.notify.channels.kavenegar import PROVIDER
from services.notify.channels.push import is_device
from services.notify.domain import corrections
from services.notify.domain.acknowledging import Acknowledge, acknowledge
from services.notify.domain.attempts import send_again
from services.notify.domain.deliveries import LEDGER, PERSON, Delivery, Ledger, index
from services.notify.domain.ladders import climb
from services.notify.partners import beside
from services.notify.reference import Circumstances
from services.notify.repository import INDEXES
from services.notify.sending.sender import Sender, sending
from services.notify.settings import NotifySettings
from services.notify.webhooks.door import WebhookCalls

_RECEIPT_SECONDS = 60


class NotifyService(WebhookCalls):
    """Wiring only."""

    name = "notify"

    ledgers = Aggregates(
        LEDGER,
        collection="tickets",
        index=index,
        indexes=INDEXES,
        opened_by="intake",
        streams=("", "unit:", "webhook:", "requester:"),
        listed_later=True,
    )
    settings = Config(NotifySettings)
    intake = ServiceClient("intake")
    routing = ServiceClient("routing")
    sla = ServiceClient("sla")
    circumstances = Circumstances(sla="sla")
    sender = Sender(
        ledgers="ledgers",
        settings="settings",
        intake="intake",
        routing="routing",
        circumstances="circumstances",
    )

    on_ticket_registered = subscribe(TicketRegistered, handlers.send_code)
    on_requester_code_asked = subscribe(RequesterCodeAsked, handlers.bring_code)
    on_ticket_message_received = subscribe(
        TicketMessageReceived, following.telling("messages", handlers.pass_message_on)
    )
    on_ticket_assigned = subscribe(TicketAssigned, beside(handlers.tell_of_assignment))
    on_ticket_escalated = subscribe(TicketEscalated, handlers.tell_of_escalation)
    on_ticket_waiting = subscribe(
        TicketWaiting, beside(following.telling("states", handlers.ask_requester))
    )
    on_ticket_answered = subscribe(
        TicketAnswered, beside(following.telling("answers", handlers.bring_answer))
    )
    on_ticket_done = subscribe(TicketDone, beside(following.telling("states", handlers.tell_done)))
    on_ticket_sent_back = subscribe(TicketSentBack, beside(handlers.tell_sent_back))
    on_ticket_finished = subscribe(
        TicketFinished, beside(following.telling("states", handlers.tell_finished))
    )
    on_ticket_declined = subscribe(
        TicketDeclined, beside(following.telling("states", handlers.tell_declined))
    )
    on_ticket_reopened = subscribe(
        TicketReopened, beside(following.telling("states", handlers.tell_reopened))
    )
    on_ticket_withdrawn = subscribe(
        TicketWithdrawn, beside(following.telling("states", handlers.tell_withdrawn))
    )
    on_ticket_merged = subscribe(TicketMerged, beside(handlers.tell_merged))
    on_ticket_heard = subscribe(TicketHeard, handlers.tell_heard)
    on_ticket_unit_asked = subscribe(TicketUnitAsked, handlers.tell_asked)
    on_ticket_unit_replied = subscribe(TicketUnitReplied, handlers.tell_replied)
    on_ticket_chased = subscribe(TicketChased, handlers.tell_chased)
    on_ticket_mentioned = subscribe(TicketMentioned, handlers.tell_mentioned)
    on_ticket_woken = subscribe(TicketWoken, handlers.tell_woken)
    on_ticket_followed = subscribe(TicketFollowed, following.begin)
    on_ticket_unfollowed = subscribe(TicketUnfollowed, following.end)
    on_ticket_moved = subscribe(TicketMoved, beside(handlers.tell_of_step))
    on_ticket_notice_asked = subscribe(TicketNoticeAsked, handlers.pass_notice_on)
    on_ticket_approval_asked = subscribe(TicketApprovalAsked, handlers.ask_for_consent)
    on_ticket_approval_given = subscribe(TicketApprovalGiven, handlers.ask_for_consent)
    on_ticket_task_assigned = subscribe(TicketTaskAssigned, handlers.tell_of_task)
    on_ticket_handed_off = subscribe(TicketHandedOff, beside(partners.nothing))
    on_ticket_sent_out = subscribe(TicketSentOut, partners.hand_over)
    on_ticket_partner_written = subscribe(TicketPartnerWritten, partners.write_to_partner)
    on_ticket_partner_heard = subscribe(TicketPartnerHeard, partners.pass_on)
    on_ticket_taken_back = subscribe(TicketTakenBack, partners.take_back)
    on_ticket_taken_in = subscribe(TicketTakenIn, partners.accept)
    on_unit_overcommitted = subscribe(UnitOvercommitted, loads.warn)
    on_unit_relieved = subscribe(UnitRelieved, loads.ease)
    on_sla_warned = subscribe(SlaWarned, handlers.warn)
    on_sla_breached = subscribe(SlaBreached, handlers.sound_alarm)
    on_sla_overdue = subscribe(SlaOverdue, handlers.sound_alarm)
    on_sla_foretold = subscribe(SlaForetold, corrections.correct)

    on_due = due(climb, in_a_hurry=False)

    @sending("sender", 0.1)
    def send(self, lease: Lease) -> None:
        """Send what is owed."""
        self.sender.courier.run(lease)

    @background("figures", pause=1)
    def show_owed(self, _lease: Lease) -> None:
        """Tell operators what is to be sent."""
        self.sender.owed.refresh()

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

    @query
    def unit_deliveries(self, request: GetUnitDeliveries, call: Call) -> list[DeliveryView]:
        """Give what was owed about a unit, oldest first; to its own people, and who sees all."""
        if call.require("ticket.assign") != "all" and call.identity.unit != request.unit:
            raise Forbidden("unit_out_of_reach", unit=request.unit)
        stream = f"unit:{request.unit}"
        ledger = self.ledgers.state(stream) or Ledger()
        return [view(stream, delivery) for delivery in ledger.deliveries.values()]

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

    # -- taking note -----------------------------------------------------------------------------

    @command
    def acknowledge_delivery(self, request: AcknowledgeDelivery, call: Call) -> DeliveryView:
        """Record that the caller has taken note; may he see the ticket, the gateway asks."""
        call.require("ticket.read")
        wish = Acknowledge(delivery=request.delivery, how="api", by=call.identity.subject)
        outcome = self.ledgers.execute(request.code, acknowledge, wish, call)
        return view(request.code, outcome.state.deliveries[request.delivery])

    @query
    def linked(self, request: ReadLink, _call: Call) -> Linked:
        """Tell whether the message that a link stands in has been acknowledged."""
        _code, delivery = self._linked(request.token)
        return Linked(acknowledged_at=delivery.acknowledged_at)

    @command
    def acknowledge_by_link(self, request: FollowLink, call: Call) -> Linked:
        """Record that who was sent the link has taken note."""
        code, delivery = self._linked(request.token)
        wish = Acknowledge(delivery=delivery.id, how="link")
        outcome = self.ledgers.execute(code, acknowledge, wish, call)
        return Linked(acknowledged_at=outcome.state.deliveries[delivery.id].acknowledged_at)

    def _linked(self, token: str) -> tuple[str, Delivery]:
        target = self.sender.links.read(token)
        if target is not None:
            ledger = self.ledgers.state(target.code) or Ledger()
            for delivery in ledger.deliveries.values():
                if delivery.id.startswith(target.delivery) and delivery.ladder is not None:
                    return target.code, delivery
        raise NotFound("link_unknown")

    # -- devices ---------------------------------------------------------------------------------

    @query
    def devices(self, _request: Nothing, call: Call) -> Devices:
        """Give the caller's devices, and what his browser subscribes with."""
        person = _person(call)
        found = self.sender.devices.of([person]).get(person, [])
        key = self.sender.vapid.public if self.sender.vapid else None
        return Devices(key=key, items=[device.view() for device in found])

    @command
    def add_device(self, request: AddDevice, call: Call) -> DeviceView:
        """Push to one more browser of the caller's."""
        person = _person(call)
        if self.sender.vapid is None:
            raise Conflict("push_not_set_up")
        if not is_device(request.p256dh, request.auth):
            raise _device_fault("p256dh", "device_key_invalid")
        try:
            outside.place_of(request.endpoint, self.settings.push_inside)
        except outside.OutOfBounds:
            raise _device_fault("endpoint", "endpoint_not_allowed") from None
        return self.sender.devices.add(person, request, call.now).view()

    @command
    def remove_device(self, request: RemoveDevice, call: Call) -> list[DeviceView]:
        """Push to one of the caller's browsers no more."""
        person = _person(call)
        self.sender.devices.remove(person, request.id)
        found = self.sender.devices.of([person]).get(person, [])
        return [device.view() for device in found]

    # -- trying channels -------------------------------------------------------------------------

    @query
    def sending_trials(self, _request: Nothing, call: Call) -> list[SendingTrial]:
        """Give how the last test message by each channel went."""
        call.require("admin.change")
        return self.sender.trying.last()

    @command
    def send_trial(self, request: SendTrial, call: Call) -> SendingTrial:
        """Hand a test message over at once."""
        call.require("admin.change")
        return self.sender.trying.send(request, call)

    # -- how much is told ------------------------------------------------------------------------

    @query
    def notices(self, _request: Nothing, call: Call) -> NoticesView:
        """Give the policy that holds."""
        call.require("admin.change")
        newest = self.circumstances.policies.newest()
        return NoticesView(version=newest.version, definition=newest.definition)

    @command
    def define_notices(self, request: DefineNotices, call: Call) -> NoticesView:
        """Publish a new version of the policy."""
        call.require("admin.change")
        published = self.circumstances.policies.publish(request.definition, call)
        self.circumstances.forget()
        return NoticesView(version=published.version, definition=published.definition)


def _person(call: Call) -> str:
    """Give the staff member who calls; raises Forbidden for anybody else."""
    if not call.identity.subject.startswith(PERSON):
        raise Forbidden("staff_only")
    return call.identity.subject


def _device_fault(field: str, code: str) -> Invalid:
    return Invalid("request_invalid", fields=[FieldFault(pointer=f"/{field}", code=code)])


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
        ladder=delivery.ladder,
        step=delivery.step,
        digest=delivery.digest,
        acknowledged_by=delivery.acknowledged_by,
        acknowledged_at=delivery.acknowledged_at,
    )
