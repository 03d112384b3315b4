"""The ways out: one module per provider. They know addresses and words, nothing of tickets."""

from services.notify.channels.base import Channel, NotTaken, Outgoing, Taken

__all__ = ["Channel", "NotTaken", "Outgoing", "Taken"]
