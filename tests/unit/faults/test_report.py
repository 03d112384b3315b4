"""The table of tests is complete, and what a run leaves behind can be read."""

import json
import xml.etree.ElementTree as ET

from tests.faults import report
from tests.faults.audit import Findings
from tests.faults.cases import CASES
from tests.faults.injection import Happened
from tests.faults.notices import Notices
from tests.faults.result import Figure, Result


def a_result(**changes):
    values = {
        "test": "5",
        "title": "the broker is away",
        "seed": 42,
        "findings": Findings(accepted=100),
        "notices": Notices(sent=200),
        "p99_seconds": 0.5,
        "drain_seconds": 3.0,
        "began": 1000.0,
        "lasted": 20.0,
        "given_up": 0,
        "figures": [Figure("requests not served", 0, "0", met=True)],
        "happened": [Happened("away rabbitmq for 5 s & <more>", 1002.0, 1007.0)],
        "refusals": {503: 2},
        "series": [
            {"second": 0, "acknowledged": 5, "refused": 0, "longest_seconds": 0.1},
            {"second": 1, "acknowledged": 3, "refused": 2, "longest_seconds": 0.4},
        ],
    }
    return Result(**(values | changes))


def test_every_numbered_test_is_there_in_order():
    numbered = [number for number in CASES if number.isdecimal()]

    assert numbered == [str(number) for number in range(1, 19)]


def test_a_run_in_which_all_held_has_nothing_to_complain_of():
    assert a_result().unmet == []
    assert report.line(a_result()).endswith("held")


def test_whatever_is_not_as_it_must_be_is_named():
    found = Findings(lost={"a"}, doubled={"b"}, phantom={"c"}, wrong_state={"d"})
    figure = Figure("requests not served", 3, "0", met=False)
    broken = a_result(findings=found, figures=[figure], notices=Notices(missing=1), given_up=87)

    for word in (
        "given up",
        "lost",
        "doubled",
        "phantom",
        "wrong state",
        "notices missing",
        "not served: 3",
    ):
        assert word in report.line(broken)


def test_the_report_is_one_page_with_a_picture_and_a_document(tmp_path):
    report.write([a_result(), a_result(skipped="no compiler", series=[])], tmp_path)

    page = (tmp_path / report.PAGE).read_text()
    svg = page[page.index("<svg") : page.index("</svg>") + len("</svg>")]
    titles = [item.text for item in ET.fromstring(svg).iter("title")]  # noqa: S314 - our own
    assert titles == ["away rabbitmq for 5 s & <more>"]
    assert "<script" not in page
    assert "http" not in page
    assert json.loads((tmp_path / "faults.json").read_text())[0]["accepted"] == 100


def test_the_table_has_a_row_for_each_run(tmp_path):
    report.write([a_result(), a_result(test="6", broken=["it burst"])], tmp_path)

    lines = (tmp_path / "faults.md").read_text().splitlines()

    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "requests not served: 0 | held |" in lines[2]
    assert lines[3].endswith("| it burst |")
