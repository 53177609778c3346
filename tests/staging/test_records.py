"""Records: fields in order, those that depend on others among them."""

import attrs
import pytest

from ohneio import (
    Limits,
    ParseError,
    any_byte,
    choice,
    count_prefixed,
    exactly,
    field,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    record,
    rest,
    seq,
    sized,
    take_while,
    text,
    uint8,
    uint16,
    until,
    wire,
)
from tests.staging.parsing import agrees, code_of


@wire
class Plain:
    kind: int = field(uint8)
    flags: int = field(uint16)
    body: bytes = field(length_prefixed(uint8))


@wire
class Depending:
    size: int = field(uint8)
    body: bytes = field(lambda m: exactly(m.size - 1))
    words: str = field(lambda m: text(exactly(m.twice)))
    more: list = field(lambda m: many(any_byte, m.size, m.size))

    @property
    def twice(self):
        return len(self.body) * 2


@wire
class Mapped:
    size: int = field(uint8)
    body: bytes = field(lambda m: exactly(m.size).map(refusing))


def refusing(one):
    if one[:1] == b"k":
        raise KeyError("k")
    if one[:1] == b"p":
        raise ParseError("by hand")
    return one[::-1]


@wire
class Optionally:
    flag: int = field(uint8)
    one: int | None = field(uint16, when=lambda m: m.flag & 1)
    two: bytes | None = field(lambda m: exactly(m.one or 1), when=lambda m: m.flag & 2)
    last: bytes = field(until(b";"))


@wire
class Raising:
    n: int = field(uint8)
    body: bytes = field(lambda m: refusing(b"kp"[m.n : m.n + 1]))
    last: int | None = field(uint8, when=lambda m: refusing(m.body))


@wire
class Computed:
    size: int = field(uint8, computed=lambda m: len(m.body))
    body: bytes = field(until(b";"))


@attrs.frozen
class Refusing:
    n: int = field(uint8)
    body: bytes = field(length_prefixed(uint8))

    def __attrs_post_init__(self):
        if self.n > 9:
            raise ValueError("too much")


@wire
class Early:
    n: int = field(lambda m: exactly(m.later))
    later: int = field(uint8)


@wire
class Outer:
    inner: Plain = field(record(Plain))
    others: list = field(many(record(Optionally), 1, 1))
    last: int = field(uint8)


