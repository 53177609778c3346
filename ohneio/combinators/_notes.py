"""Notes on what was parsed: its name in errors, its bytes, its place in the stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import attrs

from ..core._building import NOTHING, builder, put
from ..core._errors import BuildError, LimitExceeded, ParseError, anew, capped, furthest
from ..core._facts import Facts
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Failed, Mark
from ._checks import bytes_of, parser_of

__all__ = ["Label", "Recognize", "Span", "label", "recognize", "span"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class Label(Parser[T_co]):
    """See `label`."""

    name: str
    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"label({self.name!r}, {self.parser!r})"

    def _parse(self) -> Steps[T_co]:
        run = current()
        return (yield from self._around(run, self.parser._parse(), run.input.position))

    def _around(
        self,
        run: Run,
        steps: Steps[T],
        here: int,
        inside: Failed = None,
        tell: Callable[[Failed], object] | None = None,
    ) -> Steps[T]:
        """Run *steps* inside this label, which began *here*.

        They may be a piece of it: *inside* is what has failed in those before, and *tell*
        is told what has now, before it is called by the label's name.
        """
        before, run._furthest = run._furthest, inside
        run.path.append(self.name)
        try:
            return (yield from steps)
        except ParseError as error:
            run.place(error)  # while the path is still here
            self._relabel(run, error, here)
            raise
        finally:
            if tell is not None:
                tell(run._furthest)
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
            return self._judged(run, mark)
        finally:
            run.release(mark)

    def _judged(self, run: Run, mark: Mark, _: object = None) -> bytes:
        run.check_held(mark)
        return run.input.since(mark.position)

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
