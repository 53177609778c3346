"""The actions of which hand-written protocols are made.

Use each with ``yield from`` (or ``await`` in an async protocol).  They take
nothing from any wire: they look at what the embedder has sent, and suspend
where that is not enough.
"""

from __future__ import annotations

from ._buffer import Bytes, checked, owned
from ._errors import UsageError
from ._steps import DONE, WAIT, Step, Steps, current

__all__ = ["at_eof", "emit", "peek", "position", "read", "read_some", "wait", "write"]


class _Read(Step[bytes]):
    __slots__ = ("_n",)

    def __init__(self, n: int) -> None:
        self._n = n

    def __repr__(self) -> str:
        return f"read({self._n})"

    def __iter__(self) -> Steps[bytes]:
        source = current().input
        while True:
            # The fast path of `Buffer.take`, written out.
            pos = source.pos
            end = pos + self._n
            if end <= source.stop:
                source.pos = end
                return source.data[pos:end]
            # While it waits no name holds the block: a chunk that was consumed should go.
            if not current().lacks(self._n):
                return source.take(self._n)
            yield WAIT

    __await__ = __iter__


class _ReadAvailable(Step[bytes]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "read()"

    def __iter__(self) -> Steps[bytes]:
        yield from ()  # never suspends, and is a generator all the same
        run = current()
        run.refuse_in_alternative("read()")
        return run.input.take(run.input.visible)


class _ReadSome(Step[bytes]):
    __slots__ = ("_max",)

    def __init__(self, max: int) -> None:
        self._max = max

    def __repr__(self) -> str:
        return f"read_some({self._max})"

    def __iter__(self) -> Steps[bytes]:
        run = current()
        run.refuse_in_alternative("read_some()")
        yield from run.need(1)
        return run.input.take(min(self._max, run.input.visible))


class _Peek(Step[bytes]):
    __slots__ = ("_n",)

    def __init__(self, n: int | None) -> None:
        self._n = n

    def __repr__(self) -> str:
        return "peek()" if self._n is None else f"peek({self._n})"

    def __iter__(self) -> Steps[bytes]:
        yield from ()
        run = current()
        run.refuse_in_alternative("peek()")
        there = run.input.visible
        wanted = there if self._n is None else min(self._n, there)
        return run.input.peek(wanted) if wanted else b""


class _Wait(Step[None]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "wait()"

    def __iter__(self) -> Steps[None]:
        run = current()
        run.refuse_in_alternative("wait()")
        return run.turn()


class _Write(Step[None]):
    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __repr__(self) -> str:
        return f"write({self._data!r})"

    def __iter__(self) -> Steps[None]:
        run = current()
        run.refuse_in_alternative("write()")
        run.output.write(self._data)
        return run.drained()


class _AtEof(Step[bool]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "at_eof()"

    def __iter__(self) -> Steps[bool]:
        run = current()
        source = run.input
        if source.pos < source.stop:
            return False
        yield from run.byte_or_end()
        return run.at_end()

    __await__ = __iter__


class _Position(Step[int]):
    __slots__ = ()

    def __repr__(self) -> str:
        return "position()"

    def __iter__(self) -> Steps[int]:
        yield from ()
        return current().input.position


# Steps are immutable, so those that everybody uses are made once.
_READS = tuple(_Read(n) for n in range(257))
_READ_AVAILABLE = _ReadAvailable()
_WAIT = _Wait()
_AT_EOF = _AtEof()
_POSITION = _Position()


def read(n: int | None = None) -> Step[bytes]:
    """Take exactly *n* bytes, or without *n* whatever is there.

    ``read(n)`` waits until *n* bytes are there; ``read(0)`` is ``b""`` at
    once. ``read()`` never waits, and so depends on how the input was cut.

    Args:

        n: How many bytes; at most ``max_buffered``.

    Raises:
        IncompleteInput: The input ended before *n* bytes were there; nothing
            was taken.
        LimitExceeded: *n* is more than ``max_buffered``, however many are there.
        UsageError: *n* is negative, or ``read()`` was used inside an alternative.

    Example:
        >>> from ohneio import protocol, read
        >>> @protocol
        ... def pair():
        ...     return (yield from read(1)), (yield from read(2))
        >>> conn = pair()
        >>> conn.send(b"abcd")
        >>> conn.get_result(), conn.unconsumed
        ((b'a', b'bc'), b'd')
    """
    if n is None:
        return _READ_AVAILABLE
    try:
        if n >= 0:
            return _READS[n]
    except (IndexError, TypeError):  # a larger one, or nothing that will do
        pass
    return _Read(checked(n))


def peek(n: int | None = None) -> Step[bytes]:
    """Look at most *n* bytes ahead, or at all that is there, and take nothing.

    Never waits: what it gives depends on how the input was cut.

    Raises:
        UsageError: *n* is negative, or it was used inside an alternative.
    """
    return _Peek(None if n is None else checked(n))


def read_some(max: int) -> Step[bytes]:
    """Take at least one byte and at most *max*, waiting for the first.

    For bodies in pieces, in constant memory: where the pieces are cut depends
    on how the input was.

    Raises:
        IncompleteInput: The input ended before a byte was there.
        UsageError: *max* is not positive, or it was used inside an alternative.
    """
    if checked(max) == 0:
        raise UsageError("read_some() needs room for a byte at least")
    return _ReadSome(max)


def wait() -> Step[None]:
    """Suspend until the next call of the embedder that lets the protocol go on.

    Raises:
        IncompleteInput: The input had ended before, and no output is owed.
        LimitExceeded: It waits again with more than ``max_buffered`` bytes
            unread and none taken since the last time.
        UsageError: It was used inside an alternative.
    """
    return _WAIT


def write(data: Bytes) -> Step[None]:
    """Queue *data* for the wire, and suspend until all output was read.

    That wait is the back-pressure: a protocol never gets further ahead of a
    slow peer than one write. The end of the input does not disturb it.

    Raises:
        UsageError: *data* is not bytes-like, or an alternative is open.
    """
    return _Write(owned(data))


def emit(value: object) -> Step[None]:
    """Hand *value* to the embedder, who takes it by ``conn.events()``.

    It is done when `emit` is called and never suspends; ``yield from`` is for
    the eye, and may be forgotten without harm. What it returns has no
    ``__await__``, though ``await`` takes it: an object that has one would cost
    a tenth of a small item.

    Raises:
        UsageError: An alternative is open: this could not be taken back.
    """
    current().events.append(value)
    return DONE


def at_eof() -> Step[bool]:
    """Wait for a byte (False) or the end of the input (True); take nothing."""
    return _AT_EOF


def position() -> Step[int]:
    """Tell the offset of the next byte, counted from the stream's beginning."""
    return _POSITION
