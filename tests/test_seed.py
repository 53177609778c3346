"""The documentation of 0.9, from which the project grew: its protocol and its tests still run.

The protocol is printed there with ``pos > 0``, which blocks for ever on an
empty line; ``pos >= 0`` is what was meant.  Both are run.
"""

import pytest

from ohneio import IncompleteInput, State

#: As printed in "Writing a protocol", to the letter.
PROTOCOL = '''
import ohneio

NEW_LINE = b'\\n'

def wait_for(s):
    """Wait for a certain string to be available in the buffer."""
    while True:
        data = yield from ohneio.peek()
        pos = data.find(s)
        if pos > 0:
            return pos
        yield from ohneio.wait()

def read_upto(s):
    """Read data up to the specified string in the buffer.

    If this string is not available in the buffer, this waits for the string to be available.
    """
    pos = yield from wait_for(s)
    data = yield from ohneio.read(pos + len(s))
    return data

@ohneio.protocol
def echo():
    while True:
        line = yield from read_upto(NEW_LINE)
        yield from ohneio.write(line)
'''

PRINTED, MENDED = "pos > 0", "pos >= 0"


def protocol_with(condition):
    """The document's `echo`, with this condition in `wait_for`."""
    scope = {"__name__": "seed"}
    exec(PROTOCOL.replace(PRINTED, condition), scope)
    return scope["echo"]


@pytest.fixture(params=[PRINTED, MENDED])
def echo(request):
    return protocol_with(request.param)


# As printed in "Testing the protocol", to the letter.

# fmt: off

@pytest.fixture
def conn(echo):
    return echo()

@pytest.mark.parametrize('input_, expected_output', [  # noqa: PT006  # as printed
    (b"Hello World", b""),
    (b"Hello World\n", b"Hello World\n"),
    (b"Hello World\nAnd", b"Hello World\n"),
    (b"Hello World\nAnd the universe\n", b"Hello World\nAnd the universe\n"),
])
def test_only_echo_complete_lines(conn, input_, expected_output):
    conn.send(input_)
    assert conn.read() == expected_output

def test_buffers_segments(conn):
    conn.send(b"Hello ")
    assert conn.read() == b''
    conn.send(b"World\n")
    assert conn.read() == b"Hello World\n"

# fmt: on


def test_the_faqs_three_lines(echo):
    """As printed in "Why not asyncio?"."""
    protocol, bytes_to_send = echo, b"Hello World\n"

    parser = protocol()
    parser.send(bytes_to_send)
    received_bytes = parser.read()

    assert received_bytes == b"Hello World\n"


def test_as_printed_an_empty_line_blocks_for_ever():
    """What comes behind it is not echoed either."""
    conn = protocol_with(PRINTED)()
    conn.send(b"one\n\ntwo\n")
    assert conn.read() == b"one\n"
    conn.send(b"three\n")
    assert conn.read() == b""
    assert conn.unconsumed == b"\ntwo\nthree\n"


def test_with_the_mend_every_line_is_echoed():
    """Whole and byte by byte, empty lines too."""
    data = b"one\n\n\ntwo\nthree"
    whole, bytewise = protocol_with(MENDED)(), protocol_with(MENDED)()
    whole.send(data)
    assert whole.read() == b"one\n\n\ntwo\n"
    echoed = b""
    for byte in data:
        bytewise.send(bytes([byte]))
        echoed += bytewise.read()
    assert echoed == b"one\n\n\ntwo\n"
    assert whole.unconsumed == bytewise.unconsumed == b"three"


def test_one_line_is_echoed_at_a_time():
    """`write` waits until its output was read: the law of 0.9."""
    conn = protocol_with(MENDED)()
    conn.send(b"a\nbc\nd")
    assert (conn.pending_output, conn.pending_input) == (2, 4)
    assert conn.read(2) == b"a\n"
    assert conn.read(1) == b"b"
    assert conn.read() == b"c\n"


@pytest.mark.parametrize(("data", "have"), [(b"one\n", 0), (b"one\ntwo", 3)])
def test_the_document_knew_no_end_of_input(echo, data, have):
    """The bare loop ends in IncompleteInput; `have` tells a goodbye from a cut line."""
    conn = echo()
    conn.send(data)
    assert conn.read() == b"one\n"
    with pytest.raises(IncompleteInput) as caught:
        conn.send_eof()
    assert caught.value.have == have
    assert conn.state is State.FAILED


def test_a_finished_protocol_has_its_result_as_in_0_9():
    """`has_result` is an attribute, `get_result` a method; now None is a result as well."""
    scope = {}
    exec(
        "import ohneio\n"
        "@ohneio.protocol\n"
        "def answer(value):\n"
        "    yield from ohneio.wait()\n"
        "    return value\n",
        scope,
    )
    for value in (42, None):
        conn = scope["answer"](value)
        assert conn.has_result
        assert conn.get_result() == value
    with pytest.raises(scope["ohneio"].NoResult):
        protocol_with(MENDED)().get_result()
