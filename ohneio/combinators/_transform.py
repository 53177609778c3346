"""Other values from the same bytes: functions of a value, and tests of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from ..core._building import NOTHING, builder, from_nothing
from ..core._errors import BuildError, ParseError
from ..core._facts import UNKNOWN, Facts, sequence
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Mark
from ._calling import answered, called, name_of, parser_from, text_of
from ._checks import described, parser_of

__all__ = ["Bind", "Map", "TryMap", "Verify", "bind", "map", "try_map", "verify"]

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
Function = Callable[[Any], Any]


@attrs.frozen(repr=False)
class Map(Parser[T_co]):
    """See `map`."""

    function: Function
    parser: Parser[Any]
    inverse: Function | None = None

    def __repr__(self) -> str:
        inverse = f", {name_of(self.inverse)}" if self.inverse else ""
        return f"map({name_of(self.function)}, {self.parser!r}{inverse})"

    def _parse(self) -> Steps[T_co]:
        value = yield from self.parser._parse()
        return cast("T_co", called(self.function, value))

    def _build(self, value: object) -> Steps[None]:
        yield from self.parser._build(inverted(self, value))

    def _facts(self) -> Facts:
        return mapped(self, self.parser.facts)


def inverted(node: Map[Any] | TryMap[Any] | Bind[Any], value: object) -> object:
    """Return what to build for *value*: nothing stays nothing."""
    if value is NOTHING:
        return NOTHING
    if node.inverse is None:
        raise BuildError(f"{node!r} has no inverse, and cannot build")
    return answered(node.inverse, value)


def mapped(node: Map[Any] | TryMap[Any], facts: Facts) -> Facts:
    """Return what is known of values that went through a function."""
    if node.inverse is None:
        return attrs.evolve(facts, buildable=False, obstacle=node, unambiguous=None, canonical=None)
    # Nothing says that the two functions are inverse to each other.
    return attrs.evolve(facts, unambiguous=None, canonical=None)


@attrs.frozen(repr=False)
class TryMap(Parser[T_co]):
    """See `try_map`."""

    function: Function
    parser: Parser[Any]
    inverse: Function | None = None

    def __repr__(self) -> str:
        inverse = f", {name_of(self.inverse)}" if self.inverse else ""
        return f"try_map({name_of(self.function)}, {self.parser!r}{inverse})"

    def _parse(self) -> Steps[T_co]:
        run = current()
        mark = run.mark(keeps=True)
        try:
            return self._judged(run, mark, (yield from self.parser._parse()))
        finally:
            run.release(mark)

    def _judged(self, run: Run, mark: Mark, value: object) -> T_co:
        run.check_held(mark)
        try:
            return cast("T_co", called(self.function, value))
        except ParseError:
            raise
        except ValueError as error:
            reason = text_of(error) or "a value that fits"
        raise run.unfit(mark, reason)

    def _build(self, value: object) -> Steps[None]:
        if value is not NOTHING:
            return self.parser._build(inverted(self, value))
        return self._check_nothing()

    def _check_nothing(self) -> Steps[None]:
        answered(self.function, (yield from builder().steps(self.parser)))

    def _facts(self) -> Facts:
        return perhaps(mapped(self, self.parser.facts))


def perhaps(facts: Facts) -> Facts:
    """Return the facts of what may refuse a value, that of nothing for example."""
    return attrs.evolve(facts, nullable=facts.nullable and None, silent=facts.silent and None)


@attrs.frozen(repr=False)
class Verify(Parser[T_co]):
    """See `verify`."""

    predicate: Function
    parser: Parser[T_co]
    expected: str = ""

    def __repr__(self) -> str:
        expected = f", {self.expected!r}" if self.expected else ""
        return f"verify({name_of(self.predicate)}, {self.parser!r}{expected})"

    def _parse(self) -> Steps[T_co]:
        run = current()
        mark = run.mark(keeps=True)
        try:
            return self._judged(run, mark, (yield from self.parser._parse()))
        finally:
            run.release(mark)

    def _judged(self, run: Run, mark: Mark, value: T_co) -> T_co:  # type: ignore[misc]
        run.check_held(mark)
        if called(self.predicate, value):
            return value
        raise run.unfit(mark, "", self._expected())

    def _build(self, value: object) -> Steps[None]:
        if value is NOTHING:
            self._compare((yield from builder().steps(self.parser)))
        else:
            self._compare(value)
            yield from self.parser._build(value)

    def _compare(self, value: object) -> None:
        if not answered(self.predicate, value):
            raise BuildError(f"expected {self._expected()}, not {described(value)}")

    def _expected(self) -> str:
        return self.expected or f"a value that passes {name_of(self.predicate)}"

    def _facts(self) -> Facts:
        return perhaps(self.parser.facts)


@attrs.frozen(repr=False)
class Bind(Parser[T_co]):
    """See `bind`."""

    function: Function
    parser: Parser[Any]
    inverse: Function | None = None

    def __repr__(self) -> str:
        inverse = f", {name_of(self.inverse)}" if self.inverse else ""
        return f"bind({name_of(self.function)}, {self.parser!r}{inverse})"

    def _parse(self) -> Steps[T_co]:
        return (yield from self._behind((yield from self.parser._parse())))

    def _behind(self, first: object) -> Steps[T_co]:
        second: Parser[T_co] = parser_from(self.function, first)
        return (yield from second._parse())

    def _build(self, value: object) -> Steps[None]:
        if value is NOTHING:
            first: object = yield from builder().steps(self.parser)
            yield from from_nothing(self._following(first))
        else:
            first = inverted(self, value)
            yield from self.parser._build(first)
            yield from self._following(first)._build(value)

    def _following(self, first: object) -> Parser[T_co]:
        return parser_of(answered(self.function, first))

    def _facts(self) -> Facts:
        # What follows is known only when the first value is.
        facts = sequence([self.parser.facts, UNKNOWN])
        if self.inverse is None:
            return attrs.evolve(facts, buildable=False, obstacle=self)
        return facts


def map(  # noqa: A001  # named and used as the built-in
    function: Callable[[T], U], parser: Parser[T], inverse: Callable[[U], object] | None = None
) -> Parser[U]:
    """Parse with *parser* and give ``function(value)``.

    Takes, waits and fails as *parser* does; what *function* raises goes to the
    embedder unchanged. Builds ``inverse(value)``, and what that raises is a
    `BuildError`; cannot build without.

    Also known as: ``map`` (nom, parsy), ``xmap`` (scodec), ``Adapter``
    (Construct).

    Example:
        >>> import ohneio
        >>> number = ohneio.map(int, ohneio.until(b";"), lambda n: b"%d" % n)
        >>> number.parse(b"42;"), number.build(42)
        (42, b'42;')
    """
    return Map(function, parser_of(parser), inverse)


def try_map(
    function: Callable[[T], U], parser: Parser[T], inverse: Callable[[U], object] | None = None
) -> Parser[U]:
    """Parse with *parser* and give ``function(value)``; a `ValueError` is a mismatch.

    The mismatch begins at the first byte of *parser*. Any other exception goes
    to the embedder unchanged. Builds as `map` does.

    Also known as: ``map_res`` (nom), ``try_map`` (winnow), ``exmap`` (scodec).

    Example:
        >>> from ohneio import try_map, until
        >>> try_map(float.fromhex, until(b";").map(bytes.decode)).parse(b"0x.8;")
        0.5
    """
    return TryMap(function, parser_of(parser), inverse)


def verify(predicate: Callable[[T], object], parser: Parser[T], expected: str = "") -> Parser[T]:
    """Parse with *parser*; a value that *predicate* refuses is a mismatch.

    The mismatch begins at the first byte of *parser*, and says that it
    expected *expected*. When building, it is a `BuildError`. What *predicate*
    raises goes to the embedder unchanged.

    Also known as: ``verify`` (nom, winnow), ``Check`` (Construct), ``satisfy``.

    Example:
        >>> from ohneio import exactly, verify
        >>> verify(bytes.isdigit, exactly(2), "two digits").parse(b"42")
        b'42'
    """
    return Verify(predicate, parser_of(parser), expected)


def bind(
    function: Callable[[T], Parser[U]],
    parser: Parser[T],
    inverse: Callable[[U], object] | None = None,
) -> Parser[U]:
    """Parse with *parser*, then with the parser that ``function(value)`` returns.

    The value is the second one's. Nothing is known of it beforehand: where
    there is another way to say it, take that. To build, *inverse* gives the
    first value back from the second.

    Also known as: ``flat_map`` (nom, winnow), ``>>=`` (parsec), ``flatZip``
    (scodec).

    Example:
        >>> from ohneio import bind, exactly, until
        >>> bind(lambda size: exactly(int(size)), until(b":")).parse(b"2:ab")
        b'ab'
    """
    return Bind(function, parser_of(parser), inverse)
