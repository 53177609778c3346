"""A grammar out of bytes: each byte chooses a combinator or one of its arguments.

No bytes are left: the choices are zeros, which are leaves.  So every input is
some grammar, and a small change of the input a small change of the grammar.
"""

import contextlib
import functools
import zlib

from ohneio import (
    BuildError,
    ParseError,
    Parser,
    UsageError,
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
    eof,
    exactly,
    fail,
    field,
    float32,
    forward,
    hexadecimal,
    int8,
    integer,
    leb128,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    mqtt_varint,
    none_of,
    not_followed_by,
    one_of,
    optional,
    parser,
    quic_varint,
    recognize,
    record,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    sleb128,
    span,
    struct_unpack,
    success,
    take_while,
    text,
    uint8,
    uint16,
    uint16le,
    until,
    wire,
    zigzag,
)

#: How deep a grammar may nest, and how many nodes it may have.
DEPTH, NODES = 5, 24
DELIMITERS = [b"a", b"\n", b"ab", b"aa", b"\r\n", b"aab", b"\x00\x00"]
SETS = [b"a", b"ab", b"0123456789", bytes(range(128)), bytes(range(256))]


class Source:
    """The bytes, taken from the front, and zeros behind them."""

    def __init__(self, data: bytes, records: bool) -> None:
        self.data, self.at, self.nodes, self.records = data, 0, 0, records
        self.open: list[Parser[object]] = []

    def number(self, below: int) -> int:
        byte = self.data[self.at] if self.at < len(self.data) else 0
        self.at += 1
        return byte % below

    def one_of(self, choices):
        return choices[self.number(len(choices))]


def grammar_and_input(data: bytes) -> tuple[Parser[object], bytes]:
    """Split *data* by its first byte: the bytes of a grammar, and those for it to parse."""
    size = data[0] % 48 if data else 0
    return grammar_of(data[1 : 1 + size], data[:1] >= b"\x80"), data[1 + size :]


@functools.lru_cache(maxsize=10_000)
def grammar_of(data: bytes, records: bool = False) -> Parser[object]:
    """Make a grammar once, for many inputs: to know its facts takes longer than to parse."""
    made = grammar(Source(data, records), DEPTH)
    try:
        made.parse_prefix(b"")
    except UsageError:
        return fail("refused")  # on first use: an endless loop through a recursion, say
    except ParseError:
        pass
    return made


def grammar(source: Source, depth: int) -> Parser[object]:
    """Make a grammar; what may not be put together becomes a leaf."""
    source.nodes += 1
    if depth == 0 or source.nodes > NODES or source.number(4) == 0:
        return leaf(source)
    make = source.one_of([*NODES_OF, *RECORDS] if source.records else NODES_OF)
    with contextlib.suppress(UsageError):  # an endless loop, say: refused when it is made
        made = make(source, lambda: grammar(source, depth - 1))
        if not source.open:  # inside a recursion little is known yet, and nothing remembered
            made.facts  # noqa: B018  # some are refused on first use
        return made
    return leaf(source)


def leaf(source: Source) -> Parser[object]:
    if source.open and source.number(3) == 1:
        return source.one_of(source.open)
    return source.one_of(LEAVES)(source)


def packed(source: Source) -> Parser[object]:
    """Bits alone, of a class of their own."""
    width = 1 + source.number(7)
    low = bit(width, always=source.number(1 << width)) if source.number(2) else bit(width, int)
    return bits(wire(type("Packed", (), {"high": bit(8 - width, int), "low": low})))


LEAVES = [
    lambda s: literal(s.one_of(DELIMITERS)),
    lambda s: exactly(s.number(4)),
    lambda s: until(s.one_of(DELIMITERS), include=bool(s.number(2)), max=s.one_of([1000, 3])),
    lambda s: one_of(s.one_of(SETS)),
    lambda s: none_of(s.one_of(SETS[:3])),
    lambda s: take_while(s.one_of(SETS), min=s.number(3), max=2 + s.number(8)),
    lambda s: s.one_of([any_byte, rest, line, eof, commit, decimal, hexadecimal, float32]),
    lambda s: s.one_of([uint8, uint16, uint16le, int8, leb128, sleb128, zigzag]),
    lambda s: s.one_of([quic_varint, mqtt_varint, struct_unpack(">Bh"), struct_unpack("<H2s")]),
    lambda s: integer(base=s.one_of([2, 10, 16]), signed=bool(s.number(2)), digits=s.number(3)),
    lambda s: s.one_of([success(None), success(7), fail("no")]),
]


