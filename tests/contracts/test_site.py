"""That the documentation builds as a site: no link leads nowhere, no page is left out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_site_builds_and_every_link_leads_somewhere(tmp_path: Path, language: str) -> None:
    config = "mkdocs.yml" if language == "en" else "mkdocs.fa.yml"

    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-f", f"deploy/site/{config}", "-d", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        timeout=120,
        check=False,
    )

    assert built.returncode == 0, built.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > {"en": 40, "fa": 4}[language]
    assert f'lang="{language}"' in pages[-1].read_text("utf-8")


def test_nothing_is_asked_of_another_host(tmp_path: Path) -> None:
    config = (ROOT / "deploy" / "site" / "mkdocs.yml").read_text("utf-8")

    assert "font: false" in config
    assert "mermaid" not in config
