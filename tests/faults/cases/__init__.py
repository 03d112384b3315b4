"""The tests, one function each: importing this package enters all of them in the table."""

from tests.faults.cases import (  # noqa: F401 - each enters its tests
    clock,
    cluster,
    disks,
    handlers,
    messages,
    moments,
    once,
    outside,
    processes,
    servers,
    soak,
    storm,
    webhooks,
)
from tests.faults.cases.table import TABLE

#: Every test by its number, in order; the unnumbered ones last.
CASES = dict(sorted(TABLE.items(), key=lambda item: (not item[0].isdecimal(), item[0].zfill(3))))
