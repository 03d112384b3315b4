"""What the chart says of processes is what the code does: settings, ports, commands, calls."""

import inspect
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

import chassis.health
import gateway.__main__ as door
from chassis.bus.topology import CONSUMES, pairs
from chassis.settings import SERVICES, ChassisSettings
from deploy.helm.generated import documents
from deploy.helm.parts import GATEWAY, PREPARE, added_by, own_settings, parts
from tests.deploy.chart import (
    CHART,
    WAYS,
    environment,
    named,
    objects,
    of_kind,
    pods,
)

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a pod's own address is not known before
ROOT = Path(__file__).parents[2]
COMPONENT = "app.kubernetes.io/component"


def containers(way, **more):
    """Give each part's name with a container of it, and what makes the pod."""
    for owner, template in pods(objects(way, **more)):
        (container,) = template["spec"]["containers"]
        yield template["metadata"]["labels"][COMPONENT], container, owner


def read_by(component):
    """Give the settings that a part reads: of every process, and its own."""
    own = () if component == PREPARE else own_settings(component)
    return {name: (secret, field) for name, secret, field in added_by(ChassisSettings, *own)}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_what_is_generated_is_what_would_be_written_now(path):
    assert path.read_text("utf-8") == documents()[path], "run `python -m deploy.helm`"


@pytest.mark.parametrize("way", WAYS)
def test_every_variable_is_a_setting_that_the_process_reads(way):
    settings = {"PEYGIR_ZONE": "Asia/Tehran", "PEYGIR_LOG_LEVEL": "INFO"}

    for component, container, _ in containers(way):
        unknown = environment(container).keys() - read_by(component).keys()
        # The public address is told to all, as on one machine; who has no links does not read it.
        assert unknown <= {"PEYGIR_PUBLIC_URL", *settings, "PEYGIR_PARTITIONS"}, component


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_missing_without_which_a_process_does_not_start(way):
    for component, container, _ in containers(way):
        required = {n for n, (_, field) in read_by(component).items() if field.is_required()}
        assert required <= environment(container).keys(), component


def test_secrets_are_told_to_those_alone_who_use_them():
    for component, container, _ in containers("defaults"):
        told = {name for name, value in environment(container).items() if isinstance(value, dict)}
        assert told <= {name for name, (secret, _) in read_by(component).items() if secret}

    used = {name: _users(name.lower()) for name in ("AMQP_URI", "MONGO_URI", "REDIS_URL")}
    services = {"chassis", "services"}
    assert used == {"AMQP_URI": {"chassis"}, "MONGO_URI": services, "REDIS_URL": {"gateway"}}


def _users(attribute):
    """Give the packages in which a setting is read, the settings themselves apart."""
    return {
        path.relative_to(ROOT).parts[0]
        for package in ("chassis", "services", "gateway")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "settings.py" and f".{attribute}." in path.read_text("utf-8")
    }


@pytest.mark.parametrize("way", WAYS)
def test_values_fit_the_settings_they_are_given_for(way, monkeypatch):
    for component, container, _ in containers(way):
        for name, value in environment(container).items():
            if isinstance(value, str) or not value["secretKeyRef"].get("optional"):
                monkeypatch.setenv(name, value if isinstance(value, str) else "a-secret")
        for cls in (ChassisSettings, *(() if component == PREPARE else own_settings(component))):
            cls.load()


def test_every_process_runs_a_command_that_there_is():
    for component, container, _ in containers("prod"):
        module, *arguments = container["args"]
        assert "command" not in container
        # Looked for, not imported: the runner patches sockets.
        assert find_spec(module) is not None
        ran = {GATEWAY: ("gateway", []), PREPARE: ("chassis.prepare", [])}
        assert (module, arguments) == ran.get(component, ("chassis.runner", [component]))
        assert component in (*SERVICES, *ran)


@pytest.mark.parametrize("way", WAYS)
def test_ports_are_those_that_processes_listen_on(way):
    for component, container, owner in containers(way):
        if owner["kind"] == "Job":
            assert "ports" not in container
            continue
        told = environment(container)
        ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
        listens = {"metrics": told["PEYGIR_METRICS_PORT"]}
        if component == GATEWAY:
            listens["door"] = told["PEYGIR_GATEWAY_PORT"]
            assert told["PEYGIR_GATEWAY_HOST"] == EVERYWHERE
        elif "calls" in told["PEYGIR_ROLES"].split(","):
            listens["calls"] = told["PEYGIR_CALL_PORT"]
            assert told["PEYGIR_CALL_HOST"] == EVERYWHERE
        assert ports == listens
        assert told["PEYGIR_METRICS_HOST"] == EVERYWHERE


def test_probes_ask_for_paths_that_are_answered():
    source = inspect.getsource(chassis.health), inspect.getsource(door._back_config)

    for _, container, owner in containers("prod"):
        if owner["kind"] == "Deployment":
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                asked = container[probe]["httpGet"]
                assert asked["port"] == "metrics"
                assert all(f'"{asked["path"]}"' in text for text in source)
            assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
            assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


@pytest.mark.parametrize("way", WAYS)
def test_services_lead_to_ports_of_pods_that_there_are(way):
    found = objects(way)
    for service in of_kind(found, "Service"):
        selector = service["spec"]["selector"]
        met = [
            template
            for _, template in pods(found)
            if selector.items() <= template["metadata"]["labels"].items()
        ]
        assert met, service["metadata"]["name"]
        for template in met:
            names = {port["name"] for port in template["spec"]["containers"][0]["ports"]}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= names


