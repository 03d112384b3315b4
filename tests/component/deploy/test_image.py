"""What the image holds, run in the chart's own words.

The two steps of the Containerfile are run as they are, into a folder that is then closed for
writing; from there every process of the chart is started with the arguments, the settings and the
probes that its pod has. Only addresses and secrets are this machine's. No engine is needed, so the
base image and the user are not seen here; processes have no capability, and so no way round the
permissions of files.
"""

import re
import secrets
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from pymongo import MongoClient

from chassis.settings import SERVICES
from deploy.local.ports import HOST, PortBlock
from deploy.local.programs import Program
from tests.component.processes import Process
from tests.deploy.chart import environment, named, objects, of_kind
from tests.deploy.containerfile import FILE, ROOT, read
from tests.http import Http

BUILD_SECONDS = 400
KINDS = ("door", "calls", "metrics")
#: All that answer calls, and of those that handle events one that hears others, one that does not.
PROCESSES = (
    *(f"{service}-calls" for service in SERVICES),
    "intake-events",
    "sla-events",
    "gateway",
)
#: Started side by side; more of them would only wait for the processors.
AT_ONCE = 3


class Pod(NamedTuple):
    """A pod of the chart, as a process of this machine."""

    container: dict
    grace: float
    process: Process
    ports: dict[str, int]

    def probe(self, name: str) -> Http:
        asked = self.container[name]["httpGet"]
        with Http(f"http://{HOST}:{self.ports[asked['port']]}") as client:
            return client.get(asked["path"])


@pytest.fixture
def image(tmp_path):
    """The folder that the image runs from, made by the Containerfile's own steps."""
    folder = tmp_path / "peygir"
    build, _ = read(FILE.read_text("utf-8"))
    for step in build.all("RUN"):
        command = step.replace("/opt/peygir", str(folder)).split()
        made = subprocess.run(
            command, cwd=ROOT, timeout=BUILD_SECONDS, capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr[-2000:]
    subprocess.run(["chmod", "-R", "a-w", folder], check=True)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)


@pytest.fixture
def corner(servers):
    """What secrets say, and a corner of the servers for one installation."""
    prefix = f"image_{secrets.token_hex(4)}_"
    with servers.new_vhost() as amqp_uri, MongoClient(servers.mongo_uri) as mongo:
        yield {
            "AMQP_URI": amqp_uri,
            "MONGO_URI": servers.mongo_uri,
            "REDIS_URL": servers.redis_url,
            "PEYGIR_CALL_KEYS": secrets.token_hex(32),
            "PEYGIR_SESSION_KEYS": secrets.token_hex(32),
            "PEYGIR_DATABASE_PREFIX": prefix,
        }
        for service in SERVICES:
            mongo.drop_database(prefix + service)


@pytest.fixture
def rendered():
    """Production with the demo organisation, calls and events apart."""
    return objects("prod", settings={"PEYGIR_DEMO": "true"})


# One test, because its image takes a minute to make.
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_the_image_holds_does_all_that_the_chart_asks_of_it(image, corner, rendered, tmp_path):
    nothing_is_left_that_installs(image)
    before = everything_in(image)
    names = [f"peygir-{name}" for name in PROCESSES]
    with PortBlock([f"{name}.{kind}" for name in names for kind in KINDS]) as block:
        told = corner | {
            f"PEYGIR_{service.upper()}_URL": f"http://{HOST}:{port}"
            for service in SERVICES
            for port in [block.ports[f"peygir-{service}-calls.calls"]]
        }
        (job,) = of_kind(rendered, "Job")
        stores_are_prepared(_command(image, _container(job), told))
        running: dict[str, Pod] = {}
        try:
            for name in names:
                ports = {kind: block.ports[f"{name}.{kind}"] for kind in KINDS}
                owner = named(rendered, "Deployment", name)
                running[name] = _start(image, owner, ports, told, tmp_path / f"{name}.log")
                if len(running) % AT_ONCE == 0:
                    all_are_ready(running)
            all_are_ready(running)
            every_probe_is_answered(running)
            the_door_shows_pages_and_what_belongs_to_them(running["peygir-gateway"])
            each_takes_less_than_it_may(running)
            each_ends_in_good_order_within_its_time(running)
        finally:
            for pod in running.values():
                if pod.process.running:
                    pod.process.kill()
    assert everything_in(image) == before


def nothing_is_left_that_installs(image):
    there = {path.name for path in (image / "bin").iterdir()}
    modules = {path.name for path in image.glob("lib/python*/site-packages/*")}

    assert "python" in there
    assert not {"pip", "pip3", "wheel"} & there
    assert not {"pip", "setuptools", "wheel", "pytest", "tests"} & modules


def everything_in(folder):
    return {path.relative_to(folder): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def stores_are_prepared(command):
    done = subprocess.run(command, timeout=200, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]


def all_are_ready(running):
    for pod in running.values():
        pod.process.wait_ready()


def every_probe_is_answered(running):
    for name, pod in running.items():
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert pod.probe(probe).status == 200, (name, probe)


def the_door_shows_pages_and_what_belongs_to_them(gateway):
    with Http(f"http://{HOST}:{gateway.ports['door']}") as client:
        assert client.get("/api/v1/subjects").expect(200).json
        page = client.get("/").expect(200).text
        parts = set(re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|woff2|svg))', page))
        assert parts
        for part in parts:
            client.get(part).expect(200)


def each_takes_less_than_it_may(running):
    for name, pod in running.items():
        limit = pod.container["resources"]["limits"]["memory"]
        taken = _mebibytes(pod.process.pid)
        print(f"{name}: {taken:.0f} MiB of {limit}")
        assert limit.endswith("Mi")
        assert taken < int(limit.removesuffix("Mi")) / 2, name


def each_ends_in_good_order_within_its_time(running):
    for pod in running.values():
        pod.process.signal(signal.SIGTERM)

    for name, pod in running.items():
        assert pod.process.wait(pod.grace) == 0, name


def _mebibytes(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    (kibibytes,) = re.findall(r"VmRSS:\s+(\d+) kB", status)
    return int(kibibytes) / 1024


def _container(owner):
    (container,) = owner["spec"]["template"]["spec"]["containers"]
    return container


def _start(image, owner, ports, told, log):
    container = _container(owner)
    here = told | {
        "PEYGIR_METRICS_HOST": HOST,
        "PEYGIR_METRICS_PORT": ports["metrics"],
        "PEYGIR_CALL_HOST": HOST,
        "PEYGIR_CALL_PORT": ports["calls"],
        "PEYGIR_GATEWAY_HOST": HOST,
        "PEYGIR_GATEWAY_PORT": ports["door"],
    }
    program = Program(owner["metadata"]["name"], _command(image, container, here), image)
    ready = f"http://{HOST}:{ports['metrics']}{container['readinessProbe']['httpGet']['path']}"
    grace = owner["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    return Pod(container, grace, Process(program, {}, log, ready), ports)


def _command(image, container, here):
    """The image's entry with the pod's arguments, in an environment of both and nothing else."""
    _, final = read(FILE.read_text("utf-8"))
    asked = environment(container)
    told = {name: value for name, value in asked.items() if isinstance(value, str)}
    told |= {name: str(value) for name, value in here.items() if name in asked}
    told["PEYGIR_DATABASE_PREFIX"] = here["PEYGIR_DATABASE_PREFIX"]
    ours = {
        name: value.replace("/opt/peygir", str(image)) for name, value in final.environment.items()
    }
    variables = [f"{name}={value}" for name, value in (ours | told).items()]
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    return ["env", "-i", *variables, *powerless, "python", "-m", *container["args"]]
