"""Every Python block in the README and the docs runs, fed whole and byte by byte.

The blocks of a page run in order in one namespace. A mark after the language says what else a
block is:

* "```python tests" holds tests for pytest, and pytest runs them;
* "```python server" is a program that serves the line echo, "```python workers" one of several
  processes; `test_servers.py` starts them.
"""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from ohneio import at_eof, emit, protocol, read_some
from tests.docs.feeding import feed_byte_by_byte
from tests.docs.pages import ROOT, name, pages, python_blocks, run
from tests.processes import python

MARKS = {"tests", "server", "workers"}
WITH_PYTHON = [page for page in pages() if python_blocks(page)]
WITH_TESTS = [
    page for page in pages() if any("tests" in block.marks for block in python_blocks(page))
]
#: Examples are as slow as the machine is busy, which is no fault of a page.
PATIENT = """
from hypothesis import HealthCheck, settings
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""


@pytest.fixture(params=["whole", "byte by byte"])
def feeding(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "byte by byte":
        feed_byte_by_byte(monkeypatch)
    return request.param


@pytest.fixture
def namespace(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module for one page; classes look themselves up in `sys.modules`."""
    module = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)
    return module


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_blocks_run(page: Path, feeding: str, namespace: ModuleType) -> None:
    """What a page asserts holds, however the bytes arrive."""
    for block in python_blocks(page):
        run(block, namespace)


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_TESTS, ids=name)
@pytest.mark.parametrize("plugins", [[], ["-p", "tests.docs.feeding"]], ids=["whole", "bytes"])
def test_blocks_of_tests_pass(page: Path, plugins: list[str], tmp_path: Path) -> None:
    """Tests shown in the docs pass when pytest runs them."""
    module = tmp_path / "test_page.py"
    module.write_text("\n\n".join(block.code for block in python_blocks(page)))
    (tmp_path / "conftest.py").write_text(PATIENT)
    done = run_pytest(module, plugins)

    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def run_pytest(module: Path, plugins: list[str]) -> subprocess.CompletedProcess[str]:
    command = ["-m", "pytest", "-q", "-W", "error", *plugins, "--rootdir", module.parent, module]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return python(*command, cwd=module.parent, env=environment, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_marks_are_known(page: Path) -> None:
    """No block hides from the tests behind a mark that means nothing."""
    unknown = {mark for block in python_blocks(page) for mark in block.marks} - MARKS

    assert unknown == set()


def test_byte_by_byte_is_byte_by_byte(feeding: str) -> None:
    """The second way of feeding differs from the first for whoever looks."""

    @protocol
    def pieces():
        while not (yield from at_eof()):
            yield from emit((yield from read_some(10)))

    conn = pieces()
    conn.send(b"abc")

    assert conn.events() == ([b"abc"] if feeding == "whole" else [b"a", b"b", b"c"])
