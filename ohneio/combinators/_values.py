"""Values of one's own choosing: given, instead of what was parsed, or none at all."""

from __future__ import annotations

from typing import Never, TypeVar

import attrs

from ..core._building import NOTHING, from_nothing
from ..core._errors import BuildError, ParseError
from ..core._facts import Facts, dropped, sequence
from ..core._likeness import alike
from ..core._parser import Parser
from ..core._steps import Steps
from ._checks import described, parser_of

__all__ = ["Fail", "Success", "Value", "fail", "success", "value"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class Value(Parser[T_co]):
    """See `value`."""

    given: T_co
    parser: Parser[object]

    def __repr__(self) -> str:
        return f"value({self.given!r}, {self.parser!r})"

    def _parse(self) -> Steps[T_co]:
        yield from self.parser._parse()
        return self.given

    def _build(self, value: object) -> Steps[None]:
        check_same(value, self.given)
        yield from from_nothing(self.parser)

    def _facts(self) -> Facts:
        return dropped(self.parser)


@attrs.frozen(repr=False)
class Success(Parser[T_co]):
    """See `success`."""

    given: T_co

    def __repr__(self) -> str:
        return f"success({self.given!r})"

    def _parse(self) -> Steps[T_co]:
        yield from ()
        return self.given

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        check_same(value, self.given)

    def _facts(self) -> Facts:
        return sequence([])


@attrs.frozen(repr=False)
class Fail(Parser[Never]):
    """See `fail`."""

    message: str

    def __repr__(self) -> str:
        return f"fail({self.message!r})"

    def _parse(self) -> Steps[Never]:
        yield from ()
        raise ParseError(self.message)

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        raise BuildError(self.message)

    def _facts(self) -> Facts:
        return attrs.evolve(sequence([]), nullable=False, silent=False, constant=None)


def check_same(value: object, given: object) -> None:
    """Refuse to build any value but *given*."""
    if value is not NOTHING and not alike(value, given):
        raise BuildError(f"expected {described(given)}, not {described(value)}")


def value(value: T, parser: Parser[object]) -> Parser[T]:
    """Parse with *parser* and give *value* instead.

    Builds *parser* from nothing, for a value equal to *value*.

    Example:
        >>> from ohneio import literal, value
        >>> value(True, literal(b"#t")).parse(b"#t")
        True
    """
    return Value(value, parser_of(parser))


def success(value: T) -> Parser[T]:
    """Give *value* and take nothing. Never fails, never waits; builds nothing.

    Also known as: ``pure``, ``return``, ``empty.value`` (winnow), ``Computed``
    (Construct).

    Example:
        >>> from ohneio import success
        >>> success(42).parse(b"")
        42
    """
    return Success(value)


def fail(message: str) -> Parser[Never]:
    """Fail at once with *message*, when parsing and when building.

    Example:
        >>> from ohneio import fail, literal
        >>> (literal(b"v2") | fail("only version 2 is spoken here")).parse(b"v2")
        b'v2'
    """
    return Fail(message)
