"""Rules of Prometheus: as they should be written, and firing on what they are for alone."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from chassis.metrics import METRICS
from tests.unit.deploy.alert_cases import CASES, HEALTHY, Case
from tests.unit.deploy.watching import (
    ALERTS,
    PROMETHEUS,
    RECORDED,
    ROOT,
    RULE_FILES,
    RUNBOOK,
    rules,
    run_tool,
)


def test_promtool_accepts_every_file() -> None:
    run_tool("promtool", "check", "rules", *RULE_FILES)
    run_tool("promtool", "check", "config", "--syntax-only", str(PROMETHEUS / "prometheus.yml"))


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_is_and_leads_to_what_to_do(name: str) -> None:
    alert = ALERTS[name]

    assert name.startswith("Peygir")
    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert alert["for"]
    assert alert["annotations"]["summary"].endswith(".")
    found = RUNBOOK.fullmatch(alert["annotations"]["runbook_url"])
    assert found
    page = ROOT / "docs" / "runbook" / f"{found[1]}.md"
    assert "## What to do" in page.read_text("utf-8")
    assert f"({page.name})" in (page.parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize("rule", RECORDED, ids=lambda rule: rule["record"])
def test_what_is_recorded_is_named_level_metric_operation(rule: dict) -> None:
    assert re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", rule["record"])


def test_rules_ask_for_metrics_that_there_are() -> None:
    asked = {
        name
        for rule in rules()
        for name in re.findall(r"(?<![:\w])peygir_\w+(?![:\w])", rule["expr"])
    }
    parts = {f"{name}{part}" for name in METRICS for part in ("", "_bucket", "_count", "_sum")}

    assert asked <= parts


def test_every_alert_has_a_case() -> None:
    assert {case.alert for case in CASES} == ALERTS.keys()


@pytest.mark.parametrize("promises", [False, True], ids=["alerts", "promises"])
def test_alerts_fire_on_what_they_are_for_and_not_on_a_healthy_installation(
    tmp_path: Path, *, promises: bool
) -> None:
    cases = [case for case in CASES if ("Burns" in case.alert) == promises]
    files = [file for file in RULE_FILES if (file.stem == "promises") == promises]
    assert cases
    assert files
    file = tmp_path / "tests.yaml"
    # JSON is YAML.
    file.write_text(json.dumps(_promtool_tests(files, cases)))

    run_tool("promtool", "test", "rules", file)


def test_who_is_told_what() -> None:
    config = str(PROMETHEUS / "alertmanager.yml")
    told = {
        severity: run_tool(
            "amtool", "config", "routes", "test", f"--config.file={config}", f"severity={severity}"
        ).strip()
        for severity in ("critical", "warning")
    }

    run_tool("amtool", "check-config", config)
    assert told == {"critical": "on-duty", "warning": "mailbox"}


def _promtool_tests(files: Sequence[Path], cases: Sequence[Case]) -> dict[str, Any]:
    healthy = {
        "name": "a healthy installation",
        "interval": "1m",
        "input_series": _series(HEALTHY, 60),
        "promql_expr_test": [
            {"expr": 'ALERTS{alertstate="firing"}', "eval_time": at, "exp_samples": []}
            for at in ("10m", "60m")
        ],
    }
    return {
        "rule_files": [str(file) for file in files],
        # Rates over days are dear: those of promises are looked at less often.
        "evaluation_interval": "5m" if "Burns" in cases[0].alert else "1m",
        "tests": [healthy, *(_tried(case, HEALTHY | case.series) for case in cases)],
    }


def _tried(case: Case, series: Mapping[str, str]) -> dict[str, Any]:
    expected = {"labels": case.labels, "value": 1}
    return {
        "name": f"{case.alert} {case.labels}",
        "interval": "1m",
        "input_series": _series(series, case.minutes),
        "promql_expr_test": [
            {
                "expr": case.alert_query,
                "eval_time": f"{case.minutes}m",
                "exp_samples": [expected],
            }
        ],
    }


def _series(values: Mapping[str, str], minutes: int) -> list[dict[str, str]]:
    return [
        {"series": name, "values": value.format(n=minutes)}
        for name, value in values.items()
        if value
    ]
