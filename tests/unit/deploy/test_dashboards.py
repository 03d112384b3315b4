"""Dashboards: written anew when their code changes, readable, and asking for what there is."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as model

from chassis.metrics import METRICS
from deploy.grafana.__main__ import FOLDER
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import RUNBOOKS, Board, written
from tests.unit.deploy.sdk_schema import misfits
from tests.unit.deploy.watching import RECORDED, ROOT, run_tool

FILES = sorted(FOLDER.glob("*.json"))
DASHBOARDS = [json.loads(file.read_text("utf-8")) for file in FILES]
PANELS = [
    pytest.param(panel, id=f"{dashboard['uid']}: {panel['title']}")
    for dashboard in DASHBOARDS
    for panel in dashboard["panels"]
    if panel["type"] != "row"
]
_METRIC = re.compile(r"(?<![:\w])peygir_\w+(?![:\w])")
_VARIABLES = {"$__rate_interval": "1m", "$job": "intake"}


def expressions() -> list[str]:
    asked = [target["expr"] for panel in PANELS for target in panel.values[0]["targets"]]
    marked = [note["expr"] for board in DASHBOARDS for note in board["annotations"]["list"]]
    return [*asked, *marked]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_the_file_is_what_would_be_written_now(board: Board) -> None:
    text = (FOLDER / f"{board.uid}.json").read_text("utf-8")

    assert text == written(board), "run `python -m deploy.grafana`"


def test_there_is_no_other_file() -> None:
    assert {file.stem for file in FILES} == {board.uid for board in BOARDS}


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda board: board["uid"])
def test_a_dashboard_fits_the_schema_of_the_sdk(dashboard: dict[str, Any]) -> None:
    read = model.Dashboard.from_json(dashboard)
    again = json.loads(json.dumps(read, cls=JSONEncoder))

    assert dashboard["schemaVersion"] >= 41
    # What the schema does not know would be lost on the way.
    assert again == dashboard
    assert misfits(read, model.Dashboard, "dashboard") == []


def test_what_does_not_fit_the_schema_is_found() -> None:
    dashboard = deepcopy(DASHBOARDS[0])
    dashboard["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["mode"] = "sometimes"
    dashboard["panels"][2]["gridPos"]["w"] = "wide"

    assert misfits(model.Dashboard.from_json(dashboard), model.Dashboard, "it") == [
        "it.panels[1].field_config.defaults.thresholds.mode",
        "it.panels[2].grid_pos.w",
    ]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows_and_leads_to_what_to_do(panel: dict[str, Any]) -> None:
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["description"].endswith(".")
    assert panel["datasource"] == {"type": "prometheus", "uid": "${ds}"}
    assert panel["targets"]
    [link] = panel["links"]
    page = link["url"].removeprefix("${runbooks}/")
    assert (ROOT / "docs" / "runbook" / page).is_file()


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda board: board["uid"])
def test_a_dashboard_names_no_data_source_of_its_own(dashboard: dict[str, Any]) -> None:
    variables = {item["name"]: item for item in dashboard["templating"]["list"]}
    ids = [panel["id"] for panel in dashboard["panels"]]

    assert variables["ds"]["type"] == "datasource"
    assert variables["runbooks"]["query"] == RUNBOOKS
    assert len(set(ids)) == len(ids)


def test_panels_ask_for_metrics_that_there_are() -> None:
    asked = {name for expr in expressions() for name in _METRIC.findall(expr)}
    recorded = {name for expr in expressions() for name in re.findall(r"\b\w+:\w+:\w+", expr)}
    parts = {f"{name}{part}" for name in METRICS for part in ("", "_bucket", "_count", "_sum")}

    assert asked <= parts
    assert recorded <= {rule["record"] for rule in RECORDED}


def test_every_metric_is_on_a_dashboard_or_in_a_rule() -> None:
    used = " ".join([*expressions(), *(rule["expr"] for rule in RECORDED)])
    unused = {name for name in METRICS if name not in used}

    # Sizes of batches and leases are for whoever looks for a cause, by hand.
    assert unused == {"peygir_event_batch_size", "peygir_lease_held", "peygir_pool_connections"} | {
        "peygir_events_undecodable_total",
        "peygir_sla_replanning_left",
    }


def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"query:{number}:tried", "expr": _filled(expr)}
        for number, expr in enumerate(expressions())
    ]
    file = tmp_path / "rules.yaml"
    # JSON is YAML.
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))

    run_tool("promtool", "check", "rules", "--lint=none", file)


def _filled(expr: str) -> str:
    for name, value in _VARIABLES.items():
        expr = expr.replace(name, value)
    return expr
