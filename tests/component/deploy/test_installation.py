"""An installation starts, survives the death of its parts, and leaves nothing behind."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.installation import Installation
from deploy.local.processes import MAIL_SINK, ROOT, SMS_PROVIDER
from deploy.local.supervision import SupervisorError
from deploy.local.waiting import NotInTime, wait_until
from tests.component.deploy.traces import listening_addresses, processes_under
from tests.http import Http

SINKS = [MAIL_SINK, SMS_PROVIDER]
STOP_SECONDS = 1.0


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Servers and sinks; the services are not needed here."""
    started = Installation(tmp_path_factory.mktemp("installation"))
    try:
        started.start_servers()
        started.start_processes(SINKS)
        started.wait_ready(30, names=SINKS)
        yield started
    finally:
        started.stop(STOP_SECONDS)
        assert processes_under(started.base) == {}


def mongo(installation: Installation) -> MongoClient[dict[str, Any]]:
    return MongoClient(installation.addresses.mongo_uri, timeoutMS=10_000)


@pytest.mark.parametrize("name", ["epmd", "mongod", "rabbitmq", "redis", MAIL_SINK])
def test_what_is_killed_is_started_again_at_once(installation, name):
    killed = installation.pid(name)

    installation.kill(name, signal.SIGKILL)

    wait_until(lambda: installation.pid(name) not in (None, killed), seconds=5, what=name)
    installation.start_servers()
    installation.wait_ready(30, names=SINKS)


def test_what_is_stopped_stays_stopped_until_it_is_started(installation):
    installation.stop_process(MAIL_SINK)

    assert installation.pid(MAIL_SINK) is None
    with pytest.raises(NotInTime, match=MAIL_SINK):
        installation.wait_ready(0.3, names=SINKS)

    installation.start_process(MAIL_SINK)
    installation.wait_ready(30, names=SINKS)


def test_a_restart_is_another_process(installation):
    before = installation.pid(SMS_PROVIDER)

    installation.restart(SMS_PROVIDER)

    installation.wait_ready(30, names=SINKS)
    assert installation.pid(SMS_PROVIDER) != before


def test_everything_listens_on_this_machine_alone(installation):
    assert listening_addresses(processes_under(installation.base)) <= {"127.0.0.1", "::1"}


def test_the_broker_tells_prometheus_about_queues(installation):
    port = installation._blueprint.ports["rabbitmq.metrics"]

    with Http(f"http://127.0.0.1:{port}") as metrics:
        metrics.get("/metrics").expect(200)
        metrics.get("/metrics/detailed?family=queue_coarse_metrics").expect(200)


def test_a_second_start_over_the_same_folder_has_data_and_secrets(tmp_path):
    with Installation(tmp_path) as first:
        first.start_servers()
        with mongo(first) as client:
            client.kept.things.insert_one({"_id": 1})
        first_addresses, first_environment = first.addresses, first.environment
    assert processes_under(tmp_path) == {}

    with Installation(tmp_path) as second:
        second.start_servers()
        with mongo(second) as client:
            kept = list(client.kept.things.find())
        second.stop(STOP_SECONDS)

    assert second.addresses != first_addresses, "the ports should differ for this test"
    assert kept == [{"_id": 1}]
    assert second.environment["PEYGIR_CALL_KEYS"] == first_environment["PEYGIR_CALL_KEYS"]


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_program_that_holds_an_installation(tmp_path, ending):
    with the_servers_alone(tmp_path) as holder:
        said = [holder.stdout.readline() for _ in range(3)]
        running = set(processes_under(tmp_path).values())
        holder.send_signal(ending)

    assert [line.partition("=")[0] for line in said] == ["AMQP_URI", "MONGO_URI", "REDIS_URL"]
    assert {"mongod", "beam.smp", "epmd", "redis-server"} <= running
    wait_until(lambda: not processes_under(tmp_path), seconds=30, what="everything to end")


def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path):
    with Installation(tmp_path) as installation:
        installation.start_processes(SINKS)
        installation.wait_ready(30, names=SINKS)
        supervisor = int((tmp_path / "supervisord.pid").read_text())

        os.kill(supervisor, signal.SIGKILL)

        wait_until(lambda: not processes_under(tmp_path), seconds=10, what="the sinks to end")
        with pytest.raises(SupervisorError):
            installation.pid(MAIL_SINK)


@contextlib.contextmanager
def the_servers_alone(base: Path) -> Iterator[subprocess.Popen[str]]:
    """The command for developers, which is ended by a signal."""
    command = [sys.executable, "-m", "deploy.local.servers", "--base", str(base)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
        process.wait(60)
    finally:
        process.kill()
        process.wait()
