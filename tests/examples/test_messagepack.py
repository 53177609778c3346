"""MessagePack: every format of the specification, its refusals, and msgpack beside it.

Source: https://github.com/msgpack/msgpack/blob/master/spec.md
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.messagepack import Ext, value
from ohneio import BuildError, LimitExceeded, Limits, ParseError, at_eof, protocol, stream, write
from ohneio.testing import check, dialogue, lint, mutated, roundtrip
from tests.examples.strategies import Difference, Seen, seen, why
from tests.strategies import mutated as mutated_of

# A value of each format, in its shortest form.

EXAMPLES = {
    "c0": None,
    "c2": False,
    "c3": True,
    "00": 0,
    "7f": 127,
    "ff": -1,
    "e0": -32,
    "cc80": 128,
    "cd0100": 256,
    "ce00010000": 65536,
    "cf0000000100000000": 1 << 32,
    "cfffffffffffffffff": (1 << 64) - 1,
    "d0df": -33,
    "d1ff7f": -129,
    "d2ffff7fff": -32769,
    "d3ffffffff7fffffff": -(1 << 31) - 1,
    "cb3ff8000000000000": 1.5,
    "a0": "",
    "a3c3a461": "äa",
    "d920" + "61" * 32: "a" * 32,
    "da0100" + "61" * 256: "a" * 256,
    "c400": b"",
    "c403010203": b"\1\2\3",
    "c50100" + "00" * 256: bytes(256),
    "90": [],
    "93c0c201": [None, False, 1],
    "dc0010" + "c0" * 16: [None] * 16,
    "80": {},
    # https://msgpack.org: the example of its front page
    "82a7636f6d70616374c3a6736368656d6100": {"compact": True, "schema": 0},
    "de0010" + "".join(f"{at:02x}c0" for at in range(16)): dict.fromkeys(range(16)),
    "d40561": Ext(5, b"a"),
    "d5056161": Ext(5, b"aa"),
    "d6ff00000001": Ext(-1, b"\0\0\0\1"),
    "d780" + "00" * 8: Ext(-128, bytes(8)),
    "d87f" + "00" * 16: Ext(127, bytes(16)),
    "c70005": Ext(5, b""),
    "c70305616161": Ext(5, b"aaa"),
    "c8010005" + "61" * 256: Ext(5, b"a" * 256),
}
#: What others may write, and is read as well.
LONGER = {
    "cc00": 0,
    "d07f": 127,
    "d300000000000000ff": 255,
    "ca3fc00000": 1.5,
    "d90161": "a",
    "dc0000": [],
    "dd00000001c0": [None],
    "df00000000": {},
    "c90000000105ff": Ext(5, b"\xff"),
    "c600000001ff": b"\xff",
    "db0000000161": "a",
}
BYTES = [bytes.fromhex(text) for text in (EXAMPLES | LONGER)]


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text[:12])
def test_shortest_forms(text):
    assert value.parse(bytes.fromhex(text)) == EXAMPLES[text]
    assert type(value.parse(bytes.fromhex(text))) is type(EXAMPLES[text])
    assert value.build(EXAMPLES[text]) == bytes.fromhex(text)


@pytest.mark.parametrize("text", LONGER)
def test_longer_forms(text):
    assert value.parse(bytes.fromhex(text)) == LONGER[text]


def test_every_law_on_the_examples():
    check(value, [data for data in BYTES if len(data) < 100], every=False)


REFUSED = {
    "the format that is never used": "c1",
    "text that is not UTF-8": "a1ff",
    "text with a surrogate": "a3eda080",
    "a key that is an array": "8190c0",
    "a key that is a map": "8180c0",
    "a key twice": "82a161c0a161c0",
    "a key twice, as another type": "8201c0c3c0",
    "an element of no format": "92c0c1",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name):
    data = bytes.fromhex(REFUSED[name])
    assert seen(value, data).kind == "refused"
    check(value, [data], every=False)


def test_what_is_announced_is_refused_before_it_comes():
    with pytest.raises(LimitExceeded):
        stream(value)().send(bytes.fromhex("c6ffffffff"))
    with pytest.raises(LimitExceeded):
        stream(value)().send(bytes.fromhex("ddffffffff"))


def test_depth():
    """Arrays in arrays: a clear limit, and as deep as one likes beyond it."""
    with pytest.raises(LimitExceeded):
        value.parse(b"\x91" * 1000 + b"\xc0")
    deep = value.parse(b"\x91" * 5000 + b"\xc0", limits=Limits(max_depth=100_000))
    assert value.build(deep[0][0], limits=Limits(max_depth=100_000)) == b"\x91" * 4998 + b"\xc0"


@pytest.mark.parametrize(
    "it",
    [1 << 64, -(1 << 63) - 1, "\ud800", {1, 2}, (1,), Ext(128, b""), [object()], {(): 1}, 1j],
    ids=repr,
)
def test_building_refuses(it):
    with pytest.raises(BuildError):
        value.build(it)


def test_nothing_waits_for_a_byte_that_never_comes():
    assert not [one for one in lint(value) if one.kind == "waits"]


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.binary(max_size=40)
    | st.builds(Ext, st.integers(-128, 127), st.binary(max_size=20))
)
values = st.recursive(
    scalars,
    lambda below: st.lists(below, max_size=20) | st.dictionaries(scalars, below, max_size=5),
    max_leaves=20,
)


# The grammar's own would do but for their `repr`, of 256 branches and warned about.
STRATEGIES = {value: values}
wires = values.map(value.build) | st.sampled_from(BYTES)
test_values_go_round = pytest.mark.slow(roundtrip(value, STRATEGIES))


# msgpack, in C and in Python.


def peers():
    msgpack = pytest.importorskip("msgpack", reason="msgpack is not installed")
    from msgpack import fallback

    return {
        "in C": (msgpack.Packer, msgpack.Unpacker),
        "in Python": (fallback.Packer, fallback.Unpacker),
    }


def by_msgpack(data, which):
    import msgpack

    unpacker = peers()[which][1](
        strict_map_key=False, ext_hook=lambda kind, it: Ext(kind, bytes(it))
    )
    unpacker.feed(data)
    try:
        it = unpacker.unpack()
    except msgpack.OutOfData:
        return Seen("more")
    except Exception as error:
        return Seen("refused", f"{type(error).__name__}: {error}")
    return Seen("value", with_timestamps(it), unpacker.tell())


def with_timestamps(it):
    """It reads type -1 for itself."""
    import msgpack

    match it:
        case msgpack.Timestamp():
            return ("timestamp", it.seconds, it.nanoseconds)
        case list():
            return [with_timestamps(one) for one in it]
        case dict():
            return {with_timestamps(key): with_timestamps(one) for key, one in it.items()}
        case _:
            return it


def ours(data):
    mine = seen(value, data)
    return Seen("value", known(mine.what), mine.size) if mine.kind == "value" else mine


def known(it):
    """Our value, its timestamps read as msgpack reads them."""
    import msgpack

    match it:
        case Ext(type=-1, data=data) if len(data) in (4, 8, 12):
            try:
                return with_timestamps(msgpack.Timestamp.from_bytes(data))
            except ValueError:
                return it
        case list():
            return [known(one) for one in it]
        case dict():
            return {known(key): known(one) for key, one in it.items()}
        case _:
            return it


DIFFERENCES = {
    "keys twice": Difference(
        "refused", "value", "a key that was there before", "8201c001c3", "it keeps the last of them"
    ),
    "keys that cannot be keys, at once": Difference(
        "more",
        "refused",
        "unhashable",
        "8280c0",
        "in Python it looks at each pair; we at the whole",
    ),
    "announced beyond max_buffered": Difference(
        "refused", "more", "max_buffered", "c602000000", "its own limit is 100 MiB"
    ),
    "announced beyond max_items": Difference(
        "refused", "more", "max_items", "dd00100001c0", "its own limit is 100 Mi items"
    ),
    "timestamps of another size": Difference(
        "value",
        "refused",
        "imestamp|anosecond",
        "c703ff000000",
        "an Ext here: for the application",
    ),
}


@pytest.mark.parametrize("which", ["in C", "in Python"])
@given(data=wires | mutated(value, STRATEGIES) | mutated_of(BYTES))
def test_msgpack_reads_the_same(which, data):
    why(data, ours(data), by_msgpack(data, which), DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_difference_is_one(name):
    """A row that neither of the two shows any more has to go."""
    data = bytes.fromhex(DIFFERENCES[name].sample)
    shown = [why(data, ours(data), by_msgpack(data, which), DIFFERENCES) for which in peers()]
    assert any(name in (names or []) for names in shown)


@pytest.mark.parametrize("which", ["in C", "in Python"])
@given(it=values)
def test_msgpack_writes_the_same(which, it):
    import msgpack

    packer = peers()[which][0](
        default=lambda one: msgpack.ExtType(one.type, one.data) if one.type >= 0 else one
    )
    try:
        theirs = packer.pack(it)
    except (TypeError, ValueError):
        return  # its types of extension are 0 to 127; -128 to -1 are the specification's own
    assert theirs == value.build(it)


# On a live connection.


@protocol
def adder():
    """Add up each array of numbers."""
    while not (yield from at_eof()):
        numbers = yield from value
        if not isinstance(numbers, list):
            raise ParseError("expected an array")
        yield from write(value.build(sum(numbers)))


def test_a_server():
    (
        dialogue(adder())
        .feed_bytewise(value.build([1, 2, 300]))
        .expect(value.build(303))
        .feed(b"\x92\x01", b"\x02\x90", b"\xc0")
        .expect(b"\x03\x00")
        .expect_error(ParseError, text="expected an array")
    )


def test_a_client():
    (
        dialogue(stream(value)())
        .feed(b"\x01\xa2h", b"i\x91\xcb")
        .expect_events(1, "hi")
        .feed(b"\x7f\xf0" + bytes(6))
        .expect_events([math.inf])
        .eof()
        .expect_result(None)
    )