def length(source: Source) -> Parser[int]:
    return source.one_of([uint8, int8, mqtt_varint, decimal << literal(b":"), uint16le, leb128])


def recursive(source: Source, child) -> Parser[object]:
    whole = forward()
    source.open.append(whole)
    try:
        body = child()
    finally:
        source.open.remove(whole)
    return whole.become(choice(literal(b"("), literal(b"[")) >> body)


def tagged(source: Source, child) -> Parser[object]:
    branches = {tag: child() for tag in range(1 + source.number(3))}
    return dispatch(uint8, branches, default=child() if source.number(2) else None)


@parser
def both(first: Parser[object], second: Parser[object]):
    """A generator, which builds too."""
    one = yield from first.of(lambda pair: part(pair, 0))
    other = yield from second.of(lambda pair: part(pair, 1))
    return one, other


def recorded(source: Source, child) -> Parser[object]:
    """A record: some bits perhaps, and fields that depend on them or on each other."""
    fields: dict[str, object] = {}
    if source.number(2):
        fields["flag"] = bit(1, bool)
        fields["always"] = bit(3, always=source.number(8))
        fields["low"] = bit(4, int, verify=lambda it: it.low < 9, expected="a low number")
    for number in range(1 + source.number(3)):
        fields |= more_fields(source, child, number, fields)
    return record(wire(type("Made", (), fields)))


def more_fields(source: Source, child, number: int, fields: dict[str, object]):
    """Make a field, or two of which one depends on the other."""
    name, kind = f"field{number}", source.number(6)
    if kind == 1 and "flag" in fields:
        return {name: field(child(), when=lambda it: it.flag)}
    if kind == 2 and "framed" not in fields:
        return {"framed": field(length(source), frames=True), name: field(child())}
    if kind == 3:
        size = field(length(source), computed=lambda it: len(getattr(it, name)))
        return {
            f"size{number}": size,
            name: field(lambda it: exactly(getattr(it, f"size{number}") % 99)),
        }
    if kind == 4:
        return {name: field(child(), verify=lambda it: getattr(it, name) != b"a")}
    return {name: field(child())}


def part(pair: object, at: int) -> object:
    """A part of a pair; in a choice any value may come, and what `.of` raises is its user's."""
    if isinstance(pair, tuple) and len(pair) == 2:
        return pair[at]
    raise BuildError("expected a pair")


def reversed_bytes(value: object) -> object:
    return value[::-1] if isinstance(value, bytes) else value


NODES_OF = [
    lambda s, child: seq(*[child() for _ in range(2 + s.number(2))]),
    lambda s, child: child() >> child(),
    lambda s, child: child() << child(),
    lambda s, child: choice(*[child() for _ in range(2 + s.number(2))]),
    lambda s, child: optional(child(), default=s.one_of([None, b"a"])),
    lambda s, child: lookahead(child()),
    lambda s, child: not_followed_by(child()),
    lambda s, child: many(child(), min=s.number(3), max=2 + s.number(6)),
    lambda s, child: many(child()),
    lambda s, child: sep_by(child(), child(), min=s.number(2)),
    lambda s, child: many_until(child(), child()),
    lambda s, child: skip(child()),
    lambda s, child: length_prefixed(length(s), child()),
    lambda s, child: count_prefixed(length(s), child()),
    lambda s, child: sized(s.number(6), child()),
    lambda s, child: delimited(s.one_of(DELIMITERS), child()),
    lambda s, child: checksummed(child(), zlib.crc32),
    lambda s, child: checksummed(child(), lambda data: sum(data) % 4, uint8),
    lambda s, child: child().map(reversed_bytes, reversed_bytes),
    lambda s, child: child().verify(lambda value: value != b"a", "something else"),
    lambda s, child: child().value(s.one_of([0, None])),
    lambda s, child: child().label("here"),
    lambda s, child: recognize(child()),
    lambda s, child: span(child()),
    lambda s, child: text(recognize(child())),
    lambda s, child: length(s).bind(lambda size: exactly(size % 5), len),
    recursive,
    tagged,
    lambda s, child: both(child(), child()),
]

#: Only if the first byte says so: the others' numbers stay what they were.
RECORDS = [recorded, lambda source, _: packed(source)] * 3
