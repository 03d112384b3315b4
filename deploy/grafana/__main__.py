"""`python -m deploy.grafana`: write the dashboards; a test compares."""

from pathlib import Path

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import written

FOLDER = Path(__file__).parent / "dashboards"

if __name__ == "__main__":
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(written(board), "utf-8")
