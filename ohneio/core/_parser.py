"""The base of all parsers: immutable descriptions of a piece of wire format.

A parser class holds its two directions side by side:

``_parse(self)``         a generator that takes bytes and returns a value
``_build(self, value)``  a generator that puts the bytes of a value

Both are private to grammars: a parent runs its children by ``_parse`` and
``_build``, while ``yield from parser`` in somebody's protocol goes through
``__iter__``, which knows where an item begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ._buffer import Bytes
from ._building import build
from ._connection import Connection
from ._errors import BuildError, ParseError, UsageError
from ._limits import DEFAULT_LIMITS, Limits
from ._steps import Step, Steps, current

__all__ = ["Parser", "items"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")


class Parser(Step[T_co]):
    """Describe a piece of wire format, to parse and to build.

    Inside a protocol ``yield from parser`` (or ``await parser``) parses the
    next one. Parsers are immutable and hold no state: one may be used by any
    number of connections and threads at once.
    """

    __slots__ = ()

    def __iter__(self) -> Steps[T_co]:
        return current().steps(self)

    def _parse(self) -> Steps[T_co]:
        raise NotImplementedError

    def _build(self, value: Any) -> Steps[None]:  # noqa: ANN401  # each class takes its own
        raise BuildError(f"{self!r} cannot build {type(value).__name__}")

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
        return _outcome(lambda: current().whole(self), data, limits)

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
            UsageError: An item consumed nothing.

        Example:
            >>> from ohneio import until
            >>> list(until(b";").parse_stream([b"a=", b"1;b=2", b";"]))
            [b'a=1', b'b=2']
        """
        with Connection[None, T_co](lambda: items(self), limits) as conn:
            for chunk in chunks:
                yield from _fed(conn, lambda chunk=chunk: conn.send(chunk))  # type: ignore[misc]
            yield from _fed(conn, conn.send_eof)

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
        return build(self, value, limits)


def items(parser: Parser[object]) -> Steps[None]:
    """Emit every item until the end of the input: what `stream` runs."""
    run = current()
    while True:
        if not run.input:
            yield from run.byte_or_end()
            if not run.input:
                return
        before = run.input.position
        value = yield from parser
        run.events.append(value)  # looked up late: `events()` puts a new list there
        if run.input.position == before:
            raise UsageError(f"{parser!r} consumed nothing, and would for ever")


def _outcome(start: Callable[[], Steps[T]], data: Bytes, limits: Limits) -> T:
    conn: Connection[T, object] = Connection(start, limits)
    conn.send(data)
    conn.send_eof()
    return conn.get_result()


def _fed(conn: Connection[None, T], feed: Callable[[], None]) -> Iterator[T]:
    error: ParseError | None = None
    try:
        feed()
    except ParseError as raised:
        error = raised
    yield from conn.events()
    try:
        if error is not None:
            raise error
    finally:
        del error  # its traceback holds this frame
