"""The three servers alone, for whoever develops a service: starts them, says where, waits."""

import argparse
import signal
from pathlib import Path

from deploy.local.installation import Installation


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.servers", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder for data and logs")
    base = parser.parse_args().base
    # Blocked before anything starts, so that a signal in the middle of starting is not lost.
    endings = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    with Installation(base) as installation:
        installation.start_servers()
        for name in ("AMQP_URI", "MONGO_URI", "REDIS_URL"):
            print(f"{name}={installation.environment[name]}", flush=True)
        signal.sigwait(endings)


if __name__ == "__main__":
    main()
