"""Looking without taking: ahead, for the end, and whether there is a way back."""

from __future__ import annotations

from typing import TypeVar

import attrs

from ..core._alternatives import MISS, ahead, attempt
from ..core._errors import UsageError
from ..core._facts import ANY, Facts, sequence
from ..core._nodes import nodes
from ..core._parser import Parser
from ..core._steps import Steps, current
from ._checks import check_none, parser_of

__all__ = [
    "Commit",
    "Eof",
    "Lookahead",
    "NotFollowedBy",
    "commit",
    "eof",
    "lookahead",
    "not_followed_by",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

#: What is known of a parser that takes no bytes and ends by itself.
EMPTY = sequence([])


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
        # How far it looks is not known, nor what will be built there: alone, say,
        # it builds nothing, which may be nothing that it could look at.
        return attrs.evolve(EMPTY, more=None, unambiguous=None, buildable=None, obstacle=self)


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

Example:
    >>> from ohneio import commit, literal
    >>> (literal(b"a") >> commit >> literal(b"b") | literal(b"ax")).parse(b"ab")
    b'b'
"""

eof: Parser[None] = Eof()
"""Match the end of the input, or of the frame around it.

Takes nothing; waits for a byte or the end; fails where a byte follows.

Also known as: ``eof`` (nom, parsy), ``end_of_input`` (angstrom), ``Terminated``
(Construct).

Example:
    >>> from ohneio import eof, exactly, many_until
    >>> many_until(exactly(2), eof).parse(b"abcd")
    [b'ab', b'cd']
"""


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
