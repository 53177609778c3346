"""What a function of a grammar's author says, read from its source."""

import ast
import linecache
from functools import wraps

from ohneio.staging._reading import LONGEST, written

LIMIT = 5


def says(function):
    """Return what a function says, as text; None where that is not known."""
    found = written(function)
    return found and "; ".join(ast.unparse(one) for one in found.body)


def test_a_lambda_is_found_among_others():
    """By the place of what it does, on one line with others or on several."""
    one, other = lambda m: m.size, lambda m: m.size + 1
    assert says(one) == "return m.size"
    assert says(other) == "return m.size + 1"
    several = [
        lambda it: (
            it.a  # one of them
            and it.b
        ),
    ]
    assert says(several[0]) == "return it.a and it.b"
    umlaut = {"ä": lambda m: m.ä == "ö", "ü": lambda m: m.ü + "ß"}
    assert says(umlaut["ä"]) == "return m.ä == 'ö'"
    assert says(umlaut["ü"]) == "return m.ü + 'ß'"


def test_a_definition_is_found():
    """With what it takes from around it, and without what is no part of it."""
    size = 3

    def inner(one: int, /, other: "str" = ...) -> int:
        """Say so."""
        return one + size

    inner.__defaults__ = None
    assert says(inner).endswith("; return one + size")
    assert [*map(ast.unparse, written(inner).statements)] == ["return one + size"]

    def plain(one): return one < LIMIT  # fmt: skip

    assert says(plain) == "return one < LIMIT"
    assert written(plain).statements == [*written(plain).body]


def test_what_takes_or_does_more_is_not_read():
    """Defaults, any number of arguments, generators, and what stands in for another."""

    def generator(one):
        yield one

    async def later(one):
        return one

    @wraps(generator)
    def around(*arguments):
        return arguments

    def default(one, two=2):
        return one + two

    def named(one, *, two):
        return one + two

    def keyword(one, **others):
        return one, others

    for one in (generator, later, around, default, named, keyword):
        assert written(one) is None


def test_what_is_long_is_not_read():
    """It is no matter of a call."""
    text = "def long(one):\n" + "    one = one + 1\n" * LONGEST + "    return one\n"
    assert written(made(text, "<long>")) is None
    text = "long = lambda one: (one\n" + "+ 1\n" * LONGEST + ")\n"
    assert written(made(text, "<longer>")) is None


def test_a_source_that_is_not_the_functions_is_not_believed():
    """Changed since, lost, or of another name: what was compiled is what counts."""
    for text, other in (
        ("long = lambda one: one + 1\n", "long = lambda one: one + 2\n"),
        ("long = lambda one: one + 1\n", "long = lambda one: 1.0 + one\n"),
        ("long = lambda one: one + 1\n", "long = one + + + + + + + + +\n"),
        ("long = lambda one: one + 1\n", "long = lambda one: one) + (1\n"),
        ("def long(one): return (1, one)\n", "def long(one): return (2, one)\n"),
        ("def long(one): return one in (1, 2)\n", "def long(one): return one in (1, 2.0)\n"),
        ("def long(one): return one in (1, 2)\n", "def long(one): return one in (1, 2, 3)\n"),
        ("def long(one): return one\n", "class long: pass\n"),
        ("def long(one): return one\n", ""),
    ):
        function = made(text, "<changed>")
        assert written(function) is not None
        assert written(made(text, "<changed>", shown=other)) is None


def test_functions_in_functions_are_compared_too():
    """A lambda that a function makes is a part of it."""
    text = "def long(one): return one.map(lambda it: it + 1)\n"
    assert written(made(text, "<nested>")) is not None
    other = text.replace("1", "2")
    assert written(made(text, "<nested>", shown=other)) is None
    assert written(made(text, "<nested>", shown=text.replace("it + 1", "it + one"))) is None


def made(text, filename, shown=None):
    """Compile *text*, whose source seems to be what is *shown*."""
    from ohneio.staging import _reading

    _reading._read.cache_clear()
    space = {}
    exec(compile(text, filename, "exec"), space)
    lines = (text if shown is None else shown).splitlines(keepends=True)
    linecache.cache[filename] = len(lines), None, lines, filename
    return space["long"]
