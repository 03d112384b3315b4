"""Ending on Ctrl-C or SIGTERM, once and in order."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

_ENDINGS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def until_told_to_end() -> Iterator[None]:
    """Run the block until it is done or a signal asks for the end, then leave it quietly.

    Only the first signal counts: the second Ctrl-C of an impatient person must not interrupt the
    stopping of what would then be left behind.
    """
    for ending in _ENDINGS:
        signal.signal(ending, _leave)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
