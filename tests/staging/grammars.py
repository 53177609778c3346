"""Grammars of the whole vocabulary, and of what users add to it, with bytes for them.

Those of the other properties are in here too.  What comes on top is what staging
could get wrong: records that depend and refuse, functions that raise, tags of
all kinds, and parsers of a class that it has never heard of.
"""

import contextlib
import enum
import functools
import zlib
from random import Random

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from ohneio import (
    Limits,
    ParseError,
    Parser,
    any_byte,
    bit,
    bits,
    checksummed,
    choice,
    commit,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    exactly,
    fail,
    field,
    float32,
    forward,
    int8,
    int16,
    int32le,
    integer,
    label,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    mqtt_varint,
    not_followed_by,
    one_of,
    optional,
    parser,
    recognize,
    record,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    span,
    struct_unpack,
    success,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    uint32,
    until,
    value,
    verify,
)
from ohneio import (
    wire as wire_class,
)
from ohneio.core._errors import anew
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.testing import chunkings, mutated, values, wire
from tests.fuzz.values import bent
from tests.properties import grammars as known
from tests.properties.grammars import ALPHABET, made, not_nothing, raw
from tests.staging.differing import Case

# Functions of users, of all kinds.


def key_error(one: object) -> object:
    """A bug of a user's, on some values."""
    if repr(one).startswith("b'b"):
        raise KeyError("b")
    return one


def parse_error(one: object) -> object:
    """What a user raises by hand, where it means nothing."""
    if repr(one).startswith("b'0"):
        raise ParseError("by hand")
    return one


def value_error(one: object) -> object:
    if repr(one).endswith("1"):
        raise ValueError("no 1")
    return one


def stop_iteration(one: object) -> object:
    """What a generator could take for its own end."""
    if one == b";":
        raise StopIteration(one)
    return one


def picky(one: object) -> bool:
    """A predicate that fails in all ways."""
    key_error(one)
    parse_error(one)
    return len(repr(one)) % 3 != 0


def next_one(one: object) -> Parser[object]:
    """What `bind` and a field's function make of a value."""
    size = len(repr(one)) % 4
    return [exactly(size), until(b";"), uint8, seq(any_byte, exactly(size))][size]


def below_zero(one: object) -> Parser[bytes]:
    return exactly(len(repr(one)) % 5 - 1)


def no_parser(one: object) -> object:
    return next_one(one) if one else one


# Parsers of users' own classes.


@attrs.frozen
class Twice(Parser):
    """A class that says nothing of itself."""

    parser: Parser[object]

    def _parse(self):
        first = yield from self.parser._parse()
        return first, (yield from self.parser)


@attrs.frozen
class Known(Parser):
    """A class that says what is known of it, and that it is its parser."""

    parser: Parser[object]

    def _parse(self):
        return self.parser._parse()

    def _facts(self):
        return self.parser.facts


@attrs.frozen
class Counted(type(exactly(1))):
    """A class that is nearly one of ours."""

    def _parse(self):
        return len((yield from super()._parse()))

    __iter__ = _parse  # as its base does, or a stream would take the one and a sequence the other
    __await__ = _parse


@parser
def raising(inner):
    """A generator that raises by hand behind what it has taken."""
    one = yield from inner
    if repr(one).startswith("b'a"):
        raise ParseError("no a by hand")
    return one


@parser
def trying(inner):
    """A generator that catches what went wrong."""
    try:
        return (yield from inner)
    except ParseError as error:
        return str(anew(error))


# Records.


class Kind(enum.Enum):
    ONE, TWO, A = 1, 2, 6


class Flags(enum.IntFlag):
    LOW, HIGH = 1, 2


@wire_class
class Packed:
    kind: Kind = bit(4, Kind)
    flags: Flags = bit(2, Flags)
    on: bool = bit(1, bool)
    rest: int = bit(1, int)


