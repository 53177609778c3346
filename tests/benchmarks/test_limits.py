"""The limits are honest: they check what ours checks, and give what ours gives."""

import random
from struct import Struct

import pytest

from benchmarks._rows import Row
from benchmarks.limits import lines, records
from benchmarks.limits.mqtt import write_publish
from benchmarks.limits.records import writing_message
from benchmarks.limits.resp import write_command
from benchmarks.rows import ROWS
from benchmarks.rows.records import Message
from examples.mqtt import Publish, QoS, publish
from examples.resp import command
from ohneio import BuildError, record


@pytest.mark.parametrize("make", [lines.by_split, lines.by_find])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_a_line_of_the_limit_passes_and_one_byte_more_does_not(make, size):
    def fed(data):
        feed = make(5)
        return [line for at in range(0, len(data), size) for line in feed(data[at : at + size])]

    assert fed(b"\n12345\n\n1\n") == [b"", b"12345", b"", b"1"]
    with pytest.raises(ValueError, match="more than 5"):
        fed(b"1\n123456\n")


def test_a_line_that_is_long_already_goes_on_and_is_bounded():
    feed = lines.by_split(10_000)
    start = b"one\n" + b"a" * 5_000
    assert feed(start) == [b"one"]
    assert feed(b"b" * 5_000) == []
    assert feed(b"\ntwo\nthr") == [b"a" * 5_000 + b"b" * 5_000, b"two"]
    assert feed(b"ee\n" + b"c" * 5_000) == [b"three"]
    with pytest.raises(ValueError, match="more than 10000"):
        feed(b"c" * 5_001)


@pytest.mark.parametrize("make", [records.together, records.one_by_one])
def test_records_wait_for_their_last_byte(make):
    feed = make(Struct("!H"))
    assert feed(b"\0") == []
    assert feed(b"\1\0") == [(1,)]
    assert feed(b"\2") == [(2,)]


def test_a_message_waits_for_its_body_and_is_bounded_before_it_comes():
    feed = records.messages(Message, limit=2)
    assert feed(b"\1\0\0\0\2\0\2a") == []
    assert feed(b"b\1\0\0\0\3\0\0\1") == [Message(1, 2, b"ab"), Message(1, 3, b"")]
    with pytest.raises(ValueError, match="more than 2"):
        feed(b"\0\0\0\4\0\3")


STREAMED = [
    pytest.param(row, limit, id=f"{row.name}, {limit.name}")
    for row in ROWS
    if isinstance(row, Row) and row.chunk == 64 * 1024
    for limit in row.limits
]


def outcome(one, data):
    """All values of *data*, byte by byte, and whether it was refused."""
    runner, values = one.load(), []
    try:
        for some in runner([data[at : at + 1] for at in range(len(data))]):
            values += some
    except ValueError:
        return repr(values), True
    return repr(values), False


def spoiled(data, source):
    """One byte is another, is missing, or is there once more."""
    at = source.randrange(len(data))
    byte = bytes([source.choice([*data, source.randrange(256)])])
    return data[:at] + source.choice([byte, b"", byte + data[at : at + 1]]) + data[at + 1 :]


@pytest.mark.parametrize(("row", "limit"), STREAMED)
def test_a_limit_gives_the_very_values_that_ours_gives(row, limit):
    data = row.job.make(10)
    assert outcome(limit, data) == outcome(row.ours[0], data)


@pytest.mark.parametrize(("row", "limit"), STREAMED)
def test_a_limit_takes_no_bytes_that_ours_refuses(row, limit):
    source = random.Random(1)
    for _ in range(40):
        data = spoiled(row.job.make(2), source)
        values, refused = outcome(row.ours[0], data)
        theirs, theirs_refused = outcome(limit, data)
        assert theirs == values, data
        assert refused or not theirs_refused, data


# What chance would hardly find: what is at an edge, and values that nobody may build.

HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"