#: A class and bytes for it.
RECORDS = {
    "plain": (Plain, [b"\1\0\2\3abc\1\0\2\0", b"\1\0\2\5ab", b"\1\0"]),
    "depending": (Depending, [b"\2aabxy\1\1\3abwxyz123", b"\0", b"\3ab\xff", b"\2a\xff\xffxy"]),
    "mapped": (Mapped, [b"\2ab\0\1k", b"\1p", b"\3a"]),
    "optionally": (Optionally, [b"\0a;\1\0\5;\2ab;\3\0\1ab;", b"\3\0\2a", b"\1\0"]),
    "raising": (Raising, [b"\0", b"\1", b"\2a"]),
    "computed": (Computed, [b"\2ab;\0;\1ab;", b"\2a"]),
    "refusing": (Refusing, [b"\1\1a\x0a\1a", b"\1\2"]),
    "asking too early": (Early, [b"a\1"]),
    "in each other": (Outer, [b"\1\0\2\0\0a;x" * 2, b"\1\0\2\1a\1\0"]),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_taken_as_by_its_node(name):
    """Alone, in a label, where it is tried, and in a frame."""
    cls, inputs = RECORDS[name]
    one = record(cls)
    agrees(one, *inputs)
    agrees(choice(seq(label("all", one), literal(b"!")), any_byte), inputs[0] + b"!", inputs[-1])
    agrees(sized(4, seq(one, rest)), inputs[0], inputs[-1])


def test_limits_hold_in_records():
    """Of what a field may be long, and how many there may be."""
    for name in ("plain", "depending"):
        cls, inputs = RECORDS[name]
        for limits in (Limits(max_buffered=2), Limits(max_items=1)):
            agrees(record(cls), inputs[0], limits=limits)


def test_fields_are_locals_of_their_names():
    """And an object that only stores them is made by storing them."""
    source = code_of(record(Plain))
    assert "kind, flags, size = UNPACK(data, pos)" in source
    assert "body = data[pos:end2]" in source
    assert "SET_BODY(plain, body)" in source


def test_functions_are_given_a_view_of_the_fields_so_far():
    """One, that is told what is new."""
    source = code_of(record(Depending))
    assert source.count("view = SEEN()") == 1
    assert source.count("view.size = ") == 1


def test_a_record_that_is_judged_keeps_its_bytes():
    """What is computed, or refused, is known when all of it is there; then the node may run."""
    assert "FINISHED(run, mark, refusing, RECORD)" in code_of(record(Refusing))
    assert "except Irregular:" in code_of(record(Refusing))
    source = code_of(record(Computed))
    assert "Irregular" not in source
    assert "FINISHED(run, mark, computed if (len(body) == size) else LATE, RECORD)" in source
    assert "Irregular" not in code_of(record(Plain))
    agrees(record(Computed), b"\2ab;\3abc;", b"\3ab;", limits=Limits(max_buffered=3))
    agrees(record(Refusing), b"\1\1a\1\2ab", limits=Limits(max_buffered=2))


@wire
class Same:
    """What is computed cannot be anything else."""

    size: int = field(uint8, computed=lambda m: len(m.body))
    body: bytes = field(lambda m: exactly(m.size))


def test_a_record_that_cannot_be_wrong_only_has_to_let_its_bytes_go():
    """Those that were kept for an error, if there was a wait."""
    source = code_of(record(Same))
    assert "if mark is not None:" in source
    assert "FINISHED(run, mark, same, RECORD)" in source
    agrees(record(Same), b"\2ab\0\3abc", limits=Limits(max_buffered=3))


# Functions of fields.


@wire
class Sized:
    """Bytes of a size that is written into the code."""

    size: int = field(uint8)
    body: bytes = field(lambda m: exactly(m.size))
    less: bytes = field(lambda m: exactly(len(m.body) - 1))
    more: bytes | None = field(lambda m: exactly(m.body[0]), when=lambda m: m.size > 2)
    none: bytes = field(lambda m: exactly(m.more))


@wire
class Turned:
    """Bytes that become others, by functions that are written in, or called."""

    size: int = field(uint8)
    one: bytes = field(lambda m: exactly(m.size).map(lambda it: it + bytes([m.size])))
    two: bytes = field(lambda m: exactly(1).map(upper, bytes.lower))
    three: bytes = field(lambda m: exactly(1).map(refusing, inverse=refusing))
    four: bytes = field(lambda m: exactly(1).map(len).map(refusing))


def upper(data):
    if data == b"!":
        return None
    return data.upper()


def test_a_size_is_written_into_the_code():
    """Whatever it may be: one that is no size is left to the node."""
    source = code_of(record(Sized))
    assert "end2 = pos + size" in source
    assert "size2 = size - 1" in source  # which is how long the body is
    assert "size2 >= 0 and pos + size2 <= stop" in source
    assert "size3 = body[0]" in source
    assert "type(more) is int and more >= 0 and pos + more <= stop" in source
    agrees(record(Sized), b"\1a", b"\3\1bcbcd", b"\0", b"\2abc")


def test_what_becomes_of_bytes_is_written_into_the_code():
    """Where it raises something, the parser is made that says so."""
    source = code_of(record(Turned))
    assert "one = one + bytes([size])" not in source  # a list is not understood
    assert "two = two.upper()" in source
    assert "three = REFUSING(three)" in source
    agrees(record(Turned), b"\1abcd", b"\1aB!d", b"\1abk", b"\1abp", b"\2a")


def test_what_a_field_depends_on_is_asked_once():
    """Its answer is not shown to anybody for whom it is not there yet."""
    source = code_of(record(Optionally))
    assert "if flag & 1:" in source
    assert "if flag & 2:" in source
    assert "size = one or 1" in source
    assert "SEEN" not in source


@wire
class Shared:
    n: int = field(uint8)
    body: bytes = field(lambda it: exactly(100 // it.n))


@wire
class ByFirst:
    head: bytes = field(take_while(b"\1\2", max=1))
    body: bytes = field(lambda it: exactly(it.head[0]))


def test_a_size_that_raises_something_is_none():
    """However sure it is that it would be no less than 0: nothing goes back behind the field."""
    agrees(record(Shared), b"\x32ab\x64a", b"\0", b"\x32ab\0ab")
    agrees(record(ByFirst), b"\1a\2bc", b"\7\7", b"\1a\7")


@pytest.mark.parametrize("most", [2, 3, 4])
def test_what_is_read_again_is_counted_once_where_a_record_is_wrong(most):
    """It runs as a node then, from its beginning, which counts it anew."""
    inner = choice(literal(b"a") >> count_prefixed(uint8, literal(b"b")), literal(b"a"))

    @wire
    class Wrong:
        first: object = field(inner)
        last: bytes = field(any_byte)

        def __attrs_post_init__(self):
            if self.last == b"a":
                raise ValueError("no a, please")

    for grammar in (record(Wrong), seq(lookahead(uint8), record(Wrong))):
        agrees(grammar, b"aa", b"a\1", b"a\1ba", limits=Limits(max_backtrack=most))
