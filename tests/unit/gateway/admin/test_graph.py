"""A workflow drawn: boxes that leave one another room, lines that lead from one to the other."""

from itertools import combinations

import pytest
from msgspec.structs import replace

from gateway.admin.known import Known
from gateway.admin.workflows.graph import Drawing, drawn
from gateway.admin.workflows.reading import shown
from services.routing.workflows import definitions, examples

KNOWN = Known(
    language="en",
    units={},
    subjects={},
    workflows={},
    forms={},
    people={},
    partners={},
    skills=[],
    unavailable=[],
)
WORKFLOWS = {**definitions(), **examples()}


def drawing(definition, opened: str = "", language: str = "en") -> Drawing:
    return drawn(shown(definition, [], replace(KNOWN, language=language)), opened)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_boxes_lie_beside_one_another_and_within_the_drawing(name):
    found = drawing(WORKFLOWS[name])

    assert len(found.boxes) == len(WORKFLOWS[name]["steps"])
    for one, other in combinations(found.boxes, 2):
        assert abs(one.x - other.x) >= 140 or abs(one.y - other.y) >= 46
    assert all(box.x >= 0 and box.x + 140 <= found.width for box in found.boxes)
    assert all(box.y >= 0 and box.y + 46 <= found.height for box in found.boxes)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_is_written_beside_the_lines_lies_upon_nothing(name, language):
    found = drawing(WORKFLOWS[name], language=language)

    written = [line for line in found.lines if not line.soft]
    for one, other in combinations(written, 2):
        apart = (len(one.label) + len(other.label)) / 2 * 6.2
        assert abs(one.x - other.x) >= apart or abs(one.y - other.y) >= 15
    for line in written:
        for box in found.boxes:
            apart = (140 + len(line.label) * 6.2) / 2
            beside = abs(box.x + 70 - line.x) >= apart
            assert beside or abs(box.y + 23 - line.y) >= (46 + 15) / 2, (line.label, box.name)


def test_what_everybody_sees_leads_down_and_ends_beside_the_way_are_soft():
    found = drawing(WORKFLOWS["default"])
    top = {box.name: box.y for box in found.boxes}
    titles = {line.title: line for line in found.lines}

    assert top["new"] < top["in_progress"] < top["done"] < top["finished"]
    assert titles["Merge"].soft
    assert not titles["Approve"].soft


def test_what_is_open_stands_out():
    found = drawing(WORKFLOWS["default"], "steps/done")

    assert [box.name for box in found.boxes if box.is_open] == ["done"]
    assert {line.title for line in found.lines if line.is_open} == {"Approve", "Send back"}


def test_a_long_title_is_written_in_two_lines():
    step = {"kind": "new", "title": {"en": "Offers from suppliers and the legal check of them"}}

    (box,) = drawing({"steps": {"a": step}, "transitions": []}).boxes

    assert len(box.lines) == 2
    assert all(len(line) <= 19 for line in box.lines)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_label_lies_upon_a_step(name):
    found = drawing(WORKFLOWS[name])

    for line in (each for each in found.lines if not each.soft):
        middle = line.x, line.y
        assert not any(
            box.x < middle[0] < box.x + 140 and box.y < middle[1] < box.y + 46
            for box in found.boxes
        )
