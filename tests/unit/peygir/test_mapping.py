"""How a log is read by a mapping."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from peygir.replay.mapping import LogMapping, MappingError, read_log, read_mapping
from peygir.replay.player import key_of

MAPPING = """
columns: {case: Case, time: When, step: What, person: Who, unit: Where}
time_format: "%Y-%m-%d %H:%M"
zone: Europe/Stockholm
ticket:
  subject: it.software
  title: "Problem {Case}"
  description: "Impact {impact of it}"
  requester: {name: "Desk {Where}", email: desk@example.org}
"""
LOG = """Case,When,What,Who,Where,impact of it
7,2012-07-01 10:00,Accepted,Ann,A 2nd,High
9,2012-01-01 10:00,Queued,Bo,B,Low
7,2012-07-01 09:00,Queued,Ann,A 2nd,Medium
"""


@pytest.fixture
def mapping(tmp_path: Path) -> LogMapping:
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING, "utf-8")
    return read_mapping(file)


def a_log(folder: Path, text: str = LOG) -> Path:
    file = folder / "log.csv"
    file.write_text(text, "utf-8")
    return file


def test_rows_become_cases_in_the_order_of_their_times(mapping: LogMapping, tmp_path: Path) -> None:
    log = read_log(a_log(tmp_path), mapping)

    assert [(case.id, [row.step for row in case.rows]) for case in log.cases] == [
        ("7", ["Queued", "Accepted"]),
        ("9", ["Queued"]),
    ]
    assert log.rows == 3


def test_times_are_of_the_zone_that_the_mapping_names(mapping: LogMapping, tmp_path: Path) -> None:
    summer, winter = read_log(a_log(tmp_path), mapping).cases

    assert summer.rows[0].at == datetime(2012, 7, 1, 7, 0, tzinfo=UTC)
    assert winter.rows[0].at == datetime(2012, 1, 1, 9, 0, tzinfo=UTC)


def test_a_ticket_is_filled_from_the_first_row(mapping: LogMapping, tmp_path: Path) -> None:
    case = read_log(a_log(tmp_path), mapping).cases[0]

    assert case.ticket == {
        "subject": "it.software",
        "title": "Problem 7",
        "description": "Impact Medium",
        "requester": {"name": "Desk A 2nd", "email": "desk@example.org"},
        "channel": "api",
        "language": "en",
        "workflow": "replay",
    }


def test_the_same_content_has_the_same_digest_wherever_it_lies(
    mapping: LogMapping, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    first, second = (read_log(a_log(folder), mapping) for folder in (tmp_path, elsewhere))
    other = read_log(a_log(tmp_path, LOG.replace("Ann", "Eve")), mapping)

    assert first.digest == second.digest != other.digest
    assert key_of(first.digest, "7", "0") == key_of(second.digest, "7", "0")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOG.replace("What", "Status"), "there is no column 'What'"),
        (LOG.replace("10:00", "ten"), "does not match format"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_line(
    mapping: LogMapping, tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(MappingError, match=said) as refusal:
        read_log(a_log(tmp_path, text), mapping)

    assert "\n" not in str(refusal.value)


def test_the_line_of_a_unit_is_read_off_its_name(mapping: LogMapping) -> None:
    lines = msgspec.structs.replace(mapping, tiers={" 2nd": 2, " 3rd": 3})

    assert [lines.tier_of(unit) for unit in ("J11 2nd", "G1 3rd", "N34")] == [2, 3, 1]
    assert mapping.tier_of("J11 2nd") is None


def test_the_shipped_mappings_can_be_read() -> None:
    mappings = Path("peygir/mappings").resolve()

    assert [read_mapping(file).workflow for file in mappings.glob("*.yaml")] == ["replay"]
