"""What a parser builds, by the type of the value: what is certain, and what is not."""

import enum
import zlib

import pytest

from ohneio import (
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
    float64,
    forward,
    label,
    leb128,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    not_followed_by,
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
    struct_unpack,
    success,
    take_while,
    text,
    uint8,
    until,
    value,
    wire,
)
from ohneio.staging._build_taken import (
    ANYTHING,
    KNOWN,
    NOTHING_TAKEN,
    Taken,
    in_vain,
    pieces,
    taken,
)
from tests.staging.building import outcome
from tests.staging.differing import unstaged


class Kind(enum.Enum):
    A = "a"


@wire
class One:
    n: int = field(uint8)


@wire
class Bits:
    n: int = bit(8, int)


class Own(type(exactly(1))):
    """A class that is nearly ours."""


@parser
def by_hand():
    return (yield from uint8.of(lambda it: it))


def of(kind, *others):
    return Taken({kind: ANYTHING}, frozenset({kind, *others}))


def given(one, *others):
    return Taken({type(one): one}, frozenset({type(one), *others}))


OF_ONE = Taken({One: ANYTHING}, frozenset({One}), alone=True)

#: A parser, and what is known of what it builds.
TAKEN = {
    "exactly": (exactly(1), of(bytes)),
    "until": (until(b";"), of(bytes)),
    "until, bounded": (until(b";", max=3), of(bytes)),
    "any_byte": (any_byte, of(bytes)),
    "take_while": (take_while(b"a"), of(bytes)),
    "line": (line, of(bytes)),
    "rest": (rest, of(bytes)),
    "recognize": (recognize(uint8), of(bytes)),
    "literal": (literal(b"a"), given(b"a")),
    "float32": (float32, of(float, int, bool)),
    "float64": (float64, of(float, int, bool)),
    "uint8": (uint8, of(int, bool)),
    "decimal": (decimal, of(int, bool)),
    "leb128": (leb128, of(int, bool)),
    "quic_varint": (quic_varint, of(int, bool)),
    "struct_unpack": (struct_unpack("B"), of(tuple)),
    "seq": (seq(uint8), of(tuple)),
    "many": (many(uint8), of(list)),
    "sep_by": (sep_by(uint8, literal(b",")), of(list)),
    "many_until": (many_until(uint8, literal(b"\0")), of(list)),
    "count_prefixed": (count_prefixed(uint8, uint8), of(list)),
    "text": (text(rest), of(str)),
    "record": (record(One), OF_ONE),
    "bits": (bits(Bits), Taken({Bits: ANYTHING}, frozenset({Bits}), alone=True)),
    "skip": (skip(uint8), given(None)),
    "eof": (eof, given(None)),
    "commit": (commit, given(None)),
    "not_followed_by": (not_followed_by(uint8), given(None)),
    "a number": (value(7, literal(b"a")), given(7, bool, float)),
    "a truth value": (success(True), given(True, int, float)),
    "a float": (success(1.5), Taken({}, frozenset({int, bool, float}))),
    "a word": (success("a"), given("a")),
    "a list": (success([]), Taken({}, frozenset({list}))),
    "a member of an enum": (success(Kind.A), None),
    "label": (label("l", uint8), of(int, bool)),
    "example": (uint8.example(None), of(int, bool)),
    "verify": (uint8.verify(bool), of(int, bool)),
    "sized": (sized(1, uint8), of(int, bool)),
    "delimited": (delimited(b";", many(uint8)), of(list)),
    "checksummed": (checksummed(rest, zlib.crc32), of(bytes)),
    "length_prefixed": (length_prefixed(uint8, seq(uint8)), of(tuple)),
    "behind what is always the same": (literal(b"a") >> uint8, of(int, bool)),
    "before what is always the same": (uint8 << literal(b"a"), of(int, bool)),
    "behind what may refuse": (literal(b"a").verify(bool) >> uint8, None),
    "before what has a choice": (uint8 << any_byte, None),
    "map": (uint8.map(bool, int), None),
    "map without an inverse": (uint8.map(bool), NOTHING_TAKEN),
    "try_map without an inverse": (uint8.try_map(bool), NOTHING_TAKEN),
    "bind without an inverse": (uint8.bind(exactly), NOTHING_TAKEN),
    "fail": (fail("no"), NOTHING_TAKEN),
    "choice": (
        choice(literal(b"a"), uint8),
        Taken({bytes: ANYTHING, int: ANYTHING}, frozenset({bytes, int, bool})),
    ),
    "choice of records": (choice(record(One), fail("no")), OF_ONE),
    "choice of what nobody knows": (choice(uint8, by_hand), None),
    "optional": (
        optional(uint8),
        Taken({type(None): ANYTHING, int: ANYTHING}, frozenset({type(None), int, bool})),
    ),
    "dispatch": (dispatch(uint8, {1: record(One)}, default=fail("no")), OF_ONE),
    "dispatch without a default": (dispatch(uint8, {1: uint8}), of(int, bool)),
    "dispatch by what nobody knows": (dispatch(by_hand, {1: uint8}), None),
    "lookahead": (lookahead(uint8), None),
    "a forward": (forward(), None),
    "by hand": (by_hand, None),
    "a subclass": (Own(1), None),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_known_of_a_parser(name):
    """Which types it is sure to build, and which it is not certain to refuse."""
    node, known = TAKEN[name]
    assert taken(node) == known


SAMPLES = [
    None, True, False, 0, 7, 97, 0.0, 1.5, 7.0, b"", b"a", b"ab", "", "a",
    [], [1], (), (1,), {}, One(1), Bits(1), Kind.A, object(),
]  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_certain_to_be_refused_is_refused(name):
    """No value of a type that is not listed is built by the nodes."""
    node, known = TAKEN[name]
    if known is None:
        return
    for one in SAMPLES:
        unknown = type(one) not in KNOWN and not known.alone
        if type(one) in known.maybe or unknown:
            continue
        with unstaged(node):
            assert not isinstance(outcome(node, one), bytes), one


def test_what_is_put_before_a_type_is_refused():
    """A branch counts each piece, as often as the nodes could put it anew."""
    assert in_vain(uint8) == in_vain(seq(literal(b"a"), uint8)) == 0
    behind = literal(b"a") >> uint8
    assert in_vain(behind) == pieces(literal(b"a"), b"a") == 1
    wrapped = optional(length_prefixed(uint8, label("l", behind << literal(b";"))))
    assert in_vain(wrapped) == 1
    assert in_vain(choice(behind, behind, uint8)) == 2
    assert in_vain(dispatch(uint8, {1: behind, 2: uint8})) == 3
    assert in_vain(dispatch(uint8, {1: behind}, default=behind)) == 4


def test_what_is_put_in_pieces_counts_as_many_as_it_can_be():
    """Each node could put its own, for each byte."""
    dropped = seq(literal(b"a"), literal(b"b"))
    assert pieces(dropped, (b"a", b"b")) == 3 * (1 + 2)
    assert pieces(seq(by_hand), (1,)) == 2
