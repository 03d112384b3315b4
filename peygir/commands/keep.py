"""Commands that keep an installation safe: a backup of all of it, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from rich.console import Group
from rich.text import Text

from chassis.mongo import connect
from chassis.version import own_version
from peygir.backup import restoring, saving
from peygir.backup.archive import Archive, Broken, Manifest
from peygir.console import AWAY, fail, progress, show, table

#: Nobody waits for a batch of a backup; a server that is silent for so long is away.
_PATIENCE_SECONDS = 60.0

_Folder = Annotated[Path, typer.Argument(help="The backup's folder.")]
_Uri = Annotated[
    str, typer.Option(envvar="MONGO_URI", help="Address of the services' MongoDB, with rights.")
]
_Prefix = Annotated[
    str,
    typer.Option(
        envvar="PEYGIR_DATABASE_PREFIX", help="Begin of the databases' names; another one to try."
    ),
]
_LOCAL = "mongodb://127.0.0.1:27017/?replicaSet=rs0"


def backup(
    context: typer.Context, folder: _Folder, mongo_uri: _Uri = _LOCAL, prefix: _Prefix = "peygir_"
) -> None:
    """Save all services' databases as they are at one instant; work goes on meanwhile.

    Whatever had been answered by the recovery point is in it. It holds all that people wrote, and
    not the installation's secrets: keep those elsewhere, and the folder where nobody reads it.
    """
    with _speaking(mongo_uri) as client, progress("documents", None) as told:
        manifest = saving.save(client, prefix, Archive(folder), version=own_version(), told=told)
    _show(context, manifest, folder)


def restore(
    context: typer.Context,
    folder: _Folder,
    mongo_uri: _Uri = _LOCAL,
    prefix: _Prefix = "peygir_",
    check: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--check", help="Only read the files and compare their sums.")
    ] = False,
) -> None:
    """Bring a backup back into an empty MongoDB, and compare what is there with what was saved.

    Run it before the services start. One that was cut off is begun anew by running it again.
    """
    archive = Archive(folder)
    if check:
        with _explaining():
            manifest = archive.check()
    else:
        with _speaking(mongo_uri) as client:
            with _explaining():
                expected = archive.manifest().documents
            with progress("documents", expected) as told:
                manifest = restoring.restore(client, prefix, archive, told=told)
    _show(context, manifest, folder)


@contextmanager
def _speaking(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    """Lend a client; whatever goes wrong is said in one line."""
    with _explaining(), connect(mongo_uri, seconds=_PATIENCE_SECONDS) as client:
        yield client


@contextmanager
def _explaining() -> Iterator[None]:
    try:
        yield
    except Broken as error:
        fail(str(error))
    except restoring.Occupied as error:
        fail(f"the database {error} is not empty; a backup is brought back into empty ones only")
    except saving.TooSlow:
        fail(
            "MongoDB has forgotten the instant that was being saved; raise its "
            "minSnapshotHistoryWindowInSeconds (300 by default), or copy volumes instead"
        )
    except saving.Retried:
        fail("a collection has just been made or dropped; begin again in an empty folder")
    except (PyMongoError, ValueError) as error:
        fail(f"MongoDB: {str(error)[:200]}", AWAY)


def _show(context: typer.Context, manifest: Manifest, folder: Path) -> None:
    point = f"{manifest.recovery_point:%Y-%m-%dT%H:%M:%SZ}"
    counts = {
        service: sum(each.documents for each in collections.values())
        for service, collections in manifest.databases.items()
    }
    value = {"folder": str(folder), "recovery_point": point, "documents": counts}
    said = Text(f"Recovery point: whatever was answered by {point} is in {folder}.")
    rows = table(("Service", "Documents"), counts.items())
    show(context.obj, value, lambda: Group(said, rows))