@wire_class
class Wide:
    high: int = bit(3, int)
    kind: Kind = bit(7, Kind)
    low: int = bit(6, int)


@wire_class
class Careful:
    """Bits that are refused."""

    number: int = bit(8, int)

    def __attrs_post_init__(self):
        if self.number == 2:
            raise ValueError("no 2")


@wire_class
class Text:
    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(lambda m: exactly(m.size))


@wire_class
class Sums:
    """Two computed fields, one of which depends on a later one."""

    data: bytes = field(take_while(b"ab", max=2))
    total: int = field(uint8, computed=lambda m: len(m.data) + len(m.more))
    more: bytes = field(until(b";"))

    @property
    def both(self):
        return self.data + self.more


def announced(m):
    size = len(m.data)
    return size if size < 6 else 6 if size < 9 else 7


def turned(data, key):
    """Of the same length, whatever the key is."""
    if key is None:
        return data
    size = len(data)
    return (int.from_bytes(data) ^ int.from_bytes((key * (size + 1))[:size])).to_bytes(size)


class Opcode(enum.IntEnum):
    DATA, CLOSE = 6, 3

    @property
    def control(self):
        return self < Opcode.DATA


def extended(two, three, by, turn=turned, computed=announced):
    """Sizes in as few bytes as they need, most of which cannot be but what is computed."""

    def bytes_of(m):
        turning = functools.partial(turn, key=m.key)
        return exactly(m.more or m.most or m.size).map(turning, turning)

    @wire_class
    class Extended:
        opcode: Opcode = bit(4, Opcode)
        keyed: bool = bit(1, bool, computed=lambda m: m.key is not None)
        size: int = bit(
            3, int, computed=computed, verify=lambda m: not m.opcode.control or m.size < 7
        )
        more: int | None = field(two, when=lambda m: m.size == 6, computed=lambda m: len(m.data))
        most: int | None = field(three, when=lambda m: m.size == 7, computed=lambda m: len(m.data))
        key: bytes | None = field(by, when=lambda m: m.keyed, default=None, kw_only=True)
        data: bytes = field(bytes_of)

    return record(Extended)


#: So that sizes are in the alphabet of random inputs, in more ways than one.
EXTENDED = [
    extended(verify(lambda it: 5 < it < 9, uint8), verify(lambda it: it > 8, uint16), any_byte),
    extended(uint8, verify(lambda it: it > 8, uint8), optional(literal(b"a"))),
    extended(
        verify(lambda it: it > 5, uint8), uint8, any_byte, lambda data, key: data + (key or b"")
    ),
]


def not_a(instance, attribute, given):
    if repr(given).startswith("b'a"):
        raise ValueError("no a")
    key_error(given)


#: Names that code could have for itself.
NAMES = ["data", "pos", "run", "stop", "base", "value", "_end", "source", "emit", "field", "list"]


def record_of(*parts: object, hook: str = "", kind: object = wire_class) -> Parser[object]:
    """Make a record of parsers, or of whatever a field can be made with."""
    made_of = {
        name: part if isinstance(part, type(field(uint8))) else field(part)
        for name, part in zip(NAMES, parts, strict=False)
    }
    space = {**made_of, "__annotations__": dict.fromkeys(made_of, object), "__module__": __name__}
    if hook == "refuses":
        space["__attrs_post_init__"] = lambda self: not_a(self, None, self.data)
    if hook == "computes":
        space["data_of"] = property(lambda self: self.data)
    return record(kind(type("Made", (), space)))


def packet_of(one, other):
    """A packet: bits beside fields, a frame around the rest, and verdicts on the way."""
    return record_of(
        bit(4, Kind),
        bit(3, int, verify=lambda m: key_error(m.pos) != 5, expected="no 5"),
        bit(1, bool),
        field(one, verify=lambda m: picky(m.stop), expected="a picky one"),
        field(other, when=lambda m: m.run, verify=lambda m: m.data is Kind.A),
        field(uint8, frames=True),
        lambda m: next_one(m.stop),
        field(one, when=lambda m: m.run),
        other,
    )


