"""Waiting for something to become true, with an end."""

import http.client
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 2.0


class NotInTime(Exception):
    """Raised when something, or each of several named things, did not come within its time."""

    def __init__(self, seconds: float, what: str, missing: Sequence[str] = ()) -> None:
        super().__init__(f"waited {seconds:g} s in vain for {what}")
        self.missing = missing


def wait_until(
    condition: Callable[[], object],
    *,
    seconds: float,
    what: str,
    still: Callable[[], None] = lambda: None,
) -> float:
    """Wait until the condition holds and return the seconds that it took.

    `still` is called between looks and raises when there is nothing left to wait for.
    """
    start = time.monotonic()
    while not condition():
        still()
        if time.monotonic() - start > seconds:
            raise NotInTime(seconds, what)
        time.sleep(_PAUSE_SECONDS)
    return time.monotonic() - start


def wait_for_all(
    checks: Mapping[str, Callable[[], bool]],
    *,
    seconds: float,
    told: Callable[[str, float], None] = lambda _name, _seconds: None,
) -> dict[str, float]:
    """Wait for each of several things at once and return how long each took.

    `told` hears of each as it comes.
    """
    start = time.monotonic()
    took: dict[str, float] = {}

    def look_at_the_rest() -> bool:
        for name in checks.keys() - took.keys():
            if checks[name]():
                took[name] = time.monotonic() - start
                told(name, took[name])
        return len(took) == len(checks)

    try:
        wait_until(look_at_the_rest, seconds=seconds, what="all of them")
    except NotInTime:
        missing = sorted(checks.keys() - took.keys())
        raise NotInTime(seconds, ", ".join(missing), missing) from None
    return took


def accepts(host: str, port: int) -> bool:
    """Tell whether somebody listens there."""
    try:
        socket.create_connection((host, port), timeout=_ANSWER_SECONDS).close()
    except OSError:
        return False
    return True


def answers_ok(url: str) -> bool:
    """Tell whether an HTTP GET of the address answers 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
