"""Every way of rendering holds every policy, and every policy bites."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.deploy import policies
from tests.deploy.chart import WAYS, Object, objects, of_kind
from tests.deploy.policies import POLICIES, Policy


@pytest.fixture(scope="module")
def good():
    return objects("defaults")


def the_deployment(found: list[Object]) -> Object:
    return of_kind(found, "Deployment")[0]


def pod(found: list[Object]) -> Object:
    template: Object = the_deployment(found)["spec"]["template"]
    return template


def container(found: list[Object]) -> Object:
    first: Object = pod(found)["spec"]["containers"][0]
    return first


def without(kind: str) -> Callable[[list[Object]], Any]:
    def leave_out(found: list[Object]) -> None:
        found[:] = [each for each in found if each["kind"] != kind]

    return leave_out


def told(name: str, value: str) -> Callable[[list[Object]], Any]:
    return lambda found: container(found)["env"].append({"name": name, "value": value})


#: Ways to break a good rendering, and the policy that must see it.
BREAKS: list[tuple[Policy, Callable[[list[Object]], Any]]] = [
    (
        policies.every_object_says_whose_it_is,
        lambda found: found[0]["metadata"]["labels"].pop("app.kubernetes.io/version"),
    ),
    (
        policies.every_object_says_whose_it_is,
        lambda found: pod(found)["metadata"]["labels"].pop("app.kubernetes.io/part-of"),
    ),
    (
        policies.containers_ask_and_are_limited,
        lambda found: container(found)["resources"]["limits"].pop("memory"),
    ),
    (
        policies.containers_ask_and_are_limited,
        lambda found: container(found)["resources"]["requests"].pop("cpu"),
    ),
    (
        policies.pods_run_as_nobody_and_see_nothing_of_their_node,
        lambda found: pod(found)["spec"]["securityContext"].pop("runAsNonRoot"),
    ),
    (
        policies.containers_may_nothing_over_a_read_only_root,
        lambda found: container(found)["securityContext"].pop("readOnlyRootFilesystem"),
    ),
    (
        policies.containers_may_nothing_over_a_read_only_root,
        lambda found: container(found)["securityContext"]["capabilities"].update(add=["NET_RAW"]),
    ),
    (
        policies.pods_run_as_nobody_and_see_nothing_of_their_node,
        lambda found: pod(found)["spec"]["volumes"].append({"name": "x", "hostPath": {}}),
    ),
    (
        policies.pods_get_nothing_that_they_do_not_ask_for,
        lambda found: pod(found)["spec"].pop("automountServiceAccountToken"),
    ),
    (
        policies.pods_get_nothing_that_they_do_not_ask_for,
        lambda found: pod(found)["spec"].update(enableServiceLinks=True),
    ),
    (policies.servers_are_probed, lambda found: container(found).pop("startupProbe")),
    (
        policies.servers_are_probed,
        lambda found: container(found).update(livenessProbe=container(found)["readinessProbe"]),
    ),
    (policies.servers_end_in_good_order, lambda found: container(found).pop("lifecycle")),
    (policies.servers_end_in_good_order, told("PEYGIR_DRAIN_SECONDS", "300")),
    (policies.servers_survive_a_node, without("PodDisruptionBudget")),
    (
        policies.servers_survive_a_node,
        lambda found: pod(found)["spec"].pop("topologySpreadConstraints"),
    ),
    (policies.nothing_is_reached_unless_it_is_named, without("NetworkPolicy")),
    (
        policies.nothing_is_reached_unless_it_is_named,
        lambda found: of_kind(found, "NetworkPolicy")[0]["spec"]["egress"].append({}),
    ),
    (
        policies.images_are_pinned,
        lambda found: container(found).update(image="registry.example.org/peygir:latest"),
    ),
    (
        policies.images_are_pinned,
        lambda found: container(found).update(image="registry.example.org/peygir"),
    ),
    (policies.secrets_are_told_by_reference, told("PEYGIR_CALL_KEYS", "abc")),
    (policies.secrets_are_told_by_reference, told("WHERE", "amqp://peygir:abc@broker/")),
    (
        policies.what_is_mounted_rolls_the_pods,
        lambda found: container(found).update(envFrom=[{"configMapRef": {"name": "x"}}]),
    ),
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
@pytest.mark.parametrize("way", WAYS)
def test_the_chart_holds(way, policy):
    assert list(policy(objects(way))) == []


@pytest.mark.parametrize(("policy", "spoil"), BREAKS)
def test_what_breaks_a_policy_is_seen_by_it(good, policy, spoil):
    broken = deepcopy(good)

    spoil(broken)

    assert list(policy(good)) == []
    assert list(policy(broken))


def test_every_policy_is_seen_to_bite():
    assert {policy for policy, _ in BREAKS} == set(POLICIES)
