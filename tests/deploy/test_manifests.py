"""What is rendered is what Kubernetes, and the operators beside it, know: strictly, offline.

The schemas of custom resources in `schemas/` are small ones of our own, after the operators'
references; what they do not list they do not allow.
"""

import io
import json
from pathlib import Path

import helm_python
import jsonschema_rs
import kubernetes_validate
import pytest
import yaml
from yamllint import linter
from yamllint.config import YamlLintConfig

from deploy.helm.generated import CHART
from tests.deploy.chart import WAYS, Object, objects, rendered_files, values_of

#: The oldest that the chart allows, and the newest that there are schemas of.
OLDEST, NEWEST = "1.30", "1.37"
CUSTOM = {
    path.stem: jsonschema_rs.validator_for(json.loads(path.read_text("utf-8")))
    for path in sorted((Path(__file__).parent / "schemas").glob("*.json"))
}
#: Templates are joined by Helm: what stands between them is not for the eye.
_STYLE = YamlLintConfig(
    "{extends: default, rules: {line-length: disable, empty-lines: disable, braces: disable,"
    " brackets: disable, document-start: disable, trailing-spaces: disable, comments: disable,"
    " comments-indentation: disable, indentation: {indent-sequences: whatever}}}"
)


def check(found: Object, version: str) -> None:
    """Raise unless it is a valid object of Kubernetes or of an operator."""
    if custom := CUSTOM.get(found["kind"]):
        custom.validate(found)
    else:
        kubernetes_validate.validate(found, version, strict=True)


@pytest.mark.parametrize(("way", "version"), [("prod", OLDEST), *((way, NEWEST) for way in WAYS)])
def test_every_object_is_valid(way, version):
    for each in objects(way):
        check(each, version)


def test_every_schema_of_ours_is_used():
    kinds = {each["kind"] for way in WAYS for each in objects(way)}

    assert set(CUSTOM) <= kinds


@pytest.mark.parametrize(
    ("kind", "where"),
    [("Deployment", "template"), ("ScaledObject", "triggers"), ("ServiceMonitor", "endpoints")],
)
def test_a_field_that_nobody_knows_is_refused(kind, where):
    found = next(each for each in objects("prod") if each["kind"] == kind)
    inner = found["spec"][where]
    (inner[0] if isinstance(inner, list) else inner)["replicaz"] = 2

    with pytest.raises((kubernetes_validate.ValidationError, jsonschema_rs.ValidationError)):
        check(found, NEWEST)


@pytest.mark.parametrize("way", WAYS)
def test_no_name_comes_twice(way):
    names = [(each["kind"], each["metadata"]["name"]) for each in objects(way)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_rendered_reads_as_yaml_should(way):
    for name, text in rendered_files(values_of(way)).items():
        faults = [str(fault) for fault in linter.run(io.StringIO(text), _STYLE)]
        assert not faults, name


@pytest.mark.parametrize(
    "name", ["Chart.yaml", "values.yaml", "values-dev.yaml", "values-prod.yaml"]
)
def test_what_is_written_reads_as_yaml_should(name):
    faults = [str(fault) for fault in linter.run(io.StringIO((CHART / name).read_text()), _STYLE)]

    assert not faults


def test_helm_itself_finds_no_fault():
    found = helm_python.lint(CHART)

    assert found["errors"] == []
    assert {message["error"] for message in found["messages"]} <= {"icon is recommended"}


def test_the_chart_can_be_packed_and_is_the_same_afterwards(tmp_path):
    packed = Path(helm_python.package(CHART, destination=tmp_path))

    with helm_python.Chart.load_archive(packed.read_bytes()) as chart:
        texts = chart.render({}, name="peygir", namespace="desk")
    again = [each for text in texts.values() for each in _objects(text)]
    assert len(again) == len(objects("defaults"))


def _objects(text: str) -> list[Object]:
    try:
        return [
            each for each in yaml.safe_load_all(text) if isinstance(each, dict) and "kind" in each
        ]
    except yaml.YAMLError:
        return []
