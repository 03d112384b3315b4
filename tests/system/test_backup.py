"""A living installation is saved while people work, and brought back whole beside itself.

Both are the tests' own: what people register meanwhile would stand in the way of other tests.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.local.installation import Installation
from tests.servers import servers_of, started_installation
from tests.system.client import Api, wait_for

_LIVING, _RESTORED = ("living_", "10"), ("restored_", "11")
#: Days long before anything else of this run, so that nobody adds to them.
_PAST = "from=2025-03-01&to=2025-03-10"
_SIMULATED = ("--days", "4", "--per-day", "6", "--until", "2025-03-08", "--seed", "11")
_PROCESSES = ("intake", "routing", "sla", "notify", "reporting", "gateway")
_SOON = 40.0

pytestmark = pytest.mark.timeout(400)


class Saved(NamedTuple):
    """A backup, and what was known of the installation when it was made."""

    folder: Path
    recovery_point: datetime
    #: When each registration of the load was answered, by code.
    answered: dict[str, datetime]
    #: What a ticket of before looked like.
    timeline: Any
    code: str
    reports: dict[str, Any]


def peygir(environment: dict[str, str], *arguments: str) -> Any:
    """Run the command line as its own process; gives what it prints as JSON."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "peygir", "--json", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    return json.loads(told.stdout)


def ticket_of(number: int) -> dict[str, Any]:
    return {
        "subject": "it.network",
        "title": f"خط شعبهٔ {number} قطع است",
        "description": "از صبح ارتباط برقرار نمی‌شود.",
        "channel": "phone",
        "requester": {"name": "رضا احمدی", "mobile": "09121234567"},
    }


def reports(admin: Api) -> dict[str, Any]:
    """All reports over the days of the simulated past."""
    names = [each["name"] for each in admin.get("/reports").expect(200).json]
    return {name: admin.get(f"/reports/{name}?{_PAST}").expect(200).json["rows"] for name in names}


@contextlib.contextmanager
def beside(
    installation: Installation, base: Path, corner: tuple[str, str]
) -> Iterator[dict[str, str]]:
    """Give what one more installation on the same servers is told; its secrets are the same."""
    prefix, number = corner
    servers = servers_of(installation)
    shutil.copy2(installation.base / "secrets.json", base)
    with servers.new_vhost() as amqp_uri:
        yield {
            "MONGO_URI": servers.mongo_uri,
            "AMQP_URI": amqp_uri,
            "REDIS_URL": f"{servers.redis_url.rpartition('/')[0]}/{number}",
            "PEYGIR_DATABASE_PREFIX": prefix,
            "PEYGIR_DEMO_PASSWORD": installation.environment["PEYGIR_DEMO_PASSWORD"],
        }


@contextlib.contextmanager
def started(base: Path, environment: dict[str, str]) -> Iterator[Installation]:
    with started_installation(base, demo=True, environment=environment) as begun:
        begun.start_processes(_PROCESSES)
        begun.wait_ready(90, names=_PROCESSES)
        yield begun


