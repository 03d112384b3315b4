"""Peygir's folder, data source and dashboards in a Grafana, and marks on its graphs.

Everything is addressed by its uid: numbers differ from one Grafana to the next, and newer ones
take none. What is there as it should be is left alone, so doing it again changes nothing.

Documented for Grafana 9 to 12 at grafana.com/docs/grafana/latest/developers/http_api (folder,
data_source, dashboard, annotations); Grafana 13 still answers there, and calls it old.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

from grafana_api.grafana_api import GrafanaClientError, GrafanaException
from grafana_api.grafana_face import GrafanaFace
from requests import RequestException

FOLDER: Final = "peygir"
SOURCE: Final = "peygir-prometheus"
_NOT_FOUND: Final = 404
#: What Grafana adds to a dashboard.
_ITS_OWN: Final = ("id", "version")

Done = Literal["made", "changed", "same"]


class GrafanaRefused(Exception):
    """Raised when Grafana does not answer, or not as wanted."""


class Step(NamedTuple):
    """What was done about one thing."""

    what: Literal["folder", "data source", "dashboard", "mark"]
    uid: str
    done: Done


class Grafana:
    """One Grafana, spoken to with a service account's token."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        path = parts.path.strip("/")
        self._api = GrafanaFace(
            auth=token,
            protocol=parts.scheme or "http",
            host=parts.hostname or "localhost",
            port=parts.port,
            url_path_prefix=f"{path}/" if path else "",
        ).api

    def sync(self, prometheus: str, *, title: str, runbooks: str | None) -> Iterator[Step]:
        """Bring everything to what it should be, one step after the other."""
        yield self._put_folder(title)
        yield self._put_source(prometheus)
        for dashboard in dashboards(runbooks):
            yield self._put_dashboard(dashboard)

    def mark(self, text: str, tags: Sequence[str], at_milliseconds: int) -> Step:
        """Mark an instant on every graph; the same mark is made once."""
        all_tags = ["peygir", *tags]
        asked: list[tuple[str, int | str]] = [
            ("from", at_milliseconds),
            ("to", at_milliseconds),
            ("type", "annotation"),
        ]
        asked += [("tags", tag) for tag in all_tags]
        found = self._ask("GET", f"/annotations?{urlencode(asked)}")
        if any(each["text"] == text and each["time"] == at_milliseconds for each in found):
            return Step("mark", text, "same")
        wanted = {"time": at_milliseconds, "tags": all_tags, "text": text}
        self._ask("POST", "/annotations", wanted)
        return Step("mark", text, "made")

    def _put_folder(self, title: str) -> Step:
        found = self._find(f"/folders/{FOLDER}")
        if found is None:
            self._ask("POST", "/folders", {"uid": FOLDER, "title": title})
        elif found["title"] != title:
            self._ask("PUT", f"/folders/{FOLDER}", {"title": title, "overwrite": True})
        return Step("folder", FOLDER, _done(found, found is not None and found["title"] == title))

    def _put_source(self, prometheus: str) -> Step:
        wanted = {
            "uid": SOURCE,
            "name": "Peygir",
            "type": "prometheus",
            "access": "proxy",
            "url": prometheus,
        }
        found = self._find(f"/datasources/uid/{SOURCE}")
        is_same = found is not None and wanted.items() <= found.items()
        if found is None:
            self._ask("POST", "/datasources", wanted)
        elif not is_same:
            self._ask("PUT", f"/datasources/uid/{SOURCE}", found | wanted)
        return Step("data source", SOURCE, _done(found, is_same))

    def _put_dashboard(self, wanted: Mapping[str, Any]) -> Step:
        uid = wanted["uid"]
        found = self._find(f"/dashboards/uid/{uid}")
        is_same = (
            found is not None
            and found["meta"].get("folderUid") == FOLDER
            and _without(found["dashboard"]) == _without(wanted)
        )
        if not is_same:
            body = {"dashboard": {**wanted, "id": None}, "folderUid": FOLDER, "overwrite": True}
            self._ask("POST", "/dashboards/db", body | {"message": "peygir grafana sync"})
        return Step("dashboard", uid, _done(found, is_same))

    def _find(self, path: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._api.GET(path)
        except GrafanaClientError as error:
            if error.status_code == _NOT_FOUND:
                return None
            raise GrafanaRefused(f"GET {path}: {error.message}") from error
        except (GrafanaException, RequestException) as error:
            raise _refused("GET", path, error) from error
        return found

    def _ask(self, method: Literal["GET", "POST", "PUT"], path: str, body: Any = None) -> Any:
        try:
            return getattr(self._api, method)(path, json=body)
        except (GrafanaException, RequestException) as error:
            raise _refused(method, path, error) from error


def dashboards(runbooks: str | None) -> Iterator[dict[str, Any]]:
    """Give the dashboards of deploy/grafana, with another address of the runbook where wanted."""
    folder = files("deploy.grafana") / "dashboards"
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".json"):
            dashboard: dict[str, Any] = json.loads(file.read_text("utf-8"))
            yield _leading_to(dashboard, runbooks) if runbooks else dashboard


def _leading_to(dashboard: dict[str, Any], runbooks: str) -> dict[str, Any]:
    for variable in dashboard["templating"]["list"]:
        if variable["name"] == "runbooks":
            variable["query"] = runbooks.rstrip("/")
    return dashboard


def _without(dashboard: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in dashboard.items() if name not in _ITS_OWN}


def _done(found: object, is_same: bool) -> Done:  # noqa: FBT001 - the two of them say it
    return "made" if found is None else "same" if is_same else "changed"


def _refused(method: str, path: str, error: Exception) -> GrafanaRefused:
    return GrafanaRefused(f"{method} {path}: {getattr(error, 'message', None) or error}")
