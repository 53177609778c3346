"""Building what has parts, and what stands for other values."""

import zlib

import attrs
import pytest

import ohneio
from ohneio import (
    BuildError,
    Limits,
    any_byte,
    bit,
    checksummed,
    commit,
    count_prefixed,
    decimal,
    delimited,
    eof,
    exactly,
    fail,
    field,
    integer,
    label,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    not_followed_by,
    parser,
    recognize,
    record,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    span,
    success,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    uint32,
    until,
    value,
    wire,
)
from ohneio.staging._build_forms import building
from tests.staging.building import bytes_of, function_of, is_left, outcome, source_of, takes
from tests.staging.differing import staged


class Tuple(tuple): ...  # noqa: SLOT001


class List(list): ...


def refuse(_):
    raise LookupError("no")


@parser
def by_hand():
    one = yield from uint8.of(lambda it: it[0])
    other = yield from exactly(one).of(lambda it: it[1])
    return one, other


#: A grammar, values that it takes, and values that it leaves.
GROUPS = {
    "seq": (
        seq(uint8, until(b";")),
        [(1, b"a")],
        [(1,), [1, b"a"], Tuple((1, b"a")), (256, b"a"), 1],
    ),
    "seq of one": (seq(uint8), [(1,)], [(), (1, 2)]),
    "seq of none": (seq(), [()], [(1,), None]),
    "seq of too many": (seq(*[uint8] * 40), [(7,) * 40], [(7,) * 39]),
    "then": (literal(b"a") >> uint8, [1], [None]),
    "before": (uint8 << take_while(b" "), [1], [-1]),
    "what does not build from nothing": (seq(uint8) | (exactly(1) >> uint8), [(1,)], [1]),
    "what may build from nothing": (literal(b"a").verify(bool) >> uint8, [1], [256]),
    "many": (many(until(b";")), [[], [b"a"], [b"a", b""]], [(b"a",), List(), [b";"], None]),
    "many, bounded": (many(any_byte, min=1, max=2), [[b"a"], [b"a", b"b"]], [[], [b"a"] * 3]),
    "many so many": (many(any_byte, min=2, max=2), [[b"a", b"b"]], [[b"a"]]),
    "many bytes as numbers": (many(uint8), [[], [0, 255]], [[True], [256], [-1], [b"a"], (1,)]),
    "many numbers": (many(uint16), [[], [1, 65535]], [[65536], [1.0], [True]]),
    "many pairs": (many(seq(uint8, decimal << literal(b";"))), [[(1, 2), (3, 400)]], [[(1,)], [1]]),
    "sep_by": (sep_by(until(b"="), literal(b",")), [[], [b"a"], [b"a", b"b"]], [[b"="], None]),
    "sep_by, bounded": (sep_by(any_byte, literal(b","), min=1, max=2), [[b"a"]], [[], [b"a"] * 3]),
    "sep_by what has a choice": (
        sep_by(any_byte, literal(b",").verify(bool)),
        [[], [b"a"]],
        [[b"a"] * 2],
    ),
    "many_until": (many_until(any_byte, literal(b"\0")), [[], [b"a", b"b"]], [[b""], ()]),
    "count_prefixed": (count_prefixed(uint8, any_byte), [[], [b"a"] * 255], [[b"a"] * 256, [b""]]),
    "skip": (skip(literal(b"ab")), [None], [b"ab", 0]),
    "sized": (sized(3, rest), [b"abc"], [b"ab", b"abcd"]),
    "sized, of what has a size": (sized(3, seq(uint8, uint16)), [(1, 2)], [(1, 65536)]),
    "sized wrongly": (sized(3, uint16), [], [1]),
    "length_prefixed": (length_prefixed(uint8), [b"", bytes(255)], [bytes(256), "a"]),
    "length_prefixed list": (
        length_prefixed(uint16, many(until(b";"))),
        [[], [b"a", b"b"]],
        [[b";"]],
    ),
    "length in digits": (length_prefixed(decimal << literal(b":")), [b"", bytes(300)], [None]),
    "length that counts itself": (
        length_prefixed(uint16.map(lambda n: n - 2, lambda n: n + 2)),
        [b"", b"abc"],
        [bytes(65535)],
    ),
    "delimited": (delimited(b";", many(uint8)), [[], [1, 2]], [[59], [256]]),
    "delimited, bounded": (delimited(b"\r\n", rest, max=2), [b"ab", b"\r"], [b"abc", b"\r\n"]),
    "delimited by what overlaps": (delimited(b"aa", rest), [b"", b"ab"], [b"a", b"ba", b"aab"]),
    "checksummed": (checksummed(seq(uint8, until(b";")), zlib.crc32), [(1, b"a")], [(256, b"")]),
    "checksummed, refusing": (checksummed(rest, refuse), [], [b"a"]),
    "map": (ohneio.map(int, until(b";"), lambda n: b"%d" % n), [1, -5], [b"a", None]),
    "map without an inverse": (seq(uint8) | uint8.map(bool), [(1,)], [True]),
    "try_map": (try_map(float, text(until(b";")), str), [1.5], []),
    "map that refuses": (uint8.map(bool, refuse), [], [True]),
    "map to what does not fit": (uint8.map(bool, str), [], [True]),
    "verify": (uint8.verify(lambda n: n > 1), [2], [1, None]),
    "verify that raises": (uint8.verify(refuse), [], [1]),
    "verify by truth": (uint8.verify(bool), [1], [0]),
    "bind": (uint8.bind(exactly, len), [b"abc", b""], [bytes(256), 1]),
    "bind to what has a choice": (
        uint8.bind(lambda n: many(any_byte, n, n), len),
        [[b"a", b"b"]],
        [1],
    ),
    "bind to no parser": (uint8.bind(lambda n: n, len), [], [b"a"]),
    "bind without an inverse": (seq(uint8) | uint8.bind(exactly), [(1,)], [b"a"]),
    "recognize": (recognize(many(literal(b"ab"))), [b"", b"abab"], [b"a", bytearray(b"ab"), None]),
    "value": (value(7, literal(b"a")), [7, 7.0], [8, None]),
    "value None": (value(None, literal(b"a")), [None], [0, False]),
    "value True": (value(True, literal(b"a")), [True], [1, False]),
    "value of a list": (value([1], literal(b"a")), [[1]], [[2], (1,)]),
    "success": (seq(success(b"a"), uint8), [(b"a", 1)], [(b"b", 1)]),
    "label": (label("size", uint8), [1], [256]),
    "example": (uint8.example(None), [1], [256]),
    "eof and commit": (seq(uint8, commit, eof), [(1, None, None)], [(1, 0, None), (1, None, b"")]),
    "lookahead": (lookahead(any_byte) >> uint8, [97], [256]),
    "lookahead's value": (seq(lookahead(any_byte), uint8), [(b"a", 97)], [(b"a", 256)]),
    "not_followed_by": (not_followed_by(literal(b"a")) >> uint8, [98], [256]),
    "fail": (seq(uint8, fail("no")), [], [(1, None)]),
    "by hand": (seq(by_hand, uint8), [((2, b"ab"), 1)], [((2, b"a"), 1), (b"", 1)]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_is_built_and_all_else_is_left_to_it(name):
    """A value of exactly the right types that fits is built; what does not, or is odd, is left."""
    group, fitting, others = GROUPS[name]
    assert takes(group, *fitting)
    assert is_left(group, *others)
    with staged():
        found = [outcome(group, one) for one in [*fitting, *others]]
    assert found == [bytes_of(group, one) for one in [*fitting, *others]]


def test_a_span_is_left_to_its_node():
    """Its offsets are those of some other stream, which what was built cannot give back."""
    assert building(span(uint8)) is None
    assert building(seq(many(span(uint8)))) is None


def test_a_grammar_without_an_inverse_has_no_function():
    """`build` says what is missing, before it looks at the value."""
    assert building(uint8.map(bool)) is None


def test_items_are_counted():
    """One more than ``max_items`` is left, whatever the loop."""
    limits, zero = Limits(max_items=2), literal(b"\0")
    for item, three in ((uint8, [1, 2, 3]), (any_byte, [b"a"] * 3)):
        for loop in (many(item), sep_by(item, zero), count_prefixed(uint8, item)):
            assert is_left(loop, three, limits=limits)
            assert function_of(loop)(three[:2], limits) == bytes_of(loop, three[:2])
    assert is_left(many_until(any_byte, zero), [b"a"] * 3, limits=limits)


def test_what_ends_an_item_goes_with_the_next_one():
    """Where the same stands before the first: a piece less for each."""
    bulk = literal(b"$") >> length_prefixed(decimal << literal(b"\r\n")) << literal(b"\r\n")
    command = count_prefixed(decimal << literal(b"\r\n"), bulk)
    assert takes(command, [], [b""], [b"GET", b"a" * 300])
    assert source_of(command).count("append") == 3
    lines = count_prefixed(decimal << literal(b"\r\n"), literal(b"-") >> line)
    assert takes(lines, [], [b"a"], [b"a", b"b"])
    others = count_prefixed(decimal << literal(b"\n"), literal(b"-") >> line)
    assert takes(others, [], [b"a"], [b"a", b"b"])
    ends = count_prefixed(decimal << literal(b";"), literal(b"-") >> until(b";"))
    assert takes(ends, [], [b"a"], [b"a", b"b"])


# Records.


@wire
class Message:
    kind: int = field(uint8)
    id: int = field(uint32)
    body: bytes = field(length_prefixed(uint16))


@wire
class Sizes:
    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(lambda m: exactly(m.size))
    more: list = field(lambda m: many(any_byte, m.size, m.size), factory=list)


@wire
class Optionally:
    flag: bool = field(uint8.map(bool, int))
    extra: int | None = field(uint16, when=lambda m: m.flag, default=None)
    last: bytes | None = field(lambda m: exactly(2), when=lambda m: not m.flag, default=None)


@wire
class Framed:
    type: int = bit(4, always=3)
    on: bool = bit(1, bool)
    low: int = bit(3, int, verify=lambda m: m.low or m.on)
    size: int = field(uint8, frames=True)
    name: bytes = field(length_prefixed(uint8))
    end: bytes = field(rest, verify=lambda m: m.end != m.name)


@wire
class FramedBy:
    wide: bool = field(uint8.map(bool, int))
    size: int = field(lambda m: uint16 if m.wide else uint8, frames=True)
    body: bytes = field(rest)


@wire
class Judged:
    on: bool = field(uint8.map(bool, int))
    n: int | None = field(uint8, when=lambda m: m.on, default=None, verify=lambda m: m.n != 7)


@attrs.define
class Plain:
    _hidden: int = field(uint8)
    class_: int = field(uint8, default=1)


@wire
class Properties:
    value: int = field(uint8)

    @property
    def limits(self):
        return refuse(self)


RECORDS = {
    "fields": (
        record(Message),
        [Message(1, 2, b"abc")],
        [Message(256, 0, b""), Message(0, 0, None)],
    ),
    "computed and dependent": (
        record(Sizes),
        [Sizes(b"a", [b"b"]), Sizes(b"")],
        [Sizes(b"a", []), Sizes(1)],
    ),
    "optional": (
        record(Optionally),
        [Optionally(True, 1), Optionally(False, None, b"ab")],
        [
            Optionally(True),
            Optionally(False, 1, b"ab"),
            Optionally(False, None, b"a"),
            Optionally(2, 1),
        ],
    ),
    "in a frame": (
        record(Framed),
        [Framed(True, 0, b"a", b"b"), Framed(False, 7, b"", bytes(254))],
        [
            Framed(False, 0, b"a", b"b"),
            Framed(True, 0, b"a", b"a"),
            Framed(True, 8, b"", b"a"),
            Framed(True, 0, b"", bytes(255)),
            Framed(1, 0, b"", b"a"),
        ],
    ),
    "in a frame of some size": (
        record(FramedBy),
        [FramedBy(True, b"a"), FramedBy(False, b"ab")],
        [FramedBy(False, bytes(256))],
    ),
    "judged": (
        record(Judged),
        [Judged(True, 1), Judged(False)],
        [Judged(True, 7), Judged(False, 1)],
    ),
    "an attrs class": (record(Plain), [Plain(1, 2)], [Plain(256), Plain(1, None), Properties(1)]),
    "names of the code's own": (record(Properties), [Properties(1)], [Properties(None), None]),
    "in others": (
        many(label("m", length_prefixed(uint8, record(Message)))),
        [[Message(1, 2, b"a")] * 2],
        [[None]],
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_built_and_all_else_is_left_to_it(name):
    """An object of exactly the class, all of whose fields fit, is built; others are left."""
    grammar, fitting, others = RECORDS[name]
    assert takes(grammar, *fitting)
    assert is_left(grammar, *others)
    with staged():
        found = [outcome(grammar, one) for one in [*fitting, *others]]
    assert found == [bytes_of(grammar, one) for one in [*fitting, *others]]


def test_a_record_is_one_run_and_its_body():
    """As one would write it by hand."""
    assert "return PACK(kind, id2, size) + body" in source_of(record(Message))


def test_objects_of_a_subclass_are_left():
    """They may be anything, though the nodes refuse them too."""

    @attrs.frozen
    class Sub(Message): ...

    assert is_left(record(Message), Sub(1, 2, b""))


def test_functions_that_raise_are_asked_again_by_the_nodes():
    """So the error is theirs: it has the place, and the cause."""
    grammar = seq(uint8, uint8.map(bool, refuse))
    with staged():
        for _ in range(2):
            with pytest.raises(BuildError, match=r"LookupError: no") as caught:
                grammar.build((1, True))
    assert caught.value.path == (1,)
    assert isinstance(caught.value.__cause__, LookupError)


def test_an_integer_of_few_digits_keeps_its_zeros():
    """In a frame as well, where its size is known."""
    assert takes(length_prefixed(integer(16, digits=4), rest), b"", bytes(300))
