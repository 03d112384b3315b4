"""What an installation leaves in /proc while it runs."""

import re
from collections.abc import Iterable
from pathlib import Path

_LISTEN = "0A"
_LOOPBACKS = {"0100007F": "127.0.0.1", "00000000000000000000000001000000": "::1"}


def processes_under(base: Path) -> dict[int, str]:
    """Processes that have the folder in their command, environment or place; names by id."""
    found = {}
    mark = str(base).encode()
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or process.name == "self":
            continue
        try:
            traces = (
                (process / "cmdline").read_bytes(),
                (process / "environ").read_bytes(),
                str((process / "cwd").readlink()).encode(),
            )
            name = (process / "comm").read_text().strip()
        except OSError:
            continue  # it has ended meanwhile
        if any(mark in trace for trace in traces):
            found[int(process.name)] = name
    return found


def listening_addresses(processes: Iterable[int]) -> set[str]:
    """The addresses on which these processes accept TCP connections."""
    sockets = {socket for process in processes for socket in _sockets_of(process)}
    addresses = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == _LISTEN and rest[5] in sockets:
                address = local.partition(":")[0]
                addresses.add(_LOOPBACKS.get(address, address))
    return addresses


def _sockets_of(process: int) -> set[str]:
    found = set()
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        match = re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink()))
        if match:
            found.add(match[1])
    return found
