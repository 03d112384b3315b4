"""What is wrong with a definition, in the form in which it is told."""

from __future__ import annotations

from typing import Any

from chassis.errors import FieldFault


def fault(path: str, code: str, name: str, **params: Any) -> FieldFault:
    """Give a fault at a place in the definition, about a name in it."""
    return FieldFault(pointer=f"/definition/{path}", code=code, params={"name": name, **params})
