"""Tell what a module's own tests leave untested: ``python -m tests.core.alone errors``.

A module whose every branch is tested by the file of its own name can be
changed by somebody who has read these two files.
"""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
#: Three directories up is where the configuration is.
ROOT = HERE.parent.parent
#: Nothing is loaded that these tests do without: that is most of the time they take.
OPTIONS = ["-q", "-m", "not slow", "--noconftest", "-p", "no:hypothesispytest"]
OPTIONS += ["-p", "no:cacheprovider"]


def run(name: str) -> int:
    """Run the tests of the module *name*; return 0 if they pass and miss nothing."""
    import coverage  # only here: who only asks which tests there are does not need it

    measured = coverage.Coverage(
        data_file=None,
        config_file=str(ROOT / "pyproject.toml"),
        branch=True,
        source=[],
        include=[f"*/ohneio/core/_{name}.py"],
    )
    with measured.collect():
        status = pytest.main([*OPTIONS, str(HERE / f"test_{name}.py")])
    return int(status) or int(measured.report(skip_covered=False) < 100)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))
