"""The command that writes the generated parts of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peygir.console import out
from peygir.generated import documents


def docs(
    folder: Annotated[Path, typer.Option(help="Where docs/ is.")] = Path("docs"),
) -> None:
    """Write the pages of settings, metrics, events, errors and commands; a test compares them."""
    for name, text in documents().items():
        (folder / name).write_text(text, "utf-8")
        out.print(f"{folder / name}", markup=False)
