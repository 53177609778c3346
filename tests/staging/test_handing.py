"""Parsers that a field's function makes: so many bytes, and functions that are handed on."""

# as authors write

import enum
import functools

import pytest

from ohneio import exactly, field, record, uint8, wire
from tests.staging.parsing import agrees, code_of

LIMIT = 5


class Kind(enum.IntEnum):
    LOW = 1


def two(it, other):
    return it + other


def turned(data, key, other=None):
    return data, key, other


def added(data, *, key):
    return data + key


def keyed(data, key):
    """Two branches."""
    if key is None:
        return data
    return key + data


def in_steps(m):
    """With names for what it needs."""
    size = m.a
    turn = functools.partial(keyed, key=m.b)
    return exactly(size).map(turn, turn)


def in_words(m):
    """Nothing else."""


def with_two_names(m):
    """Of which only one is needed."""
    size = other = m.a  # noqa: F841
    return exactly(size)


SIZED = {
    "two names": with_two_names,
    "nothing but words": in_words,
    "in steps": in_steps,
    "a size that is calculated": lambda m: exactly(m.a - 1).map(lambda it: len(it) + m.a),
    "a partial": lambda m: exactly(m.a).map(functools.partial(keyed, key=m.b)),
    "a partial by place": lambda m: exactly(m.a).map(functools.partial(two, m.b)),
    "a partial that is called": lambda m: exactly(m.a).map(functools.partial(turned, key=m.b)),
    "a partial by name alone": lambda m: exactly(m.a).map(functools.partial(added, key=m.b)),
    "a partial of too much": lambda m: exactly(m.a).map(functools.partial(two, nothing=m.b)),
    "a partial of a partial": lambda m: exactly(m.a).map(
        functools.partial(functools.partial(two, m.b))
    ),
    "a partial of what is not simple": lambda m: exactly(m.a).map(
        functools.partial(two, m.b + b"")
    ),
    "a partial of nothing": lambda m: exactly(m.a).map(functools.partial(nothing_here)),  # noqa: F821
    "a lambda": lambda m: exactly(m.a).map(lambda it: it + m.b),
    "a lambda of two": lambda m: exactly(m.a).map(lambda it, other=1: it),
    "a lambda that is not understood": lambda m: exactly(m.a).map(lambda it: [it]),
    "a method": lambda m: exactly(m.a).map(bytes.upper, bytes.lower),
    "a method that is another each time": lambda m: exactly(m.a).map(bytes.fromhex),
    "a method of a value": lambda m: exactly(m.a).map(m.b.join),
    "nothing of a class": lambda m: exactly(m.a).map(Kind.nothing),
    "what a function makes": lambda m: exactly(m.a).map(functools.lru_cache(len)),
    "what is called": lambda m: exactly(m.a).map(functools.partial(len)()),
    "no function at all": functools.partial(lambda m, n: exactly(n), n=1),
    "a name": lambda m: exactly(m.a).map(len, inverse=bytes),
    "no function": lambda m: exactly(m.a).map(LIMIT),
    "of nothing": lambda m: exactly(m.a).map(),
    "of too much": lambda m: exactly(m.a).map(len, bytes, len),
    "another keyword": lambda m: exactly(n=m.a),
    "no parser": lambda m: m.a,
    "another parser": lambda m: uint8,
    "two functions": lambda m: exactly(m.a).map(bytes.upper).map(len),
    "two sizes": lambda m: exactly(m.a, 1),
}


@pytest.mark.parametrize("name", SIZED)
def test_what_a_field_becomes_is_as_by_its_node(name):
    """However its parser is made, and whether or not that is understood."""
    space = {"a": field(uint8), "b": field(exactly(1)), "c": field(SIZED[name])}
    cls = wire(type("Made", (), {**space, "__annotations__": dict.fromkeys(space, object)}))
    agrees(record(cls), b"\2xab\0y", b"\2xa")


def test_functions_that_are_handed_on_are_written_in():
    """By place or by name, with what they are given besides."""

    @wire
    class Made:
        a: int = field(uint8)
        b: bytes = field(exactly(1))
        c: bytes = field(SIZED["a partial"])
        d: bytes = field(SIZED["a partial by place"])
        e: bytes = field(SIZED["a lambda"])
        f: bytes = field(SIZED["a partial that is called"])
        g: bytes = field(in_steps)

    source = code_of(record(Made))
    assert "c = b + c" in source
    assert "d = b + d" in source
    assert "e2 = e2 + b" in source or "e = e + b" in source
    assert "TURNED(f, key=b)" in source
    assert "g = b + g" in source
    agrees(record(Made), b"\1xabcde", b"\1xabc")
