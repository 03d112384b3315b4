"""Plays the day on an installation of its own and writes down what was said."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.setup import setup_pass
from deploy.local.installation import Installation
from gateway import openapi, recorded
from gateway.blank import blank_app
from tests.recording import day, himself, office, own, terms
from tests.recording.recorder import Recorder
from tests.servers import started_installation
from tests.system.client import Api

ACCOUNTS = ("desk", "expert", "supervisor", "manager", "admin")
_READY_SECONDS = 120.0


def main() -> None:
    recorder = Recorder(openapi.build(blank_app(), exchanges={}))
    with _started(demo=False) as installation:
        _found(recorder, installation)
    with _started(demo=True) as installation:
        password = installation.environment["PEYGIR_DEMO_PASSWORD"]
        anyone = Api(installation.addresses.gateway)
        people = {name: anyone.sign_in(name, password) for name in ACCOUNTS}
        recorder.clients = {"anyone": anyone, **people}
        recorder.secrets[password] = "your-password"
        for play in (terms.play, office.play, day.play, himself.play, own.play):
            play(recorder, installation, password)
    recorded.FILE.write_bytes(recorder.kept())
    missing = recorded.missing(openapi.build(blank_app()))
    if missing:
        sys.exit(f"written, but nothing shows {', '.join(missing)}")


@contextmanager
def _started(*, demo: bool) -> Iterator[Installation]:
    with (
        tempfile.TemporaryDirectory(prefix="recording-") as folder,
        started_installation(Path(folder), demo=demo) as installation,
    ):
        installation.start_processes()
        installation.wait_ready(_READY_SECONDS)
        yield installation


def _found(recorder: Recorder, installation: Installation) -> None:
    """Make the first administrator, as can be done but once."""
    keys = installation.environment["PEYGIR_CALL_KEYS"].split(",")
    recorder.clients = {"anyone": Api(installation.addresses.gateway)}
    founder = {
        "setup_pass": setup_pass(keys, now=time.time()),
        "organisation": "سازمان نمونه",
        "name": "سارا موسوی",
        "username": "admin",
        "password": "Sabz-Kooh-1405",
    }
    recorder.call("anyone", "found_installation", founder)


if __name__ == "__main__":
    main()