def judged_of(one, other):
    """Verdicts and bits without a frame, and what the class refuses."""
    return record_of(
        field(one, verify=lambda m: not_nothing(m.data)),
        bit(6, int),
        bit(2, always=2),
        field(other, verify=lambda m: value_error(m.stop) and m.pos != 24),
        hook="refuses",
    )


HOOKS = ["", "refuses", "computes"]
KINDS = [wire_class, attrs.define, attrs.frozen, attrs.frozen(slots=False), attrs.mutable]


def validated(one, other):
    """An attrs class with a validator, and with a converter."""

    @attrs.define
    class Checked:
        first: object = attrs.field(metadata=metadata(one), validator=not_a)
        last: object = attrs.field(metadata=metadata(other), converter=value_error, kw_only=True)

    return record(Checked)


def metadata(one):
    return field(one).metadata


def when(one, other):
    """A field that is there or not, and one that depends."""
    return record_of(
        one,
        field(other, when=lambda m: repr(m.data)[-1] not in "0'"),
        lambda m: next_one(m.data),
        field(uint8, when=lambda m: key_error(m.data) and m.pos),
    )


def dependent(one):
    """Fields of whatever their functions make of what was before."""
    return record_of(one, lambda m: below_zero(m.data), lambda m: no_parser(m.pos))


# Grammars that come back to themselves.

SHAPES = [
    lambda whole, one: count_prefixed(uint8, whole),
    lambda whole, one: seq(whole, whole),
    lambda whole, one: seq(one, whole, one),
    lambda whole, one: whole << literal(b";"),
    lambda whole, one: one >> whole,
    lambda whole, one: many(whole) << literal(b";"),
    lambda whole, one: many(whole, min=2, max=2),
    lambda whole, one: many(seq(whole, one), min=1, max=1),
    lambda whole, one: many_until(whole, literal(b";")),
    lambda whole, one: sep_by(whole, literal(b";")),
    record_of,
    lambda whole, one: record_of(one, whole, uint8),
    lambda whole, one: record_of(one, whole, hook="refuses"),
    packet_of,
    lambda whole, one: whole.map(key_error),
    lambda whole, one: try_map(value_error, whole),
    lambda whole, one: try_map(value_error, count_prefixed(uint8, whole)),
    lambda whole, one: verify(not_nothing, whole),
    lambda whole, one: value(7, whole),
    lambda whole, one: skip(whole),
    lambda whole, one: label("in", seq(whole, one)),
    lambda whole, one: optional(whole),
    lambda whole, one: length_prefixed(uint8, whole),
    lambda whole, one: length_prefixed(uint8, many(whole)),
    lambda whole, one: length_prefixed(uint8, seq(one, optional(whole), rest)),
    lambda whole, one: sized(4, seq(whole, rest)),
    lambda whole, one: delimited(b";", seq(optional(whole), rest)),
    lambda whole, one: sep_by(seq(one, whole), literal(b"0"), min=1, max=2) << literal(b";"),
    lambda whole, one: many(seq(whole, whole), max=2) << literal(b";"),
    lambda whole, one: seq(whole, optional(whole), one),
    lambda whole, one: choice(literal(b"a") >> whole << literal(b";"), literal(b"b") >> whole, one),
    lambda whole, one: verify(picky, whole) << literal(b";"),
    lambda whole, one: when(one, whole),
    lambda whole, one: when(uint8, many(whole)),
    lambda whole, one: recognize(whole),
    lambda whole, one: span(whole),
    lambda whole, one: text(recognize(seq(whole, one))),
    lambda whole, one: many(span(choice(literal(b"0"), whole))) << literal(b";"),
    lambda whole, one: raising(whole),
    lambda whole, one: Known(whole),
    lambda whole, one: whole.example(st.just(None)),
    lambda whole, one: many(choice(literal(b"0"), whole)) << literal(b";"),
    lambda whole, one: sep_by(choice(whole, one), literal(b";"), max=3),
    lambda whole, one: count_prefixed(uint8, choice(literal(b"0"), whole)),
    lambda whole, one: count_prefixed(uint8, count_prefixed(uint8, whole)),
    lambda whole, one: many(dispatch(uint8, {48: one, 97: seq(one, whole, one)})) << literal(b";"),
    lambda whole, one: many_until(seq(uint8, optional(whole), one), literal(b";")),
    lambda whole, one: many(when(uint8, many(whole, max=1)), min=1, max=2),
    lambda whole, one: stood_for(whole),
    lambda whole, one: stood_for(seq(one, whole)),
    lambda whole, one: many(stood_for(choice(literal(b"0"), literal(b";") >> whole)), max=3),
    lambda whole, one: many(choice(stood_for(stood_for(whole)), one), max=2) << literal(b";"),
    lambda whole, one: tied(lambda other: choice(literal(b"b") >> whole, literal(b"0") >> other)),
    lambda whole, one: stood_for(
        sep_by(stood_for(choice(one, literal(b"a") >> whole)), literal(b";"), max=2)
    ),
]


