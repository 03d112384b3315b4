"""`make run`: a whole installation under `.local/`, with a demo organisation in it or none.

Starts everything, says where it answers and who may sign in, and stays until Ctrl-C or SIGTERM
stops everything again. The data stays for the next time.
"""

import argparse
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from contracts.setup import setup_pass
from deploy.local import processes
from deploy.local.blueprint import SERVER_ADDRESSES, port_names
from deploy.local.endings import until_told_to_end
from deploy.local.history import History
from deploy.local.installation import Installation
from deploy.local.ports import friendly
from deploy.local.programs import ProgramMissing
from deploy.local.secret_store import SECRETS_FILE
from deploy.local.servers import mongod, prometheus, rabbitmq, redis
from deploy.local.supervision import SupervisorError
from deploy.local.waiting import NotInTime

DEMO_ACCOUNTS = ("desk", "expert", "supervisor", "manager", "admin")

_READY_SECONDS = 120.0
_LOG_LINES = 15
_FIRST_PROCESS_PORT = 8101

# Ports that people know by heart or open in a browser. A taken one gives way to the next, and
# that is told; where our processes find each other nobody needs to know.
_WANTED_PORTS = {
    processes.GATEWAY: 8000,
    prometheus.NAME: 9090,
    processes.MAIL_SINK: 8025,
    processes.SMTP: 1025,
    processes.SMS_PROVIDER: 8026,
    processes.PUSH_SINK: 8027,
    mongod.NAME: 27017,
    redis.NAME: 6379,
    rabbitmq.NAME: 5672,
    rabbitmq.MANAGEMENT: 15672,
    rabbitmq.METRICS: 15692,
    rabbitmq.DISTRIBUTION: 25672,
    # Not Erlang's usual 4369: that one belongs to the machine's own RabbitMQ, if it has one.
    rabbitmq.MAPPER: 24369,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.run", description=__doc__)
    parser.add_argument("--base", type=Path, default=processes.ROOT / ".local")
    parser.add_argument("--empty", action="store_true", help="without the demo organisation")
    given = parser.parse_args()
    base = given.base / "empty" if given.empty else given.base
    try:
        with until_told_to_end():
            _run(base, demo=not given.empty)
    except (ProgramMissing, SupervisorError, NotInTime) as error:
        print(f"\nPeygir did not start: {error}", file=sys.stderr)
        return 1
    return 0


def _run(base: Path, *, demo: bool) -> None:
    is_first_time = not base.exists()
    environment = _given_environment()
    with Installation(
        base, ports=_ports(environment), environment=environment, demo=demo, with_prometheus=True
    ) as installation:
        history = History(installation.base, installation.environment)
        try:
            _start(installation)
            _introduce(installation)
            if demo:
                _name_accounts(installation, is_first_time=is_first_time)
            else:
                _lead_to_setup(installation)
            print("\nCtrl-C stops everything; the data stays.", flush=True)
            if history.is_wanted:
                print("\nA month of the past is being simulated; everything works meanwhile.")
                history.start()
            while True:
                time.sleep(1)
                history.look()
        finally:
            print("\nStopping.")
            history.stop()


def _given_environment() -> dict[str, str]:
    """Settings of the product and addresses of servers, from whoever called us."""
    return {
        key: value
        for key, value in os.environ.items()
        if key.startswith("PEYGIR_") or key in SERVER_ADDRESSES
    }


def _ports(environment: Mapping[str, str]) -> dict[str, int]:
    """A friendly port for everything; says which ones had to give way."""
    wanted = dict(_WANTED_PORTS)
    if "PEYGIR_GATEWAY_PORT" in environment:
        wanted[processes.GATEWAY] = int(environment["PEYGIR_GATEWAY_PORT"])
    others = (name for name in port_names() if name not in wanted)
    wanted |= {name: port for port, name in enumerate(others, start=_FIRST_PROCESS_PORT)}
    ports = friendly(wanted)
    for name in _WANTED_PORTS:
        if ports[name] != wanted[name]:
            print(f"Port {wanted[name]} is taken, {name} gets {ports[name]}.")
    return ports


def _start(installation: Installation) -> None:
    print(f"Starting under {installation.base}; seconds until each is ready:")
    start = time.monotonic()
    try:
        installation.start(_READY_SECONDS, told=_tell)
    except NotInTime as late:
        for name in late.missing:
            _show_log(installation, name)
        raise
    print(f"Ready after {time.monotonic() - start:.1f} s.")


def _tell(name: str, seconds: float) -> None:
    print(f"  {name:<14}{seconds:5.1f}", flush=True)


def _show_log(installation: Installation, name: str) -> None:
    file = installation.log_file(name)
    print(f"\nThe end of {file}:", file=sys.stderr)
    if file.exists():
        lines = file.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        print(*lines, sep="\n", file=sys.stderr)


def _introduce(installation: Installation) -> None:
    addresses = installation.addresses
    places = {
        "Portal and desk": addresses.gateway,
        "API": f"{addresses.gateway}/docs",
        "Sent mail": f"{addresses.mail_sink}/messages",
        "Sent SMS": f"{addresses.sms_provider}/messages",
        "Pushed": f"{addresses.push_sink}/messages",
        "Prometheus": addresses.prometheus,
        "RabbitMQ": addresses.broker_management,
        "Logs": installation.log_file(processes.GATEWAY).parent,
    }
    print()
    for name, place in places.items():
        if place is not None:
            print(f"  {name:<17}{place}")


def _name_accounts(installation: Installation, *, is_first_time: bool) -> None:
    print(f"\n  Accounts         {', '.join(DEMO_ACCOUNTS)}")
    if is_first_time:
        print(f"  Password         {installation.environment['PEYGIR_DEMO_PASSWORD']}")
    else:
        print(f"  Password         as at the first start ({installation.base / SECRETS_FILE})")


def _lead_to_setup(installation: Installation) -> None:
    keys = [installation.environment["PEYGIR_CALL_KEYS"]]
    link = f"{installation.addresses.gateway}/setup?pass={setup_pass(keys, now=time.time())}"
    print(f"\n  The first administrator is made here, within an hour:\n  {link}")


if __name__ == "__main__":
    sys.exit(main())
