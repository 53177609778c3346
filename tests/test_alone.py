"""Each module of core and of combinators is tested by the file of its own name, and wholly."""

import functools
import importlib.util
import json
import multiprocessing

import pytest

from tests import alone
from tests.processes import python

#: The files of each package that test no module, but what all have in common.
TOGETHER = {"core": set(), "combinators": {"each"}}


@functools.cache
def missed(package):
    """What each file misses of its module: all from one process, for it takes a while to begin."""
    done = python("-m", "tests.alone", package, timeout=200)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("package", TOGETHER)
def test_every_module_has_its_file_of_tests_and_no_file_lacks_its_module(package):
    """tests/core/test_x.py tests ohneio/core/_x.py."""
    assert set(alone.files(package)) - TOGETHER[package] == set(alone.modules(package))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("coverage") is None, reason="coverage is not there")
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system has no fork()"
)
@pytest.mark.parametrize(
    ("package", "name"),
    [(package, name) for package in TOGETHER for name in alone.modules(package)],
)
def test_a_modules_own_tests_reach_every_branch_of_it(package, name):
    """Each branch of a module is taken by the tests in its own file, without any other."""
    assert missed(package)[name] == ""
