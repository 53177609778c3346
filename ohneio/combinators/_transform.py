"""Other values from the same bytes, and other names for them.

Functions that users hand in are called through `called`: whatever one raises
goes to the embedder unchanged.  A bug in it is never read as "no match".  When
building it is the other way round, see `answered`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import attrs

from ..core._building import NOTHING, builder, from_nothing, put
from ..core._errors import BuildError, LimitExceeded, ParseError, anew, capped, furthest
from ..core._facts import UNKNOWN, Facts, dropped, sequence
from ..core._likeness import alike
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ._checks import BelowZero, bytes_of, described, parser_of

__all__ = [
    "Bind",
    "Fail",
    "Label",
    "Map",
    "Recognize",
    "Span",
    "Success",
    "TryMap",
    "Value",
    "Verify",
    "answered",
    "bind",
    "called",
    "fail",
    "label",
    "map",
    "parser_from",
    "recognize",
    "span",
    "success",
    "try_map",
    "value",
    "verify",
]

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)
Function = Callable[[Any], Any]


def called(function: Callable[..., T], *args: object, **kwargs: object) -> T:
    """Call a user's *function*; a `ParseError` out of it is no failure to match."""
    try:
        return function(*args, **kwargs)
    except ParseError as error:
        error._foreign = True
        raise


def parser_from(function: Callable[..., Parser[T]], *args: object) -> Parser[T]:
    """Return the parser that a user's *function* makes of what was parsed.

    A size below 0 that it gives to a parser is the peer's fault.
    """
    try:
        return parser_of(called(function, *args))
    except BelowZero as error:
        reason = str(error)
    raise ParseError(reason)


def answered(function: Callable[..., T], *args: object) -> T:
    """Call a user's *function* on a value to build; what it cannot take does not fit.

    Only so can `choice` ask one branch after the other, whose functions expect
    values of their own kind.
    """
    try:
        return function(*args)
    except BuildError:
        raise
    except Exception as error:
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise BuildError(f"{kind}{error}") from error


def name_of(function: object) -> str:
    """Return what to call a user's function in a `repr`."""
    return getattr(function, "__qualname__", None) or repr(function)


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
            value = yield from self.parser._parse()
            run.check_held(mark)
            try:
                return cast("T_co", called(self.function, value))
            except ParseError:
                raise
            except ValueError as error:
                reason = str(error) or "a value that fits"
            raise run.unfit(mark, reason)
        finally:
            run.release(mark)

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
            value = yield from self.parser._parse()
            run.check_held(mark)
            if called(self.predicate, value):
                return value
            raise run.unfit(mark, "", self._expected())
        finally:
            run.release(mark)

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
        first = yield from self.parser._parse()
        second: Parser[T_co] = parser_from(self.function, first)
        return (yield from second._parse())

    def _build(self, value: object) -> Steps[None]:
        first = inverted(self, value)
        if first is NOTHING:
            first = yield from builder().steps(self.parser)
        else:
            yield from self.parser._build(first)
        yield from parser_of(answered(self.function, first))._build(value)

    def _facts(self) -> Facts:
        # What follows is known only when the first value is.
        facts = sequence([self.parser.facts, UNKNOWN])
        if self.inverse is None:
            return attrs.evolve(facts, buildable=False, obstacle=self)
        return facts


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
class Fail(Parser[Any]):
    """See `fail`."""

    message: str

    def __repr__(self) -> str:
        return f"fail({self.message!r})"

    def _parse(self) -> Steps[Any]:
        yield from ()
        raise ParseError(self.message)

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        raise BuildError(self.message)

    def _facts(self) -> Facts:
        return attrs.evolve(sequence([]), nullable=False, silent=False, constant=None)


@attrs.frozen(repr=False)
class Label(Parser[T_co]):
    """See `label`."""

    name: str
    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"label({self.name!r}, {self.parser!r})"

    def _parse(self) -> Steps[T_co]:
        run = current()
        here, before, run._furthest = run.input.position, run._furthest, None
        run.path.append(self.name)
        try:
            return (yield from self.parser._parse())
        except ParseError as error:
            run.place(error)  # while the path is still here
            self._relabel(run, error, here)
            raise
        finally:
            self._remember(run, before, here)
            run.path.pop()

    def _relabel(self, run: Run, error: ParseError, here: int) -> None:
        # Only where nothing was taken: deeper down its own words say more.
        plain = not error._foreign and not isinstance(error, LimitExceeded)
        if plain and error.offset == here and not error.message:
            error._expected = (self.name,)
            error.path = capped(run.path[:-1])

    def _remember(self, run: Run, before: ParseError | None, here: int) -> None:
        """Join what failed before with what was tried in vain inside."""
        if run._furthest is None:
            run._furthest = before
        else:
            inside = anew(run._furthest)
            self._relabel(run, inside, here)
            run._furthest = furthest(before, inside)

    def _build(self, value: object) -> Steps[None]:
        yield from self.parser._build(value)

    def _facts(self) -> Facts:
        return self.parser.facts


