"""`python -m tests.faults`: injects faults into installations and counts what they cost.

`--list` shows the table of tests. Without `--test` all of them run, one after the other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from deploy.local.endings import until_told_to_end
from tests.faults import report
from tests.faults.cases import CASES
from tests.faults.course import Options
from tests.faults.result import Result


def main() -> int:
    """Run what was asked for; 0 when nothing was lost, doubled or made up."""
    asked = _arguments()
    if asked.list:
        for case in CASES.values():
            print(f"{case.number:>6}  {case.title}")
        return 0
    wanted = [(number, seed) for number in asked.test or CASES for seed in asked.seed]
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory(prefix="peygir-faults-") as folder,
        until_told_to_end(),
    ):
        for number, seed in wanted:
            results.append(_run(number, seed, asked, Path(folder)))
            print(report.line(results[-1]), flush=True)
            report.write(results, asked.report)
    print(f"report: {asked.report / report.PAGE}")
    return int(len(results) < len(wanted) or any(result.unmet for result in results))


def _run(number: str, seed: int, asked: argparse.Namespace, folder: Path) -> Result:
    case = CASES[number]
    print(f"{time.strftime('%H:%M:%S')} {number}: {case.title} (seed {seed})", file=sys.stderr)
    options = Options(
        seed=seed, rate=asked.rate, scale=asked.scale, soak_minutes=asked.soak_minutes
    )
    return case.run(folder / f"{number}-{seed}", options)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--list", action="store_true", help="show the table of tests")
    parser.add_argument("--test", type=_tests, help="numbers of tests, comma separated")
    parser.add_argument("--seed", type=_seeds, default=[1], help="seeds, comma separated")
    parser.add_argument("--rate", type=float, default=12.0, help="requests a second")
    parser.add_argument("--scale", type=float, default=1.0, help="makes tests shorter or longer")
    parser.add_argument("--soak-minutes", type=float, default=3.0, help="length of test 18")
    parser.add_argument("--report", type=Path, default=Path(".local/faults"), help="a folder")
    return parser.parse_args()


def _tests(listed: str) -> list[str]:
    numbers = listed.split(",")
    if unknown := [number for number in numbers if number not in CASES]:
        raise argparse.ArgumentTypeError(f"no such test: {', '.join(unknown)}")
    return numbers


def _seeds(listed: str) -> list[int]:
    return [int(seed) for seed in listed.split(",")]


if __name__ == "__main__":
    sys.exit(main())
