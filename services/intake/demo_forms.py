"""The forms of the demo organisation."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from contracts.calls.forms import DefineBlock, DefineForm

BLOCKS = ("place",)
FORMS = ("purchase", "complaint", "passport")


def requests() -> tuple[DefineBlock | DefineForm, ...]:
    """Give the definitions to publish, blocks before the forms that include them."""
    written = _written()
    return (
        *(DefineBlock(id=name, definition=written[name]) for name in BLOCKS),
        *(DefineForm(id=name, definition=written[name]) for name in FORMS),
    )


@cache
def _written() -> dict[str, Any]:
    definitions: dict[str, Any] = yaml.safe_load(
        (files(__package__) / "demo_forms.yaml").read_text("utf-8")
    )
    return definitions
