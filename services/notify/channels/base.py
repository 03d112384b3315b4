"""What every way out has in common."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from contracts.notify import ToDevice


class Outgoing(NamedTuple):
    """A message about to be handed over. The id is the delivery's: the same at every attempt."""

    id: str
    address: str
    name: str
    language: str
    text: str
    subject: str = ""
    html: str = ""
    #: An earlier attempt ended without an answer: the provider may have the message already.
    in_doubt: bool = False
    #: Where it can be acknowledged, or seen.
    link: str = ""


class Taken(NamedTuple):
    """The provider has the message, under a reference of its own where it gives one."""

    provider: str
    reference: str | None = None
    #: What each of the reader's devices did with it.
    devices: tuple[ToDevice, ...] = ()


class NotTaken(Exception):
    """Raised when a provider did not take a message; `code` is one of a small set."""

    def __init__(
        self,
        code: str,
        *,
        lasting: bool = False,
        closed: bool = False,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(code)
        #: Seconds for which the other side asks to be let alone.
        self.retry_after = retry_after
        self.code = code
        #: Another attempt cannot go better: the fault is in the message or its address.
        self.lasting = lasting
        #: The fault is not in this message: others would fare the same now.
        self.closed = closed


class Channel(Protocol):
    """A provider's adapter; safe to use from several green threads."""

    #: How many messages it can hand over at the same time.
    width: int

    def send(self, outgoing: Outgoing) -> Taken:
        """Hand one message over; raises NotTaken."""
        ...


#: Codes after which nobody knows whether the provider has the message.
IN_DOUBT = frozenset({"timeout", "unreachable"})
