"""What is public, and where it is found."""

import ast
import importlib
import inspect
import re
import typing
from pathlib import Path

import pytest

import ohneio
import ohneio.combinators
import ohneio.core
import ohneio.testing

#: For those who write classes of parsers: found in ohneio.core, not among the everyday names.
FOR_COMBINATORS = {"Step", "builder", "built", "put"}

ROOT = Path(__file__).parents[1]
PACKAGES = [ohneio, ohneio.core, ohneio.combinators]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_all_is_sorted_and_names_nothing_twice(package):
    """A reader finds a name where the alphabet says."""
    assert package.__all__ == sorted(set(package.__all__))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_all_is_written_by_hand(package):
    """A list of strings in the source, which every tool can read."""
    source = inspect.getsource(package)
    listed = source[source.index("\n__all__ = [") :]
    assert [line.strip(' ",') for line in listed.splitlines()[2:-1]] == package.__all__


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_name_is_there(package):
    """And none of them is private, or a module."""
    for name in package.__all__:
        assert not name.startswith("_")
        assert not inspect.ismodule(getattr(package, name))


@pytest.mark.parametrize("package", [ohneio.core, ohneio.combinators])
def test_every_public_name_of_core_and_combinators_is_exported_from_ohneio(package):
    """One import serves all."""
    names = set(package.__all__) - FOR_COMBINATORS
    assert names <= set(ohneio.__all__)
    for name in names:
        assert getattr(ohneio, name) is getattr(package, name)


def test_ohneio_exports_nothing_of_its_own():
    """It lists the names of its rooms, and defines none."""
    below = {*ohneio.core.__all__, *ohneio.combinators.__all__}
    assert set(ohneio.__all__) <= below


def test_map_is_there_but_not_in_all():
    """`from ohneio import *` leaves the built-in alone."""
    assert "map" not in ohneio.__all__
    assert ohneio.map is not map
    scope = {}
    exec("from ohneio import *", scope)
    assert "map" not in scope


def test_a_star_import_hides_no_built_in():
    """Whatever is exported has a name of its own."""
    builtins = importlib.import_module("builtins")
    assert not set(ohneio.__all__) & set(dir(builtins))


@pytest.mark.parametrize("name", sorted({*ohneio.core.__all__, *ohneio.combinators.__all__}))
def test_every_public_name_says_what_it_is(name):
    """Functions and classes have docstrings; values have comments, which nobody can ask for."""
    thing = getattr(ohneio, name, None) or getattr(ohneio.core, name, None)
    if inspect.isroutine(thing) or inspect.isclass(thing):
        assert inspect.getdoc(thing)


def test_the_package_is_typed():
    """Type checkers look into it."""
    files = importlib.import_module("importlib.resources").files("ohneio")
    assert (files / "py.typed").is_file()


def test_every_public_name_has_cases_for_the_type_checkers():
    """In tests/typing, where mypy and pyright are told what to make of it."""
    files = (ROOT / "tests" / "typing").glob("*.py")
    trees = [ast.parse(file.read_text()) for file in files if not file.match("refused*")]
    used = {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for package in (*PACKAGES, ohneio.testing):
        assert set(package.__all__) - used == set()


#: What cannot be known: what a projection gets, and what a format means.
ANYTHING = {"Parser.of", "bit", "field", "struct_unpack"}


def signatures(name, thing):
    """Yield the signatures of a function, or of a class's public methods, as they are annotated."""
    if inspect.isclass(thing):
        for key, one in vars(thing).items():
            if not key.startswith("_") or key in {"__init__", "__or__", "__rshift__", "__lshift__"}:
                yield from signatures(f"{name}.{key}", getattr(one, "fget", one))
    elif inspect.isfunction(thing):
        for one in typing.get_overloads(thing) or [thing]:
            yield name, str(inspect.signature(one))


def test_any_stands_in_no_public_signature_but_where_nothing_can_be_known():
    """A checker that sees `Any` stops looking."""
    public = {**vars(ohneio.core), **vars(ohneio.combinators)}
    names = {*ohneio.core.__all__, *ohneio.combinators.__all__, "map"}
    found = [one for name in names for one in signatures(name, public[name])]
    assert len(found) > 100
    assert {name for name, text in found if re.search(r"\bAny\b", text)} == ANYTHING