def itself(make):
    """Return a forward that stands for what *make* makes of it."""
    whole = forward()
    whole.become(make(whole))
    return whole


def tied(make):
    """Return what *make* makes of a grammar that is not there yet."""
    return itself(make).target


def in_each_other(*makes):
    """Return what the first makes of forwards that stand for what each of them makes of all."""
    some = [forward() for _ in makes]
    for one, make in zip(some, makes, strict=True):
        one.become(make(*some))
    return some[0].target


def stood_for(one):
    """Return a forward that stands for a grammar."""
    return itself(lambda _: one)


def recursive(shapes, one, tree):
    """Tie a grammar to what some *shapes* make of it, *one* being where it ends."""
    return tied(lambda whole: tree([shape(whole, one) for shape in shapes], one))


TREES = [
    lambda parts, one: dispatch(uint8, dict(zip(b"ab01;", [*parts, one], strict=False))),
    lambda parts, one: dispatch(uint8, dict(zip(b"ab01", parts, strict=False)), default=one),
    lambda parts, one: dispatch(one_of(ALPHABET), {b"a": parts[0], b"b": parts[-1], b";": one}),
    lambda parts, one: dispatch(lookahead(uint8), {97: uint8 >> parts[0], 98: one}, default=one),
    lambda parts, one: choice(literal(b"a") >> parts[0], literal(b"b") >> parts[-1], one),
    lambda parts, one: choice(one, literal(b"a") >> parts[0]),
    lambda parts, one: choice(literal(b"a"), literal(b"<") >> parts[0]),
    lambda parts, one: choice(
        literal(b"a") >> parts[0] << literal(b";"),
        literal(b"b") >> parts[-1],
        take_while(b"01", min=1),
    ),
    lambda parts, one: record_of(uint8, seq(literal(b"a"), optional(parts[0]))),
    lambda parts, one: label("tree", choice(literal(b"ab") >> parts[0], literal(b"a"))),
]


def family(make):
    """Tags that differ in a number only: written once for all."""
    return lambda one: dispatch(uint8, {97 + n: make(n, one) for n in range(5)} | {48: one})


# All of them.

TOKENS = st.one_of(
    st.sampled_from(
        [
            bits(Packed),
            bits(Wide),
            bits(Careful),
            record(Text),
            record(Sums),
            *EXTENDED,
            Counted(2),
            int8,
            int16,
            int32le,
            uint32,
            float32,
            struct_unpack("<bxH"),
            struct_unpack("2s?"),
            line(max=3),
            fail("nothing"),
            success(None),
            success([]),
            decimal,
            integer(16, digits=2, signed=True),
            until(b"\r\n", include=True, max=5),
            take_while(bytes(range(256)), max=3),
            text(exactly(2), "utf-16"),
            mqtt_varint,
        ]
    ),
)

