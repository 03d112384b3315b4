"""`python -m tests.laws [--steps N] [--first N] [--seed N] [--bug NAME]`.

Walks seeds until so many steps are taken, and prints what went wrong, as short as it can be told.
`--seed N` walks one. With `--bug` a bug is planted, and the first seed that finds it ends the
search.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter

from tests.laws.telling import told
from tests.laws.walk import judge


def main() -> int:
    """Walk what the command line asks for; gives 0 where it came out as it should."""
    options = _options()
    started, taken, broken = time.monotonic(), 0, 0
    accepted: Counter[str] = Counter()
    for seed in itertools.count(options.first):
        verdict = judge(seed, options.bug)
        taken += verdict.steps
        accepted += verdict.accepted
        broken += verdict.fault is not None
        if verdict.fault is not None:
            print("\n".join(told(verdict)), flush=True)
        if taken >= options.steps or (options.bug and broken):
            break
    seconds = time.monotonic() - started
    print(", ".join(f"{action} {count}" for action, count in sorted(accepted.items())))
    print(
        f"{taken} steps, {accepted.total()} acts accepted, {seed - options.first + 1} seeds, "
        f"{broken} broken, {seconds:.0f} s"
    )
    return int(bool(broken) != bool(options.bug))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.laws")
    parser.add_argument("--steps", type=int, default=20_000, help="how many, at least")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--bug", help="a bug to plant: see tests/laws/bugs.py")
    options = parser.parse_args()
    if options.seed is not None:
        options.first, options.steps = options.seed, 1
    return options


if __name__ == "__main__":
    sys.exit(main())
