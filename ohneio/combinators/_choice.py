"""One parser or another.

Alternatives are ordered: the first that matches wins, and the others are not
looked at.  A branch that is short of bytes has not failed, it waits; at the
end of the input it has.  Where several fail, the error is the furthest one's.
"""

from __future__ import annotations

from typing import Any, TypeVar, overload

import attrs

from ..core._alternatives import MISS, ahead, attempt, try_build
from ..core._building import NOTHING
from ..core._errors import BuildError, UsageError
from ..core._facts import ANY, Facts, alternatives, sequence
from ..core._likeness import alike
from ..core._parser import Parser, nodes
from ..core._steps import Steps, current
from ._checks import check_none, parser_of
from ._loops import or_nothing

__all__ = [
    "Choice",
    "Commit",
    "Eof",
    "Lookahead",
    "NotFollowedBy",
    "Optional",
    "choice",
    "commit",
    "eof",
    "lookahead",
    "not_followed_by",
    "optional",
]

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

#: What is known of a parser that takes no bytes and ends by itself.
EMPTY = sequence([])


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


@attrs.frozen(repr=False)
class Lookahead(Parser[T_co]):
    """See `lookahead`."""

    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"lookahead({self.parser!r})"

    def _prove(self) -> None:
        refuse_commit(self.parser)

    def _parse(self) -> Steps[T_co]:
        run = current()
        before = run._furthest
        value = yield from ahead(self.parser)
        # It matched: what it tried further on is no help to whoever fails here.
        run._furthest = before
        return value

    def _build(self, value: object) -> Steps[None]:
        # What it looks at is built by what stands behind it.
        yield from ()

    def _facts(self) -> Facts:
        # How far it looks is not known, nor what will be built there.
        return attrs.evolve(EMPTY, more=None, unambiguous=None)


@attrs.frozen(repr=False)
class NotFollowedBy(Parser[None]):
    """See `not_followed_by`."""

    parser: Parser[object]

    def __repr__(self) -> str:
        return f"not_followed_by({self.parser!r})"

    def _prove(self) -> None:
        refuse_commit(self.parser)

    def _parse(self) -> Steps[None]:
        run = current()
        # What is tried here is not what was expected.
        before, mark = run._furthest, run.mark(fixed=True)
        try:
            value = yield from attempt(self.parser)
            run.check_held(mark)
            size = run.input.position - mark.position
            run.rewind(mark)
        finally:
            run._furthest = before
            run.release(mark)
        if value is not MISS:
            raise run.mismatch(f"no {self.parser!r}", found=size)

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        check_none(value)

    def _facts(self) -> Facts:
        return attrs.evolve(EMPTY, more=None, unambiguous=None)


@attrs.frozen(repr=False)
class Commit(Parser[None]):
    """See `commit`."""

    def __repr__(self) -> str:
        return "commit"

    def _parse(self) -> Steps[None]:
        yield from ()
        current().commit()

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        check_none(value)

    def _facts(self) -> Facts:
        # With nothing taken an alternative cannot be told by its first byte any more.
        return attrs.evolve(EMPTY, first=None)


@attrs.frozen(repr=False)
class Eof(Parser[None]):
    """See `eof`."""

    def __repr__(self) -> str:
        return "eof"

    def _parse(self) -> Steps[None]:
        run = current()
        yield from run.byte_or_end()
        if not run.at_end():
            raise run.mismatch("end of input")

    def _build(self, value: object) -> Steps[None]:
        yield from ()
        check_none(value)

    def _facts(self) -> Facts:
        # Whatever stands behind keeps it from matching.
        return attrs.evolve(EMPTY, more=ANY)


commit: Parser[None] = Commit()
"""Close every alternative that is open: what was read stays read.

From here on a failure is final, bytes are let go, and `emit` and `write` are
allowed again. Takes nothing, never fails, never waits, builds nothing. Refused
inside a lookahead.

Also known as: ``cut`` (nom, winnow, fastparse), ``commit`` (angstrom).
"""

eof: Parser[None] = Eof()
"""Match the end of the input, or of the frame around it.

Takes nothing; waits for a byte or the end; fails where a byte follows.

Also known as: ``eof`` (nom, parsy), ``end_of_input`` (angstrom), ``Terminated``
(Construct).
"""


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
    return Choice(tuple(one for branch in branches for one in _flat(parser_of(branch))))


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


def lookahead(parser: Parser[T]) -> Parser[T]:
    """Parse with *parser*, give its value and take nothing.

    Waits and fails as *parser* does. Builds nothing: what it looks at is built
    by what stands behind it.

    Raises:
        UsageError: *parser* contains `commit`.

    Also known as: ``peek`` (nom, winnow, parsy), ``FollowedBy`` (pyparsing).

    Example:
        >>> from ohneio import any_byte, lookahead
        >>> lookahead(any_byte).parse_prefix(b"ab")
        (b'a', b'ab')
    """
    refuse_commit(parser_of(parser))
    return Lookahead(parser)


def not_followed_by(parser: Parser[object]) -> Parser[None]:
    """Match, and take nothing, where *parser* does not match.

    Waits until *parser* has decided. Builds nothing.

    Raises:
        UsageError: *parser* contains `commit`.

    Also known as: ``not`` (nom, winnow), ``should_fail`` (parsy), ``NotAny``
    (pyparsing).

    Example:
        >>> from ohneio import literal, not_followed_by
        >>> not_followed_by(literal(b"\\n")).parse_prefix(b"a")
        (None, b'a')
    """
    refuse_commit(parser_of(parser))
    return NotFollowedBy(parser)


def refuse_commit(parser: Parser[object]) -> None:
    """Refuse a parser that contains `commit`; one made by hand is asked when it runs."""
    if any(isinstance(node, Commit) for node in nodes(parser)):
        raise UsageError(f"commit inside a lookahead, which always goes back: {parser!r}")