EDGES = {
    "RESP2": [
        b"*0\r\n*-1\r\n$-1\r\n$0\r\n\r\n:-0\r\n:+7\r\n:007\r\n",
        b"$01\r\na\r\n",
        b"$-2\r\n",
        b"*-2\r\n",
        b"$2000\r\n" + b"a" * 2000 + b"\r\n",
        b"*2\r\n*1\r\n*0\r\n+\r\n",
        b"*1\r\n" * 256 + b":1\r\n",
        b"*1\r\n" * 257 + b":1\r\n",
        b":" + b"1" * 640 + b"\r\n",
        b":" + b"1" * 641 + b"\r\n",
        b"*1000001\r\n",
        b"+a\rb\r\n",
        b"+a\n",
        b"\n",
        b":\r\n",
    ],
    "HTTP": [
        b"\r\n" + HEAD + b"\r\n",
        b"\r\n\r\n" + HEAD + b"\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        HEAD + b"Empty:\r\nBlank: \t\r\nTabs:\ta\t \r\nColon: a:b\r\n\r\n",
        HEAD + b"host: b\r\n\r\n",
        HEAD + b"No colon\r\n\r\n",
        HEAD + b"Nocolon\r\n\r\n",
        HEAD + b": nameless\r\n\r\n",
        HEAD + b"Blank : a\r\n\r\n",
        HEAD + b" folded\r\n\r\n",
        HEAD + b"Bare: a\rb\r\n\r\n",
        HEAD + b"Zero: a\0b\r\n\r\n",
        HEAD + b"Content-Length: 3\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
        HEAD + b"n" * 256 + b": a\r\n\r\n",
        HEAD + b"n" * 257 + b": a\r\n\r\n",
        HEAD + b"Long: " + b"a" * 8191 + b"\r\n\r\n",
        HEAD + b"Long: " + b"a" * 8192 + b"\r\n\r\n",
        b"GET /" + b"a" * 8191 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        HEAD + b"One: more\r\n" * 99 + b"\r\n",
        HEAD + b"One: more\r\n" * 100 + b"\r\n",
    ],
    "WebSocket": [
        b"\x82\x7d" + bytes(125),
        b"\x82\x7e\0\x7d" + bytes(125),
        b"\x82\x7e\0\x7e" + bytes(126),
        b"\x82\x7f" + (65535).to_bytes(8) + bytes(65535),
        b"\x82\x7f\x80" + bytes(7),
        b"\x82\x7f" + (1 << 24 | 1).to_bytes(8),
        b"\x82\x83abcdxyz",
        b"\x89\x7e\0\x7e",
        b"\x09\0",
        b"\xc2\0",
        b"\x83\0",
        b"\x02\x80abcd",
    ],
    "MQTT": [
        b"\x30\x03\0\1a",
        b"\x30\x02\0\0",
        b"\x30\x01\0",
        b"\x30\x03\0\2a",
        b"\x38\x03\0\1a",
        b"\x36\x05\0\1a\0\1",
        b"\x32\x05\0\1a\0\0",
        b"\x32\x04\0\1a\0",
        b"\x3b\x05\0\1a\0\1",
        b"\x30\x03\0\1#",
        b"\x30\x03\0\1\xff",
        b"\x30\x83\0\0\1a",
        b"\x30\xff\xff\xff\xff\1",
        b"\x30\x80\x01\0\1a" + bytes(125),
        b"\x30\x80\x80\x80\x08",
    ],
    "MessagePack": [
        b"\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff\xd0\x80\xd3" + bytes(8),
        b"\xc0\xc2\xc3\xe0\xff\x7f\x80\x90\xa0\xca\x3f\x80\0\0\xcf" + b"\xff" * 8,
        b"\xc1",
        b"\xd4\xff\x01\xd8\x05" + bytes(16) + b"\xc7\0\x01\xc8\0\1\x02a\xc9\0\0\0\1\x80a",
        b"\xd9\x01a\xda\0\1a\xdb\0\0\0\1a\xc4\x01a\xc5\0\1a\xc6\0\0\0\1a",
        b"\xdc\0\1\x01\xdd\0\0\0\1\x01\xde\0\1\1\2\xdf\0\0\0\1\1\2\xdc\0\0\xdf\0\0\0\0",
        b"\x82\x01\x02\x01\x03",
        b"\x82\x01\x02\xc3\x03",
        b"\x81\x90\x01",
        b"\x81\xd4\x01\x01\x02",
        b"\xa1\xff",
        b"\x91" * 256 + b"\0",
        b"\x91" * 257 + b"\0",
        b"\xdd\0\x0f\x42\x41",
        b"\xc6\x01\0\0\1",
    ],
}


def limit_of(word):
    return next(one.values for one in STREAMED if one.values[0].name.startswith(word))


@pytest.mark.parametrize(
    ("word", "data"),
    [(word, data) for word, some in EDGES.items() for data in some],
    ids=lambda it: it if isinstance(it, str) else f"{it[:24]!r}",
)
def test_a_limit_decides_at_an_edge_as_ours_does(word, data):
    row, limit = limit_of(word)
    assert outcome(limit, data) == outcome(row.ours[0], data)


PUBLISH = {"topic": "a", "payload": b"", "qos": QoS.AT_LEAST_ONCE, "packet_id": 1}

UNFIT = [
    (command, write_command, [b"GET", "key"]),
    (command, write_command, (b"GET", b"key")),
    (command, write_command, [None]),
    (publish, write_publish, Publish(**PUBLISH | {"topic": ""})),
    (publish, write_publish, Publish(**PUBLISH | {"topic": "a/#"})),
    (publish, write_publish, Publish(**PUBLISH | {"topic": "a" * 0x10000})),
    (publish, write_publish, Publish(**PUBLISH | {"payload": "text"})),
    (publish, write_publish, Publish(**PUBLISH | {"qos": 3})),
    (publish, write_publish, Publish(**PUBLISH | {"packet_id": 0})),
    (publish, write_publish, Publish(**PUBLISH | {"packet_id": None})),
    (publish, write_publish, Publish(**PUBLISH | {"packet_id": 0x10000})),
    (publish, write_publish, Publish("a", b"", packet_id=1)),
    (publish, write_publish, Publish("a", b"", dup=True)),
    (publish, write_publish, None),
    (record(Message), writing_message(Message), Message(256, 0, b"")),
    (record(Message), writing_message(Message), Message(0, -1, b"")),
    (record(Message), writing_message(Message), Message(0, 0, bytes(0x10000))),
    (record(Message), writing_message(Message), Message(0, 0, "text")),
]


@pytest.mark.parametrize(("parser", "write", "value"), UNFIT)
def test_a_limit_builds_no_value_that_ours_refuses(parser, write, value):
    with pytest.raises(BuildError):
        parser.build(value)
    with pytest.raises((ValueError, AttributeError, TypeError)):
        write(value)


def test_a_long_packet_is_built_alike():
    """Its remaining length takes two bytes, or three."""
    for size in (127, 16_384):
        packet = Publish("a", bytes(size))
        assert write_publish(packet) == publish.build(packet)
