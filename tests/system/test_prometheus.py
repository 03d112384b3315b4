"""Prometheus scrapes every process, and the README's queries have answers."""

import re
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from deploy.local.installation import Installation
from tests.http import Http
from tests.system.client import wait_for

README = Path(__file__).parents[2] / "README.md"
QUERIES = re.findall(r"^\| `(.+?)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
PROCESSES = {"intake", "routing", "sla", "notify", "reporting", "gateway"}
# A rate needs two scrapes, which are five seconds apart.
SCRAPED_SECONDS = 60.0


@pytest.fixture
def prometheus(installation: Installation) -> Http:
    assert installation.addresses.prometheus is not None
    return Http(installation.addresses.prometheus)


def answer(prometheus: Http, query: str) -> list[dict]:
    found = prometheus.get(f"/api/v1/query?{urlencode({'query': query})}").expect(200).json
    return found["data"]["result"]


def test_every_process_is_scraped(prometheus: Http) -> None:
    def all_up() -> bool:
        up = {item["metric"]["job"]: item["value"][1] for item in answer(prometheus, "up")}
        return up.keys() >= PROCESSES and set(up.values()) == {"1"}

    wait_for(all_up, SCRAPED_SECONDS, "every target to be up")


def test_the_readme_names_five_queries() -> None:
    assert len(QUERIES) == 5


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_readme_has_an_answer(
    prometheus: Http, staff: SimpleNamespace, query: str
) -> None:
    staff.desk.register(
        subject="it.software",
        title="ثبت برای نمودار",
        description="…",
        channel="phone",
        requester={"name": "رضا", "mobile": "09120000111"},
    )

    wait_for(lambda: answer(prometheus, query), SCRAPED_SECONDS, f"an answer to {query}")
