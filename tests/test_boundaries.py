"""Who may import whom, read from the sources themselves.

`lint-imports` holds much of the same on every path through the packages. These tests look at each
file alone, need nothing installed, and also see what no import shows.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = ("intake", "routing", "sla", "notify", "reporting")
PRODUCT = ("chassis", "contracts", "services", "gateway", "peygir")
#: What speaks to a person at a terminal may print.
TERMINALS = ("peygir",)
IMPURE = {"nameko", "pymongo", "bson", "redis", "fastapi", "eventlet", "amqp", "kombu", "aiohttp"}


class Source(NamedTuple):
    """A file of the product."""

    path: PurePosixPath
    tree: ast.Module

    def imports(self) -> Iterator[str]:
        """Give the full name of everything imported, wherever it stands in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)

    def _absolute(self, node: ast.ImportFrom) -> str:
        parents = list(self.path.parts[: -node.level]) if node.level else []
        return ".".join([*parents, *([node.module] if node.module else [])])


def read(path: str, code: str) -> Source:
    return Source(PurePosixPath(path), ast.parse(code))


def is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


# -- the rules: each gives what a source does that it may not --------------------------------------


def services_know_only_themselves(source: Source) -> Iterator[str]:
    if source.path.parts[0] == "services" and len(source.path.parts) > 2:
        mine = source.path.parts[1]
        others = [f"services.{name}" for name in SERVICES if name != mine]
        for name in source.imports():
            if any(is_in(name, other) for other in [*others, "gateway", "peygir", "deploy"]):
                yield name


def the_gateway_imports_no_service(source: Source) -> Iterator[str]:
    if source.path.parts[0] == "gateway":
        yield from (name for name in source.imports() if is_in(name, "services"))


def the_machinery_knows_no_domain(source: Source) -> Iterator[str]:
    if source.path.parts[0] in {"chassis", "contracts"}:
        above = ("services", "gateway", "peygir", "deploy")
        yield from (n for n in source.imports() if any(is_in(n, name) for name in above))


def rules_are_pure(source: Source) -> Iterator[str]:
    inside = source.path.parts[2:]
    if source.path.parts[0] == "services" and inside and inside[0].partition(".")[0] in PURE:
        yield from (name for name in source.imports() if name.partition(".")[0] in IMPURE)


PURE = {"domain", "handlers"}


def only_repositories_speak_to_the_database(source: Source) -> Iterator[str]:
    inside = source.path.parts[2:]
    if source.path.parts[0] == "services" and inside and inside[0] not in REPOSITORIES:
        yield from (name for name in source.imports() if is_in(name, "pymongo"))


REPOSITORIES = {"repository", "repository.py"}


def only_the_settings_read_the_environment(source: Source) -> Iterator[str]:
    if source.path != PurePosixPath("chassis/settings.py"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
                yield f"line {node.lineno}: {node.attr}"
        yield from (name for name in source.imports() if name in OF_OS)


ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}
OF_OS = {f"os.{name}" for name in ENVIRONMENT}


def nothing_is_printed_among_the_log_lines(source: Source) -> Iterator[str]:
    if source.path.parts[0] not in TERMINALS and source.path.name != "__main__.py":
        for node in ast.walk(source.tree):
            # What goes to another file, such as standard error, does not disturb the log.
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", None) == "print"
                and "file" not in [keyword.arg for keyword in node.keywords]
            ):
                yield f"line {node.lineno}: print"


Rule = Callable[[Source], Iterator[str]]
RULES: list[Rule] = [
    services_know_only_themselves,
    the_gateway_imports_no_service,
    the_machinery_knows_no_domain,
    rules_are_pure,
    only_repositories_speak_to_the_database,
    only_the_settings_read_the_environment,
    nothing_is_printed_among_the_log_lines,
]


@pytest.fixture(scope="module")
def product() -> list[Source]:
    return [
        read(path.relative_to(ROOT).as_posix(), path.read_text())
        for package in PRODUCT
        for path in sorted((ROOT / package).rglob("*.py"))
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_to(rule: Rule, product: list[Source]):
    offences = {str(source.path): found for source in product if (found := list(rule(source)))}

    assert offences == {}


def test_every_service_is_looked_at(product: list[Source]):
    seen = {source.path.parts[1] for source in product if source.path.parts[0] == "services"}

    assert seen >= set(SERVICES)


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        (services_know_only_themselves, "services/sla/a.py", "import services.intake.domain"),
        (services_know_only_themselves, "services/sla/a.py", "from services import intake"),
        (services_know_only_themselves, "services/sla/a.py", "from ..intake import domain"),
        (services_know_only_themselves, "services/sla/a.py", "def f():\n import gateway.app"),
        (services_know_only_themselves, "services/sla/domain/a.py", "from ...routing import a"),
        (the_gateway_imports_no_service, "gateway/api/a.py", "from services.sla import handlers"),
        (the_machinery_knows_no_domain, "chassis/a.py", "import services.sla"),
        (the_machinery_knows_no_domain, "contracts/a.py", "from gateway import app"),
        (rules_are_pure, "services/sla/domain/clocks.py", "from pymongo import MongoClient"),
        (rules_are_pure, "services/sla/handlers.py", "if True:\n import eventlet.green.socket"),
        (rules_are_pure, "services/sla/handlers/a.py", "import nameko"),
        (only_repositories_speak_to_the_database, "services/sla/service.py", "import pymongo"),
        (only_the_settings_read_the_environment, "gateway/a.py", "import os\nos.environ['X']"),
        (only_the_settings_read_the_environment, "services/sla/a.py", "from os import getenv"),
        (nothing_is_printed_among_the_log_lines, "services/sla/a.py", "print(1)"),
    ],
)
def test_an_offence_is_found(rule: Rule, path: str, code: str):
    assert list(rule(read(path, code)))


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        (services_know_only_themselves, "services/sla/a.py", "from services.sla import domain"),
        (services_know_only_themselves, "services/sla/a.py", "from contracts import intake"),
        (rules_are_pure, "services/sla/reference.py", "import eventlet"),
        (only_repositories_speak_to_the_database, "services/a/repository/b.py", "import pymongo"),
        (only_the_settings_read_the_environment, "chassis/settings.py", "import os\nos.environ"),
        (nothing_is_printed_among_the_log_lines, "gateway/__main__.py", "print(1)"),
        (nothing_is_printed_among_the_log_lines, "services/sla/a.py", "blueprint(1)"),
    ],
)
def test_what_is_allowed_is_let_pass(rule: Rule, path: str, code: str):
    assert list(rule(read(path, code))) == []
