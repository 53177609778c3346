"""The examples in the package's docstrings run, fed whole and byte by byte."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType

import pytest

import ohneio
import ohneio.combinators
from tests.docs.feeding import feed_byte_by_byte

MODULES = ["ohneio", *(found.name for found in pkgutil.walk_packages(ohneio.__path__, "ohneio."))]


@pytest.mark.parametrize("feeding", ["whole", "byte by byte"])
@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str, feeding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a docstring shows is what happens, however the bytes arrive."""
    module = importlib.import_module(name)
    if feeding == "byte by byte":
        feed_byte_by_byte(monkeypatch)
    output: list[str] = []
    for example in (*doctest.DocTestFinder().find(module), *below_objects(module)):
        doctest.DocTestRunner(verbose=False).run(example, out=output.append)

    assert "".join(output) == ""


@pytest.mark.parametrize("name", [*ohneio.combinators.__all__, "map"])
def test_each_function_of_the_vocabulary_has_an_example(name: str) -> None:
    """Whoever asks for help sees how it is used."""
    made = getattr(ohneio, name)
    if inspect.isfunction(made):
        assert doctest.DocTestParser().get_examples(made.__doc__ or "")


def below_objects(module: ModuleType) -> Iterator[doctest.DocTest]:
    """The examples in strings below assignments, such as that of `decimal`."""
    for assignment, string in pairwise(ast.parse(inspect.getsource(module)).body):
        match assignment, string:
            case ast.Assign() | ast.AnnAssign(), ast.Expr(ast.Constant(str(text))):
                yield doctest.DocTestParser().get_doctest(
                    text, dict(vars(module)), module.__name__, module.__file__, string.lineno
                )
