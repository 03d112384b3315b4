"""The three servers alone, for whoever develops a service: starts them, says where, waits."""

import argparse
import signal
from pathlib import Path

from deploy.local.endings import until_told_to_end
from deploy.local.installation import Installation


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.servers", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder for data and logs")
    base = parser.parse_args().base
    with Installation(base) as installation, until_told_to_end():
        installation.start_servers()
        for name in ("AMQP_URI", "MONGO_URI", "REDIS_URL"):
            print(f"{name}={installation.environment[name]}", flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
