"""The README's walk through one ticket's life gives what it prints."""

import os
import re
import subprocess
import time
from pathlib import Path

from deploy.local.installation import Installation
from tests.system.client import Api, wait_for

README = Path(__file__).parents[2] / "README.md"
MARK = "@@@"
_IN_TIME = 0.7


def console_lines() -> list[tuple[str, list[str]]]:
    """Give each command with the lines printed after it."""
    commands: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], []))
            else:
                commands[-1][1].append(line)
    return commands


def masked(lines: list[str]) -> list[str]:
    """Codes differ from run to run."""
    return [re.sub(r"\b[0-9]{12}\b", "<code>", line) for line in lines]


def _wait_for_work_to_flow(installation: Installation) -> None:
    """Wait until a request is assigned within the second that the walk waits for it.

    The tests before may have stopped services that are catching up now.
    """
    password = installation.environment["PEYGIR_DEMO_PASSWORD"]
    desk = Api(installation.addresses.gateway).sign_in("desk", password)

    def flows() -> bool:
        requester = {"name": "رضا احمدی", "mobile": "09121234567"}
        code = desk.register(
            title="پیش از آن",
            description="پیش از آن",
            channel="phone",
            subject="it.software",
            requester=requester,
        )
        begun = time.monotonic()
        wait_for(lambda: desk.get(f"/tickets/{code}").json.get("assignee"), 30, "the assignment")
        return time.monotonic() - begun < _IN_TIME

    wait_for(flows, 60, "requests to be assigned at once")


def test_the_walk_of_the_readme_prints_what_it_says(installation: Installation) -> None:
    _wait_for_work_to_flow(installation)
    commands = console_lines()
    script = "\n".join(f"{command}\necho '{MARK}'" for command, _output in commands)
    script = script.replace("http://127.0.0.1:8000", installation.addresses.gateway)

    ran = subprocess.run(
        ["bash", "-u", "-c", script],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=os.environ | {"PEYGIR_DEMO_PASSWORD": installation.environment["PEYGIR_DEMO_PASSWORD"]},
    )

    printed = [part.strip().splitlines() for part in ran.stdout.split(MARK)]
    assert ran.returncode == 0, ran.stderr
    for (command, expected), got in zip(commands, printed, strict=False):
        assert masked(got) == masked(expected), f"{command}\n{ran.stderr}"
