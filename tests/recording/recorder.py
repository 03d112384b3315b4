"""Keeps what was sent and answered, with secrets and chance taken out."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from gateway import recorded
from services.intake.domain.codes import check_digit
from tests.system.client import Api

#: What the first ticket is called in every example, written by hand or recorded.
_FIRST = "481920374652"
_CODE = re.compile(r"(?<![0-9a-fA-F])[1-9][0-9]{11}(?![0-9a-fA-F])")
_MOST_ITEMS = 2
#: Whatever opens something is shown as one of its kind.
_SHOWN = {
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwZXJzb246ZGVzayJ9.c2lnbmF0dXJl",
    "refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJmb3IiOiJyZWZyZXNoIn0.c2lnbmF0dXJl",
    "application_key": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
    "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
}


class Recorder:
    """Plays the clients of one installation, and keeps the first success of each operation."""

    def __init__(self, document: dict[str, Any]) -> None:
        #: Who speaks, by name.
        self.clients: dict[str, Api] = {}
        #: What is shown in the place of what.
        self.secrets: dict[str, str] = {}
        #: The ticket that most is told about.
        self.first = _FIRST
        found = list(recorded.operations(document))
        self._operations = {each["operationId"]: (how.upper(), path) for path, how, each in found}
        self._missing = set(recorded.missing(document))
        self._kept: dict[str, dict[str, Any]] = {}

    def call(
        self,
        who: str,
        operation: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: dict[str, str] | None = None,
        shown: bool = True,
        sent: Any = None,
        **path: str,
    ) -> Any:
        """Call an operation as somebody; gives the answer, fails for a refusal.

        `sent` is shown in the place of a body that only this machine can take.
        """
        method, template = self._operations[operation]
        asked = urlencode(query or {})
        address = template.removeprefix("/api/v1").format_map(path) + (asked and f"?{asked}")
        answer = self.clients[who].request(method, address, body, headers=headers or {})
        assert answer.status < 300, f"{operation}: {answer.status} {answer.text}"
        given = answer.json if answer.body else None
        if shown and operation not in self._kept:
            kept = {
                "as": who,
                "path": path,
                "query": dict(query or {}),
                "headers": headers or {},
                "body": sent or body,
                "status": answer.status,
                "answer": _short(given),
            }
            for part in ("body", "answer"):
                # It stands with the route.
                if f"{operation}: {part}" not in self._missing:
                    del kept[part]
            self._kept[operation] = {k: each for k, each in kept.items() if each not in ({}, None)}
        return given

    def note(self, who: str, operation: str, body: Any = None, **path: str) -> None:
        """Keep what would be sent, where a new installation has no answer to it."""
        kept = {"as": who, "path": path, "body": body}
        self._kept[operation] = {name: each for name, each in kept.items() if each}

    def kept(self) -> bytes:
        """Give all that was kept as a file: by operation, in the order of the document."""
        ordered = {name: self._kept[name] for name in self._operations if name in self._kept}
        text = json.dumps(_hidden(ordered), ensure_ascii=False)
        for secret, shown in self.secrets.items():
            text = text.replace(secret, shown)
        return msgspec.json.format(_renamed(text, self.first).encode(), indent=1) + b"\n"


def _short(value: Any) -> Any:
    """Give an answer with the first things of each of its lists."""
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    if isinstance(value, list):
        are_things = any(isinstance(each, dict) for each in value)
        return [_short(each) for each in (value[:_MOST_ITEMS] if are_things else value)]
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _SHOWN[name] if name in _SHOWN and isinstance(each, str) else _hidden(each)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_hidden(each) for each in value]
    return value


def _renamed(text: str, first: str) -> str:
    """Give tickets codes that are the same at every recording."""
    names = {first: _FIRST}
    for code in _CODE.findall(text):
        if code not in names:
            digits = str(int(_FIRST[:-1]) + len(names) * 1_234_567)
            names[code] = digits + check_digit(digits)
    return _CODE.sub(lambda found: names[found[0]], text)
