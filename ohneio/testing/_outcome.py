"""What became of a connection: everything an embedder can see."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs

from ..core import Connection, ParseError, State
from ..core._buffer import owned
from ..core._likeness import alike

__all__ = ["Factory", "LawBroken", "Outcome", "play", "same", "shown"]

#: What makes the connections under test.
Factory: TypeAlias = Callable[[], Connection[object, object]]


class LawBroken(AssertionError):
    """Report that a parser or protocol does not keep one of its laws.

    Attributes:
        law: The name of the law, as in `check`.
        data: The smallest input found for which it does not hold.
    """

    def __init__(self, law: str, data: bytes, story: str) -> None:
        super().__init__(f"{law}: {story}\n  input: {shown(data)}")
        self.law = law
        self.data = data


@attrs.frozen
class Outcome:
    """Hold what an embedder saw of one connection.

    Attributes:
        events: The values that were emitted.
        output: The bytes that were written.
        state: The name of the state at the end.
        result: What the protocol returned, if it is DONE.
        failure: Class, text and offset of the error, if it FAILED.
        consumed: How many bytes were consumed.
    """

    events: tuple[object, ...]
    output: bytes
    state: State
    result: object
    failure: tuple[type[BaseException], str, int | None] | None
    consumed: int

    def agrees(self, other: Outcome) -> bool:
        """Tell whether an embedder could not tell the two apart."""
        return not self.differences(other)

    def differences(self, other: Outcome) -> list[str]:
        """Say what is not the same in *other*, a line each."""
        names = [field.name for field in attrs.fields(Outcome)]
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        return [
            f"{name}: {shown(mine)} became {shown(theirs)}"
            for name, mine, theirs in pairs
            if not same(mine, theirs)
        ]


def play(factory: Factory, chunks: Iterable[bytes], *, eof: bool = True) -> Outcome:
    """Feed *chunks* to a new connection, take all it gives, and say what became of it.

    Feeding ends at the first failure, as an embedder's would.

    Args:

        factory: Makes the connection.

        chunks: What to feed, in order; empty ones are fed too.

        eof: Whether the input ends behind them.

    Raises:
        UsageError: A chunk is not bytes-like.
    """
    conn = factory()
    events: list[object] = []
    output: list[bytes] = []
    fed = [owned(chunk) for chunk in chunks]
    with contextlib.suppress(Exception):  # the connection remembers it
        for chunk in fed:
            conn.send(chunk)
            events += conn.events()
            output.append(conn.read())
        if eof:
            conn.send_eof()
    return _ended(conn, events, output)


def _ended(conn: Connection[object, object], events: list[object], output: list[bytes]) -> Outcome:
    output.append(conn.read())
    events += conn.events()
    error = conn.error
    offset = error.offset if isinstance(error, ParseError) else None
    return Outcome(
        events=tuple(events),
        output=b"".join(output),
        state=conn.state,
        result=conn.get_result() if conn.state is State.DONE else None,
        failure=None if error is None else (type(error), str(error), offset),
        consumed=conn.consumed,
    )


def same(one: object, other: object) -> bool:
    """Tell whether two values are equal, or at least look so; a NaN is like a NaN."""
    return alike(one, other) or _look_of(one) == _look_of(other)


def shown(value: object) -> str:
    """Render a value at a length that can be read."""
    text = _look_of(value)
    return text if len(text) <= 200 else f"{text[:150]} … {text[-40:]} ({len(text)} characters)"


def _look_of(value: object) -> str:
    try:
        return repr(value)
    except Exception:  # a class of somebody's, or nested too deep
        return f"<unprintable {type(value).__qualname__} at {id(value):#x}>"
