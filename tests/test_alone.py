"""Each module of core is tested by the file of its own name, and wholly."""

import importlib.util
from pathlib import Path

import pytest

import ohneio.core
from tests.core import alone
from tests.processes import python

CORE = Path(ohneio.core.__file__).parent
MODULES = sorted(path.stem[1:] for path in CORE.glob("_[a-z]*.py"))


def test_every_module_of_core_has_its_file_of_tests_and_no_file_lacks_its_module():
    """tests/core/test_x.py tests ohneio/core/_x.py."""
    files = sorted(path.stem.removeprefix("test_") for path in alone.HERE.glob("test_*.py"))
    assert files == MODULES


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage is not there")
@pytest.mark.parametrize("name", MODULES)
def test_a_modules_own_tests_reach_every_branch_of_it(name):
    """Each branch of a module is taken by the tests in its own file, without any other."""
    done = python("-m", "tests.core.alone", name)
    assert done.returncode == 0, done.stdout + done.stderr
