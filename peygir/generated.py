"""The generated parts of docs/: settings, metrics and events, from where each is declared."""

from __future__ import annotations

import importlib
import inspect
import typing
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import typer.main
from pydantic import SecretStr
from pydantic.fields import FieldInfo

import contracts
from chassis.metrics import METRICS
from chassis.settings import SERVICES, Settings
from gateway.texts import catalogue

_NOTE = "<!-- Written by `peygir docs`; a test compares. -->"
_SETTINGS_MODULES = (
    ("Every process", "chassis.settings"),
    *((f"`services/{name}`", f"services.{name}.settings") for name in SERVICES),
    ("`gateway`", "gateway.settings"),
)


def documents() -> dict[str, str]:
    """Give the generated files of docs/ by name."""
    return {
        "settings.md": _page("Settings", _settings_parts()),
        "metrics.md": _page("Metrics", [_metrics_table()]),
        "events.md": _page("Events", _events_parts()),
        "errors.md": _page("Errors", _errors_parts()),
        "cli.md": _page("Command line", _commands_parts()),
    }


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", _NOTE, *parts]) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


# -- settings ------------------------------------------------------------------------------------


def _settings_parts() -> Iterator[str]:
    yield "Read from the environment at start. Without a default a setting must be given."
    for title, module in _SETTINGS_MODULES:
        if rows := list(_settings_of(module)):
            yield f"## {title}\n\n{_table(('Name', 'Default', 'Meaning'), rows)}"


def _settings_of(module: str) -> Iterator[tuple[str, str, str]]:
    """Give the options that the module's own settings classes add."""
    try:
        found = vars(importlib.import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        return
    for cls in found.values():
        if isinstance(cls, type) and issubclass(cls, Settings) and cls.__module__ == module:
            for name in cls.__annotations__:
                if field := cls.model_fields.get(name):
                    yield _environment_name(name, field), _default(field), field.description or ""


def _environment_name(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias or field.alias
    return f"`{alias if isinstance(alias, str) else f'PEYGIR_{name.upper()}'}`"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "-"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple):
        value = ",".join(str(item) for item in value)
    return "" if value in (None, "") else f"`{value}`"


# -- metrics -------------------------------------------------------------------------------------


def _metrics_table() -> str:
    rows = (
        (f"`{name}`", metric.kind, ", ".join(metric.labels), metric.description)
        for name, metric in sorted(METRICS.items())
    )
    return _table(("Name", "Type", "Labels", "Meaning"), rows)


# -- events --------------------------------------------------------------------------------------


def _events_parts() -> Iterator[str]:
    yield (
        "What services tell, as CloudEvents 1.0 (`contracts/envelope.py`). "
        "Fields in brackets may be absent."
    )
    services = dict.fromkeys(event.service for event in contracts.EVENTS.values())
    for service in services:
        rows = [
            (f"`{name}`", _fields(event), _meaning(event))
            for name, event in contracts.EVENTS.items()
            if event.service == service
        ]
        yield f"## {service}\n\n{_table(('Type', 'Fields', 'Meaning'), rows)}"


def _fields(event: type[contracts.Event]) -> str:
    told = (
        f"`{field.name}`" if field.required else f"[`{field.name}`]"
        for field in msgspec.structs.fields(event)
    )
    return ", ".join(told)


def _meaning(event: type[contracts.Event]) -> str:
    text = typing.cast("str", inspect.getdoc(event))
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


# -- errors --------------------------------------------------------------------------------------


def _errors_parts() -> Iterator[str]:
    yield (
        "Every refusal is `application/problem+json` (RFC 9457): `type`, `title`, `status`, "
        "`detail`, `instance`, `code`, `trace_id`. `detail` is the sentence below in the language "
        "that was asked for; programs go by `code`. With 429 and 503 `Retry-After` says when to "
        "come again. What is wrong with single fields stands in `errors`, each with a JSON "
        "pointer, a code of the second table and its sentence."
    )
    english, persian = catalogue("en"), catalogue("fa")
    for title, section in (("Codes", "error."), ("Codes of fields", "field.")):
        rows = [
            (f"`{key.removeprefix(section)}`", english[key], persian[key])
            for key in sorted(english)
            if key.startswith(section)
        ]
        yield f"## {title}\n\n{_table(('Code', 'English', 'Persian'), rows)}"


# -- the command line ----------------------------------------------------------------------------


def _commands_parts() -> Iterator[str]:
    # Imported here, because the command line imports this module.
    from peygir.cli import app  # noqa: PLC0415

    root = typer.main.get_command(app)
    yield str(root.help)
    yield from _options(root)
    yield from _subcommands(root, "peygir")


def _subcommands(group: Any, path: str) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        full = f"{path} {name}"
        asked = [f" {each.name.upper()}" for each in command.params if _is_argument(each)]
        yield f"## `{full}{''.join(asked)}`"
        yield inspect.cleandoc(command.help or "")
        yield from _options(command)
        yield from _subcommands(command, full)


def _options(command: Any) -> Iterator[str]:
    rows = [
        (_named(each), ", ".join(f"`{name}`" for name in _environment(each)), each.help or "")
        for each in command.params
        if each.name != "help"
    ]
    if rows:
        yield _table(("", "Environment", "Meaning"), rows)


def _named(parameter: Any) -> str:
    names = [parameter.name.upper()] if _is_argument(parameter) else parameter.opts
    return ", ".join(f"`{name}`" for name in names)


def _environment(parameter: Any) -> list[str]:
    found = parameter.envvar or []
    return [found] if isinstance(found, str) else list(found)


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")
