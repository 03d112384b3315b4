"""What reached people: read at the outside ends, the SMS provider's and the mail server's."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.faults.api import fetch, wait_for

_SECONDS = 180.0


@dataclass
class Notices:
    """How many messages arrived, and which ones not or more than once."""

    sent: int = 0
    #: Tickets about which their requester was told nothing.
    missing: int = 0
    repeated: int = 0
    #: How often the most repeated message was repeated.
    most_repeats: int = 0


def count(sms_provider: str, mail_sink: str, codes: Collection[str]) -> Notices:
    """Wait until every requester has his code, then count what came missing or again."""
    found = Notices()
    texts: list[dict[str, Any]] = []

    def all_told() -> bool:
        texts[:] = fetch(f"{sms_provider}/messages")
        told = " ".join({_digits(message["message"]) for message in texts})
        found.missing = sum(code not in told for code in codes)
        return not found.missing

    with contextlib.suppress(TimeoutError):
        wait_for("notices", all_told, _SECONDS, pause=2)
    times = Counter(str(message["localid"]) for message in texts)
    times += Counter(fetch(f"{mail_sink}/message-ids"))
    found.sent = len(times)
    found.repeated = times.total() - found.sent
    found.most_repeats = max(times.values(), default=1) - 1
    return found


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdigit())
