"""The workflows that ship with Peygir, as data; administrators publish further versions."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from services.routing.actions import ARGUMENTS
from services.routing.domain.workflow import Workflow, read

SHIPPED = ("default", "replay")


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Give the shipped definitions by id, as they stand in their files."""
    folder = files(__package__)
    return {name: yaml.safe_load((folder / f"{name}.yaml").read_text("utf-8")) for name in SHIPPED}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """Give definitions to begin with, by id; their units are to be replaced by one's own."""
    files_there = (files(__package__) / "examples").iterdir()
    found = [yaml.safe_load(file.read_text("utf-8")) for file in files_there]
    return {definition["id"]: definition for definition in found}


@cache
def shipped() -> dict[str, Workflow]:
    """Give the shipped workflows by id."""
    return {name: read(definition, ARGUMENTS) for name, definition in definitions().items()}
