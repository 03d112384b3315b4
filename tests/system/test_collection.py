"""The first requests of docs/api/peygir.http, as an editor sends them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deploy.local.installation import Installation
from tests.http import Answer, Http
from tests.system.client import wait_for

FILE = Path(__file__).parents[2] / "docs" / "api" / "peygir.http"
#: Signing in as five people, then a ticket's list, registering, reading and timeline.
_FIRST = 9
_SOON = 30.0


class Editor:
    """Sends the requests of the file, with what earlier ones have answered."""

    def __init__(self, url: str, password: str) -> None:
        text = FILE.read_text("utf-8")
        self._variables = dict(re.findall(r"^@(\w+) = (.*)$", text, re.MULTILINE))
        self._variables |= {"url": "", "password": password}
        self._answers: dict[str, Any] = {}
        self._http = Http(url)
        self.requests = re.findall(r"(?ms)^# @name (\S+)\n(.*?)(?=^###|\Z)", text)

    def send(self, name: str, request: str) -> Answer:
        head, _, body = re.sub(r"\n# --.*", "", request, flags=re.DOTALL).strip().partition("\n\n")
        (method, path), *headers = (line.split(" ", 1) for line in head.splitlines())
        sent = {key.rstrip(":"): self._filled(value) for key, value in headers}
        content = json.loads(self._filled(body)) if body else None
        answer = self._http.request(method, self._filled(path), content, headers=sent)
        if answer.status < 300:
            self._answers[name] = answer.json
        return answer

    def _filled(self, text: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name in self._variables:
                return self._filled(self._variables[name])
            request, _, field = name.partition(".response.body.$.")
            return str(self._answers[request][field])

        return re.sub(r"{{(.*?)}}", value, text)


@pytest.fixture(scope="module")
def editor(installation: Installation, password: str) -> Editor:
    return Editor(installation.addresses.gateway, password)


def test_the_first_requests_of_the_collection_are_answered(editor: Editor) -> None:
    first = editor.requests[:_FIRST]

    assert [name for name, _request in first][5:] == [
        *("list_tickets", "register_ticket", "get_ticket", "ticket_timeline")
    ]
    for name, request in first:
        # Its case is opened a moment after the ticket is registered.
        wait_for(
            lambda name=name, request=request: editor.send(name, request).status < 300, _SOON, name
        )