@pytest.fixture(scope="module")
def living(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    base: Path = tmp_path_factory.mktemp("living")
    with beside(installation, base, _LIVING) as environment, started(base, environment) as begun:
        yield begun


@pytest.fixture(scope="module")
def saved(living: Installation, tmp_path_factory: pytest.TempPathFactory, password: str) -> Saved:
    """Save the installation under a load of registrations."""
    anyone = Api(living.addresses.gateway)
    desk, admin = (anyone.sign_in(name, password) for name in ("desk", "admin"))
    to_gateway = {"PEYGIR_URL": anyone.url, "PEYGIR_PASSWORD": password}
    peygir(to_gateway, "simulate", *_SIMULATED)
    wait_for(lambda: is_counted(reports(admin)), _SOON, "figures of the past")
    code = desk.register(**ticket_of(0))
    wait_for(
        lambda: admin.get(f"/tickets/{code}").json.get("state") == "in_progress",
        _SOON,
        "the assignment",
    )
    wait_for(
        lambda: peygir(to_gateway, "stuck", "list", "--lagging") == [], _SOON, "nothing to lag"
    )
    figures, timeline = settled(admin), admin.get(f"/tickets/{code}/timeline").expect(200).json

    answered: dict[str, datetime] = {}
    enough = threading.Event()

    def work() -> None:
        number = 0
        while not enough.wait(0.1):
            number += 1
            registered = desk.register(**ticket_of(number))
            answered[registered] = datetime.now(UTC)

    worker = threading.Thread(target=work)
    worker.start()
    folder = tmp_path_factory.mktemp("saved") / "backup"
    try:
        wait_for(lambda: len(answered) >= 5, _SOON, "work to be done")
        told = peygir(living.environment, "backup", str(folder))
    finally:
        enough.set()
        worker.join()
    point = datetime.fromisoformat(told["recovery_point"])
    return Saved(folder, point, answered, timeline, code, figures)


def is_counted(figures: dict[str, Any]) -> bool:
    """Whether the ended tickets of the past have their clocks judged."""
    attained = figures["sla_attainment"]
    return bool(figures["handovers"]) and any(met or missed for _, met, missed, *_ in attained)


def settled(admin: Api) -> dict[str, Any]:
    """Reports that three looks in a row find the same."""
    found: list[Any] = [reports(admin)]

    def again() -> bool:
        found.append(reports(admin))
        return len(found) > 2 and found[-3] == found[-2] == found[-1]

    wait_for(again, _SOON, "figures that stay", pause=1.0)
    latest: dict[str, Any] = found[-1]
    return latest


@pytest.fixture(scope="module")
def restored(
    installation: Installation, saved: Saved, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A second installation, which begins with nothing but the backup and the secrets."""
    base: Path = tmp_path_factory.mktemp("restored")
    with beside(installation, base, _RESTORED) as environment:
        told = peygir(environment, "restore", str(saved.folder))
        assert set(told["documents"]) >= {"intake", "routing", "sla", "notify", "reporting"}
        with started(base, environment) as begun:
            yield begun


@pytest.fixture(scope="module")
def admin(restored: Installation, password: str) -> Api:
    """Signs in with the password of before: accounts came back as well."""
    return Api(restored.addresses.gateway).sign_in("admin", password)


def test_whatever_was_answered_by_the_recovery_point_is_there(saved: Saved, admin: Api) -> None:
    before = [code for code, at in saved.answered.items() if at < saved.recovery_point]

    assert admin.get(f"/tickets/{saved.code}/timeline").expect(200).json == saved.timeline
    for code in before:
        assert admin.get(f"/tickets/{code}").status == HTTPStatus.OK


def test_work_goes_on_where_it_was(saved: Saved, admin: Api) -> None:
    """Tickets that were registered but not yet given to anybody are given to somebody now."""

    def in_progress() -> bool:
        found = [admin.get(f"/tickets/{code}") for code in saved.answered]
        here = [each.json["state"] for each in found if each.status == HTTPStatus.OK]
        return bool(here) and set(here) <= {"in_progress", "new"}

    wait_for(in_progress, _SOON, "work to go on")
    fresh = admin.register(**ticket_of(99))
    wait_for(
        lambda: admin.get(f"/tickets/{fresh}").json.get("state") == "in_progress",
        _SOON,
        "a new ticket's assignment",
    )


def test_the_records_are_whole(restored: Installation, password: str) -> None:
    to_gateway = {"PEYGIR_URL": restored.addresses.gateway, "PEYGIR_PASSWORD": password}

    found = peygir(to_gateway, "journal", "verify")

    assert [each["faults"] for each in found] == [[], [], [], []]
    assert all(each["checked"] for each in found)


def test_reports_are_equal_also_when_they_are_built_again(
    saved: Saved, restored: Installation, admin: Api, password: str
) -> None:
    assert settled(admin) == saved.reports

    to_gateway = {"PEYGIR_URL": restored.addresses.gateway, "PEYGIR_PASSWORD": password}
    peygir(to_gateway, "rebuild", "reporting")

    assert settled(admin) == saved.reports


def test_it_is_not_brought_back_over_anything(restored: Installation, saved: Saved) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "peygir", "restore", str(saved.folder)],
        env=os.environ | restored.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert told.returncode == 1
    assert told.stderr.startswith("peygir: the database restored_intake is not empty")
