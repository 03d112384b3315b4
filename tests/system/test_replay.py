"""A real log played through the public commands: seven years of a Volvo desk, counted twice.

What the reports say is compared with what is counted here from the CSV itself.
"""

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.local.installation import Installation
from tests.system.client import Api, wait_for

ROOT = Path(__file__).parents[2]
LOG = ROOT.parent / "shared" / "data" / "volvo-problems.csv"
ZONE = ZoneInfo("Europe/Stockholm")
#: The log ends here; whatever other tests registered came later.
LOGGED = "to=2012-12-31"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not LOG.exists(), reason=f"the log is not here: {LOG}"),
]

Row = dict[str, str]


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Row]]:
    """The rows of each case, in the order of the log."""
    with LOG.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["Case ID"], []).append(row)
    return found


@pytest.fixture(scope="module")
def admin(installation: Installation, anyone: Api, password: str) -> Api:
    return anyone.sign_in("admin", password)


@pytest.fixture(scope="module")
def replayed(installation: Installation, password: str) -> dict[str, Any]:
    """What `peygir replay` says when it has played the log."""
    return peygir(installation, password, "replay", str(LOG), "--mapping", "volvo-problems.yaml")


def peygir(installation: Installation, password: str, *command: str) -> Any:
    told = subprocess.run(
        [sys.executable, "-m", "peygir", "--json", *command],
        env=os.environ
        | {
            "PEYGIR_URL": installation.addresses.gateway,
            "PEYGIR_USERNAME": "admin",
            "PEYGIR_PASSWORD": password,
        },
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def report(admin: Api, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = admin.get(f"/reports/{name}?{LOGGED}").expect(200).json["rows"]
    return rows


def test_every_case_is_played_to_its_end(
    replayed: dict[str, Any], cases: dict[str, list[Row]], admin: Api
) -> None:
    finished = {ticket["title"] for ticket in played_tickets(admin)}

    assert (replayed["cases"], replayed["rows"], replayed["failed"]) == (1487, 6660, 0)
    assert finished == {f"Problem {case}" for case in cases}


def test_every_row_is_in_its_tickets_timeline_in_order(
    replayed: dict[str, Any], cases: dict[str, list[Row]], installation: Installation, admin: Api
) -> None:
    codes = {
        ticket["title"].removeprefix("Problem "): ticket["code"] for ticket in played_tickets(admin)
    }

    with ThreadPoolExecutor(4) as pool:
        told = dict(
            zip(codes, pool.map(lambda code: steps_of(admin, code), codes.values()), strict=True)
        )

    assert told == {
        case: [(instant(row), row["Activity"]) for row in rows] for case, rows in cases.items()
    }


def test_four_figures_are_those_of_the_log(
    replayed: dict[str, Any], cases: dict[str, list[Row]], admin: Api
) -> None:
    touched = Counter(
        team for rows in cases.values() for team in {row["organization involved"] for row in rows}
    )
    changes = sum(
        a["Resource"] != b["Resource"] for rows in cases.values() for a, b in pairwise(rows)
    )
    waits = Counter({case: runs_of("Accepted-Wait", rows) for case, rows in cases.items()})
    reopenings = Counter(
        case
        for case, rows in cases.items()
        for a, _ in pairwise(rows)
        if a["Activity"] == "Completed-Closed"
    )

    wait_for(
        lambda: sum(count for _, count in report(admin, "teams_touched")) == touched.total(),
        deadline=120,
        what="reporting to have read everything",
    )

    assert (len(touched), touched.total()) == (324, 1909)
    assert dict(report(admin, "teams_touched")) == touched
    assert report(admin, "handovers")[0][0] == changes == 1771
    assert report(admin, "waits")[0][:2] == [waits.total(), sum(map(bool, waits.values()))]
    assert report(admin, "waits")[0][:2] == [507, 410]
    assert report(admin, "reopenings")[0][:2] == [reopenings.total(), len(reopenings)]
    assert report(admin, "reopenings")[0][:2] == [78, 58]


def test_the_lines_of_support_are_those_of_the_log(
    replayed: dict[str, Any], cases: dict[str, list[Row]], admin: Api
) -> None:
    counted: dict[str, Counter[str]] = {line: Counter() for line in "123"}
    for rows in cases.values():
        count_lines(rows, counted)

    wait_for(
        lambda: (
            sum(row[1] for row in report(admin, "support_lines"))
            == sum(line["cases"] for line in counted.values())
        ),
        deadline=120,
        what="reporting to have read everything",
    )

    names = ("cases", "handovers", "passed_on", "line_returns", "unit_returns", "solved")
    told = {row[0]: row[1:] for row in report(admin, "support_lines")}
    assert {line: row[:6] for line, row in told.items()} == {
        line: [counts[name] for name in names] for line, counts in counted.items()
    }
    assert {line: row[7] for line, row in told.items()} == {
        line: counts["alone"] for line, counts in counted.items()
    }
    assert sum(row[5] for row in told.values()) == len(cases) == 1487


def test_a_ticket_shows_the_tiers_of_its_course(
    replayed: dict[str, Any], cases: dict[str, list[Row]], admin: Api
) -> None:
    case, rows = max(cases.items(), key=lambda item: len({line_of(row) for row in item[1]}))
    ticket = next(t for t in played_tickets(admin) if t["title"] == f"Problem {case}")
    steps = admin.get(f"/tickets/{ticket['code']}/timeline").expect(200).json["steps"]

    tiers = [step["data"]["tier"] for step in steps if "tier" in step["data"]]
    shown = [str(tier) for tier, _ in groupby(tiers)]
    assert shown == [line for line, _ in groupby(line_of(row) for row in rows)]
    assert str(ticket["tier"]) == line_of(rows[-1])


def test_nothing_is_left_lagging_or_stuck(
    replayed: dict[str, Any], installation: Installation, password: str
) -> None:
    wait_for(
        lambda: peygir(installation, password, "stuck", "list", "--lagging") == [],
        deadline=60,
        what="nothing to be lagging",
    )


def test_a_second_replay_changes_nothing(
    replayed: dict[str, Any], installation: Installation, password: str, tmp_path: Path, admin: Api
) -> None:
    wait_for(lambda: report(admin, "handovers")[0][0] == 1_771, 90, "all events in reporting")
    before = report(admin, "handovers")

    again = peygir(installation, password, "replay", str(LOG), "--mapping", "volvo-problems.yaml")

    assert again["repeated"] == 1487 + 6660
    assert report(admin, "handovers") == before


def test_figures_built_again_are_the_same(
    replayed: dict[str, Any], installation: Installation, password: str, admin: Api
) -> None:
    names = ("teams_touched", "handovers", "waits", "reopenings")
    wait_for(lambda: report(admin, "handovers")[0][0] == 1_771, 90, "all events in reporting")
    before = {name: report(admin, name) for name in names}

    rebuilt = peygir(installation, password, "rebuild", "reporting")

    assert (rebuilt["state"], rebuilt["failed"]) == ("done", 0)
    assert {name: report(admin, name) for name in names} == before


def played_tickets(admin: Api) -> list[dict[str, Any]]:
    """Give the finished tickets that came from the log."""
    return [ticket for ticket in finished_tickets(admin) if ticket["workflow"] == "replay"]


def finished_tickets(admin: Api) -> Iterator[dict[str, Any]]:
    page = admin.get("/tickets?state=finished&limit=200").expect(200).json
    yield from page["items"]
    while page["next"]:
        cursor = page["next"]
        page = admin.get(f"/tickets?state=finished&limit=200&cursor={cursor}").expect(200).json
        yield from page["items"]


def steps_of(admin: Api, code: str) -> list[tuple[datetime, str]]:
    """Give when the ticket came to which step: the last one told at each instant."""
    client = Api(admin.url, headers=admin.headers)
    steps = client.get(f"/tickets/{code}/timeline").expect(200).json["steps"]
    moved = [
        (datetime.fromisoformat(s["at"]), s["data"]["step"]) for s in steps if "step" in s["data"]
    ]
    return [list(told)[-1] for _, told in groupby(moved, key=lambda step: step[0])]


def instant(row: Row) -> datetime:
    told = datetime.fromisoformat(row["Complete Timestamp"])
    return told.replace(tzinfo=ZONE).astimezone(UTC)


def runs_of(activity: str, rows: list[Row]) -> int:
    """Count the runs of consecutive rows with the activity."""
    return sum(same for same, _ in groupby(rows, key=lambda row: row["Activity"] == activity))


def line_of(row: Row) -> str:
    """Give the line of support that a row's team belongs to."""
    return {"2nd": "2", "3rd": "3"}.get(row["organization involved"].rpartition(" ")[2], "1")


def count_lines(rows: list[Row], counted: dict[str, Counter[str]]) -> None:
    """Count what happened to a case in each line, row by row."""
    lines = [line_of(row) for row in rows]
    for line in set(lines):
        counted[line]["cases"] += 1
        counted[line]["line_returns"] += len([1 for name, _ in groupby(lines) if name == line]) - 1
    for before, after in pairwise(rows):
        counted[line_of(before)]["handovers"] += before["Resource"] != after["Resource"]
        counted[line_of(before)]["passed_on"] += line_of(before) != line_of(after)
    seen: set[str] = set()
    for team, _ in groupby(row["organization involved"] for row in rows):
        counted[line_of({"organization involved": team})]["unit_returns"] += team in seen
        seen.add(team)
    counted[lines[-1]]["solved"] += 1
    counted[lines[-1]]["alone"] += len(set(lines)) == 1
