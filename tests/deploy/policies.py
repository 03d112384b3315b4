"""What no object of the chart may lack: each policy gives what is wrong with what was rendered."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.deploy.chart import Object, of_kind, pods

Policy = Callable[[list[Object]], Iterator[str]]
LABELS = ("name", "instance", "version", "component", "part-of", "managed-by")
_PINNED = re.compile(r"^[^:@]+(:[0-9]+/[^:@]+)?:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?$")
#: What reads like a secret in the value of a setting.
_SECRET = re.compile(r"(password|secret|token|keys?)$|://[^/]*:[^/]*@", re.IGNORECASE)


def every_object_says_whose_it_is(found: list[Object]) -> Iterator[str]:
    for each in found:
        carried = each["metadata"].get("labels", {})
        yield from (_at(each, label) for label in LABELS if not carried.get(_ours(label)))
    for each, template in pods(found):
        carried = template["metadata"].get("labels", {})
        yield from (_at(each, "pod", label) for label in LABELS if not carried.get(_ours(label)))


def containers_ask_and_are_limited(found: list[Object]) -> Iterator[str]:
    for each, container in _containers(found):
        resources = container.get("resources", {})
        wanted = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))
        yield from (_at(each, *path) for path in wanted if not _dig(resources, *path))


def pods_run_as_nobody_and_see_nothing_of_their_node(found: list[Object]) -> Iterator[str]:
    for each, template in pods(found):
        spec = template["spec"]
        security = spec.get("securityContext", {})
        if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
            yield _at(each, "runAsNonRoot")
        if _dig(security, "seccompProfile", "type") != "RuntimeDefault":
            yield _at(each, "seccompProfile")
        shared = ("hostNetwork", "hostPID", "hostIPC")
        yield from (_at(each, name) for name in shared if spec.get(name))
        if any("hostPath" in volume for volume in spec.get("volumes", ())):
            yield _at(each, "hostPath")


def containers_may_nothing_over_a_read_only_root(found: list[Object]) -> Iterator[str]:
    for each, container in _containers(found):
        security = container.get("securityContext", {})
        if security.get("readOnlyRootFilesystem") is not True:
            yield _at(each, "readOnlyRootFilesystem")
        if security.get("allowPrivilegeEscalation") is not False or security.get("privileged"):
            yield _at(each, "privileges")
        if _dig(security, "capabilities", "drop") != ["ALL"] or "add" in security["capabilities"]:
            yield _at(each, "capabilities")


def pods_get_nothing_that_they_do_not_ask_for(found: list[Object]) -> Iterator[str]:
    """No token of the cluster, and no variables of Services, which could be taken for settings."""
    for each, template in pods(found):
        if template["spec"].get("automountServiceAccountToken") is not False:
            yield _at(each, "automountServiceAccountToken")
        if template["spec"].get("enableServiceLinks") is not False:
            yield _at(each, "enableServiceLinks")
    for account in of_kind(found, "ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield _at(account, "automountServiceAccountToken")


def servers_are_probed(found: list[Object]) -> Iterator[str]:
    for each, container in _containers(found, "Deployment"):
        probes = ("startupProbe", "livenessProbe", "readinessProbe")
        yield from (_at(each, probe) for probe in probes if probe not in container)
        if container.get("livenessProbe") == container.get("readinessProbe"):
            yield _at(each, "a process that only waits would be killed")


def servers_end_in_good_order(found: list[Object]) -> Iterator[str]:
    for each in of_kind(found, "Deployment"):
        spec = each["spec"]["template"]["spec"]
        for container in spec["containers"]:
            before = _dig(container, "lifecycle", "preStop", "sleep", "seconds") or 0
            if not before:
                yield _at(each, "preStop")
            told = {item["name"]: item.get("value") for item in container["env"]}
            drain = float(told.get("PEYGIR_DRAIN_SECONDS") or 25)
            handler = float(told.get("PEYGIR_HANDLER_SECONDS") or 30)
            if spec.get("terminationGracePeriodSeconds", 30) <= before + max(drain, handler):
                yield _at(each, "terminationGracePeriodSeconds")


def servers_survive_a_node(found: list[Object]) -> Iterator[str]:
    budgets = [_selector(each) for each in of_kind(found, "PodDisruptionBudget")]
    for each in of_kind(found, "Deployment"):
        carried = each["spec"]["template"]["metadata"]["labels"]
        if sum(wanted.items() <= carried.items() for wanted in budgets) != 1:
            yield _at(each, "disruption budget")
        spread = each["spec"]["template"]["spec"].get("topologySpreadConstraints", ())
        keys = {item["topologyKey"] for item in spread if _fits(item["labelSelector"], carried)}
        if "kubernetes.io/hostname" not in keys:
            yield _at(each, "spread")
    for each in of_kind(found, "PodDisruptionBudget"):
        if each["spec"].get("maxUnavailable") != 1:
            yield _at(each, "maxUnavailable")


def nothing_is_reached_unless_it_is_named(found: list[Object]) -> Iterator[str]:
    """Every pod is denied both ways by a policy without rules for it, names of hosts apart."""
    policies = of_kind(found, "NetworkPolicy")
    for each, template in pods(found):
        carried = template["metadata"]["labels"]
        over = [policy for policy in policies if _fits(policy["spec"]["podSelector"], carried)]
        denied = {way for policy in over for way in policy["spec"].get("policyTypes", ())}
        yield from (_at(each, way) for way in ("Ingress", "Egress") if way not in denied)
    for policy in policies:
        for rule in (*policy["spec"].get("ingress", ()), *policy["spec"].get("egress", ())):
            if not rule.get("ports"):
                yield _at(policy, "a rule for all ports")


def images_are_pinned(found: list[Object]) -> Iterator[str]:
    for each, container in _containers(found):
        if not _PINNED.match(container["image"]):
            yield _at(each, container["image"])


def secrets_are_told_by_reference(found: list[Object]) -> Iterator[str]:
    for each in of_kind(found, "Secret"):
        yield _at(each, "a secret in the chart")
    for each, container in _containers(found):
        for setting in container.get("env", ()):
            if _SECRET.search(setting["name"]) and "value" in setting:
                yield _at(each, setting["name"])
            if _SECRET.search(setting.get("value") or ""):
                yield _at(each, setting["name"])


def what_is_mounted_rolls_the_pods(found: list[Object]) -> Iterator[str]:
    """A changed ConfigMap is noticed by nobody, unless the pods carry its checksum."""
    for each, template in pods(found):
        sources = [source for item in _items(template) for source in item.get("envFrom", ())]
        volumes = [v for v in template["spec"].get("volumes", ()) if "configMap" in v]
        sums = [name for name in template["metadata"].get("annotations", {}) if "checksum" in name]
        if (sources or volumes) and not sums:
            yield _at(each, "checksum")


POLICIES: tuple[Policy, ...] = (
    every_object_says_whose_it_is,
    containers_ask_and_are_limited,
    pods_run_as_nobody_and_see_nothing_of_their_node,
    containers_may_nothing_over_a_read_only_root,
    pods_get_nothing_that_they_do_not_ask_for,
    servers_are_probed,
    servers_end_in_good_order,
    servers_survive_a_node,
    nothing_is_reached_unless_it_is_named,
    images_are_pinned,
    secrets_are_told_by_reference,
    what_is_mounted_rolls_the_pods,
)


def _containers(found: list[Object], *kinds: str) -> Iterator[tuple[Object, Object]]:
    for each, template in pods(found):
        if not kinds or each["kind"] in kinds:
            yield from ((each, container) for container in _items(template))


def _items(template: Object) -> list[Object]:
    return [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]


def _fits(selector: Object, labels: Object) -> bool:
    wanted: Object = selector.get("matchLabels", {})
    return wanted.items() <= labels.items()


def _selector(each: Object) -> Object:
    found: Object = each["spec"]["selector"]["matchLabels"]
    return found


def _dig(found: Any, *path: str) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _ours(label: str) -> str:
    return f"app.kubernetes.io/{label}"


def _at(each: Object, *what: str) -> str:
    return f"{each['kind']} {each['metadata']['name']}: {' '.join(what)}"
