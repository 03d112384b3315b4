"""No word that people read stands outside the catalogues: not in templates, scripts or styles."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

GATEWAY = Path(__file__).parents[3] / "gateway"
STATIC = GATEWAY / "pages" / "static"
#: The reference of the API is English in either language, as the API's own words are.
FOR_PROGRAMMERS = {"docs.html"}
TEMPLATES = [
    path
    for path in sorted(GATEWAY.glob("*/templates/**/*.html"))
    if path.name not in FOR_PROGRAMMERS
]
SCRIPTS = [path for path in sorted(STATIC.rglob("*.js")) if "vendor" not in path.parts]
AREAS = sorted({path.parent for path in GATEWAY.glob("*/templates")})
MODULES = sorted(module for area in AREAS for module in area.glob("*.py"))

#: An attribute that a macro or a block adds to a tag elsewhere.
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'|`([^`]*)`")
JINJA = Environment(autoescape=True)
PERSIAN = re.compile("[ء-غف-يپچژکگی]")
#: A short one may be read, as `تا` between two hours; nobody is told it.
PERSIAN_WORD = re.compile("[ء-غف-يپچژکگی]{3,}")
WORD = re.compile("[A-Za-zآ-ی]{2,}")
SENTENCE = re.compile(r"^[A-Z][a-z]+ [a-z]+")
#: What people read or hear of an attribute.
SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext"} | {
    "label",
    "placeholder",
    "title",
}
#: Keys of the keyboard and names in programs are the same in every language.
SILENT = {"code", "kbd", "style"}
SAID_BY_SCRIPT = re.compile(
    r"\.(?:textContent|innerText|ariaLabel|title|placeholder)\s*=\s*[\"'`]([^\"'`]+)[\"'`]"
)


class Reader(HTMLParser):
    """Collects what a reader of the page would meet."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SPOKEN and value]
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not SILENT & set(self._open):
            self.found += [value for name, value in ATTRIBUTE.findall(data) if name in SPOKEN]
            self.found.append(ATTRIBUTE.sub("", data))


def words_of(template: str) -> list[str]:
    """Give the words of a template that come from no catalogue."""
    tokens = list(JINJA.lex(template))
    reader = Reader()
    reader.feed("".join(value for _, kind, value in tokens if kind == "data"))
    strings = [value for _, kind, value in tokens if kind == "string" and PERSIAN.search(value)]
    return [word for each in reader.found + strings for word in WORD.findall(each)]


def sentences_of(script: str) -> Iterator[str]:
    """Give what a script says by itself."""
    code = COMMENT.sub("", script)
    yield from SAID_BY_SCRIPT.findall(code)
    for groups in LITERAL.findall(code):
        literal = "".join(groups)
        if PERSIAN.search(literal) or SENTENCE.match(literal):
            yield literal


def named(path: Path) -> str:
    return str(path.relative_to(GATEWAY))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_templates_have_no_words_of_their_own(path):
    assert words_of(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_scripts_take_their_words_from_the_page(path):
    assert list(sentences_of(path.read_text("utf-8"))) == []


def test_styles_say_nothing():
    said = {
        path.name: found
        for path in STATIC.glob("*.css")
        if (
            found := re.findall(
                r"content:\s*\"([^\"]*[A-Za-zآ-ی][^\"]*)\"", path.read_text("utf-8")
            )
        )
    }

    assert said == {}


def test_code_of_pages_has_no_persian():
    found = [
        f"{named(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and PERSIAN_WORD.search(node.value)
    ]

    assert found == []


def test_what_stands_outside_the_catalogues_is_found():
    assert words_of('<p title="Close">{{ t("a") }} <b>more</b></p><kbd>Ctrl</kbd>') == [
        "Close",
        "more",
    ]
    assert words_of('{{ f({}, "بله") }}{% set a = {"b": {}} %}') == ["بله"]
    assert words_of("{% if a %}{# Why #}<i class=\"x\">{{ t('yes') }}</i>{% endif %}") == []
    assert list(sentences_of('say("Please wait"); // Nobody reads this.\na.title = "Stop";')) == [
        "Stop",
        "Please wait",
    ]
