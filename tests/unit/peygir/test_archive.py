"""A backup's files: what was written is read again, and nothing damaged passes for whole."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import bson
import pytest

from peygir.backup.archive import Archive, Broken, Manifest, documents

DOCUMENTS = [bson.encode({"_id": number, "text": "سلام" * number}) for number in range(50)]


def saved(folder: Path) -> Archive:
    archive = Archive(folder)
    archive.begin()
    tally = archive.write("intake", "journal", [b"".join(DOCUMENTS[:20]), b"".join(DOCUMENTS[20:])])
    kept = {"intake": {"journal": tally.collection("[]")}}
    point = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    archive.finish(Manifest(recovery_point=point, version="1", databases=kept))
    return archive


def test_it_gives_back_what_was_written(tmp_path: Path) -> None:
    archive = saved(tmp_path)

    found = [
        bytes(each) for batch in archive.read("intake", "journal") for each in documents(batch)
    ]

    assert found == DOCUMENTS
    assert archive.check().documents == len(DOCUMENTS)


def test_documents_longer_than_a_portion_stay_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("peygir.backup.archive._CHUNK", 7)
    archive = saved(tmp_path)

    batches = list(archive.read("intake", "journal"))

    assert b"".join(batches) == b"".join(DOCUMENTS)
    assert all(list(documents(batch)) for batch in batches)


def test_a_folder_in_which_something_is_stays_as_it_is(tmp_path: Path) -> None:
    saved(tmp_path)

    with pytest.raises(Broken, match="not empty"):
        Archive(tmp_path).begin()


def test_one_that_was_cut_off_is_no_backup(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "manifest.json").unlink()

    with pytest.raises(Broken, match="no backup that was finished"):
        Archive(tmp_path).check()


@pytest.mark.parametrize("damage", ["cut", "flipped", "exchanged", "longer", "gone"])
def test_damage_is_found(tmp_path: Path, damage: str) -> None:
    archive = saved(tmp_path)
    file = tmp_path / "intake" / "journal.bson.gz"
    stored = file.read_bytes()
    if damage == "cut":
        file.write_bytes(stored[:-40])
    elif damage == "flipped":
        file.write_bytes(stored[:60] + bytes([stored[60] ^ 1]) + stored[61:])
    elif damage == "exchanged":
        file.write_bytes(gzip.compress(b"".join(reversed(DOCUMENTS))))
    elif damage == "longer":
        file.write_bytes(gzip.compress(b"".join(DOCUMENTS) + b"\x09\x00"))
    else:
        file.unlink()

    with pytest.raises(Broken, match=r"journal\.bson\.gz"):
        archive.check()


def test_only_its_user_reads_it(tmp_path: Path) -> None:
    saved(tmp_path / "new")

    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
