"""Every test here runs once for each loop, and leaks no socket."""

import gc

import pytest

from tests.loops.harness import LOOPS


@pytest.fixture(params=LOOPS, ids=repr)
def loop(request):
    """The loop under test."""
    return request.param


@pytest.fixture(params=[loop for loop in LOOPS if loop.tls], ids=repr)
def tls_loop(request):
    """A loop that speaks TLS."""
    return request.param


@pytest.fixture(params=[loop for loop in LOOPS if loop.awaits], ids=repr)
def awaiting_loop(request):
    """A loop whose functions are coroutines."""
    return request.param


@pytest.fixture(autouse=True)
def nothing_left_open():
    """Let an unclosed socket be this test's fault rather than that of a later one."""
    yield
    gc.collect()
