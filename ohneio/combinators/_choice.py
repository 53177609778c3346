"""One parser or another.

Alternatives are ordered: the first that matches wins, and the others are not
looked at.  A branch that is short of bytes has not failed, it waits; at the
end of the input it has.  Where several fail, the error is the furthest one's.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, TypeVar, overload

import attrs

from ..core._alternatives import MISS, attempt, try_build
from ..core._building import NOTHING
from ..core._errors import BuildError, UsageError
from ..core._facts import Facts, alternatives
from ..core._likeness import alike
from ..core._parser import Parser
from ..core._steps import Steps
from ._checks import parser_of
from ._loops import or_nothing

__all__ = ["Choice", "Optional", "choice", "deepest", "optional"]

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")
F = TypeVar("F")
G = TypeVar("G")
H = TypeVar("H")
T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class Choice(Parser[T_co]):
    """See `choice`."""

    branches: tuple[Parser[T_co], ...]

    def __repr__(self) -> str:
        return f"choice({', '.join(map(repr, self.branches))})"

    def heads(self) -> tuple[Parser[object], ...]:
        return self.branches

    def _parse(self) -> Steps[T_co]:
        *others, last = self.branches
        for branch in others:
            value = yield from attempt(branch)
            if value is not MISS:
                return value
        return (yield from last._parse())

    def _build(self, value: object) -> Steps[None]:
        reasons: list[BuildError] = []
        for branch in self.branches:
            reason = yield from try_build(branch, value)
            if reason is None:
                return
            reasons.append(reason)
        # A new one: this frame, which its traceback will hold, names all of these.
        raise deepest(reasons)

    def _facts(self) -> Facts:
        return alternatives(branch.facts for branch in self.branches)


def deepest(reasons: list[BuildError]) -> BuildError:
    """Return the error of the branch that got furthest into the value; several are one."""
    first = max(reasons, key=lambda error: error._depth)
    there = [one.message for one in reasons if one.path == first.path]
    merged = BuildError("; or ".join([*dict.fromkeys(there)][:8]), path=first.path)
    merged._depth = first._depth
    return merged


@attrs.frozen(repr=False)
class Optional(Parser[T_co]):
    """See `optional`."""

    parser: Parser[T_co]
    default: T_co

    def __repr__(self) -> str:
        default = f", default={self.default!r}" if self.default is not None else ""
        return f"optional({self.parser!r}{default})"

    def _parse(self) -> Steps[T_co]:
        value = yield from attempt(self.parser)
        return self.default if value is MISS else value

    def _build(self, value: object) -> Steps[None]:
        if value is not NOTHING and not alike(value, self.default):
            yield from self.parser._build(value)

    def _facts(self) -> Facts:
        return or_nothing(self.parser.facts)


@overload
def choice(a: Parser[A], /) -> Parser[A]: ...
@overload
def choice(a: Parser[A], b: Parser[B], /) -> Parser[A | B]: ...
@overload
def choice(a: Parser[A], b: Parser[B], c: Parser[C], /) -> Parser[A | B | C]: ...
@overload
def choice(a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], /) -> Parser[A | B | C | D]: ...
@overload
def choice(
    a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], e: Parser[E], /
) -> Parser[A | B | C | D | E]: ...
@overload
def choice(
    a: Parser[A], b: Parser[B], c: Parser[C], d: Parser[D], e: Parser[E], f: Parser[F], /
) -> Parser[A | B | C | D | E | F]: ...
@overload
def choice(
    a: Parser[A],
    b: Parser[B],
    c: Parser[C],
    d: Parser[D],
    e: Parser[E],
    f: Parser[F],
    g: Parser[G],
    /,
) -> Parser[A | B | C | D | E | F | G]: ...
@overload
def choice(
    a: Parser[A],
    b: Parser[B],
    c: Parser[C],
    d: Parser[D],
    e: Parser[E],
    f: Parser[F],
    g: Parser[G],
    h: Parser[H],
    /,
) -> Parser[A | B | C | D | E | F | G | H]: ...
@overload
def choice(*branches: Parser[T]) -> Parser[T]: ...


def choice(*branches: Parser[Any]) -> Parser[Any]:
    """Parse with the first of *branches* that matches: ``a | b``.

    Each branch begins at the same byte. One that is short of bytes is waited
    for, as long as it could still match; it fails on its first wrong byte. The
    error of a choice is that of the branch that got furthest. Its inverse
    builds with the first branch that can build the value.

    Raises:
        UsageError: There is no branch, or one is not a parser.

    Also known as: ``alt`` (nom, winnow, parsy), ``Select`` (Construct).

    Example:
        >>> from ohneio import choice, literal
        >>> answer = choice(literal(b"yes"), literal(b"no"))
        >>> answer.parse(b"no")
        b'no'
    """
    if not branches:
        raise UsageError("choice() needs a branch at least")
    return Choice(tuple(chain.from_iterable(_flat(parser_of(branch)) for branch in branches)))


def _flat(branch: Parser[T]) -> tuple[Parser[T], ...]:
    # `a | b | c` is one choice of three, however long the chain.
    return branch.branches if isinstance(branch, Choice) else (branch,)


@overload
def optional(parser: Parser[T]) -> Parser[T | None]: ...
@overload
def optional(parser: Parser[T], default: U) -> Parser[T | U]: ...


def optional(parser: Parser[Any], default: object = None) -> Parser[Any]:
    """Parse with *parser*, or take nothing and give *default* if it does not match.

    At the end of a message it waits for the byte that decides: see the lint.
    Its inverse builds nothing for a value equal to *default*.

    Also known as: ``opt`` (nom, winnow), ``Optional`` (Construct), ``option``
    (attoparsec, angstrom).

    Example:
        >>> from ohneio import literal, optional
        >>> optional(literal(b"-")).parse_prefix(b"42")
        (None, b'42')
    """
    return Optional(parser_of(parser), default)
