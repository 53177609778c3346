"""RESP: the specification's examples, its refusals, and redis-py and hiredis beside it.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.resp import (
    Attributes,
    BigNumber,
    BlobError,
    Error,
    Map,
    Push,
    Set,
    Simple,
    Verbatim,
    command,
    reply2,
    reply3,
)
from ohneio import BuildError, LimitExceeded, ParseError, at_eof, protocol, stream, write
from ohneio.testing import check, dialogue, lint, mutated, roundtrip, wire
from tests.examples.strategies import Difference, Seen, seen, why

# The specification's own examples.

SPEC2 = {
    b"+OK\r\n": Simple(b"OK"),
    b"-Error message\r\n": Error(b"Error message"),
    b"-WRONGTYPE Operation against a key\r\n": Error(b"WRONGTYPE Operation against a key"),
    b":0\r\n": 0,
    b":1000\r\n": 1000,
    b":-7\r\n": -7,
    b":+7\r\n": 7,
    b"$5\r\nhello\r\n": b"hello",
    b"$0\r\n\r\n": b"",
    b"$-1\r\n": None,
    b"$4\r\n\r\n\r\n\r\n": b"\r\n\r\n",
    b"*0\r\n": [],
    b"*2\r\n$5\r\nhello\r\n$5\r\nworld\r\n": [b"hello", b"world"],
    b"*3\r\n:1\r\n:2\r\n:3\r\n": [1, 2, 3],
    b"*5\r\n:1\r\n:2\r\n:3\r\n:4\r\n$5\r\nhello\r\n": [1, 2, 3, 4, b"hello"],
    b"*-1\r\n": None,
    b"*2\r\n*3\r\n:1\r\n:2\r\n:3\r\n*2\r\n+Hello\r\n-World\r\n": [
        [1, 2, 3],
        [Simple(b"Hello"), Error(b"World")],
    ],
    b"*3\r\n$5\r\nhello\r\n$-1\r\n$5\r\nworld\r\n": [b"hello", None, b"world"],
}

SPEC3 = {
    b"_\r\n": None,
    b"#t\r\n": True,
    b"#f\r\n": False,
    b",1.23\r\n": 1.23,
    b",10\r\n": 10.0,
    b",inf\r\n": math.inf,
    b",-inf\r\n": -math.inf,
    b"(3492890328409238509324850943850943825024385\r\n": BigNumber(
        3492890328409238509324850943850943825024385
    ),
    b"!21\r\nSYNTAX invalid syntax\r\n": BlobError(b"SYNTAX invalid syntax"),
    b"=15\r\ntxt:Some string\r\n": Verbatim(b"txt", b"Some string"),
    b"%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n": Map(
        [(Simple(b"first"), 1), (Simple(b"second"), 2)]
    ),
    b"~2\r\n+a\r\n:1\r\n": Set([Simple(b"a"), 1]),
    b">2\r\n$7\r\nmessage\r\n$2\r\nhi\r\n": Push([b"message", b"hi"]),
    b"|1\r\n+ttl\r\n:3600\r\n$1\r\nx\r\n": Attributes([(Simple(b"ttl"), 3600)], b"x"),
    b"*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n": [
        1,
        2,
        Attributes([(Simple(b"ttl"), 3600)], 3),
    ],
}

COMMANDS = {
    b"*2\r\n$4\r\nLLEN\r\n$6\r\nmylist\r\n": [b"LLEN", b"mylist"],
    b"*1\r\n$4\r\nPING\r\n": [b"PING"],
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n": [b"SET", b"k", b""],
}


def shown(data):
    return repr(data)[:40]


@pytest.mark.parametrize("data", SPEC2, ids=shown)
def test_version_2_reads_the_examples_of_the_specification(data):
    assert reply2.parse(data) == SPEC2[data]


@pytest.mark.parametrize("data", SPEC2 | SPEC3, ids=shown)
def test_version_3_reads_them_too_and_its_own(data):
    assert reply3.parse(data) == (SPEC2 | SPEC3)[data]


@pytest.mark.parametrize("data", COMMANDS, ids=shown)
def test_commands(data):
    assert command.parse(data) == COMMANDS[data]
    assert command.build(COMMANDS[data]) == data


def test_a_nan_is_one():
    assert math.isnan(reply3.parse(b",nan\r\n"))


@pytest.mark.slow
def test_every_law_on_the_examples():
    """Every chunking, truncation, moment of decision, and building."""
    check(reply2, SPEC2, every=False)
    check(reply3, SPEC3, every=False)
    check(command, COMMANDS, every=False)
    check(stream(reply2), [b"".join(SPEC2)[:200]])
    check(stream(reply3), [b"".join(SPEC3)[:200]])


# Refusals: `data`, and where.

REFUSED2 = {
    "an unknown type": (b"?1\r\n", 0),
    "a line that ends in LF": (b"+OK\n", 3),
    "a carriage return in a line": (b"+O\rK\r\n", 2),
    "blanks before a number": (b": 1\r\n", 1),
    "no digits": (b":\r\n", 1),
    "digits in groups": (b":1_000\r\n", 2),
    "a negative length": (b"$-2\r\n", 1),
    "a length with a sign": (b"$+1\r\na\r\n", 1),
    "a length with leading zeros": (b"$01\r\na\r\n", 1),
    "something else behind a bulk string": (b"$1\r\naXX", 5),
    "a negative count": (b"*-2\r\n", 1),
    "a type of version 3": (b"#t\r\n", 0),
    "an element of an unknown type": (b"*2\r\n:1\r\n?\r\n", 8),
}
REFUSED3 = {
    "neither true nor false": (b"#x\r\n", 1),
    "something in a null": (b"_x\r\n", 1),
    "a double in other words": (b",infinity\r\n", 1),
    "a double in groups": (b",1_0.5\r\n", 1),
    "a double that begins with its point": (b",.5\r\n", 1),
    "a verbatim string without a format": (b"=2\r\nab\r\n", 6),
    "a verbatim string without a colon": (b"=5\r\ntxt_a\r\n", 7),
    "a push inside a reply": (b"*1\r\n>1\r\n+a\r\n", 4),
}


@pytest.mark.parametrize("name", REFUSED2)
def test_version_2_refuses(name):
    data, offset = REFUSED2[name]
    with pytest.raises(ParseError) as info:
        reply2.parse(data)
    assert info.value.offset == offset
    check(reply2, [data], every=False)


@pytest.mark.parametrize("name", [*REFUSED2, *REFUSED3])
def test_version_3_refuses(name):
    if name == "a type of version 3":
        return
    data, offset = (REFUSED2 | REFUSED3)[name]
    with pytest.raises(ParseError) as info:
        reply3.parse(data)
    assert info.value.offset == offset
    check(reply3, [data], every=False)


@pytest.mark.parametrize(
    "data", [b"PING\r\n", b"*-1\r\n", b"*1\r\n:1\r\n", b"*1\r\n$-1\r\n"], ids=repr
)
def test_commands_are_arrays_of_bulk_strings(data):
    """What a server takes; inline commands are for people at a terminal."""
    with pytest.raises(ParseError):
        command.parse(data)


def test_a_length_too_great_is_refused_before_its_bytes():
    with pytest.raises(LimitExceeded):
        stream(reply2)().send(b"$99999999999\r\n")


def test_replies_nest_to_the_limit():
    with pytest.raises(LimitExceeded):
        reply2.parse(b"*1\r\n" * 1000 + b":1\r\n")


@pytest.mark.parametrize(
    "value",
    [Simple(b"a\r\nb"), Error(b"a\nb"), Simple("text"), Verbatim(b"text", b""), object(), [1, {}]],
    ids=repr,
)
def test_building_refuses(value):
    """Nothing is built that another reader would take apart elsewhere."""
    with pytest.raises(BuildError):
        reply3.build(value)


def test_nothing_waits_for_a_byte_that_never_comes():
    for grammar in (command, reply2, reply3):
        assert not [one for one in lint(grammar) if one.kind != "ambiguous"]


test_commands_go_round = roundtrip(command)
test_version_2_goes_round = roundtrip(reply2)
test_version_3_goes_round = roundtrip(reply3)


# redis-py and hiredis.


class Exhausted(BaseException):
    """All bytes were read, and the peer wants more."""


class Socket:
    """What redis-py reads from: all the bytes at once, then no more."""

    def __init__(self, data):
        self.data = [data] if data else []

    def recv(self, size):
        if not self.data:
            raise Exhausted
        return self.data.pop()


def by_redis(data, version):
    """What redis-py's parsers in Python make of it."""
    pytest.importorskip("redis", reason="redis-py is not installed")
    from redis._parsers.resp2 import _RESP2Parser
    from redis._parsers.resp3 import _RESP3Parser
    from redis._parsers.socket import SocketBuffer

    peer = {2: _RESP2Parser, 3: _RESP3Parser}[version](65536)
    peer._buffer = SocketBuffer(Socket(data), 65536, None)
    options = {"push_request": True} if version == 3 else {}
    try:
        value = peer.read_response(disable_decoding=True, **options)
        return Seen("value", plain(value), len(data) - peer._buffer.unread_bytes())
    except Exhausted:
        return Seen("more")
    except Exception as error:  # an `IndexError` for an empty push, say
        return Seen("refused", f"{type(error).__name__}: {error}")


