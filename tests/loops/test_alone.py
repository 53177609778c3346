"""Each adapter imports its own loop and no other, and says clearly when it is missing."""

import pytest

from tests.processes import python

LOOPS = ["blocking", "select", "asyncio", "trio", "twisted", "gevent", "tornado"]
#: What must not be imported along with it: every other loop. Tornado is built on asyncio.
FOREIGN = {"asyncio", "trio", "twisted", "gevent", "tornado"}
OWN = {"tornado": {"asyncio", "tornado"}, "twisted": {"asyncio", "twisted"}}


def imported_with(module):
    script = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(python("-c", script, check=True).stdout.split())


@pytest.mark.parametrize("name", LOOPS)
def test_an_adapter_imports_its_own_loop_alone(name):
    """Whoever uses one loop pays for that one only."""
    assert imported_with(f"ohneio.loops.{name}") & FOREIGN <= OWN.get(name, {name})


def test_the_package_imports_no_loop():
    """`ohneio.loops` itself has none of them."""
    assert not imported_with("ohneio.loops") & FOREIGN


@pytest.mark.parametrize("name", ["trio", "twisted", "gevent", "tornado"])
def test_a_missing_loop_says_how_to_install_it(name):
    """The error names the extra, in the words to be typed."""
    script = f"""
import sys
sys.modules[{name!r}] = None
try:
    import ohneio.loops.{name}
except ImportError as error:
    print(error)
"""
    assert python("-c", script, check=True).stdout.strip() == (
        f"ohneio.loops.{name} needs {name}, which is not installed: pip install ohneio[{name}]"
    )
