"""Keys by which outside systems come in."""

from contracts.envelope import Event, event


@event("key.changed", by="routing")
class KeyChanged(Event):
    """A system's key was made, got another secret or was revoked; stream `key:{id}`."""

    active: bool
    rights: list[str]
    #: Names of what is another now; `secret` says no more than that.
    fields: list[str]