@attrs.frozen(repr=False)
class Recognize(Parser[bytes]):
    """See `recognize`."""

    parser: Parser[object]

    def __repr__(self) -> str:
        return f"recognize({self.parser!r})"

    def _parse(self) -> Steps[bytes]:
        run = current()
        mark = run.mark(keeps=True)
        try:
            yield from self.parser._parse()
            run.check_held(mark)
            return run.input.since(mark.position)
        finally:
            run.release(mark)

    def _build(self, value: object) -> Steps[None]:
        # The bytes are the value; whether they fit is for `parse` to say.
        if value is NOTHING:
            yield from builder().steps(self.parser)
        else:
            yield from put(bytes_that(self.parser, value))

    def _facts(self) -> Facts:
        # What looks ahead may match only where something stands behind.
        facts = self.parser.facts
        alone = facts.more is not None or None
        silent = facts.silent if facts.unambiguous or facts.silent is False else None
        return attrs.evolve(
            facts, canonical=True, buildable=alone, silent=silent, obstacle=None if alone else self
        )


@attrs.frozen(repr=False)
class Span(Parser[tuple[int, int, T_co]]):
    """See `span`."""

    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"span({self.parser!r})"

    def _parse(self) -> Steps[tuple[int, int, T_co]]:
        source = current().input
        start = source.position
        value = yield from self.parser._parse()
        return start, source.position, value

    def _build(self, value: object) -> Steps[None]:
        # The offsets of a value to build are those of some other stream.
        builder().loose = True
        yield from self.parser._build(value if value is NOTHING else _third(value))

    def _facts(self) -> Facts:
        return attrs.evolve(self.parser.facts, unambiguous=None)


def _third(value: object) -> object:
    values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else ()
    if len(values) == 3:
        return values[2]
    raise BuildError("expected (start, end, value)")


def bytes_that(parser: Parser[object], value: object) -> bytes:
    """Return *value* as the bytes that *parser* takes, all of them."""
    data = bytes_of(value)
    try:
        parser.parse(data, limits=builder().limits)
    except ParseError as error:
        if error._foreign:
            raise
        reason = str(error)
    else:
        return data
    raise BuildError(reason)


def check_same(value: object, given: object) -> None:
    """Refuse to build any value but *given*."""
    if value is not NOTHING and not alike(value, given):
        raise BuildError(f"expected {described(given)}, not {described(value)}")


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


def fail(message: str) -> Parser[Any]:
    """Fail at once with *message*, when parsing and when building.

    Example:
        >>> from ohneio import fail, literal
        >>> (literal(b"v2") | fail("only version 2 is spoken here")).parse(b"v2")
        b'v2'
    """
    return Fail(message)


def label(name: str, parser: Parser[T]) -> Parser[T]:
    """Call *parser* by *name* in errors.

    Inside it errors have the name in their path. One that arose at its first
    byte says that *name* was expected.

    Also known as: ``<?>`` (parsec), ``context`` (nom, winnow), ``desc`` (parsy).

    Example:
        >>> from ohneio import exactly, label
        >>> str(label("colour", exactly(3)))
        "label('colour', exactly(3))"
    """
    return Label(name, parser_of(parser))


def recognize(parser: Parser[object]) -> Parser[bytes]:
    """Parse with *parser* and give the bytes that it took.

    They are kept meanwhile: at most ``max_buffered``. To build, the bytes must
    be such that *parser* takes all of them.

    Also known as: ``recognize`` (nom), ``take`` (winnow), ``match``
    (attoparsec), ``RawCopy`` (Construct).

    Example:
        >>> from ohneio import literal, many, recognize
        >>> recognize(many(literal(b"ab"))).parse(b"abab")
        b'abab'
    """
    return Recognize(parser_of(parser))


def span(parser: Parser[T]) -> Parser[tuple[int, int, T]]:
    """Parse with *parser* and give ``(start, end, value)``, offsets in the stream.

    Builds the value and ignores the offsets, which are those of some stream.

    Also known as: ``with_span`` (winnow), ``mark`` (parsy), ``Tell`` (Construct).

    Example:
        >>> from ohneio import exactly, span
        >>> span(exactly(2)).parse(b"ab")
        (0, 2, b'ab')
    """
    return Span(parser_of(parser))
