"""Test messages: whether a channel is set up is seen at once, not with the first ticket.

They go past the ledgers, for they are about no ticket; that one was sent is kept, not to whom.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from chassis.calls.call import Call
from chassis.errors import FieldFault, Invalid
from contracts import addresses
from contracts.calls.notify import SendingTrial, SendTrial
from services.notify.channels.base import Channel, NotTaken, Outgoing
from services.notify.domain.notices import SMS
from services.notify.repository import SendingTrials
from services.notify.sending.rendering import Renderer

_TEMPLATE = "trial"
UNDER_WAY = "under_way"


class Trying:
    """Hands test messages over, each once per command."""

    def __init__(
        self, channels: Mapping[str, Channel], renderer: Renderer, trials: SendingTrials
    ) -> None:
        self._channels = channels
        self._renderer = renderer
        self._trials = trials

    def last(self) -> list[SendingTrial]:
        """Give how the last trial of each channel went."""
        return self._trials.last()

    def send(self, request: SendTrial, call: Call) -> SendingTrial:
        """Hand a message over and tell what the provider said; raises Invalid."""
        outgoing = self._outgoing(request, call)
        channel, cause = request.channel, call.cause
        known = self._trials.of(channel, cause)
        if known is not None:
            return known
        self._trials.keep(channel, cause, call.now, UNDER_WAY)
        try:
            self._channels[channel].send(outgoing)
        except NotTaken as refusal:
            return self._trials.keep(channel, cause, call.now, refusal.code)
        return self._trials.keep(channel, cause, call.now, None)

    def _outgoing(self, request: SendTrial, call: Call) -> Outgoing:
        read = addresses.mobile if request.channel == SMS else addresses.email
        address = read(request.address)
        if address is None:
            code = "mobile_invalid" if request.channel == SMS else "email_invalid"
            raise Invalid("request_invalid", fields=[FieldFault(pointer="/address", code=code)])
        said = self._renderer.render(_TEMPLATE, request.channel, request.language, {})
        return Outgoing(
            id=hashlib.sha256(call.cause.encode()).hexdigest()[:32],
            address=address,
            name="",
            language=request.language,
            text=said.text,
            subject=said.subject,
            html=said.html,
        )