WRAPPERS = [
    lambda one: one.map(key_error),
    lambda one: one.map(parse_error),
    lambda one: one.map(value_error),
    lambda one: one.map(stop_iteration),
    lambda one: try_map(value_error, one),
    lambda one: try_map(parse_error, one),
    lambda one: verify(picky, one, "a picky one"),
    lambda one: one.bind(next_one),
    lambda one: one.bind(no_parser),
    lambda one: one.bind(below_zero),
    text,
    lambda one: label("pos", one),
    lambda one: label("", one),
    lambda one: value([], one),
    lambda one: one << commit,
    lambda one: one.example(st.just(None)),
    lambda one: checksummed(one, zlib.crc32, uint32),
    lambda one: checksummed(one, lambda data: data[:1], exactly(1)),
    lambda one: checksummed(one, key_error, exactly(1)),
    lambda one: length_prefixed(one, rest),
    lambda one: length_prefixed(decimal << literal(b";"), one),
    lambda one: length_prefixed(mqtt_varint, one),
    lambda one: sized(0, one),
    lambda one: sized(5, one),
    lambda one: many(one, min=2, max=2),
    lambda one: many(one, min=1),
    lambda one: many(one, max=0),
    lambda one: many(one, max=3),
    stood_for,
    lambda one: sep_by(one, literal(b";"), max=2),
    lambda one: sep_by(optional(one), literal(b";"), min=1),
    lambda one: seq(many(uint8.verify(lambda n: 96 < n < 98)), one),
    lambda one: choice(uint16.verify(lambda n: n < 0x6161), one),
    lambda one: seq(optional(literal(b"ab") >> one), optional(literal(b"a") >> one), any_byte),
    lambda one: choice(literal(b"ab") >> one, literal(b"a;"), literal(b"a") >> exactly(2)),
    lambda one: not_followed_by(literal(b"ab")) >> one,
    lambda one: lookahead(exactly(2)) >> one,
    lambda one: lookahead(many(one_of(b"ab"))) >> one,
    lambda one: dispatch(lookahead(any_byte), {b"a": one, b"b": until(b";")}),
    lambda one: dispatch(one, {b"a": uint8, 0: uint16, 1: rest}, default=success(7)),
    lambda one: dispatch(one, {b"a": uint8, 2: any_byte, None: success(3)}),
    lambda one: dispatch(uint8, {n: success(n) for n in range(6)} | {97: one}),
    lambda one: dispatch(uint8, {Kind.ONE: success(1), 1.0: one, 97: one}),
    lambda one: dispatch(bits(Packed), {Packed(Kind.A, Flags.LOW, False, 0): one}, default=one),
    lambda one: many(dispatch(uint8, {97: one, 98: success(None)})),
    lambda one: choice(literal(b"abc"), literal(b"ab;"), literal(b"abc"), one),
    lambda one: choice(seq(one, literal(b";")), seq(one, literal(b"\n")), any_byte),
    lambda one: choice(until(b";") >> one, until(b"a"), any_byte),
    lambda one: choice(until(b";") << literal(b"a"), seq(take_while(b"ab"), one, uint8), one),
    lambda one: choice(verify(picky, until(b";")), try_map(value_error, until(b"a")), one),
    lambda one: many(choice(seq(take_while(b"ab", min=1), one), take_while(b"ab;", min=1))),
    lambda one: seq(many(seq(one, literal(b";"))), optional(seq(one, literal(b"a"))), one),
    family(sized),
    family(lambda n, one: sized(4 - n, one)),
    family(lambda n, one: many(one, min=n, max=n)),
    family(lambda n, one: try_map(value_error, sized(n, one))),
    Twice,
    Known,
    raising,
    trying,
    dependent,
    lambda one: record_of(one, one),
    lambda one: record_of(one, hook="refuses"),
    lambda one: record_of(uint8, one, uint16, kind=attrs.frozen(slots=False)),
]

