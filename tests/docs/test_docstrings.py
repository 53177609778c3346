"""The examples in the package's docstrings run, fed whole and byte by byte."""

import doctest
import importlib
import pkgutil

import pytest

import ohneio
from tests.docs.feeding import feed_byte_by_byte

MODULES = ["ohneio", *(found.name for found in pkgutil.walk_packages(ohneio.__path__, "ohneio."))]


@pytest.mark.parametrize("feeding", ["whole", "byte by byte"])
@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str, feeding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a docstring shows is what happens, however the bytes arrive."""
    examples = doctest.DocTestFinder().find(importlib.import_module(module))
    if feeding == "byte by byte":
        feed_byte_by_byte(monkeypatch)
    output: list[str] = []
    for example in examples:
        doctest.DocTestRunner().run(example, out=output.append)

    assert "".join(output) == ""
