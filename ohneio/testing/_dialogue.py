"""A conversation written down: bytes in, bytes out."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

from ..core import Connection, ParseError, State
from ._outcome import same, shown

__all__ = ["Dialogue", "dialogue"]

R = TypeVar("R")
E = TypeVar("E")


class Dialogue(Generic[R, E]):
    """Feed a connection and say what should come of it, step by step.

    Each step returns the dialogue, so that a whole conversation is one
    expression. When it goes otherwise, an `AssertionError` shows all that was
    said before, and the two versions with the place where they part.
    """

    def __init__(self, conn: Connection[R, E]) -> None:
        self._conn = conn
        self._script: list[str] = []
        self._failure: BaseException | None = None

    def feed(self, *chunks: bytes) -> Self:
        """Send *chunks* from the wire, one after the other."""
        for chunk in chunks:
            self._say("<<", chunk)
            self._try(lambda chunk=chunk: self._conn.send(chunk))
        return self

    def feed_bytewise(self, data: bytes) -> Self:
        """Send *data* from the wire, byte by byte."""
        return self.feed(*(data[at : at + 1] for at in range(len(data))))

    def eof(self) -> Self:
        """End the input."""
        self._say("<<", "end of input")
        self._try(self._conn.send_eof)
        return self

    def expect(self, output: bytes) -> Self:
        """Expect exactly *output* to the wire by now; ``b""`` for silence."""
        return self._compare(">>", output, self._conn.read())

    def expect_events(self, *events: object) -> Self:
        """Expect exactly these events by now, in order."""
        return self._compare("events", list(events), list(self._conn.events()))

    def expect_result(self, result: object) -> Self:
        """Expect the protocol to have returned *result*."""
        self._compare("state", State.DONE, self._conn.state)
        return self._compare("result", result, self._conn.get_result())

    def expect_error(
        self, kind: type[BaseException], *, offset: int | None = None, text: str | None = None
    ) -> Self:
        """Expect the protocol to have failed: with this class, offset and part of the text."""
        error = self._failure or self._conn.error
        self._failure = None
        self._compare("error", kind, type(error))
        if offset is not None:
            there = error.offset if isinstance(error, ParseError) else None
            self._compare("error at offset", offset, there)
        if text is not None and text not in str(error):
            self._compare("error text", text, str(error))
        return self

    def expect_unconsumed(self, rest: bytes) -> Self:
        """Expect exactly *rest* to be left over."""
        return self._compare("unconsumed", rest, self._conn.unconsumed)

    def expect_needed(self, needed: int) -> Self:
        """Expect the protocol to wait for *needed* more bytes at the least."""
        return self._compare("needed", needed, self._conn.needed)

    def expect_state(self, state: State) -> Self:
        """Expect the connection to be in *state*."""
        return self._compare("state", state, self._conn.state)

    def _try(self, step: object) -> None:
        try:
            step()  # type: ignore[operator]
        except Exception as error:
            self._failure = error
            self._say("!!", f"{type(error).__name__}: {error}")

    def _say(self, mark: str, what: object) -> None:
        self._script.append(f"  {mark} {what if isinstance(what, str) else shown(what)}")

    def _compare(self, what: str, expected: object, got: object) -> Self:
        if not same(expected, got):
            raise AssertionError(self._difference(what, expected, got))
        self._say(what, got)
        return self

    def _difference(self, what: str, expected: object, got: object) -> str:
        lines = ["the dialogue went otherwise:", *self._script]
        lines += [f"- {what} {shown(expected)}", f"+ {what} {shown(got)}"]
        if isinstance(expected, bytes) and isinstance(got, bytes):
            lines.append(f"  they part at byte {parting(expected, got)}")
        lines.append(f"  the connection: {self._conn!r}")
        return "\n".join(lines)


def parting(one: bytes, other: bytes) -> int:
    """Return the offset of the first byte that differs."""
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((at for at, (left, right) in enumerate(pairs) if left != right), shorter)


def dialogue(conn: Connection[R, E]) -> Dialogue[R, E]:
    """Return a dialogue with *conn*, to write a conversation down.

    Example:
        >>> from ohneio import at_eof, protocol, until, write
        >>> @protocol
        ... def echo():
        ...     while not (yield from at_eof()):
        ...         yield from write((yield from until(b".")) + b"!")
        >>> _ = (
        ...     dialogue(echo())
        ...     .feed(b"He", b"llo.Wor").expect(b"Hello!")
        ...     .feed(b"ld.").expect(b"World!")
        ...     .eof().expect_result(None)
        ... )
    """
    return Dialogue(conn)
