"""One parser after the other."""

from __future__ import annotations

from typing import Any, TypeVar, cast, overload

import attrs

from ..core._building import NOTHING, from_nothing, inside
from ..core._errors import BuildError
from ..core._facts import Facts, dropped, sequence
from ..core._parser import Parser
from ..core._steps import Steps
from ._checks import parser_of

__all__ = ["Before", "Seq", "Then", "before", "seq", "then"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class Seq(Parser[tuple[Any, ...]]):
    """See `seq`."""

    parts: tuple[Parser[object], ...]

    def __repr__(self) -> str:
        return f"seq({', '.join(map(repr, self.parts))})"

    def _parse(self) -> Steps[tuple[Any, ...]]:
        values: list[object] = []
        for part in self.parts:
            values.append((yield from part._parse()))  # noqa: PERF401  # a generator cannot
        return tuple(values)

    def _build(self, value: object) -> Steps[None]:
        for index, (part, one) in enumerate(zip(self.parts, self._split(value), strict=True)):
            yield from inside(index, part, one)

    def _split(self, value: object) -> tuple[object, ...]:
        if value is NOTHING:
            return (NOTHING,) * len(self.parts)
        if not isinstance(value, tuple):
            raise BuildError(f"expected a tuple, not {type(value).__name__}")
        values = cast("tuple[object, ...]", value)
        if len(values) != len(self.parts):
            raise BuildError(f"expected {len(self.parts)} values, not {len(values)}")
        return values

    def _facts(self) -> Facts:
        return sequence(part.facts for part in self.parts)


@attrs.frozen(repr=False)
class Then(Parser[T_co]):
    """See `then`: ``dropped >> kept``."""

    dropped: Parser[object]
    kept: Parser[T_co]

    def __repr__(self) -> str:
        return f"({self.dropped!r} >> {self.kept!r})"

    def _parse(self) -> Steps[T_co]:
        yield from self.dropped._parse()
        return (yield from self.kept._parse())

    def _build(self, value: object) -> Steps[None]:
        yield from from_nothing(self.dropped)
        yield from self.kept._build(value)

    def _facts(self) -> Facts:
        return sequence([dropped(self.dropped), self.kept.facts])


@attrs.frozen(repr=False)
class Before(Parser[T_co]):
    """See `before`: ``kept << dropped``."""

    kept: Parser[T_co]
    dropped: Parser[object]

    def __repr__(self) -> str:
        return f"({self.kept!r} << {self.dropped!r})"

    def _parse(self) -> Steps[T_co]:
        value = yield from self.kept._parse()
        yield from self.dropped._parse()
        return value

    def _build(self, value: object) -> Steps[None]:
        yield from self.kept._build(value)
        yield from from_nothing(self.dropped)

    def _facts(self) -> Facts:
        return sequence([self.kept.facts, dropped(self.dropped)])


def then(dropped: Parser[object], kept: Parser[T]) -> Parser[T]:
    """Parse both and keep the second value: ``dropped >> kept``."""
    return Then(parser_of(dropped), parser_of(kept))


def before(kept: Parser[T], dropped: Parser[object]) -> Parser[T]:
    """Parse both and keep the first value: ``kept << dropped``."""
    return Before(parser_of(kept), parser_of(dropped))


@overload
def seq() -> Parser[tuple[()]]: ...
@overload
def seq(a: Parser[A], /) -> Parser[tuple[A]]: ...
@overload
def seq(a: Parser[A], b: Parser[B], /) -> Parser[tuple[A, B]]: ...
@overload
def seq(a: Parser[A], b: Parser[B], c: Parser[C], /) -> Parser[tuple[A, B, C]]: ...
@overload
def seq(a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], /) -> Parser[tuple[A, B, C, D]]: ...
@overload
def seq(
    a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], e: Parser[E], /
) -> Parser[tuple[A, B, C, D, E]]: ...
@overload
def seq(
    a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], e: Parser[E], f: Parser[F], /
) -> Parser[tuple[A, B, C, D, E, F]]: ...
@overload
def seq(
    a: Parser[A],
    b: Parser[B],
    c: Parser[C],
    d: Parser[D],
    e: Parser[E],
    f: Parser[F],
    g: Parser[G],
    /,
) -> Parser[tuple[A, B, C, D, E, F, G]]: ...
@overload
def seq(
    a: Parser[A],
    b: Parser[B],
    c: Parser[C],
    d: Parser[D],
    e: Parser[E],
    f: Parser[F],
    g: Parser[G],
    h: Parser[H],
    /,
) -> Parser[tuple[A, B, C, D, E, F, G, H]]: ...
@overload
def seq(*parts: Parser[T]) -> Parser[tuple[T, ...]]: ...


def seq(*parts: Parser[object]) -> Parser[Any]:
    """Parse one after the other; the value is the tuple of all values.

    Waits, fails and ends as its parts do. Its inverse builds a tuple of as
    many values. Without parts it succeeds at once with ``()``.

    Raises:
        UsageError: A part is not a parser.

    Also known as: ``tuple`` (nom), ``seq!`` (winnow), ``Sequence`` (Construct),
    ``::`` (scodec).

    Example:
        >>> from ohneio import exactly, seq, until
        >>> pair = seq(until(b"="), exactly(2))
        >>> pair.parse(b"a=42")
        (b'a', b'42')
        >>> pair.build((b"a", b"42"))
        b'a=42'
    """
    return Seq(tuple(map(parser_of, parts)))
