"""That the generated documentation is up to date, and complete."""

from pathlib import Path

import pytest

from chassis.metrics import METRICS
from contracts import EVENTS
from peygir.generated import documents

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("name", sorted(documents()))
def test_the_page_is_what_would_be_written_now(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == documents()[name], "run `peygir docs`"


def test_every_metric_and_event_is_told_of() -> None:
    pages = documents()

    assert all(f"`{name}`" in pages["metrics.md"] for name in METRICS)
    assert all(f"`{name}`" in pages["events.md"] for name in EVENTS)


def test_every_setting_says_what_it_means() -> None:
    lines = [line for line in documents()["settings.md"].splitlines() if line.startswith("| `")]

    assert lines
    assert not [line for line in lines if line.rstrip().endswith("|  |")]
