"""WebSocket frames: the examples of RFC 6455, its refusals, and wsproto beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.websocket import Frame, Opcode, frame, masked
from ohneio import BuildError, LimitExceeded, ParseError, at_eof, protocol, stream, write
from ohneio.testing import check, dialogue, lint, mutated, roundtrip, wire
from tests.examples.strategies import Difference, Seen, seen, why

KEY = bytes.fromhex("37fa213d")

# RFC 6455, 5.7: all of its examples.
EXAMPLES = {
    bytes.fromhex("810548656c6c6f"): Frame(Opcode.TEXT, b"Hello"),
    bytes.fromhex("818537fa213d7f9f4d5158"): Frame(Opcode.TEXT, b"Hello", mask=KEY),
    bytes.fromhex("010348656c"): Frame(Opcode.TEXT, b"Hel", fin=False),
    bytes.fromhex("80026c6f"): Frame(Opcode.CONTINUATION, b"lo"),
    bytes.fromhex("890548656c6c6f"): Frame(Opcode.PING, b"Hello"),
    bytes.fromhex("8a8537fa213d7f9f4d5158"): Frame(Opcode.PONG, b"Hello", mask=KEY),
    bytes.fromhex("827e0100") + bytes(256): Frame(Opcode.BINARY, bytes(256)),
    bytes.fromhex("827f0000000000010000") + bytes(65536): Frame(Opcode.BINARY, bytes(65536)),
}
SHORT = [data for data in EXAMPLES if len(data) < 300]


@pytest.mark.parametrize("data", EXAMPLES, ids=lambda data: data[:10].hex())
def test_examples_of_the_rfc(data):
    assert frame.parse(data) == EXAMPLES[data]
    assert frame.build(EXAMPLES[data]) == data


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536])
@pytest.mark.parametrize("mask", [None, KEY])
def test_sizes_at_the_borders(size, mask):
    """5.2: in as few bytes as it needs, masked or not."""
    one = Frame(Opcode.BINARY, bytes(size), mask=mask)
    head = 2 + (0 if size < 126 else 2 if size < 65536 else 8)
    assert len(frame.build(one)) == head + size + (4 if mask else 0)
    assert frame.parse(frame.build(one)) == one


def test_every_law_on_the_examples():
    check(frame, SHORT, every=False)
    check(stream(frame), [b"".join(SHORT[:6])], every=False)


REFUSED = {
    "reserved bit 1 (5.2)": ("c100", 0),
    "reserved bit 2 (5.2)": ("a100", 0),
    "reserved bit 3 (5.2)": ("9100", 0),
    "an opcode for data that is reserved (5.2)": ("8300", 0),
    "an opcode for control that is reserved (5.2)": ("8b00", 0),
    "a control frame in fragments (5.5)": ("0900", 0),
    "a control frame of more than 125 bytes (5.5)": ("897e007e", 0),
    "16 bits for a length of 125 (5.2)": ("817e007d", 2),
    "64 bits for a length of 65535 (5.2)": ("817f000000000000ffff", 2),
    "the highest bit of 64 (5.2)": ("817f8000000000000000", 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    text, offset = REFUSED[name]
    data = bytes.fromhex(text)
    conn = stream(frame)()
    with pytest.raises(ParseError) as info:
        conn.send(data)
    assert info.value.offset == offset
    check(frame, [data], every=False)


def test_a_length_too_great_is_refused_before_its_bytes():
    with pytest.raises(LimitExceeded):
        stream(frame)().send(bytes.fromhex("827f0fffffffffffffff"))


@pytest.mark.parametrize(
    "one",
    [
        Frame(Opcode.PING, bytes(126)),
        Frame(Opcode.CLOSE, b"", fin=False),
        Frame(Opcode.TEXT, b"", mask=b"abc"),
        Frame(Opcode.TEXT, "text"),
        Frame(3, b""),
    ],
    ids=lambda it: repr(it)[:40],
)
def test_building_refuses(one):
    with pytest.raises(BuildError):
        frame.build(one)


def test_nothing_waits_for_a_byte_that_never_comes():
    assert not [one for one in lint(frame) if one.kind == "waits"]


@given(st.binary(), st.binary(min_size=4, max_size=4))
def test_masking_is_its_own_inverse(data, key):
    assert masked(masked(data, key), key) == data
    assert masked(data, key) == bytes(byte ^ key[at % 4] for at, byte in enumerate(data))


@st.composite
def frames(draw):
    opcode = draw(st.sampled_from(Opcode))
    long = st.sampled_from([126, 200, 65535, 65536]).map(bytes)
    payload = draw(st.binary(max_size=125) if opcode.control else st.binary(max_size=130) | long)
    fin = opcode.control or draw(st.booleans())
    mask = draw(st.none() | st.binary(min_size=4, max_size=4))
    return Frame(opcode, payload, fin=fin, mask=mask)


test_frames_go_round = roundtrip(frame)


# wsproto: a client takes no masked frames and a server no others.


def by_wsproto(data):
    peer = pytest.importorskip("wsproto.frame_protocol", reason="wsproto is not installed")
    decoder = peer.FrameDecoder(client=not (len(data) > 1 and data[1] & 0x80))
    decoder.receive_bytes(data)
    try:
        found = payload = None
        while (part := decoder.process_buffer()) is not None:
            found, payload = found or part.opcode, (payload or b"") + part.payload
            if part.frame_finished:
                size = len(data) - len(decoder.buffer)
                mine = Frame(Opcode(found), payload, fin=part.message_finished)
                return Seen("value", mine, size)
        return Seen("more")
    except peer.ParseFailed as error:
        return Seen("refused", str(error))


def ours(data):
    mine = seen(frame, data)
    if mine.kind != "value":
        return mine
    one = mine.what
    return Seen("value", Frame(one.opcode, one.payload, fin=one.fin), mine.size)


DIFFERENCES = {
    "decided early": Difference(
        "refused",
        "more",
        "one of Opcode|in reserved",
        "03",
        "it waits for the second byte of the head",
    ),
    "lengths beyond max_buffered": Difference(
        "refused", "more", "limit|max_buffered", "827f0fffffffffffffff", "it gives frames in parts"
    ),
}


@given(wire(frame) | mutated(frame))
def test_wsproto_reads_the_same(data):
    why(data, ours(data), by_wsproto(data), DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_is_one(name):
    """A row that nothing shows any more has to go."""
    data = bytes.fromhex(DIFFERENCES[name].sample)
    assert name in (why(data, ours(data), by_wsproto(data), DIFFERENCES) or [])


@given(frames().filter(lambda one: one.opcode is not Opcode.CLOSE))
def test_wsproto_writes_the_same(one):
    """The bytes of a server's frames; a client's but for the key, which it draws."""
    peer = pytest.importorskip("wsproto.frame_protocol", reason="wsproto is not installed")
    writer = peer.FrameProtocol(client=one.mask is not None, extensions=[])
    theirs = bytes(writer._serialize_frame(peer.Opcode(one.opcode), one.payload, one.fin))
    if one.mask is None:
        assert theirs == frame.build(one)
    back = frame.parse(theirs)
    assert (back.opcode, back.payload, back.fin) == (one.opcode, one.payload, one.fin)
    assert (back.mask is None) == (one.mask is None)


# On a live connection.


@protocol
def server():
    """Answer pings, echo what is whole, close when asked to."""
    while not (yield from at_eof()):
        one = yield from frame
        answer = {Opcode.PING: Opcode.PONG}.get(one.opcode, one.opcode)
        yield from write(frame.build(Frame(answer, one.payload)))
        if one.opcode is Opcode.CLOSE:
            return one.payload


def test_a_server():
    ping = frame.build(Frame(Opcode.PING, b"?", mask=KEY))
    (
        dialogue(server())
        .feed_bytewise(ping)
        .expect(b"\x8a\x01?")
        .feed(bytes.fromhex("818537fa213d7f9f4d51"))
        .expect(b"")
        .feed(b"\x58" + frame.build(Frame(Opcode.CLOSE, b"\x03\xe8", mask=KEY)) + b"left")
        .expect(b"\x81\x05Hello\x88\x02\x03\xe8")
        .expect_result(b"\x03\xe8")
        .expect_unconsumed(b"left")
    )


def test_a_client():
    (
        dialogue(stream(frame)())
        .feed(b"\x01\x03Hel\x80\x02l")
        .expect_events(Frame(Opcode.TEXT, b"Hel", fin=False))
        .feed(b"o")
        .expect_events(Frame(Opcode.CONTINUATION, b"lo"))
        .feed(b"\xc1\x00")
        .expect_error(ParseError, offset=9)
    )
