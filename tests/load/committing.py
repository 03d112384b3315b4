"""How fast one process commits: a hundred green threads through the journal, beside bare inserts.

A process of its own, because sockets must be patched before anything opens one:
`python -m tests.load.committing MONGO_URI` prints one line of JSON.
"""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterable  # noqa: E402
from itertools import islice  # noqa: E402
from typing import Any, TypeVar  # noqa: E402

from chassis.journal.commit import decode  # noqa: E402
from chassis.journal.group import GroupWriter  # noqa: E402
from chassis.journal.journal import COMMIT_INDEXES  # noqa: E402
from chassis.mongo import DURABLE, connect  # noqa: E402
from tests.load.events import commit, draw_codes, example  # noqa: E402

_WRITERS = 100
_BARE_WRITERS = 50
_SECONDS = 3.0
_ROUNDS = 2
_MOST = 60_000
_MOST_BARE = 15_000
_DATABASE = "bench_committing"

T = TypeVar("T")


def measure(uri: str) -> dict[str, float]:
    """Give commits a second, bare inserts of the same documents a second, and their ratio.

    A commit counts with its encoding and its hash; the bare inserts are spared both.
    """
    client = connect(uri, seconds=10)
    client.drop_database(_DATABASE)
    event = example("ticket.registered")
    database = client[_DATABASE]
    for name in ("journal", "bare"):
        database[name].create_indexes(COMMIT_INDEXES)
    bare = database.get_collection("bare", write_concern=DURABLE)
    writer = GroupWriter(database["journal"], seconds=10)
    inserts = commits = 0.0
    bare_names, names = (iter(draw_codes(_ROUNDS * most)) for most in (_MOST_BARE, _MOST))
    # In turns, because the machine's speed changes from one second to the next.
    for _round in range(_ROUNDS):
        documents = [decode(commit(code, event)) for code in islice(bare_names, _MOST_BARE)]
        inserts += _rate(_BARE_WRITERS, bare.insert_one, documents) / _ROUNDS
        some = islice(names, _MOST)
        commits += _rate(_WRITERS, lambda code: writer.insert(commit(code, event)), some) / _ROUNDS
    client.drop_database(_DATABASE)
    return {
        "commits_per_second": round(commits),
        "bare_inserts_per_second": round(inserts),
        "ratio": round(commits / inserts, 2),
    }


def _rate(writers: int, write: Callable[[T], Any], items: Iterable[T]) -> float:
    """Have so many green threads write for a while; gives how often all together did a second."""
    waiting, written = iter(items), 0
    began = time.perf_counter()

    def go_on() -> None:
        nonlocal written
        for item in waiting:
            write(item)
            written += 1
            if time.perf_counter() - began > _SECONDS:
                break

    for thread in [eventlet.spawn(go_on) for _ in range(writers)]:
        thread.wait()
    return written / (time.perf_counter() - began)


def main() -> None:
    """Measure on a database and print."""
    print(json.dumps(measure(sys.argv[1])))


if __name__ == "__main__":
    main()
