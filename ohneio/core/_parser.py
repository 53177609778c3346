"""The base of all parsers: immutable descriptions of a piece of wire format.

A parser class holds its two directions side by side:

``_parse(self)``         a generator that takes bytes and returns a value
``_build(self, value)``  a generator that puts the bytes of a value

Both are private to grammars: a parent runs its children by ``_parse`` and
``_build``, while ``yield from parser`` in somebody's protocol goes through
``__iter__``, which knows where an item begins.  ``_facts(self)`` says what is
known beforehand, and the attrs fields are the tree, open to be walked.

To use a parser is to ask first for the function that it became (`_staged`), and to let
it run in a connection where there is none.  The operators make other parsers, which this
module knows nothing of (`_algebra`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar, cast

from ._algebra import made
from ._buffer import Bytes
from ._building import build
from ._connection import Connection
from ._errors import BuildError
from ._facts import UNKNOWN, Facts
from ._feeding import fed, outcome
from ._input import Input
from ._items import items
from ._limits import DEFAULT_LIMITS, Limits
from ._nodes import below
from ._solving import facts_of
from ._staged import LATE, is_usual, source_of, staged
from ._steps import Step, Steps, current

__all__ = ["Parser"]

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
V = TypeVar("V")


class Parser(Step[T_co]):
    """Describe a piece of wire format, to parse and to build.

    Inside a protocol ``yield from parser`` (or ``await parser``) parses the
    next one. Parsers are immutable and hold no state: one may be used by any
    number of connections and threads at once.
    """

    __slots__ = ("_known", "_sound", "_staged")

    _known: Facts
    _sound: bool
    # By form: the function, None where there is none, or how often one was wanted.
    _staged: dict[str, Callable[..., Any] | int | None]

    def __iter__(self) -> Steps[T_co]:
        return current().steps(self)

    def __await__(self) -> Steps[T_co]:
        return current().steps(self)

    def __getstate__(self) -> object:
        """Return what a copy is made of: what was found out of this one it finds out again."""
        state = super().__getstate__()
        if not isinstance(state, tuple):
            return state
        attributes, slots = cast("tuple[object, dict[str, object]]", state)
        kept = {name: value for name, value in slots.items() if name not in Parser.__slots__}
        return (attributes, kept) if kept else attributes

    # For classes of parsers, ours and yours.

    def _parse(self) -> Steps[T_co]:
        """Take the bytes of one value and return it."""
        raise NotImplementedError

    def _build(self, value: Any) -> Steps[None]:  # noqa: ANN401  # each class takes its own
        """Put the bytes of *value*, or of what `NOTHING` leaves no choice about."""
        raise BuildError(f"{self!r} cannot build")

    def _facts(self) -> Facts:
        """Say what is known of every item; asked once."""
        return UNKNOWN

    def _steps(self) -> Steps[T_co]:
        """Return the steps of one value, staged where this is used again and again."""
        function = staged(self, "item")
        return self._parse() if function is None else function(current())

    def children(self) -> tuple[Parser[object], ...]:
        """Return the parsers that this one is made of, in order."""
        return below(self, cast("type[Parser[object]]", Parser))

    def heads(self) -> tuple[Parser[object], ...]:
        """Return those children that may run before a byte is taken.

        A class whose children do not run one after the other says so itself.
        """
        children = self.children()
        known = (index for index, one in enumerate(children, 1) if not one.facts.nullable)
        return children[: next(known, len(children))]

    def _prove(self) -> None:
        """Refuse what is known to be wrong, as far as the grammar is whole."""

    def _ready(self) -> None:
        """Prove on first use, when more may be known than when it was made."""
        if not hasattr(self, "_sound"):
            self._prove()
            if self.facts is getattr(self, "_known", None):
                object.__setattr__(self, "_sound", True)

    @property
    def _tied(self) -> bool:
        """Whether its children are known: those of a `forward` may come later."""
        return True

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    # To use one.

    @property
    def facts(self) -> Facts:
        """What is known of this parser before it sees a byte."""
        try:
            return self._known
        except AttributeError:
            return facts_of(self)

    @property
    def source(self) -> str:
        """The Python functions that this parser becomes when it is used again.

        To be printed, and read. It is written anew each time, whether the parser
        was staged by now or not. Empty where ``OHNEIO_STAGING`` is ``off``, and of
        a grammar that has too many nodes: see ``ohneio.staging``.

        Raises:
            UsageError: A ``forward()`` in it is not tied yet.

        Example:
            >>> from ohneio import uint16
            >>> from ohneio.staging import source
            >>> uint16.source == source(uint16)
            True
        """
        return source_of(self)

    def parse(self, data: Bytes, *, limits: Limits = DEFAULT_LIMITS) -> T_co:
        """Parse all of *data* and return the value.

        Raises:
            ParseError: *data* does not fit, or is longer than one item.
            IncompleteInput: *data* ends inside the item.
            LimitExceeded: Something in it is longer or deeper than allowed.

        Example:
            >>> from ohneio import until
            >>> until(b";").parse(b"a=1;")
            b'a=1'
        """
        function = staged(self, "once")
        if function is not None and is_usual(data, limits):
            try:
                value = function(data, limits)
            except StopIteration:  # of a user's function: a generator makes another error of it
                value = LATE
            if value is not LATE:
                return cast("T_co", value)
        return outcome(lambda: current().whole(self), data, limits)

    def _parse_at(self, offset: int, data: bytes, limits: Limits) -> T_co:
        """Parse all of *data* as if *offset* bytes had been before it."""
        source = Input(limits.max_buffered)
        source.base = offset
        return outcome(lambda: current().whole(self), data, limits, source)

    def parse_prefix(self, data: Bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[T_co, bytes]:
        """Parse one item at the beginning of *data*; return its value and the rest.

        Raises:
            ParseError: As `parse`, but for a rest.

        Example:
            >>> from ohneio import until
            >>> until(b";").parse_prefix(b"a=1;b=2;")
            (b'a=1', b'b=2;')
        """
        conn: Connection[T_co, object] = Connection(self.__iter__, limits)
        conn.send(data)
        conn.send_eof()
        return conn.get_result(), conn.unconsumed

    def parse_stream(
        self, chunks: Iterable[Bytes], *, limits: Limits = DEFAULT_LIMITS
    ) -> Iterator[T_co]:
        """Yield the items in *chunks*, each as soon as it is complete.

        The end of *chunks* is the end of the input.

        Raises:
            ParseError: As `parse`, after the items before it were yielded.
            UsageError: An item consumed nothing; the items before it were yielded.

        Example:
            >>> from ohneio import until
            >>> list(until(b";").parse_stream([b"a=", b"1;b=2", b";"]))
            [b'a=1', b'b=2']
        """
        with Connection[None, T_co](lambda: items(self), limits) as conn:
            for chunk in chunks:
                yield from fed(conn, lambda chunk=chunk: conn.send(chunk))  # type: ignore[misc]
            yield from fed(conn, conn.send_eof)

    def build(self: Parser[V], value: V, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
        """Return the bytes that parse to *value*.

        Raises:
            BuildError: *value* does not fit the grammar, or the grammar
                cannot build; the error names the place.

        Example:
            >>> from ohneio import until
            >>> until(b";").build(b"a=1")
            b'a=1;'
        """
        try:  # without asking: it costs as much as to build a small value
            data = self._staged["build"](value, limits)  # type: ignore[operator,misc]
        except (AttributeError, KeyError, TypeError):
            function = staged(self, "build")
            data = LATE if function is None else function(value, limits)
        if data is not LATE:
            return data  # type: ignore[no-any-return]
        facts = self.facts
        if facts.buildable is False:
            raise BuildError(_reason(facts.obstacle))
        return build(self, value, limits)

    # To make others of it.

    def __or__(self, other: Parser[U]) -> Parser[T_co | U]:
        """Try this parser, then *other*: see `choice`."""
        return made("choice", self, other)

    def __rshift__(self, other: Parser[U]) -> Parser[U]:
        """Parse both and keep the right value; the left one must build from nothing."""
        return made("then", self, other)

    def __lshift__(self, other: Parser[object]) -> Parser[T_co]:
        """Parse both and keep the left value; the right one must build from nothing."""
        return made("before", self, other)

    def map(
        self, function: Callable[[T_co], U], inverse: Callable[[U], object] | None = None
    ) -> Parser[U]:
        """See the function `ohneio.map`."""
        return made("map", function, self, inverse)

    def try_map(
        self, function: Callable[[T_co], U], inverse: Callable[[U], object] | None = None
    ) -> Parser[U]:
        """See the function `try_map`."""
        return made("try_map", function, self, inverse)

    def verify(self, predicate: Callable[[T_co], object], expected: str = "") -> Parser[T_co]:
        """See the function `verify`."""
        return made("verify", predicate, self, expected)

    def bind(
        self, function: Callable[[T_co], Parser[U]], inverse: Callable[[U], object] | None = None
    ) -> Parser[U]:
        """See the function `bind`."""
        return made("bind", function, self, inverse)

    def value(self, value: U) -> Parser[U]:
        """See the function `value`."""
        return made("value", value, self)

    def label(self, name: str) -> Parser[T_co]:
        """See the function `label`."""
        return made("label", name, self)

    def example(self, strategy: object) -> Parser[T_co]:
        """Give the hypothesis *strategy* of this parser's values to `ohneio.testing`.

        It parses and builds as before. Wanted where nobody can know what a
        parser takes: one that was written by hand.
        """
        return made("example", strategy, self)

    def of(self, projection: Callable[[Any], object]) -> Step[T_co]:
        """See `parser`: say where in the whole this step's value lives, to build."""
        return cast("Step[T_co]", made("of", projection, self))


def _reason(obstacle: Parser[object] | None) -> str:
    """Say why a grammar cannot build."""
    if obstacle is None or obstacle.facts.buildable is False:
        return f"{obstacle!r} has no inverse, and cannot build"
    return f"{obstacle!r} cannot build from nothing, and its value is dropped"
