"""How the command line refuses: in one line, with a status that says why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.core
import typer.main
from click import Command
from typer.testing import CliRunner

from peygir.cli import app
from peygir.client import Client
from peygir.commands.read import duration

runner = CliRunner()
#: Nothing listens on the discard port of this machine.
NOWHERE = ["--url", "http://127.0.0.1:9"]


@pytest.fixture(autouse=True)
def nobody_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "PEYGIR_URL",
        "PEYGIR_PUBLIC_URL",
        "PEYGIR_USERNAME",
        "PEYGIR_PASSWORD",
        "PEYGIR_DEMO_PASSWORD",
        "PEYGIR_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


def test_a_password_must_be_given() -> None:
    told = runner.invoke(app, [*NOWHERE, "stuck", "list"])

    assert told.exit_code == 1
    assert told.stderr.startswith("peygir: There is no password")


def test_a_gateway_that_is_away_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "patience", 0, raising=False)

    told = runner.invoke(app, [*NOWHERE, "status"])

    assert told.exit_code == 3
    assert "does not answer" in told.stdout


def test_a_log_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "log.csv")

    told = runner.invoke(app, [*NOWHERE, "replay", missing, "--mapping", "volvo-problems.yaml"])

    assert told.exit_code == 1
    assert told.stderr.count("peygir: ") == 1
    assert "Traceback" not in told.stderr


def test_docs_writes_what_is_generated(tmp_path: Path) -> None:
    told = runner.invoke(app, ["docs", "--folder", str(tmp_path)])

    assert told.exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "cli.md",
        "errors.md",
        "events.md",
        "metrics.md",
        "settings.md",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59.6, "1 min"), (725, "12 min 5 s"), (86_400 + 59, "1 d"), (97_200, "1 d 3 h")],
)
def test_seconds_are_told_by_their_two_largest_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_link_for_the_first_administrator_needs_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEYGIR_CALL_KEYS", raising=False)
    refused = runner.invoke(app, [*NOWHERE, "setup"])
    assert (refused.exit_code, "PEYGIR_CALL_KEYS" in refused.stderr) == (1, True)

    told = runner.invoke(app, [*NOWHERE, "setup"], env={"PEYGIR_CALL_KEYS": "k" * 40})

    assert told.exit_code == 0
    assert told.stdout.startswith("http://127.0.0.1:9/setup?pass=")


def commands(group: typer.core.TyperGroup, name: str = "") -> Iterator[tuple[str, Command]]:
    for part, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands(command, f"{name} {part}")
        else:
            yield f"{name} {part}".strip(), command


def test_every_command_and_every_option_says_what_it_is_for() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, typer.core.TyperGroup)

    silent = [
        f"{name} {parameter.name}".strip()
        for name, command in commands(group)
        for parameter in (*command.params, command)
        if not (getattr(parameter, "help", None) or "").strip()
    ]

    assert silent == []
