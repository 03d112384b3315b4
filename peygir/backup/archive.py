"""A backup on the disk: a folder with one compressed file per collection, and what is in them.

The manifest is written last. A folder without one holds a backup that was cut off, and is refused.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

FORMAT = 1
_MANIFEST = "manifest.json"
#: Half the time of the library's default for a tenth more bytes.
_LEVEL = 3
_LENGTH = struct.Struct("<i")
_CHUNK = 1 << 20


class Broken(Exception):
    """Raised when a folder holds no backup that could be trusted; says why."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds: its documents by their ids, as the database stores them (BSON)."""

    documents: int
    bytes: int
    #: Of the documents one after the other, not compressed.
    sha256: str
    #: As MongoDB's extended JSON.
    indexes: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds."""

    format: int = FORMAT
    #: Every command that had been answered by then is in it whole, later ones are not.
    recovery_point: datetime
    #: The version of Peygir that saved it.
    version: str
    #: By service, then by collection.
    databases: dict[str, dict[str, Collection]]

    @property
    def documents(self) -> int:
        """How many documents all files hold."""
        return sum(each.documents for one in self.databases.values() for each in one.values())


class Tally:
    """Counts documents that pass by, and sums up their bytes."""

    def __init__(self) -> None:
        self.documents = 0
        self.bytes = 0
        self._hash = hashlib.sha256()

    def add(self, batch: bytes) -> None:
        """Count a batch of whole documents."""
        self.documents += sum(1 for _each in documents(batch))
        self.bytes += len(batch)
        self._hash.update(batch)

    def says(self, kept: Collection) -> bool:
        """Tell whether what passed by is what was saved."""
        return self.collection(kept.indexes) == kept

    def collection(self, indexes: str) -> Collection:
        """Give what passed by."""
        return Collection(
            documents=self.documents,
            bytes=self.bytes,
            sha256=self._hash.hexdigest(),
            indexes=indexes,
        )


class Archive:
    """A folder that only its user may read: it holds whatever people wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self) -> None:
        """Make the folder; raises Broken when something is in it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(self._folder.iterdir()):
            raise Broken(f"{self._folder} is not empty")

    def write(self, service: str, collection: str, batches: Iterable[bytes]) -> Tally:
        """Write a collection's file; gives what went in."""
        file = self._file(service, collection)
        file.parent.mkdir(exist_ok=True, mode=0o700)
        tally = Tally()
        with gzip.open(file, "wb", compresslevel=_LEVEL) as stream:
            for batch in batches:
                stream.write(batch)
                tally.add(batch)
        return tally

    def finish(self, manifest: Manifest) -> None:
        """Write what the backup holds, which makes it one."""
        aside = self._folder / f"{_MANIFEST}.new"
        aside.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
        aside.replace(self._folder / _MANIFEST)

    def manifest(self) -> Manifest:
        """Read what the backup holds; raises Broken."""
        try:
            found = msgspec.json.decode((self._folder / _MANIFEST).read_bytes(), type=Manifest)
        except FileNotFoundError:
            raise Broken(f"{self._folder} holds no backup that was finished") from None
        except msgspec.MsgspecError as error:
            raise Broken(f"{self._folder / _MANIFEST}: {error}") from None
        if found.format != FORMAT:
            raise Broken(f"{self._folder} has the format {found.format}, not {FORMAT}")
        return found

    def read(self, service: str, collection: str) -> Iterator[bytes]:
        """Give a collection's documents in portions of whole ones; raises Broken."""
        file, rest = self._file(service, collection), b""
        try:
            with gzip.open(file, "rb") as stream:
                while chunk := stream.read(_CHUNK):
                    whole, rest = _cut(rest + chunk)
                    if whole:
                        yield whole
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise Broken(f"{file}: {error}") from None
        if rest:
            raise Broken(f"{file}: its last document is cut off")

    def check(self) -> Manifest:
        """Read every file and compare it with the manifest; raises Broken."""
        manifest = self.manifest()
        for service, collections in manifest.databases.items():
            for name, kept in collections.items():
                tally = Tally()
                for batch in self.read(service, name):
                    tally.add(batch)
                if not tally.says(kept):
                    raise Broken(f"{self._file(service, name)} is not what was saved")
        return manifest

    def _file(self, service: str, collection: str) -> Path:
        return self._folder / service / f"{collection}.bson.gz"


def documents(batch: bytes) -> Iterator[memoryview]:
    """Cut a batch into its documents; each begins with its length; raises ValueError."""
    view, start = memoryview(batch), 0
    while start < len(batch):
        end = start + _length(view, start)
        yield view[start:end]
        start = end


def _cut(batch: bytes) -> tuple[bytes, bytes]:
    """Cut behind the last whole document."""
    start = 0
    while len(batch) - start >= _LENGTH.size:
        end = start + _length(batch, start)
        if end > len(batch):
            break
        start = end
    return batch[:start], batch[start:]


def _length(batch: bytes | memoryview, start: int) -> int:
    length: Any = _LENGTH.unpack_from(batch, start)[0]
    if length <= _LENGTH.size:
        raise ValueError("a document without a length")
    return int(length)
