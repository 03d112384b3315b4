"""Writing what an installation knows into a file, page by page, so that it can be gone on with.

Beside the file stands `FILE.cursor`: how far it is whole, and from where to go on. It is written
after the page that it speaks of is on the disk; what a cut left behind it is cut off.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import msgspec

from peygir.client import Client

Format = Literal["jsonl", "csv"]

TICKET_COLUMNS = (
    *("code", "state", "step", "workflow", "subject", "kind", "channel", "title"),
    *("requester_name", "unit", "tier", "owner", "assignee", "priority", "registered_at"),
    *("updated_at", "finished_at", "waiting_for", "reopened", "rating", "touch_seconds", "cost"),
)
EVENT_COLUMNS = ("id", "source", "type", "subject", "time", "sequence", "actor", "unit", "data")
#: A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Page(NamedTuple):
    """Some rows, and from where to go on after them; None where nothing comes after."""

    rows: list[dict[str, Any]]
    cursor: dict[str, Any] | None


class _Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a file is whole."""

    size: int
    count: int
    cursor: dict[str, Any]
    #: What it is of and how it is written: another export must not go on with it.
    what: str


class Target:
    """A file that grows by whole pages."""

    def __init__(self, file: Path, what: str, form: Format, columns: Iterable[str]) -> None:
        self._file, self._what = file, f"{what}.{form}"
        self._mark = file.with_name(file.name + ".cursor")
        self._form, self._columns = form, list(columns)
        self.cursor: dict[str, Any] | None = None
        self.count = 0

    def __enter__(self) -> Self:
        """Go on where the file was left; raises ValueError where it is something else."""
        size = 0
        if self._mark.exists():
            mark = msgspec.json.decode(self._mark.read_bytes(), type=_Mark)
            if mark.what != self._what:
                raise ValueError(f"{self._mark} is of another export: {mark.what}")
            if not self._file.exists() or self._file.stat().st_size < mark.size:
                raise ValueError(f"{self._file} lacks what {self._mark} says: remove both")
            size, self.count, self.cursor = mark.size, mark.count, mark.cursor
        elif self._file.exists():
            raise ValueError(f"{self._file} is there already")
        self._out = self._file.open("ab")
        self._out.truncate(size)
        if size == 0 and self._form == "csv":
            heads = {name: name for name in self._columns}
            self._out.write(b"\xef\xbb\xbf" + self._as_csv([heads]))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._out.close()

    def take(self, rows: list[dict[str, Any]], cursor: dict[str, Any]) -> None:
        """Write a page, and then where to go on."""
        self._out.write(self._written(rows))
        self._out.flush()
        os.fsync(self._out.fileno())
        self.count, self.cursor = self.count + len(rows), cursor
        mark = _Mark(size=self._out.tell(), count=self.count, cursor=cursor, what=self._what)
        beside = self._mark.with_name(self._mark.name + ".new")
        beside.write_bytes(msgspec.json.encode(mark))
        beside.replace(self._mark)

    def end(self) -> None:
        """Forget from where to go on: the file is whole."""
        self._mark.unlink(missing_ok=True)

    def _written(self, rows: list[dict[str, Any]]) -> bytes:
        if self._form == "csv":
            return self._as_csv(rows)
        return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)

    def _as_csv(self, rows: list[dict[str, Any]]) -> bytes:
        text = io.StringIO()
        lines = csv.writer(text)
        lines.writerows([_cell(row.get(name)) for name in self._columns] for row in rows)
        return text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return msgspec.json.encode(value).decode()


async def export(
    pages: AsyncIterator[Page], target: Target, *, told: Callable[[int], None]
) -> None:
    """Write page after page; `told` hears how many rows there are."""
    async for page in pages:
        if page.cursor is not None:
            target.take(page.rows, page.cursor)
        told(target.count)


async def events(
    client: Client, cursor: Mapping[str, Any] | None, *, types: str = "", units: str = ""
) -> AsyncIterator[Page]:
    """Give the event log from a cursor to its end, in its order."""
    after = (cursor or {}).get("after", "")
    async for page in client.event_pages(after=after, types=types, units=units):
        yield Page(page.events, {"after": page.next})


async def tickets(
    client: Client, cursor: Mapping[str, Any] | None, query: Mapping[str, str]
) -> AsyncIterator[Page]:
    """Give every ticket that the caller may read, the last changed first.

    Who changes meanwhile moves to the front and may be passed by. So the front is walked again,
    down to where the walk before began, until nothing could have moved: one page is one moment.
    A ticket that comes twice counts as it came last.
    """
    at = dict(cursor or {"down_to": "", "began": "", "next": ""})
    while True:
        pages = 0
        while True:
            wanted = {**query, "limit": "200", **({"cursor": at["next"]} if at["next"] else {})}
            page = await client.ticket_page(wanted)
            pages += 1
            fresh = [row for row in page["items"] if row["updated_at"] >= at["down_to"]]
            if not at["next"] and fresh:
                at["began"] = fresh[0]["updated_at"]
            more = page["next"] if len(fresh) == len(page["items"]) else None
            at = {**at, "next": more or ""}
            yield Page(fresh, at)
            if not more:
                break
        if pages == 1:
            return
        at = {"down_to": at["began"], "began": at["began"], "next": ""}
