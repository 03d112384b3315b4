"""What is shown of processes' logs with a failed test."""

import json
import os

import pytest

from tests import evidence


def a_line(event: str, level: str = "info") -> str:
    return json.dumps({"event": event, "level": level})


def test_the_lines_that_warn_are_shown_and_the_very_last_whatever_they_say():
    lines = [a_line("early", "warning"), *(a_line(f"quiet{n}") for n in range(30))]

    shown = evidence.telling(lines)

    assert shown == [lines[0], *lines[-10:]]


def test_a_traceback_is_shown_even_where_much_was_written_after_it():
    trace = ["Traceback (most recent call last):", '  File "x.py", line 1', "KeyError: 'x'"]

    shown = evidence.telling([*trace, *[a_line("quiet")] * 50])

    assert shown[:3] == trace


def test_of_many_warnings_the_last_are_shown():
    lines = [a_line(f"loud{n}", "error") for n in range(100)]

    assert evidence.telling(lines) == lines[-40:]


@pytest.fixture
def folder(tmp_path):
    for place, written_at in {
        "world0/sla.1.log": 200,
        "world0/intake.0.log": 50,
        "installation0/logs/notify.log": 200,
        "installation0/logs/mongod.log": 200,
        "servers/data/logs/rabbitmq.log": 200,
    }.items():
        log = tmp_path / place
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"of {log.stem}")
        os.utime(log, (written_at, written_at))
    (tmp_path / "world0" / "silent.log").touch()
    (tmp_path / "worldcurrent").symlink_to(tmp_path / "world0")
    return tmp_path


def test_logs_of_our_processes_that_grew_meanwhile_are_shown(folder):
    shown = dict(evidence.logs_written(folder, since=100))

    assert shown == {
        "world0/sla.1.log": "of sla.1",
        "installation0/logs/notify.log": "of notify",
    }
