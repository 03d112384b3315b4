"""`python -m tests.simulation [--seeds N] [--first N] [--seed N] [--bug NAME] [--trace]`.

Runs seeds on some cores and prints what went wrong, how fast it was, and a digest of everything
that happened: the same seeds give the same digest. `--seed N --trace` tells the story of one. With
`--bug` a bug is planted, and the first seed that finds it ends the search.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.run import Verdict

_CHUNK = 25
#: The order of a set must not differ from one run to the next.
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore"}


def main() -> int:
    """Run what the command line asks for; gives 0 where it came out as it should."""
    options = _options()
    if options.trace:
        return _tell(options.first, options.bug)
    started = time.monotonic()
    digest, count, commands, broken = hashlib.sha256(), 0, 0, 0
    for verdict in _verdicts(options):
        count += 1
        commands += verdict.commands
        digest.update(verdict.digest.encode())
        broken += verdict.fault is not None
        if options.digest:
            print(f"seed {verdict.seed}: {verdict.digest}")
        if verdict.fault is not None:
            print(f"seed {verdict.seed}: {verdict.fault}", flush=True)
            if options.bug:
                break
    minutes = (time.monotonic() - started) / 60
    print(
        f"{count} seeds, {broken} broken, {commands / count:.1f} commands each, "
        f"{count / minutes:.0f} seeds a minute, digest {digest.hexdigest()[:16]}"
    )
    return int(bool(broken) != bool(options.bug))


def _tell(seed: int, bug: str | None) -> int:
    from tests.simulation.run import told

    story, fault = told(seed, bug)
    print("\n".join(story))
    return int((fault is None) == bool(bug))


def _verdicts(options: argparse.Namespace) -> Iterator[Verdict]:
    """Give the verdicts in the order of the seeds."""
    from tests.simulation.run import judge_all

    seeds = list(range(options.first, options.first + options.seeds))
    chunks = [seeds[start : start + _CHUNK] for start in range(0, len(seeds), _CHUNK)]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for verdicts in pool.imap(partial(judge_all, bug=options.bug), chunks):
            yield from verdicts


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--bug", help="a bug to plant: see tests/simulation/bugs.py")
    parser.add_argument("--trace", action="store_true", help="tell the story of the first seed")
    parser.add_argument("--digest", action="store_true", help="print each run's digest")
    parser.add_argument("--jobs", type=int, default=2, help="processes to run seeds in")
    options = parser.parse_args()
    if options.seed is not None:
        options.first, options.seeds = options.seed, 1
    return options


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in _ENVIRONMENT.items()):
        command = [sys.executable, "-m", "tests.simulation", *sys.argv[1:]]
        os.execve(sys.executable, command, os.environ | _ENVIRONMENT)  # noqa: S606 - ourselves
    sys.exit(main())
