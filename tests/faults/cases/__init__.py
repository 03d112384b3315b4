"""The tests, one function each: importing this package enters all of them in `TABLE`."""

from tests.faults.cases import (
    clock,
    cluster,
    disks,
    handlers,
    messages,
    moments,
    outside,
    processes,
    servers,
    soak,
    storm,
)
from tests.faults.cases.table import TABLE

__all__ = [
    "TABLE",
    "clock",
    "cluster",
    "disks",
    "handlers",
    "messages",
    "moments",
    "outside",
    "processes",
    "servers",
    "soak",
    "storm",
]
