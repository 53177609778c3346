"""Trying a parser: the one place where input is taken back.

Every combinator that tries something is made of these: `choice`, `optional`,
`many`, `sep_by`, `many_until`, `lookahead` and `not_followed_by`.
"""

from __future__ import annotations

import enum
from typing import Final, Literal, TypeVar

from ._building import Building, builder, built
from ._errors import BuildError, ParseError
from ._run import Parsing
from ._steps import Steps, current

__all__ = ["MISS", "Miss", "ahead", "attempt", "attempt_build", "try_build"]

T = TypeVar("T")
V = TypeVar("V")


class Miss(enum.Enum):
    """The type of `MISS`."""

    MISS = "no match"


#: What `attempt` returns when there was no match.
MISS: Final[Literal[Miss.MISS]] = Miss.MISS


def attempt(parser: Parsing[T]) -> Steps[T | Literal[Miss.MISS]]:
    """Try *parser*; where it does not match go back to the start and return `MISS`."""
    run = current()
    mark = run.mark()
    try:
        try:
            value = yield from parser._parse()
        except ParseError as error:
            if not run.gives_up(error, mark):
                raise
        else:
            run.check_held(mark)
            return value
        # Behind the except block, so that no error gets this one as its context.
        run.check_held(mark)
        run.rewind(mark)
        return MISS
    finally:
        run.release(mark)


def ahead(parser: Parsing[T]) -> Steps[T]:
    """Run *parser* and go back to the start, whatever it found."""
    run = current()
    mark = run.mark(fixed=True)
    try:
        value = yield from parser._parse()
        run.check_held(mark)
        run.rewind(mark)
        return value
    finally:
        run.release(mark)


def try_build(parser: Building[V], value: V) -> Steps[BuildError | None]:
    """Build *value* if that can be; return why it could not, having built nothing."""
    host = builder()
    pieces, depth = len(host.pieces), len(host.place_of_value)
    try:
        yield from parser._build(value)
        return None
    except BuildError as error:
        host.locate(error)
        if error._final:
            raise
        reason = error
    # Kept without the frames that it went through, which hold what they hold.
    reason.__traceback__ = reason.__context__ = None
    host.take_back(pieces, depth)
    return reason


def attempt_build(parser: Building[V], value: V) -> Steps[bytes | BuildError]:
    """Try to build *value*; return its bytes, or why it could not be built."""
    host = builder()
    depth = len(host.place_of_value)
    try:
        return (yield from built(parser, value))
    except BuildError as error:
        host.locate(error)
        if error._final:
            raise
        del host.place_of_value[depth:]
        error.__traceback__ = error.__context__ = None
        return error
