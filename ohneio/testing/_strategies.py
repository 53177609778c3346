"""Hypothesis strategies that a grammar gives by itself.

Functions of yours are no obstacle where it is known what goes into them: a
mapped value is the function's result for a value below.  A parser written by
hand is one: nobody knows what it takes, so give it an example by
``p.example(strategy)``, or, where the grammar should not know of tests, by
``values(grammar, {p: strategy})``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import given, reject
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy  # noqa: TC002  # a name that users may ask for

from ..core import BuildError, ParseError, Parser
from . import _frame_rules as _frame_rules  # they fill the table
from . import _rules as _rules
from . import _token_rules as _token_rules
from ._outcome import LawBroken, same, shown
from ._walk import NO_EXAMPLES, Examples, Walk

__all__ = ["mutated", "roundtrip", "values", "wire"]

T = TypeVar("T")


def values(parser: Parser[T], examples: Examples = NO_EXAMPLES) -> SearchStrategy[T]:
    """Return a strategy of the values that *parser* parses to.

    *examples* has strategies for the values of parsers inside it.

    Raises:
        UsageError: A node is written by hand, or of an unknown class, and has
            no example; the error names it.

    Example:
        >>> from hypothesis import find
        >>> from ohneio import exactly, literal, seq
        >>> find(values(seq(literal(b"#"), exactly(1))), lambda value: True)
        (b'#', b'\\x00')
    """
    return Walk("values", examples)(parser)


def wire(parser: Parser[object], examples: Examples = NO_EXAMPLES) -> SearchStrategy[bytes]:
    """Return a strategy of bytes that *parser* parses, to the last of them.

    Raises:
        UsageError: As `values`.

    Example:
        >>> from hypothesis import find
        >>> from ohneio import until
        >>> find(wire(until(b";")), lambda data: len(data) > 1)
        b'\\x00;'
    """
    return Walk("wire", examples)(parser)


def mutated(parser: Parser[object], examples: Examples = NO_EXAMPLES) -> SearchStrategy[bytes]:
    """Return a strategy of bytes that are nearly what *parser* parses.

    Bytes are changed, lost or doubled, a piece is cut off or moved, something
    is added: what a fuzzer would find in its first minute.

    Raises:
        UsageError: As `values`.
    """
    return st.builds(_mutate, wire(parser, examples), st.lists(_CHANGE, min_size=1, max_size=3))


def roundtrip(parser: Parser[T], examples: Examples = NO_EXAMPLES) -> Callable[[], None]:
    """Return a test: what *parser* builds, it parses to the same value.

    Bind it to a name that your test runner collects. Values that an ambiguous
    grammar refuses to build are passed over.

    Raises:
        UsageError: As `values`.

    Example:
        >>> from ohneio import until
        >>> test_lines = roundtrip(until(b";"))
        >>> test_lines()
    """

    @given(values(parser, examples))
    def test_roundtrip(value: T) -> None:
        try:
            data = parser.build(value)
        except BuildError:
            if parser.facts.unambiguous:
                raise
            reject()  # it would have parsed to another value: `build` says so, as it should
        try:
            back = parser.parse(data)
        except ParseError as error:
            story = f"{shown(value)} built what cannot be parsed: {error}"
            raise LawBroken("round trip", data, story) from error
        if not same(value, back):
            raise LawBroken("round trip", data, f"{shown(value)} came back as {shown(back)}")

    return test_roundtrip


_CHANGE = st.tuples(
    st.sampled_from(["flip", "delete", "double", "insert", "cut", "move", "append"]),
    st.integers(min_value=0, max_value=2**16),
    st.integers(min_value=0, max_value=255),
)

_MUTATIONS: dict[str, Callable[[bytes, bytes, int], bytes]] = {
    "flip": lambda left, right, byte: left + bytes([byte]) + right[1:],
    "delete": lambda left, right, byte: left + right[1 + byte % 4 :],
    "double": lambda left, right, byte: left + right[: 1 + byte % 4] + right,
    "insert": lambda left, right, byte: left + bytes([byte]) + right,
    "cut": lambda left, right, byte: left,  # noqa: ARG005  # all are called alike
    "move": lambda left, right, byte: right + left,  # noqa: ARG005
    "append": lambda left, right, byte: left + right + bytes([byte]),
}


def _mutate(data: bytes, changes: list[tuple[str, int, int]]) -> bytes:
    for how, where, byte in changes:
        at = where % (len(data) + 1)
        data = _MUTATIONS[how](data[:at], data[at:], byte)
    return data
