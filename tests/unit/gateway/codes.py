"""Finds the codes of refusals in the source: literals, also those given to a helper."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
_ERRORS = {
    "NotFound",
    "Conflict",
    "Forbidden",
    "Unauthenticated",
    "Invalid",
    "TooMany",
    "Unavailable",
}
_FOLDERS = ("chassis", "contracts", "services", "gateway")


def raised() -> tuple[set[str], set[str]]:
    """Give the codes of errors and the codes of fields."""
    errors: set[str] = set()
    fields: set[str] = set()
    for folder in _FOLDERS:
        for file in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(file.read_text())
            errors |= set(_codes(tree, _error_code))
            fields |= set(_codes(tree, _field_code))
    return errors, fields


def _codes(tree: ast.AST, code_of) -> Iterator[str]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            yield from _given_to(tree, function, code_of)
    for node in ast.walk(tree):
        yield from _literals(code_of(node))


def _given_to(tree: ast.AST, function: ast.FunctionDef, code_of) -> Iterator[str]:
    """Give what callers in the module hand to a helper that makes a code of its parameter."""
    names = [argument.arg for argument in function.args.args if argument.arg != "self"]
    for node in ast.walk(function):
        code = code_of(node)
        if isinstance(code, ast.Name) and code.id in names:
            place = names.index(code.id)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and _name(call) == function.name:
                    yield from _literals(call.args[place] if len(call.args) > place else None)


def _error_code(node: ast.AST) -> ast.expr | None:
    is_error = isinstance(node, ast.Call) and _name(node) in _ERRORS
    return node.args[0] if is_error and node.args else None


def _field_code(node: ast.AST) -> ast.expr | None:
    if isinstance(node, ast.Call) and _name(node) == "Unfit" and node.args:
        return node.args[0]
    if isinstance(node, ast.Call) and _name(node) == "FieldFault":
        return next((each.value for each in node.keywords if each.arg == "code"), None)
    return None


def _literals(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _name(call: ast.Call) -> str:
    function = call.func
    return getattr(function, "id", None) or getattr(function, "attr", "")
