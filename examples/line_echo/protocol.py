"""The line echo, once from parsers and once by hand; either runs under every loop.

Each line comes back as it was, its line feed included. A last line without one
is not a line, and does not come back. A line that is too long is refused in so
many words, and that is the end of the connection.
"""

from ohneio import (
    LimitExceeded,
    Steps,
    at_eof,
    peek,
    protocol,
    read,
    until,
    wait,
    write,
)

__all__ = ["MAX_LINE", "REFUSAL", "echo", "echo_by_hand"]

NEW_LINE = b"\n"

#: Longest line, its line feed not counted.
MAX_LINE = 1 << 20

REFUSAL = b"refused: a line may be no longer than %d bytes\n" % MAX_LINE

# From parsers.

line = until(NEW_LINE, include=True, max=MAX_LINE)


@protocol
def echo() -> Steps[None]:
    """Echo every line."""
    try:
        while not (yield from at_eof()):
            yield from write((yield from line))
    except LimitExceeded:
        yield from write(REFUSAL)
        raise


# By hand.


def wait_for(delimiter: bytes, limit: int) -> Steps[int]:
    """Wait for a delimiter, and tell how many bytes stand before it."""
    while True:
        data = yield from peek(limit + len(delimiter))
        pos = data.find(delimiter)
        if pos >= 0:
            return pos
        if len(data) == limit + len(delimiter):
            raise LimitExceeded(limit=limit, name="MAX_LINE")
        yield from wait()


def read_upto(delimiter: bytes, limit: int) -> Steps[bytes]:
    """Read up to a delimiter, and the delimiter."""
    pos = yield from wait_for(delimiter, limit)
    data = yield from read(pos + len(delimiter))
    return data


@protocol
def echo_by_hand() -> Steps[None]:
    """Echo every line, as the document of 2016 wrote it, with what it lacked."""
    try:
        while not (yield from at_eof()):
            yield from write((yield from read_upto(NEW_LINE, MAX_LINE)))
    except LimitExceeded:
        yield from write(REFUSAL)
        raise
