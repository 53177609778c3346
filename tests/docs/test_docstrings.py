"""The examples in the package's docstrings run, fed whole and byte by byte."""

import doctest
import importlib
import pkgutil

import pytest

import ohneio
from tests.docs.feeding import feed_byte_by_byte

MODULES = ["ohneio", *(found.name for found in pkgutil.walk_packages(ohneio.__path__, "ohneio."))]
EXAMPLES = [
    test
    for module in MODULES
    for test in doctest.DocTestFinder().find(importlib.import_module(module))
    if test.examples
]


@pytest.mark.parametrize("feeding", ["whole", "byte by byte"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda test: test.name)
def test_examples_run(
    example: doctest.DocTest, feeding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a docstring shows is what happens, however the bytes arrive."""
    if feeding == "byte by byte":
        feed_byte_by_byte(monkeypatch)
    output: list[str] = []
    doctest.DocTestRunner().run(example, out=output.append, clear_globs=False)

    assert output == []
