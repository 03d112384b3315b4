"""`peygir grafana`, on a server that answers as Grafana's documentation says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from peygir.cli import app
from peygir.grafana import dashboards
from tests.component.peygir.grafana import TOKEN, Store, serving

BOARDS = 6


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    with serving(store) as address:
        yield address


def called(url: str, *arguments: str, token: str = TOKEN) -> Result:
    command = [*arguments, "--grafana", url, "--token", token]
    return CliRunner().invoke(app, ["--json", "grafana", *command])


def done(result: Result) -> list[tuple[str, str]]:
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return [(row["what"], row["done"]) for row in rows]


def test_an_empty_grafana_gets_everything(url: str, store: Store) -> None:
    steps = done(called(url, "sync", "--prometheus", "http://p:9090"))

    assert steps == [("folder", "made"), ("data source", "made")] + BOARDS * [("dashboard", "made")]
    assert store.folders["peygir"]["title"] == "Peygir"
    assert store.sources["peygir-prometheus"]["url"] == "http://p:9090"
    assert store.dashboards.keys() == {board["uid"] for board in dashboards(None)}
    assert {each["meta"]["folderUid"] for each in store.dashboards.values()} == {"peygir"}


def test_done_again_nothing_is_written(url: str, store: Store) -> None:
    done(called(url, "sync"))
    store.writes.clear()

    steps = done(called(url, "sync"))

    assert {each for _what, each in steps} == {"same"}
    assert store.writes == []


def test_what_somebody_changed_is_brought_back_and_nothing_else_is_touched(
    url: str, store: Store
) -> None:
    done(called(url, "sync"))
    store.folders["peygir"]["title"] = "Old"
    store.sources["peygir-prometheus"] |= {"url": "http://else:9090", "jsonData": {"kept": 1}}
    store.dashboards["peygir-bus"]["dashboard"]["title"] = "Mine"
    store.writes.clear()

    done(called(url, "sync"))

    assert store.writes == [
        "PUT /api/folders/peygir",
        "PUT /api/datasources/uid/peygir-prometheus",
        "POST /api/dashboards/db",
    ]
    assert store.sources["peygir-prometheus"]["jsonData"] == {"kept": 1}
    assert store.dashboards["peygir-bus"]["dashboard"]["title"] == "Peygir: bus and journal"
    assert store.dashboards["peygir-bus"]["dashboard"]["version"] == 2


def test_the_runbook_may_be_elsewhere(url: str, store: Store) -> None:
    done(called(url, "sync", "--runbooks", "https://wiki.example.ir/runbook/"))

    variables = store.dashboards["peygir-bus"]["dashboard"]["templating"]["list"]
    assert {item["name"]: item.get("query") for item in variables}["runbooks"] == (
        "https://wiki.example.ir/runbook"
    )


def test_a_deployment_is_marked_once(url: str, store: Store) -> None:
    mark = ("mark", "0.2.0", "--at", "1795000000")

    steps = [done(called(url, *mark)), done(called(url, *mark))]

    assert steps == [[("mark", "made")], [("mark", "same")]]
    [kept] = store.annotations
    assert (kept["text"], kept["time"]) == ("0.2.0", 1_795_000_000_000)
    assert kept["tags"] == ["peygir", "deployment"]


def test_a_wrong_token_is_told_in_one_line(url: str, store: Store) -> None:
    told = called(url, "sync", token="wrong")

    assert told.exit_code == 1
    assert told.stderr.startswith("peygir: Grafana: GET /folders/peygir: ")
    assert store.writes == []


def test_a_grafana_that_is_away_is_told_in_one_line() -> None:
    told = called("http://127.0.0.1:9", "sync")

    assert told.exit_code == 1
    assert told.stderr.startswith("peygir: Grafana: GET /folders/peygir: ")
