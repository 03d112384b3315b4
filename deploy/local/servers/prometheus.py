"""Prometheus over every process of the installation and the broker."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.ports import HOST
from deploy.local.programs import Program, find_program

NAME = "prometheus"
#: The rules that every installation goes by.
RULES = Path(__file__).parents[2] / "prometheus" / "rules"


@dataclass(frozen=True)
class Job:
    """Addresses that are scraped under one name."""

    name: str
    targets: Sequence[str]
    path: str = "/metrics"
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def as_configuration(self) -> dict[str, object]:
        return {
            "job_name": self.name,
            "metrics_path": self.path,
            "params": self.parameters,
            "static_configs": [{"targets": self.targets}],
        }


def program(folder: Path, port: int, jobs: Sequence[Job]) -> Program:
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    # JSON is YAML, and the standard library writes it safely.
    configuration.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "5s", "evaluation_interval": "5s"},
                "rule_files": [f"{RULES}/*.yaml"],
                "scrape_configs": [job.as_configuration() for job in jobs],
            },
            indent=2,
        )
    )
    return Program(
        NAME,
        [
            find_program("prometheus", package="prometheus"),
            f"--config.file={configuration}",
            f"--storage.tsdb.path={folder / 'data'}",
            "--storage.tsdb.retention.time=7d",
            "--storage.tsdb.retention.size=1GB",
            f"--web.listen-address={HOST}:{port}",
        ],
        folder=folder,
    )
