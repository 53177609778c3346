"""What a protocol does, however its input is cut: for the tests of each layer of its state."""

import pytest

from ohneio import Limits, ParseError, exactly, protocol

__all__ = ["error_of", "outcomes", "started"]


def cuts(data):
    """The data whole, byte by byte, and cut in two at each place."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for at in range(1, len(data)):
        yield [data[:at], data[at:]]


def outcomes(grammar, data, *, limits=None, end=True):
    """All that can come of the data, however it is cut: value or error, and what is left."""
    told = set()
    for chunks in cuts(data):
        conn = protocol(limits=limits or Limits())(grammar)()
        try:
            for chunk in chunks:
                conn.send(chunk)
            if end:
                conn.send_eof()
            told.add((repr(conn.get_result()), conn.consumed))
        except ParseError as error:
            told.add((type(error), str(error), error.offset, conn.consumed))
    return told


def error_of(grammar, data, *, limits=None, end=True):
    """The one error that comes of the data, however it is cut."""
    seen = None
    for chunks in cuts(data):
        conn = protocol(limits=limits or Limits())(grammar)()
        with pytest.raises(ParseError) as caught:
            for chunk in chunks:
                conn.send(chunk)
            if end:
                conn.send_eof()
            conn.get_result()
        told = (type(caught.value), str(caught.value), conn.consumed)
        assert seen in (None, told)
        seen = told
    return caught.value


def started(**limits):
    """The state of a connection that waits for bytes, with some in it."""
    run = protocol(limits=Limits(**limits))(lambda: exactly(100)._parse())()._run
    run.input.write(b"abcdef")
    return run