@pytest.mark.parametrize("way", WAYS)
def test_every_address_is_that_of_a_service_of_the_chart(way):
    found = objects(way)
    for component, container, _ in containers(way):
        for service in SERVICES:
            name, _, port = environment(container)[f"PEYGIR_{service.upper()}_URL"][7:].partition(
                ":"
            )
            (offered,) = named(found, "Service", name)["spec"]["ports"]
            assert (offered["name"], str(offered["port"])) == ("calls", port), component
            assert named(found, "Service", name)["spec"]["selector"][COMPONENT] == service


def test_a_process_has_each_role_once_where_calls_and_events_are_apart():
    roles = {
        (component, environment(container)["PEYGIR_ROLES"])
        for component, container, owner in containers("prod")
        if owner["kind"] == "Deployment" and component != GATEWAY
    }

    assert roles == {(service, role) for service in SERVICES for role in ("calls", "events")}


@pytest.mark.parametrize("way", WAYS)
def test_the_network_lets_pass_what_the_code_asks_and_no_more(way):
    """Who may call whom is who calls whom."""
    opened, entered = set(), set()
    for policy in of_kind(objects(way), "NetworkPolicy"):
        own = policy["spec"]["podSelector"]["matchLabels"].get(COMPONENT)
        opened |= {(own, other) for other in _peers(policy["spec"].get("egress", ()), "to")}
        entered |= {(other, own) for other in _peers(policy["spec"].get("ingress", ()), "from")}

    asked = {(who, whom) for who, asked in parts()["asks"].items() for whom in asked}
    assert opened == entered == asked
    assert {("routing", "sla"), ("intake", "sla"), ("gateway", "reporting")} <= asked
    assert ("sla", "notify") not in asked


def _peers(rules, side):
    for rule in rules:
        for peer in rule.get(side, ()):
            if component := peer.get("podSelector", {}).get("matchLabels", {}).get(COMPONENT):
                yield component


def test_stores_are_open_to_those_alone_who_use_them():
    ports = {}
    for policy in of_kind(objects("prod"), "NetworkPolicy"):
        own = policy["spec"]["podSelector"]["matchLabels"].get(COMPONENT, "everybody")
        numbers = {p["port"] for rule in policy["spec"]["egress"] for p in rule["ports"]}
        ports[own] = numbers - {8101}

    stores = {27017, 5672}
    assert ports == {
        "everybody": {53},
        "gateway": {6379, 443},
        "notify": stores | {25, 465, 587, 443},
        "prepare": stores,
        **{service: stores for service in SERVICES if service != "notify"},
    }


@pytest.mark.parametrize("partitions", [2, 4])
def test_every_queue_has_its_trigger_with_whom_it_makes_work(partitions):
    more = {"settings": {"PEYGIR_PARTITIONS": str(partitions)}}
    found = of_kind(objects("prod", **more), "ScaledObject")
    triggers = {
        (each["metadata"]["labels"][COMPONENT], trigger["metadata"]["queueName"])
        for each in found
        for trigger in each["spec"]["triggers"]
    }

    assert triggers == {
        (pair.consumer, pair.queue(n)) for pair in pairs() for n in range(partitions)
    }
    assert {each["metadata"]["labels"][COMPONENT] for each in found} == set(CONSUMES)
    # A partition is handled by one process at a time: more of them would wait for ever.
    assert all(each["spec"]["maxReplicaCount"] <= partitions for each in found)


@pytest.mark.parametrize("way", WAYS)
def test_a_deployment_is_scaled_by_one_thing_alone(way):
    found = objects(way)
    scaled = [
        each["spec"]["scaleTargetRef"]["name"]
        for each in of_kind(found, "HorizontalPodAutoscaler", "ScaledObject")
    ]
    fixed = [
        each["metadata"]["name"]
        for each in of_kind(found, "Deployment")
        if "replicas" in each["spec"]
    ]

    everything = [each["metadata"]["name"] for each in of_kind(found, "Deployment")]
    assert sorted(scaled + fixed) == sorted(everything)


def test_figures_come_under_the_job_names_that_rules_and_boards_use():
    found = objects("prod")
    (monitor,) = of_kind(found, "ServiceMonitor")
    wanted = monitor["spec"]["selector"]["matchLabels"]
    scraped = [
        service["metadata"]["labels"][monitor["spec"]["jobLabel"]]
        for service in of_kind(found, "Service")
        if wanted.items() <= service["metadata"]["labels"].items()
    ]

    assert sorted(scraped) == sorted([*SERVICES, GATEWAY])


def test_the_chart_is_of_the_version_of_the_code():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

    assert f"appVersion: {version}\n" in (CHART / "Chart.yaml").read_text("utf-8")


@pytest.mark.parametrize("page", ["docs/how-to/kubernetes.md", "docs/how-to/compose.md"])
def test_every_setting_that_a_page_names_is_one(page):
    named_there = set(re.findall(r"\bPEYGIR_[A-Z_]+\b", (ROOT / page).read_text("utf-8")))
    known = {
        name
        for part in (*SERVICES, GATEWAY)
        for name, _, _ in added_by(ChassisSettings, *own_settings(part))
    }

    assert named_there <= known
