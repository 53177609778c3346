"""Feed a parser in every way that its input can be cut in two, and byte by byte."""

from collections.abc import Iterator
from contextlib import suppress

import attrs

from ohneio import IncompleteInput, Limits, ParseError, Parser, State, protocol


@attrs.frozen
class Told:
    """What came of an input.

    `after` is how many bytes it took to decide; None if it took the end of the input.
    """

    state: State
    value: object
    error: ParseError | None
    consumed: int
    after: int | None = attrs.field(eq=False)

    def details(self) -> tuple[object, ...]:
        """All that must not depend on how the input was cut."""
        error = self.error
        if error is None:
            return self.state, self.value, self.consumed
        needed = error.needed if isinstance(error, IncompleteInput) else None
        return (
            type(error), str(error), error.offset, error.found, error.path, error.expected, needed,
            self.consumed,
        )  # fmt: skip


def cuts(data: bytes) -> Iterator[list[bytes]]:
    """Cut *data* at every byte, not at all, and into two at each place.

    Only the first way lets the parser begin before a byte is there: the others
    find bytes when they begin, and take them on the way that is made for that.
    """
    yield [b"", *(data[at : at + 1] for at in range(len(data)))]
    yield [data]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]


def fed(parser: Parser[object], chunks: list[bytes], limits: Limits) -> Told:
    """Feed *chunks* until it fails, then the end of the input."""
    conn = protocol(parser, limits=limits)()
    after, size = None, 0
    for chunk in [*chunks, None]:
        with suppress(ParseError):
            conn.send_eof() if chunk is None else conn.send(chunk)
        size += len(chunk or b"")
        if conn.state is not State.RUNNING and after is None and chunk is not None:
            after = size
        if conn.state is State.FAILED:
            break
    assert conn.consumed + len(conn.unconsumed) == size
    value = conn.get_result() if conn.state is State.DONE else None
    return Told(conn.state, value, conn.error, conn.consumed, after)


def told(parser: Parser[object], data: bytes, **limits: int) -> Told:
    """What *parser* makes of *data*, which must not depend on how it is cut."""
    first, *others = [fed(parser, chunks, Limits(**limits)) for chunks in cuts(data)]
    for other in others:
        assert other.details() == first.details()
    return first


def given(parser: Parser[object], data: bytes, **limits: int) -> tuple[object, bytes, int | None]:
    """The value that *parser* gives for *data*, what it leaves, and after how many bytes."""
    outcome = told(parser, data, **limits)
    assert outcome.error is None, outcome.error
    return outcome.value, data[outcome.consumed :], outcome.after


def failed(parser: Parser[object], data: bytes, **limits: int) -> tuple[str, int, int | None]:
    """The failure as text, what was consumed before the token that failed, and when it showed."""
    outcome = told(parser, data, **limits)
    assert outcome.error is not None, outcome.value
    return str(outcome.error), outcome.consumed, outcome.after