def by_hiredis(data):
    """What hiredis makes of it, which knows both versions."""
    hiredis = pytest.importorskip("hiredis", reason="hiredis is not installed")
    reader = hiredis.Reader(notEnoughData=Ellipsis)
    reader.feed(data)
    try:
        value = reader.gets()
    except (hiredis.ProtocolError, TypeError, ValueError) as error:
        return Seen("refused", f"{type(error).__name__}: {error}")
    return Seen("more") if value is Ellipsis else Seen("value", plain(value))


def plain(value):
    """What a peer gave, with errors as their text: redis-py drops the code that it knows."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items()}
    return ("error", str(value)) if isinstance(value, Exception) else value


def flat(reply, error):
    """Our reply as the peers give it: without the types that Python does not have.

    *error* makes of the text what the peer makes of it.
    """
    match reply:
        case list() | Set() | Push():
            items = reply if isinstance(reply, list) else reply.items
            return [flat(one, error) for one in items]
        case Map():
            # A key that is an error is an object of its own: never the same one.
            return {flat(key, error): flat(one, error) for key, one in reply.pairs}
        case Error() | BlobError():
            return ("error", error(reply.text))
        case Simple() | Verbatim():
            return reply.text
        case BigNumber():
            return reply.value
        case _:
            return reply


def without_code(text):
    from redis._parsers.base import BaseParser

    return str(BaseParser.parse_error(text.decode("utf-8", errors="replace")))


def as_text(text):
    return text.decode("utf-8", errors="replace")


def ours(grammar, data, error=without_code):
    mine = seen(grammar, data)
    if mine.kind != "value":
        return mine
    try:
        return Seen("value", flat(mine.what, error), mine.size)
    except TypeError:
        return Seen("value", mine.what, mine.size)


EARLY = Difference(
    "refused", "more", "expected", b"$x", "they wait for the end of a line to look at it; we do not"
)
UNCHECKED = Difference(
    "refused",
    "value",
    r'expected b"\\r\\n"',
    b"$1\r\naXX",
    "they take any two bytes for the CRLF behind a string, or a CR inside a line",
)
KEYS = Difference(
    "value",
    "refused",
    "unhashable",
    b"%1\r\n*0\r\n:1\r\n",
    "a map here is pairs, so any key will do",
)
#: redis-py reads numbers with `int` and `float`, lines up to CRLF, and looks no further.
REDIS_2 = {
    "decided early": EARLY,
    "line ends are not looked at": UNCHECKED,
    "numbers as int() takes them": Difference(
        "refused", "value", "number|zeros", b": 1\r\n", "blanks and groups are no RESP"
    ),
}
REDIS_3 = REDIS_2 | {
    "keys have to be hashable": KEYS,
    "nothing behind what is one letter": Difference(
        "refused",
        "value",
        'b"t"|expected',
        b"#x\r\n",
        "it compares with t, and takes all else for f",
    ),
    "attributes are unknown": Difference(
        "value", "refused", r"Protocol Error: b'\|", b"|0\r\n:1\r\n", "it does not know the type"
    ),
    "attributes are unknown before it is clear": Difference(
        "more", "refused", r"Protocol Error: b'\|", b"|0\r\n", "it does not know the type"
    ),
    "pushes are for it to handle": Difference(
        "value",
        "refused",
        "IndexError|UnicodeDecodeError",
        b">0\r\n",
        "it looks for a name in a push, which is UTF-8 there",
    ),
    "nulls of version 2": Difference(
        "value", "value", r"[$*]-1\r\n", b"*-1\r\n", "servers send them still; it counts to -1"
    ),
    "nulls of version 2 end it": Difference(
        "value",
        "refused",
        "Connection closed|Protocol Error",
        b"*2\r\n$-1\r\n+\r\n",
        "servers send them still; it reads one byte",
    ),
    "nulls of version 2 become a size": Difference(
        "value",
        "refused",
        "invalid literal for int",
        b"*2\r\n$-1\r\n+=\r\n",
        "servers send them still; it reads one byte, and takes the next for a type",
        within=r"[$*]-1\r\n",
    ),
    "nulls of version 2 wait": Difference(
        "value", "more", r"[$*]-1\r\n", b"$-1\r\n", "servers send them still; it reads one byte"
    ),
}
HIREDIS_2 = {
    "decided early": EARLY,
    "line ends are not looked at": UNCHECKED,
    "numbers as printf writes them": Difference(
        "value", "refused", "Bad integer", b":+7\r\n", "the specification has a plus sign in front"
    ),
    "numbers beyond 64 bits": Difference(
        "value", "refused", "Bad integer", b":99999999999999999999\r\n", "integers are Python's"
    ),
}
HIREDIS_3 = HIREDIS_2 | {
    "keys have to be hashable": KEYS,
    "blob errors are unknown": Difference(
        "value", "refused", 'got "!"', b"!1\r\na\r\n", "it does not know the type"
    ),
    "blob errors are unknown at once": Difference(
        "more", "refused", 'got "!"', b"!", "it does not know the type"
    ),
    "attributes are replies": Difference(
        "value", "value", r"\|", b"|0\r\n:1\r\n", "it gives them for themselves, the reply next"
    ),
    "attributes are replies, and early": Difference(
        "more", "value", r"\|", b"|0\r\n", "it gives them for themselves, the reply next"
    ),
    "attributes end before what is refused": Difference(
        "refused", "value", "expected", b"|0\r\n?", "it gives them for themselves, the reply next"
    ),
    "pushes inside": Difference(
        "refused", "value", "expected", b"*1\r\n>0\r\n", "never inside a reply, says RESP3"
    ),
    "keys twice": Difference(
        "value",
        "value",
        r"%\d",
        b"%3\r\n:1\r\n#t\r\n:2\r\n+a\r\n:1\r\n#f\r\n",
        "it pairs the keys with the wrong values then, which is a mistake of its own",
    ),
    "big numbers as printf writes them": Difference(
        "value", "refused", "Bad bignum", b"(+7\r\n", "the specification has a plus sign in front"
    ),
    "big numbers are bytes": Difference(
        "value", "value", r"\(-?0", b"(007\r\n", "it gives the digits as they came"
    ),
}


def big_as_bytes(value):
    """Big numbers as hiredis gives them."""
    match value:
        case BigNumber():
            return str(value.value).encode()
        case list():
            return [big_as_bytes(one) for one in value]
        case Set() | Push():
            return [big_as_bytes(one) for one in value.items]
        case Map():
            return Map([(big_as_bytes(key), big_as_bytes(one)) for key, one in value.pairs])
        case _:
            return value


def by_our_3_for_hiredis(data):
    mine = seen(reply3, data)
    if mine.kind != "value":
        return mine
    value = big_as_bytes(mine.what)
    try:
        return Seen("value", flat(value, as_text), mine.size)
    except TypeError:
        return Seen("value", value, mine.size)


#: A peer, what it looks at, and how both see it.
PAIRS = {
    "redis-py 2": (reply2, lambda d: ours(reply2, d), lambda d: by_redis(d, 2), REDIS_2),
    "redis-py 3": (reply3, lambda d: ours(reply3, d), lambda d: by_redis(d, 3), REDIS_3),
    "hiredis 2": (reply2, lambda d: ours(reply2, d, as_text), by_hiredis, HIREDIS_2),
    "hiredis 3": (reply3, by_our_3_for_hiredis, by_hiredis, HIREDIS_3),
}
DIFFERENCES = {(peer, name): row for peer in PAIRS for name, row in PAIRS[peer][3].items()}


@pytest.mark.parametrize("peer", PAIRS)
@settings(max_examples=settings.default.max_examples // 3)  # four peers: replies are large
@given(draw=st.data())
def test_a_peer_sees_the_same(peer, draw):
    """The same values out of the same bytes; what is refused by one alone is in the table."""
    grammar, mine, theirs, differences = PAIRS[peer]
    data = draw.draw(wire(grammar) | mutated(grammar))
    why(data, mine(data), theirs(data), differences)


@pytest.mark.parametrize(("peer", "name"), DIFFERENCES)
def test_each_difference_is_one(peer, name):
    """A row that nothing shows any more has to go."""
    _, mine, theirs, differences = PAIRS[peer]
    sample = differences[name].sample
    assert name in (why(sample, mine(sample), theirs(sample), differences) or [])


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_commands_as_redis_py_packs_them(words):
    """The same bytes; redis-py splits the first word at its blanks."""
    connection = pytest.importorskip("redis.connection", reason="redis-py is not installed")
    words[0] = words[0].translate(None, b" \t\n\r\x0b\x0c") or b"GET"
    packer = connection.PythonRespSerializer(6000, lambda word: word)
    assert b"".join(packer.pack(*words)) == command.build(words)
    assert by_redis(command.build(words), 2) == Seen("value", words, len(command.build(words)))


# On a live connection.


@protocol
def server():
    """Answer PING, and GET of what was SET."""
    kept = {}
    while not (yield from at_eof()):
        match (yield from command):
            case [b"PING"]:
                answer = Simple(b"PONG")
            case [b"SET", key, value]:
                kept[key], answer = value, Simple(b"OK")
            case [b"GET", key]:
                answer = kept.get(key)
            case _:
                answer = Error(b"ERR unknown command")
        yield from write(b"$-1\r\n" if answer is None else reply2.build(answer))


def test_a_server():
    dialogue(server()).feed_bytewise(command.build([b"PING"])).expect(b"+PONG\r\n").feed(
        command.build([b"SET", b"k", b"v"]) + command.build([b"GET", b"k"])[:9]
    ).expect(b"+OK\r\n").feed(command.build([b"GET", b"k"])[9:]).expect(b"$1\r\nv\r\n").feed(
        b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", b"*1\r\n$1\r\nx\r\n"
    ).expect(b"$-1\r\n-ERR unknown command\r\n").feed(b"?").expect_error(
        ParseError, text='expected b"*"'
    )


def test_a_client():
    dialogue(stream(reply3)()).feed(b"+OK", b"\r\n>1\r\n+ping\r\n%1\r\n+a\r\n").expect_events(
        Simple(b"OK"), Push([Simple(b"ping")])
    ).feed(b":1\r\n").expect_events(Map([(Simple(b"a"), 1)])).eof().expect_result(None)
