"""The generated files of the chart: its parts, the settings in its schema, the README's table."""

import json
import re
from pathlib import Path

import yaml

from deploy.helm.parts import parts
from deploy.helm.values import settings_definitions, table

CHART = Path(__file__).parent / "peygir"
_NOTE = "# Written by `python -m deploy.helm` from the code; a test compares.\n"
_TABLE = re.compile(
    r"(?<=<!-- values, by `python -m deploy.helm` -->\n).*(?=<!-- end -->)", re.DOTALL
)


def documents() -> dict[Path, str]:
    """Give each generated file's text."""
    schema_file, readme = CHART / "values.schema.json", CHART / "README.md"
    schema = json.loads(schema_file.read_text("utf-8"))
    schema["$defs"] |= settings_definitions()
    values = yaml.safe_load((CHART / "values.yaml").read_text("utf-8"))
    rows = f"\n{table(schema, values)}\n\n"
    return {
        CHART / "files" / "parts.yaml": _NOTE + yaml.safe_dump(parts(), sort_keys=False),
        schema_file: json.dumps(schema, indent=2, ensure_ascii=False) + "\n",
        readme: _TABLE.sub(lambda _: rows, readme.read_text("utf-8")),
    }
