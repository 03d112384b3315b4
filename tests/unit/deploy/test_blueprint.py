"""What an installation consists of follows from what was asked for."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local import secret_store
from deploy.local.blueprint import Blueprint, port_names
from deploy.local.programs import Program


def a_blueprint(base: Path, **changes: Any) -> Blueprint:
    replicas = changes.get("replicas", {})
    blueprint = Blueprint(
        base=base,
        ports={name: 20_000 + n for n, name in enumerate(port_names(replicas))},
        secrets=secret_store.load_or_make(base),
        given={},
        replicas={},
        demo=False,
        with_prometheus=False,
    )
    return replace(blueprint, **changes)


def names(programs: list[Program]) -> list[str]:
    return [program.name for program in programs]


def test_one_process_for_each_service_and_the_gateway_between_the_sinks(tmp_path):
    blueprint = a_blueprint(tmp_path)

    assert names(blueprint.process_programs()) == [
        "mail-sink",
        "sms-provider",
        "push-sink",
        "intake",
        "routing",
        "sla",
        "notify",
        "reporting",
        "gateway",
    ]


def test_replicas_have_numbers_ports_and_one_list_of_addresses(tmp_path):
    blueprint = a_blueprint(tmp_path, replicas={"sla": 2})

    programs = {program.name: program for program in blueprint.process_programs()}
    ports = [programs[name].environment["PEYGIR_CALL_PORT"] for name in ("sla-1", "sla-2")]
    assert "sla" not in programs
    assert programs["sla-1"].command[1:] == ["-m", "chassis.runner", "sla"]
    assert blueprint.environment["PEYGIR_SLA_URL"] == ",".join(
        f"http://127.0.0.1:{port}" for port in ports
    )


def test_a_service_that_does_not_exist_has_no_replicas():
    with pytest.raises(ValueError, match="billing"):
        port_names({"billing": 2})


def test_every_port_has_one_name():
    every = port_names({"sla": 3})

    assert len(set(every)) == len(every)


def test_given_servers_are_used_and_not_started(tmp_path):
    given = {"AMQP_URI": "amqp://elsewhere/", "MONGO_URI": "mongodb://elsewhere/"}

    blueprint = a_blueprint(tmp_path, given=given, with_prometheus=False)

    assert names(blueprint.server_programs()) == ["redis"]
    assert blueprint.environment["AMQP_URI"] == "amqp://elsewhere/"
    assert blueprint.addresses.mongo_uri == "mongodb://elsewhere/"
    assert blueprint.addresses.broker_management is None


def test_given_settings_win(tmp_path):
    blueprint = a_blueprint(tmp_path, demo=True, given={"PEYGIR_DEMO_PASSWORD": "chosen"})

    assert blueprint.environment["PEYGIR_DEMO"] == "1"
    assert blueprint.environment["PEYGIR_DEMO_PASSWORD"] == "chosen"


def test_without_demo_no_process_is_told_of_one(tmp_path):
    assert not any("DEMO" in name for name in a_blueprint(tmp_path).environment)


def test_prometheus_scrapes_every_process_and_the_broker(tmp_path):
    blueprint = a_blueprint(tmp_path, replicas={"sla": 2}, with_prometheus=True)

    blueprint.process_programs()

    written = json.loads((tmp_path / "prometheus" / "prometheus.yml").read_text())
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in written["scrape_configs"]
    }
    processes = {f"http://{target}" for listed in targets.values() for target in listed}
    assert set(blueprint.addresses.metrics.values()) <= processes
    assert len(targets["sla"]) == 2
    assert {"gateway", "rabbitmq", "rabbitmq-queues"} <= targets.keys()
