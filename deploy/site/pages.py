"""What the site has beside the files of docs/: the API page by page, each event's example, fonts.

Called by mkdocs. Lists of many files, as decisions and pages of the runbook, are put into the
navigation here, so that a new one needs no line there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from gateway.reference import kind_of

_ROOT = Path(__file__).parents[2]
_FONTS = _ROOT / "gateway" / "pages" / "static" / "fonts"
_METHODS = ("get", "post", "put", "delete")
_STYLE = """\
@font-face { font-family: Vazirmatn; src: url("vazirmatn-arabic.woff2"); font-weight: 100 900;
  unicode-range: U+0600-06FF, U+200C-200E, U+2010-2011, U+FB50-FDFF, U+FE80-FEFC; }
@font-face { font-family: Vazirmatn; src: url("vazirmatn-latin.woff2"); font-weight: 100 900;
  unicode-range: U+0000-00FF, U+2000-206F, U+2190-2193; }
:root { --md-text-font: "Vazirmatn"; }
.md-typeset table:not([class]) td { min-width: 4rem; }
.md-typeset code { direction: ltr; unicode-bidi: isolate; }
"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put into the navigation what stands there as a folder."""
    config.nav = [_expanded(item, Path(config.docs_dir)) for item in config.nav or ()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is made here."""
    made = {"site.css": _STYLE}
    if config.theme["language"] == "en":
        made |= dict(api_pages()) | {"event-examples.md": event_examples()}
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    for font in sorted(_FONTS.glob("*.woff2")):
        files.append(File.generated(config, font.name, abs_src_path=str(font)))
    return files


def on_page_markdown(markdown: str, **_others: Any) -> str:
    """Name files of the repository that a page points at, where the site cannot lead to them."""
    return re.sub(
        r"\[[^\]]*\]\((?:\.\./)+((?:deploy|services|gateway|CHANGELOG)[^)]*)\)", r"`\1`", markdown
    )


def _expanded(item: Any, docs: Path) -> Any:
    if not isinstance(item, dict):
        return item
    ((title, value),) = item.items()
    if isinstance(value, list):
        return {title: [_expanded(each, docs) for each in value]}
    if value == "api/":
        return {title: [name for name, _text in api_pages()]}
    if value.endswith("/"):
        found = sorted(file.relative_to(docs).as_posix() for file in (docs / value).glob("*.md"))
        first = [f"{value}README.md"] if f"{value}README.md" in found else []
        return {title: [*first, *(name for name in found if name not in first)]}
    return item


# -- the API -------------------------------------------------------------------------------------


def api_pages() -> Iterator[tuple[str, str]]:
    """Give a page per part of the API, from the committed document."""
    document = json.loads((_ROOT / "docs" / "openapi.json").read_text("utf-8"))
    schemas = document["components"]["schemas"]
    for tag in document["tags"]:
        operations = [
            (method, path, methods[method])
            for path, methods in document["paths"].items()
            for method in _METHODS
            if method in methods and methods[method]["tags"][0] == tag["name"]
        ]
        if operations:
            yield f"api/{tag['name']}.md", "\n".join(_api_page(tag, operations, schemas))


def _api_page(
    tag: dict[str, Any], operations: Iterable[tuple[str, str, dict[str, Any]]], schemas: Any
) -> Iterator[str]:
    yield f"# {tag['name'].replace('_', ' ').capitalize()}\n"
    yield f"{tag.get('description', '')}\n"
    used: dict[str, None] = {}
    for method, path, operation in operations:
        yield f"## {operation['summary']} {{ #{operation['operationId']} }}\n"
        yield f"`{method.upper()} {path}` · who may: `{operation['x-right']}`\n"
        yield f"{operation.get('description', '')}\n"
        yield from _table(
            (each["name"], each["in"], kind_of(each["schema"]), each.get("description", ""))
            for each in operation.get("parameters", ())
        )
        for media in operation.get("requestBody", {}).get("content", {}).values():
            yield f"Takes {_linked(media['schema'], used)}.\n"
            yield from _examples(media)
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                continue
            for kind, media in answer.get("content", {}).items():
                given = _linked(media["schema"], used) if "json" in kind else f"`{kind}`"
                yield f"Answers {status} with {given}: {answer['description']}\n"
                yield from _examples(media)
            if "content" not in answer:
                yield f"Answers {status}: {answer['description']}\n"
    yield from _shapes(used, schemas)


def _shapes(used: dict[str, None], schemas: dict[str, Any]) -> Iterator[str]:
    """Give the fields of everything that the operations take or give, and of what these hold."""
    waiting, shown = list(used), set[str]()
    if waiting:
        yield "## Shapes\n"
    while waiting:
        name = waiting.pop(0)
        if name in shown:
            continue
        shown.add(name)
        more: dict[str, None] = {}
        schema = schemas[name]
        required = schema.get("required", ())
        yield f"### {name} {{ #{name} }}\n"
        yield f"{schema.get('description', '')}\n"
        yield from _table(
            (
                field,
                "required" if field in required else "",
                _linked(each, more, plain=kind_of(each)),
                each.get("description", ""),
            )
            for field, each in schema.get("properties", {}).items()
        )
        waiting += more


def _table(rows: Iterable[tuple[str, str, str, str]]) -> Iterator[str]:
    lines = [
        f"| `{name}` | {second} | {_cell(kind)} | {_cell(text)} |"
        for name, second, kind, text in rows
    ]
    if lines:
        yield "\n".join(["| name | | kind | meaning |", "|---|---|---|---|", *lines, ""])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _linked(schema: dict[str, Any], used: dict[str, None], *, plain: str = "") -> str:
    """Name a schema, with a link to its fields."""
    names = _names(schema)
    used.update(dict.fromkeys(names))
    links = " or ".join(f"[{name}](#{name})" for name in names)
    if not links:
        return plain or f"`{kind_of(schema)}`"
    return f"list of {links}" if schema.get("type") == "array" else links


def _names(schema: Any) -> list[str]:
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return [schema["$ref"].rpartition("/")[2]]
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    return list(dict.fromkeys(name for each in inner for name in _names(each)))


def _examples(media: dict[str, Any]) -> Iterator[str]:
    for example in media.get("examples", {}).values():
        value = example["value"]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        language = "text" if isinstance(value, str) else "json"
        yield f"```{language}\n{text}\n```\n"


# -- events --------------------------------------------------------------------------------------


def event_examples() -> str:
    """Give every event as it travels, from the committed document."""
    document = json.loads((_ROOT / "docs" / "asyncapi.json").read_text("utf-8"))
    parts = [
        "# Events by example\n",
        "Each as it travels; what the fields mean is in [Events](events.md).\n",
    ]
    for name, message in sorted(document["components"]["messages"].items()):
        parts.append(f"## {name} {{ #{re.sub('[^a-z_]+', '-', name)} }}\n\n{message['summary']}\n")
        for example in message.get("examples", ()):
            text = json.dumps(example["payload"], ensure_ascii=False, indent=2)
            parts.append(f"```json\n{text}\n```\n")
    return "\n".join(parts)
