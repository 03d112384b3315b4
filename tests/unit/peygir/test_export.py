"""Files that grow by whole pages, and the walk over tickets that change meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from peygir import export
from peygir.export import Page, Target


def rows(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "title": "ی"} for code in codes]


def target(file: Path, what: str = "tickets", form: export.Format = "jsonl") -> Target:
    return Target(file, what, form, ("code", "title"))


def codes_in(file: Path) -> list[str]:
    return [json.loads(line)["code"] for line in file.read_text("utf-8").splitlines()]


def test_an_export_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    with target(file) as first:
        first.take(rows("1", "2"), {"next": "a"})
    with file.open("ab") as cut:
        cut.write(b'{"code": "half a li')

    with target(file) as second:
        assert (second.cursor, second.count) == ({"next": "a"}, 2)
        second.take(rows("3"), {"next": "b"})
        second.end()

    assert codes_in(file) == ["1", "2", "3"]
    assert [each.name for each in tmp_path.iterdir()] == ["out.jsonl"]


def test_what_is_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_text("mine\n")

    with pytest.raises(ValueError, match="is there already"), target(file):
        pass

    assert file.read_text() == "mine\n"
    other = tmp_path / "other.jsonl"
    with target(other) as first:
        first.take(rows("1"), {"next": "a"})
    with pytest.raises(ValueError, match="of another export"), target(other, what="events"):
        pass
    assert codes_in(other) == ["1"]
    other.write_bytes(b"")
    with pytest.raises(ValueError, match="remove both"), target(other):
        pass


def test_a_cell_of_csv_is_no_formula(tmp_path: Path) -> None:
    file = tmp_path / "out.csv"

    with target(file, form="csv") as out:
        out.take([{"code": "1", "title": "=cmd|' /C calc'!A0"}, {"code": "2"}], {"next": "a"})

    lines = file.read_text("utf-8-sig").splitlines()
    assert lines == ["code,title", "1,'=cmd|' /C calc'!A0", "2,"]


class Listed:
    """A list of tickets, the last changed first; some change while it is read."""

    def __init__(self, tickets: int, changes: dict[int, str]) -> None:
        self._at = {str(number): number for number in range(tickets)}
        self._now, self._changes, self.asked = tickets, changes, 0

    async def ticket_page(self, query: dict[str, str]) -> dict[str, Any]:
        if code := self._changes.get(self.asked):
            self._at[code] = self._now
            self._now += 1
        self.asked += 1
        before = int(query["cursor"]) if "cursor" in query else self._now
        ordered = sorted(self._at.items(), key=lambda each: -each[1])
        found = [each for each in ordered if each[1] < before]
        page = [{"code": code, "updated_at": f"{at:09}"} for code, at in found[:3]]
        more = len(found) > len(page)
        return {"items": page, "next": str(int(page[-1]["updated_at"])) if more else None}


async def walked(listed: Listed, cursor: dict[str, Any] | None = None) -> list[str]:
    pages: AsyncIterator[Page] = export.tickets(listed, cursor, {})  # type: ignore[arg-type]
    return [row["code"] async for page in pages for row in page.rows]


def test_no_ticket_is_passed_by_when_it_moves_to_the_front() -> None:
    for moved in ("0", "4", "9"):
        for asked in (1, 2, 3):
            found = asyncio.run(walked(Listed(10, {asked: moved, asked + 1: "1"})))

            assert set(found) == {str(number) for number in range(10)}


def test_a_walk_over_tickets_that_rest_ends() -> None:
    listed = Listed(10, {})

    found = asyncio.run(walked(listed))

    assert len(set(found)) == 10
    assert listed.asked <= 6
