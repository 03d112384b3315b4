"""Values that would not work are refused before anything is installed."""

import json

import helm_python
import pytest
import yaml

from deploy.helm.generated import CHART
from tests.deploy.chart import (
    DIGEST,
    environment,
    named,
    objects,
    of_kind,
    pods,
    render,
    rendered_files,
    values_of,
)


@pytest.mark.parametrize(
    "values",
    [
        {"replicaCount": 3},
        {"image": {"tag": "latest"}},
        {"image": {"digest": "sha256:short"}},
        {"image": {"requireDigest": True}},
        {"publicUrl": "peygir.example.org"},
        {"settings": {"PEYGIR_ZON": "Asia/Tehran"}},
        {"settings": {"PEYGIR_CALL_KEYS": "abc"}},
        {"settings": {"PEYGIR_CALL_PORT": "99"}},
        {"settings": {"PEYGIR_PARTITIONS": 4}},
        {"settings": {"PEYGIR_PARTITIONS": "four"}},
        {"services": {"sla": {"settings": {"PEYGIR_PARTITIONS": "4"}}}},
        {"services": {"sla": {"settings": {"PEYGIR_SMTP_CONNECTIONS": "4"}}}},
        {"services": {"billing": {"replicas": 1}}},
        {"services": {"sla": {"replicas": 0}}},
        {"secrets": {"elsewhere": {"PEYGIR_ZONE": {"name": "a", "key": "b"}}}},
        {"secrets": {"elsewhere": {"AMQP_URI": {"name": "a"}}}},
        {"broker": {"operator": {"enabled": True, "replicas": 2}}},
        {"pod": {"runAsUser": 0}},
        {"ingress": {"enabled": True}},
        {"keda": {"protocol": "stomp"}},
    ],
    ids=str,
)
def test_it_is_refused(values):
    with pytest.raises(helm_python.HelmError):
        list(render(values))


def container_of(found, name):
    template = named(found, "Deployment", name)["spec"]["template"]
    return template["spec"]["containers"][0]


def test_a_service_has_its_own_settings_over_those_of_all():
    more = {
        "settings": {"PEYGIR_LOG_LEVEL": "WARNING", "PEYGIR_BATCH_SIZE": "100"},
        "services": {"sla": {"settings": {"PEYGIR_BATCH_SIZE": "300"}}},
    }
    found = objects("defaults", **more)

    told = {name: environment(container_of(found, f"peygir-{name}")) for name in ("sla", "notify")}
    assert (told["sla"]["PEYGIR_BATCH_SIZE"], told["notify"]["PEYGIR_BATCH_SIZE"]) == ("300", "100")
    assert told["sla"]["PEYGIR_LOG_LEVEL"] == "WARNING"


def test_processes_that_are_apart_may_be_of_different_size():
    own = {"replicas": 5, "settings": {"PEYGIR_BATCH_SIZE": "50"}}
    found = objects("defaults", split=True, services={"sla": {"events": own}})

    sizes = [named(found, "Deployment", f"peygir-sla-{role}") for role in ("calls", "events")]
    assert [each["spec"]["replicas"] for each in sizes] == [2, 5]
    assert "PEYGIR_BATCH_SIZE" not in environment(container_of(found, "peygir-sla-calls"))


@pytest.mark.parametrize(
    "changed",
    [{"settings": {"PEYGIR_LOG_LEVEL": "DEBUG"}}, {"secrets": {"revision": "2"}}],
    ids=str,
)
def test_what_is_changed_starts_the_pods_again(changed):
    before, after = (
        [template for owner, template in pods(found) if owner["kind"] == "Deployment"]
        for found in (objects("defaults"), objects("defaults", **changed))
    )

    assert all(one != other for one, other in zip(before, after, strict=True))


def test_a_longer_drain_is_waited_for():
    found = objects("defaults", services={"sla": {"settings": {"PEYGIR_DRAIN_SECONDS": "300"}}})

    graces = {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for each in of_kind(found, "Deployment")
    }
    assert (graces["peygir-sla"], graces["peygir-notify"]) == (315, 45)


def test_a_secret_may_be_elsewhere():
    elsewhere = {"MONGO_URI": {"name": "mongodb-peygir", "key": "connectionString.standard"}}
    found = objects("defaults", secrets={"elsewhere": elsewhere})

    told = environment(container_of(found, "peygir-sla"))
    assert told["MONGO_URI"] == {"secretKeyRef": elsewhere["MONGO_URI"]}
    assert told["AMQP_URI"] == {"secretKeyRef": {"name": "peygir", "key": "AMQP_URI"}}


def test_an_operators_broker_is_used_by_the_login_that_the_operator_makes():
    found = objects("dev")

    (broker,) = of_kind(found, "RabbitmqCluster")
    told = environment(container_of(found, "peygir-sla"))["AMQP_URI"]["secretKeyRef"]
    assert told["name"] == f"{broker['metadata']['name']}-default-user"


@pytest.mark.parametrize(("way", "first"), [("defaults", "pre-install"), ("dev", "post-install")])
def test_stores_are_prepared_before_the_first_start_and_each_upgrade(way, first):
    (job,) = of_kind(objects(way), "Job")

    hooks = job["metadata"]["annotations"]
    assert hooks["helm.sh/hook"].split(",") == [first, "pre-upgrade"]
    assert "before-hook-creation" in hooks["helm.sh/hook-delete-policy"]
    # Before the first installation nothing of the chart is there to lean on.
    spec = job["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == "default"
    assert "envFrom" not in spec["containers"][0]


def test_the_image_is_what_was_tested():
    image = container_of(objects("prod"), "peygir-sla-calls")["image"]

    assert image.endswith(f"@{DIGEST}")
    with pytest.raises(helm_python.HelmError, match="digest"):
        list(render(values_of("prod", image={"digest": ""})))


@pytest.mark.parametrize(
    "release", ["peygir", "desk", "a-name-that-is-as-long-as-helm-allows-one-to-be-ok"]
)
def test_names_are_short_enough_whatever_the_release_is_called(release):
    names = [each["metadata"]["name"] for each in render({"split": True}, release)]

    assert max(len(name) for name in names) <= 63


def test_without_network_policies_there_are_none():
    assert not of_kind(objects("defaults", networkPolicy={"enabled": False}), "NetworkPolicy")
    assert "NetworkPolicy" in "".join(rendered_files({}).values())


def test_alerts_are_those_of_the_folder_and_lead_to_pages_of_ones_own():
    runbook = "https://wiki.example.org/peygir/"
    (rule,) = of_kind(objects("prod", prometheusRule={"runbook": runbook}), "PrometheusRule")

    groups = [
        group
        for path in sorted((CHART.parents[1] / "prometheus" / "rules").glob("*.yaml"))
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
    ]
    assert [each["name"] for each in rule["spec"]["groups"]] == [each["name"] for each in groups]
    alerts = [
        each for group in rule["spec"]["groups"] for each in group["rules"] if "alert" in each
    ]
    assert alerts
    assert all(each["annotations"]["runbook_url"].startswith(runbook) for each in alerts)


def test_boards_are_those_of_the_folder_under_the_label_that_grafana_looks_for():
    found = of_kind(objects("prod"), "ConfigMap")

    boards = {name: json.loads(text) for each in found for name, text in each["data"].items()}
    folder = CHART.parents[1] / "grafana" / "dashboards"
    assert boards == {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}
    assert boards
    assert all(each["metadata"]["labels"]["grafana_dashboard"] == "1" for each in found)
