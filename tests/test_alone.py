"""Each module of the library's inner packages is tested by the file of its own name, and wholly."""

import functools
import importlib.util
import json
import multiprocessing
from contextlib import ExitStack
from subprocess import PIPE

import pytest

from tests import alone
from tests.processes import PATIENCE, started

#: The files of each package that test no module, but what all have in common.
TOGETHER = {"core": set(), "combinators": {"each"}, "staging": {"differential", "found", "small"}}


@pytest.fixture(scope="module")
def missed():
    """What a file misses of its module: asked of one process a package, as it gets there."""
    with ExitStack() as stack:

        @functools.cache
        def measuring(package):
            options = {"stdout": PIPE, "patience": 20 * PATIENCE}  # for all of its files together
            process = stack.enter_context(started("-m", "tests.alone", package, **options))
            return {}, process.stdout

        def asked(package, name):
            found, lines = measuring(package)
            while name not in found:
                found.update([json.loads(next(lines))])
            return found[name]

        yield asked


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
    [
        # What writes code takes long while it is traced: a minute or two.
        pytest.param(package, name, marks=pytest.mark.nightly if package == "staging" else [])
        for package in TOGETHER
        for name in alone.modules(package)
    ],
)
def test_a_modules_own_tests_reach_every_branch_of_it(missed, package, name):
    """Each branch of a module is taken by the tests in its own file, without any other."""
    assert missed(package, name) == ""