PAIRS = [
    when,
    validated,
    packet_of,
    judged_of,
    lambda one, other: choice(literal(b"a") >> one, literal(b"b") >> other),
    lambda one, other: choice(one << commit, other),
    lambda one, other: many(one) << other,
    lambda one, other: choice(seq(one, other), seq(one, literal(b";")), other),
    lambda one, other: choice(seq(until(b";"), choice(seq(one, other), one), one), other),
    lambda one, other: sized(4, choice(seq(one, sized(1, other), one), seq(one, other), rest)),
    lambda one, other: seq(literal(b"a"), uint8, one, exactly(1), uint16, other),
]


def wrapped(children):
    return st.one_of(
        known.wrapped(children),
        st.builds(made, st.sampled_from(WRAPPERS), children),
        st.builds(made, st.sampled_from(PAIRS), children, children),
        st.builds(
            lambda shapes, one, tree: made(recursive, shapes, one, tree),
            st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4),
            children,
            st.sampled_from(TREES),
        ),
        st.builds(
            lambda parts, hook, kind: made(
                lambda *parts: record_of(*parts, hook=hook, kind=kind), *parts
            ),
            st.lists(children, min_size=1, max_size=4),
            st.sampled_from(HOOKS),
            st.sampled_from(KINDS),
        ),
    )


grammars = st.recursive(st.one_of(known.TOKENS, TOKENS), wrapped, max_leaves=8)

NIGHTLY = settings().max_examples >= 1000
#: In how many ways each input is cut, apart from whole and byte by byte.
CUTS = 30 if NIGHTLY else 6


def near(name, most):
    """A bound that small inputs meet, or the usual one: then another bound is met."""
    return st.one_of(st.integers(0, most), st.just(getattr(DEFAULT_LIMITS, name)))


MOST = {"max_buffered": 24, "max_depth": 6, "max_items": 4, "max_digits": 4, "max_backtrack": 24}
small = st.builds(Limits, **{name: near(name, most) for name, most in MOST.items()})


@st.composite
def inputs(draw, grammar):
    """Bytes that fit, that nearly fit, or any."""
    how = draw(st.sampled_from(["wire", "some", "mutated", "values", "raw"]))
    # What a user's function raises, it raises there too.
    with contextlib.suppress(RuntimeError, ValueError, KeyError, TypeError, StopIteration):
        if how == "wire":
            return draw(wire(grammar)) + draw(st.one_of(st.just(b""), wire(grammar), raw))
        if how == "some":
            return b"".join(draw(st.lists(wire(grammar), min_size=2, max_size=4)))
        if how == "mutated":
            return draw(mutated(grammar)) + draw(st.one_of(st.just(b""), wire(grammar)))
        if how == "values":
            return grammar.build(draw(values(grammar))) * draw(st.integers(1, 3))
    return draw(raw)


@st.composite
def cases(draw):
    grammar = draw(grammars)
    data = draw(inputs(grammar))
    limits = draw(st.one_of(st.just(Limits()), small))
    seed = draw(st.integers(0, 1000))
    cuts, built = ways_to_cut(data, seed), draw(values_of(grammar, Random(seed)))
    return Case(grammar, data, cuts, limits, apart=seed % 2 == 1, values=built)


@st.composite
def values_of(draw, grammar, random):
    """A value of the grammar, one that is nearly it, and one that is none."""
    with contextlib.suppress(RuntimeError, ValueError, KeyError, TypeError, StopIteration):
        value = draw(values(grammar))
        return [value, bent(value, random), None]
    return []


def ways_to_cut(data: bytes, seed: int) -> list[list[bytes]]:
    """Whole, byte by byte, at some places and at random."""
    whole, bytewise, *others = chunkings(data[:60], every=False, seed=seed)
    return [whole, bytewise, *Random(seed).sample(others, min(len(others), CUTS))]
