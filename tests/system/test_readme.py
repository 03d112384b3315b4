"""The README's walk through one ticket's life gives what it prints."""

import os
import re
import subprocess
from pathlib import Path

from deploy.local.installation import Installation

README = Path(__file__).parents[2] / "README.md"
MARK = "@@@"


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


def test_the_walk_of_the_readme_prints_what_it_says(installation: Installation) -> None:
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
