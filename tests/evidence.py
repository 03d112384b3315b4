"""What processes wrote while a test ran, for the report of a test that failed."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

#: Where the logs of our processes lie below a run's folder: those of a test's own world, and those
#: of an installation. The servers that all tests share lie deeper.
_PLACES = ("*/*.log", "*/logs/*.log")
#: They write much, and little of it is about us.
_SERVERS = frozenset({"epmd", "mongod", "rabbitmq", "redis", "supervisord"})
_QUIET_LEVELS = frozenset({"debug", "info"})
_MOST_LOUD, _LAST = 40, 10
#: A file's time may be a tick older than the clock.
_TICK_SECONDS = 0.1


def logs_written(folder: Path, since: float) -> Iterator[tuple[str, str]]:
    """Give the name and the telling lines of each log below a folder that grew since an instant."""
    folder = folder.resolve()
    # Some are found twice: pytest links the newest folder of a name.
    logs = {log.resolve() for place in _PLACES for log in folder.glob(place)}
    for log in sorted(logs):
        if log.stem not in _SERVERS and log.stat().st_mtime >= since - _TICK_SECONDS:
            lines = telling(log.read_text(errors="replace").splitlines())
            if lines:
                yield str(log.relative_to(folder)), "\n".join(lines)


def telling(lines: Sequence[str]) -> list[str]:
    """Give the last lines that complain, and the very last whatever they say."""
    loud = [number for number, line in enumerate(lines) if _is_loud(line)][-_MOST_LOUD:]
    last = range(max(0, len(lines) - _LAST), len(lines))
    return [lines[number] for number in sorted({*loud, *last})]


def _is_loud(line: str) -> bool:
    """Tell whether a line warns; what is no record of ours is a traceback or worse."""
    try:
        return json.loads(line).get("level") not in _QUIET_LEVELS
    except (ValueError, AttributeError):
        return bool(line.strip())
