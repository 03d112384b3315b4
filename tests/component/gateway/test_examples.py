"""The programs of docs/subscribing.md, run as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chassis.bus.topology import SOURCES
from gateway.security import Sessions
from tests.component.gateway.feed import FeedWorld
from tests.component.gateway.world import KEY, a_staff_member
from tests.component.waiting import eventually
from tests.load.events import draw_codes, example
from tests.servers import Servers

PAGE = Path("docs/subscribing.md")
RUN_BY = {".py": sys.executable, ".sh": "sh", ".mjs": "node"}
_PROGRAM = re.compile(
    r"^```(?:python|sh|js)\n((?:#|//) (\w+\.\w+):.*?)^```", re.MULTILINE | re.DOTALL
)
PROGRAMS = {name: text for text, name in _PROGRAM.findall(PAGE.read_text("utf-8"))}
_LONGEST = 30


@pytest.fixture(scope="module")
def feed(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeedWorld]:
    """A feed in which nothing has happened yet."""
    with FeedWorld(servers, tmp_path_factory.mktemp("feed")) as world:
        world.start_all(*SOURCES)
        world.open_gateway()
        yield world


Running = Callable[[str], Path]


@pytest.fixture
def run(feed: FeedWorld, tmp_path: Path) -> Iterator[Running]:
    """Start a program in a folder of its own; gives the file that it prints to."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> Path:
        for each in started:
            _end(each)
        program = tmp_path / name
        program.write_text(PROGRAMS[name], "utf-8")
        printed = tmp_path / f"printed.{len(started)}"
        token = Sessions([KEY]).open(a_staff_member()).token
        environment = os.environ | {"PEYGIR_URL": feed.gateway_url, "PEYGIR_KEY": token}
        with printed.open("wb") as output:
            command = [RUN_BY[program.suffix], name]
            # A group of its own: what a shell has started ends with it.
            process = subprocess.Popen(
                command, cwd=tmp_path, env=environment, stdout=output, start_new_session=True
            )
        started.append(process)
        return printed

    yield start
    for each in started:
        _end(each)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, 9)
    process.wait()


def told(feed: FeedWorld) -> str:
    """Have something happen; gives the code of its ticket."""
    code = draw_codes(1)[0]
    feed.tell(code, example("ticket.registered"))
    return code


def await_printed(printed: Path, code: str) -> str:
    """Wait until something about a ticket was printed; gives all that was."""

    def seen() -> str | None:
        text = printed.read_text("utf-8")
        return text if f"{code}.1" in text else None

    return eventually(seen, f"{code} to be printed")


@pytest.mark.parametrize("name", ["feed.py", "feed.sh", "feed.mjs", "stream.py", "stream.mjs"])
def test_a_program_goes_on_where_it_stopped(name, run, feed):
    first, printed = told(feed), run(name)
    await_printed(printed, first)
    # What was printed last may come again: it is kept a moment after.
    await_printed(printed, told(feed))
    third = told(feed)

    after = await_printed(run(name), third)

    assert first not in after


def test_who_follows_from_now_on_is_told_what_comes(run, feed):
    earlier = told(feed)
    eventually(lambda: any(earlier == each["subject"] for page in feed.pages() for each in page))
    printed = run("stream.sh")

    codes: list[str] = []

    def heard() -> str | None:
        # What is told before it follows is none of its business, and nobody knows when it begins.
        codes.append(told(feed))
        lines = printed.read_text("utf-8")
        return next((code for code in codes if code in lines), None)

    eventually(heard, "an event to be printed")
    assert earlier not in printed.read_text("utf-8")


def test_every_program_of_the_page_is_run_and_is_short():
    assert set(PROGRAMS) == {
        *("feed.py", "feed.sh", "feed.mjs", "stream.py", "stream.sh", "stream.mjs", "take.py")
    }
    assert all(text.count("\n") <= _LONGEST for text in PROGRAMS.values())
