"""The pass with which an operator lets somebody make an installation's first administrator.

Whoever has the keys of the calls makes one (`peygir setup`); nothing is stored. It opens one
command of routing, which refuses as soon as somebody administers.
"""

from collections.abc import Sequence
from typing import Final

from chassis.errors import Unauthenticated
from chassis.identity import Identity, Signer

#: The role that the pass gives.
FOUNDER: Final = "founder"
_FOUNDER: Final = Identity(subject="system:setup", role=FOUNDER)


def setup_pass(keys: Sequence[str], *, now: float, seconds: float = 3600.0) -> str:
    """Give a pass that is good for some seconds."""
    return Signer(keys).sign(_FOUNDER, now=now, seconds=seconds)


def founder_of(given: str, keys: Sequence[str], *, now: float) -> Identity:
    """Give who makes the first administrator; raises Unauthenticated for anything but a pass.

    A pass of a call, which is signed with the same keys, is none.
    """
    try:
        identity = Signer(keys).verify(given, now=now)
    except Unauthenticated:
        raise Unauthenticated("setup_pass_invalid") from None
    if identity != _FOUNDER:
        raise Unauthenticated("setup_pass_invalid")
    return identity
