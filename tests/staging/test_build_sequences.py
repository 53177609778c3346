"""Building what has parts: sequences and records."""

import attrs
import pytest

from ohneio import (
    any_byte,
    bit,
    choice,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    many,
    record,
    rest,
    seq,
    take_while,
    uint8,
    uint16,
    uint32,
    until,
    wire,
)
from tests.staging.building import holds, is_left, source_of


class Tuple(tuple): ...  # noqa: SLOT001


def refuse(_):
    raise LookupError("no")


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
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_value_that_fits_is_built_and_all_else_is_left(name):
    """Of exactly the right types, that is; what is odd is left to the nodes as well."""
    holds(*GROUPS[name])


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
    holds(*RECORDS[name])


def test_a_record_is_one_run_and_its_body():
    """As one would write it by hand."""
    assert "return PACK(kind, id2, size) + body" in source_of(record(Message))


def test_objects_of_a_subclass_are_left():
    """They may be anything, though the nodes refuse them too."""

    @attrs.frozen
    class Sub(Message): ...

    assert is_left(record(Message), Sub(1, 2, b""))


def test_a_field_that_depends_on_others_inside_of_recursion():
    """Only `exactly` is known there; what its function makes else could come back."""

    @wire
    class Pair:
        n: int = field(uint8)
        data: bytes = field(lambda m: exactly(m.n) if m.n < 3 else until(b";"))

    whole = forward()
    whole.become(choice(literal(b"(") >> seq(record(Pair), whole), literal(b")") >> uint8))
    small, large = (Pair(2, b"ab"), 7), (Pair(3, b"abc"), 7)
    holds(whole, [small, 7], [large])
