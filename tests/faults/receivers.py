"""Receivers of webhooks that misbehave by script, and what is made of all that came to them."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import standardwebhooks

from deploy.local.ports import PortBlock
from tests.faults.api import fetch, wait_for
from tests.receiver import CUT, HANG

ROOT = Path(__file__).parents[2]
TAKEN, GONE, BUSY = 200, 410, 429
RETRY_AFTER = 1
#: How a receiver in trouble answers, and how often each.
TROUBLES: Mapping[int, int] = {TAKEN: 40, 500: 16, 503: 12, BUSY: 12, 302: 10, CUT: 6, HANG: 4}
_STARTED_SECONDS = 30.0

Answer = tuple[int, dict[str, str]]


class Receivers:
    """A process that answers posts; a context manager."""

    def __init__(self) -> None:
        self._block = PortBlock(["receiver"])

    def __enter__(self) -> Self:
        port = self._block.ports["receiver"]
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.receiver", str(port)], cwd=ROOT
        )
        wait_for("the receivers", self._answers, _STARTED_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._block.release()

    def address(self, name: str) -> str:
        """Give where a webhook is to post to."""
        return f"{self.url}/hook/{name}"

    def script(self, name: str, answers: Sequence[Answer]) -> None:
        """Have one answer so, the last way for ever."""
        body = json.dumps(answers).encode()
        request = urllib.request.Request(f"{self.url}/script/{name}", body, method="PUT")  # noqa: S310 - one of ours
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310

    def got(self, name: str) -> list[dict[str, Any]]:
        """Give every post that came to one, in its order."""
        found: list[dict[str, Any]] = fetch(f"{self.url}/got/{name}")
        return found

    def _answers(self) -> bool:
        try:
            return self.got("nobody") == []
        except OSError:
            return False


def troubled(chance: random.Random, posts: int, elsewhere: str) -> list[Answer]:
    """Give a script of so many answers in every way, and fine ones for ever after."""
    more = {BUSY: {"Retry-After": str(RETRY_AFTER)}, 302: {"Location": elsewhere}}
    drawn = chance.choices([*TROUBLES], weights=[*TROUBLES.values()], k=posts)
    return [*((status, more.get(status, {})) for status in drawn), (TAKEN, {})]


@dataclass
class Heard:
    """What one receiver has heard, looked through."""

    #: How often each event about a ticket was taken, by source and id.
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Events that were taken after a later one of their ticket, or with one left out before them.
    disordered: int = 0
    #: Events that came under more than one `webhook-id`.
    renamed: int = 0
    #: Posts that the official library, with the webhook's secret, signs otherwise.
    unsigned: int = 0
    #: Attempts before the time that the receiver asked for.
    hasty: int = 0
    #: Posts after the first answer that the receiver is gone.
    after_gone: int = 0

    @property
    def repeated(self) -> int:
        """Count the posts that were taken though they had been taken before."""
        return sum(count - 1 for count in self.taken.values())


def heard(posts: Sequence[Mapping[str, Any]], secret: str) -> Heard:
    """Look through all that came to a receiver, in the order in which it came."""
    found, library = Heard(), standardwebhooks.Webhook(secret)
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    latest: dict[tuple[str, str], int] = {}
    not_before: dict[str, float] = {}
    is_gone = False
    for post in posts:
        headers, event = post["headers"], json.loads(post["body"])
        name, key = headers["webhook-id"], (event["source"], event["id"])
        names[key].add(name)
        found.unsigned += not _is_signed(library, post)
        found.hasty += post["at"] < not_before.get(name, 0.0)
        found.after_gone += is_gone
        is_gone = is_gone or post["status"] == GONE
        if post["status"] == BUSY:
            not_before[name] = post["at"] + RETRY_AFTER
        if post["status"] != TAKEN or ":" in event["subject"]:
            continue
        stream = event["source"], event["subject"]
        if not found.taken[key]:
            found.disordered += event["sequence"] != latest.get(stream, 0) + 1
            latest[stream] = event["sequence"]
        found.taken[key] += 1
    found.renamed = sum(len(each) > 1 for each in names.values())
    return found


def _is_signed(library: standardwebhooks.Webhook, post: Mapping[str, Any]) -> bool:
    """Tell whether a message is signed as the library signs it; it may be older than it allows."""
    headers = post["headers"]
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    signed: str = library.sign(headers["webhook-id"], at, post["body"])
    return signed in headers["webhook-signature"].split()
