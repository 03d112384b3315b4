"""What a process refuses to start with, and what it starts without."""

import os
import subprocess
import sys

import pytest

from tests.component.chassis.world import new_stream
from tests.component.processes import NOWHERE
from tests.component.waiting import eventually


def run(*command, **environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", *command],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "."} | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_pymongo_imported_before_the_patch_is_refused():
    ended = run("-c", "import pymongo; import chassis.runner")

    assert ended.returncode != 0
    assert "before pymongo" in ended.stderr


def test_the_runner_patches_before_anything_else_opens_sockets():
    ended = run(
        "-c",
        "import chassis.runner, pymongo, socket, threading\n"
        "from eventlet.patcher import is_monkey_patched as patched\n"
        "assert patched('socket') and patched('thread') and patched('time') and patched('select')\n"
        "assert 'eventlet' in socket.socket.__module__\n",
    )

    assert (ended.returncode, ended.stderr) == (0, "")


def test_all_faults_of_the_settings_are_told_at_once():
    ended = run("-m", "chassis.runner", "intake", PEYGIR_PARTITIONS="0", PEYGIR_ROLES="x")

    assert ended.returncode == 1
    assert all(name in ended.stderr for name in ("call_keys", "partitions", "roles"))


def test_a_service_that_does_not_exist_is_not_run():
    assert run("-m", "chassis.runner", "kitchen").returncode == 1


@pytest.mark.parametrize("asked", ["w=1", "w=0", "journal=false"])
def test_a_weak_write_concern_is_refused(servers, world, asked):
    process = world.begin("intake", mongo_uri=f"{servers.mongo_uri}&{asked}")

    assert process.wait(60) == 1
    assert "WeakWriteConcern" in process.log.read_text()


@pytest.mark.parametrize("setting", ["call_port", "metrics_port"])
def test_two_processes_cannot_share_a_port(world, gentle, intake, setting):
    taken = intake.port if setting == "call_port" else intake.metrics_port

    process = world.begin("intake", **{setting: taken})

    assert process.wait(60) == 1
    assert "in use" in process.log.read_text()
    assert intake.ask("echo", {"value": 1}) == 1


def test_a_process_starts_and_works_without_a_broker(world):
    process = world.start("routing", amqp_uri=f"amqp://guest:guest@{NOWHERE}//")

    assert process.tell(new_stream(), "ok") == {"version": 1, "told": 1}


def test_a_process_waits_for_a_database_that_is_away(world):
    uri = f"mongodb://{NOWHERE}/?replicaSet=peygir&serverSelectionTimeoutMS=300"
    process = world.begin("intake", mongo_uri=uri, mongo_seconds=0.5)
    eventually(lambda: '"started"' in process.log.read_text())

    answer = process.call("echo", {"value": 1})

    assert answer.expect(503).json["code"] == "starting"
    assert process.look("/readyz").json["missing"] == ["prepared"]
    assert process.look("/healthz").status == 200
