"""A short selection of the fault suite: what `make test` affords of it."""

import tempfile
from pathlib import Path

import pytest

from deploy.local.programs import ProgramMissing
from tests.faults import report
from tests.faults.cases import CASES
from tests.faults.course import Options

#: A third of the usual length, at half of the usual pace.
SHORT = Options(seed=1, rate=6.0, scale=0.3)


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("number", ["1", "8"])
def test_the_promise_holds(number):
    # Pytest's own folders have longer paths than a unix socket may have.
    with tempfile.TemporaryDirectory(prefix="peygir-faults-") as folder:
        try:
            result = CASES[number].run(Path(folder) / number, SHORT)
        except ProgramMissing as missing:
            pytest.skip(str(missing))

    print(report.line(result))
    assert result.findings.accepted > 0
    assert result.unmet == []
