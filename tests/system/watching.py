"""Asking a real Prometheus what dashboards and rules ask."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from tests.http import Http

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARDS = [
    json.loads(file.read_text("utf-8"))
    for file in sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
]
RULES = [
    rule
    for file in sorted((DEPLOY / "prometheus" / "rules").glob("*.yaml"))
    for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
#: What Grafana would put in for its variables; rates reach back to before the first question.
_VARIABLES = {"$__rate_interval": "5m", "$job": ".+"}


def ask(prometheus: Http, query: str) -> list[dict[str, Any]]:
    """Give the answer of now, whatever it is; fails where Prometheus cannot make one."""
    for name, value in _VARIABLES.items():
        query = query.replace(name, value)
    found = prometheus.get(f"/api/v1/query?{urlencode({'query': query})}").expect(200).json
    rows: list[dict[str, Any]] = found["data"]["result"]
    return rows


def numbers(rows: list[dict[str, Any]]) -> list[float]:
    """Give the values of an answer."""
    return [float(row["value"][1]) for row in rows]


def labels_of(legend: str) -> set[str]:
    """Give the labels that a legend names."""
    return set(re.findall(r"{{(\w+)}}", legend))
