"""The composition for one host: valid by the Compose specification, and held to code and chart.

No engine runs where these tests do. Variables are filled in as Compose does, from the example.
"""

import re
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from chassis.settings import SERVICES, ChassisSettings
from deploy.helm.parts import GATEWAY, PREPARE, added_by, own_settings, secrets
from tests.deploy.chart import environment, objects, pods

DEPLOY = Path(__file__).parents[2] / "deploy"
TEXT = (DEPLOY / "compose.yaml").read_text("utf-8")
OURS = (PREPARE, *SERVICES, GATEWAY)
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def example():
    """The example's variables, those without a value filled in."""
    lines = (DEPLOY / "compose.env.example").read_text("utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value or "filled-in" for name, _, value in pairs}


def filled(text, variables):
    """Fill in variables; raises KeyError for one that must be given and is not."""

    def value(found):
        name, kind, rest = found.groups()
        return variables[name] if kind == "?" else variables.get(name) or rest or ""

    return _VARIABLE.sub(value, text)


@pytest.fixture(scope="module")
def composition():
    return yaml.safe_load(filled(TEXT, example()))


@pytest.fixture(scope="module")
def services(composition):
    return composition["services"]


def checked(composition):
    """Have the specification's own model read it; fails for what it does not know."""
    known = {name: value for name, value in composition.items() if not name.startswith("x-")}
    read = PyCompose.from_yaml(yaml.safe_dump(known))
    read.validate()
    read.validate_networks()
    mounted = [each for one in known["services"].values() for each in one.get("volumes", ())]
    names = {each.split(":")[0] for each in mounted if not each.startswith((".", "/"))}
    if unknown := names - known["volumes"].keys():
        raise ValueError(f"no such volume: {unknown}")


def test_it_is_valid(composition):
    checked(composition)


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [
        ({"repliicas": 3}, "repliicas"),
        ({"volumes": ["nowhere:/data"]}, "nowhere"),
        ({"networks": ["nowhere"]}, "nowhere"),
        ({"mem_limit": "much"}, "mem_limit"),
        ({"image": "peygir:{tag}"}, "image"),
    ],
)
def test_what_is_not_valid_is_seen(spoilt, named):
    broken = yaml.safe_load(filled(TEXT, example()))
    broken["services"]["sla"] |= spoilt

    with pytest.raises(ValueError, match=named):
        checked(broken)


def test_all_that_must_be_given_is_in_the_example_and_no_more():
    asked = {name: kind for name, kind, _ in _VARIABLE.findall(TEXT)}
    given = example()

    assert {name for name, kind in asked.items() if kind == "?"} <= given.keys() <= asked.keys()
    secret = {name for name in secrets() if name in asked}
    assert {"PEYGIR_CALL_KEYS", "PEYGIR_SESSION_KEYS", "PEYGIR_KAVENEGAR_KEY"} <= secret
    for name, kind, default in _VARIABLE.findall(TEXT):
        if name in secret or "PASSWORD" in name:
            assert kind == "?" or default in ("", "[]"), f"{name} has a default"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting_that_the_process_reads(services, name):
    own = () if name == PREPARE else own_settings(name)
    read = {setting for setting, _, _ in added_by(ChassisSettings, *own)}
    required = {s for s, _, field in added_by(ChassisSettings, *own) if field.is_required()}

    told = services[name]["environment"].keys()
    assert told - {"PEYGIR_PUBLIC_URL"} <= read
    assert required <= told
    assert {s for s in told if s in secrets()} <= {
        s for s, row in secrets().items() if name in row["components"]
    }


def test_processes_are_the_charts(services):
    """The same arguments, ports and addresses, whatever brings them up."""
    for _, template in pods(objects("dev")):
        (container,) = template["spec"]["containers"]
        name = template["metadata"]["labels"]["app.kubernetes.io/component"]
        assert services[name]["command"] == container["args"]
        there, here = environment(container), services[name]["environment"]
        for setting in there.keys() & here.keys():
            if setting.endswith("_PORT"):
                assert here[setting] == there[setting]
        for service in SERVICES:
            assert here[f"PEYGIR_{service.upper()}_URL"] == f"http://{service}:8101"


@pytest.mark.parametrize("name", OURS)
def test_our_processes_may_do_nothing_but_their_work(services, name):
    service = services[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["mem_limit"]
    assert int(service["stop_grace_period"].rstrip("s")) > 30
    assert "privileged" not in service
    if name != PREPARE:
        assert "/readyz" in service["healthcheck"]["test"][-1]
        assert service["environment"]["PEYGIR_METRICS_PORT"] in service["healthcheck"]["test"][-1]


def test_stores_are_reached_from_inside_alone(services, composition):
    assert composition["networks"]["inside"]["internal"] is True
    for name in ("mongodb", "rabbitmq", "redis"):
        assert services[name]["networks"] == ["inside"]
        assert "ports" not in services[name]
    outside = {name for name in OURS if "outside" in services[name]["networks"]}
    assert outside == {"notify", "gateway"}


def test_everything_is_limited_kept_running_and_pinned(services):
    for name, service in services.items():
        assert service["restart"] in ("unless-stopped", "on-failure"), name
        assert service["mem_limit"], name
        tag = service["image"].rpartition(":")[2]
        assert re.match(r"^v?\d+(\.\d+)+", tag), name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name


def test_what_is_mounted_is_there(services):
    mounted = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
        if volume.startswith("./")
    }

    assert mounted
    assert all((DEPLOY / path).exists() for path in mounted)


def test_prometheus_finds_everybody_under_his_name(services):
    read = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    by_name = {
        (job["job_name"], each["names"][0], each["port"])
        for job in read["scrape_configs"]
        for each in job.get("dns_sd_configs", ())
    }

    assert by_name == {(name, name, 9101) for name in (*SERVICES, GATEWAY)}
    fixed = re.findall(r'"([a-z]+):\d+"', (DEPLOY / "prometheus" / "prometheus.yml").read_text())
    assert set(fixed) - {"alertmanager"} <= services.keys()
