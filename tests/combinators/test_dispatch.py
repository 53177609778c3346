"""One branch of many, by a tag in front."""

import enum
import pickle

import pytest

from ohneio import (
    BuildError,
    LimitExceeded,
    ParseError,
    UsageError,
    any_byte,
    bit,
    bits,
    checksummed,
    delimited,
    dispatch,
    exactly,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    one_of,
    optional,
    record,
    rest,
    seq,
    sized,
    success,
    text,
    uint8,
    uint16,
    until,
    verify,
    wire,
)
from tests.combinators.cuts import failed, given, told


class Kind(enum.IntEnum):
    """What there is."""

    POINT = 1
    LINE = 2
    CLOUD = 3


@wire
class Point:
    x: int = field(uint8)


@wire
class Line:
    x: int = field(uint8)
    y: int = field(uint8)


@wire
class Bit:
    high: int = bit(4)
    low: int = bit(4)


def summed(data: bytes) -> int:
    return sum(data) % 256


def kind_of(value: object) -> Kind:
    """The tag of a shape."""
    return Kind.POINT if isinstance(value, Point) else Kind.LINE


def length_of(value: bytes) -> int:
    return len(value)


kind = uint8.try_map(Kind, int)
shapes = dispatch(kind, {Kind.POINT: record(Point), Kind.LINE: record(Line)})
plain = dispatch(uint8, {1: uint8, 2: uint16, 3: exactly(2)})
ALL = [plain, shapes, dispatch(any_byte, {b"+": rest}, default=exactly(1), key=length_of)]


# Parsing.


def test_the_tag_chooses_the_branch():
    """Its value is the branch's; the tag is dropped, and nothing behind is waited for."""
    assert given(plain, b"\1\2\3") == (2, b"\3", 2)
    assert given(plain, b"\2\1\2x") == (258, b"x", 3)
    assert given(shapes, b"\2ab") == (Line(97, 98), b"", 3)


def test_no_other_branch_is_tried():
    """The tag has decided: a failure of its branch is the failure."""
    assert failed(dispatch(uint8, {1: literal(b"a"), 2: literal(b"b")}), b"\1b") == (
        'expected b"a" at offset 1, found b"b"', 1, 2,
    )  # fmt: skip
    assert failed(plain, b"\2a") == ("need 1 more byte at offset 2 when the input ended", 1, None)


def test_a_tag_that_is_looked_at_is_taken_by_the_branch():
    """`lookahead` keeps it."""
    seen = dispatch(lookahead(any_byte), {b"+": until(b";"), b"-": exactly(2)})

    assert given(seen, b"+1;") == (b"+1", b"", 3)
    assert given(seen, b"-1;") == (b"-1", b";", 2)
    assert failed(seen, b"*1;") == ('expected b"+" or b"-" at offset 0, found b"*"', 0, 1)


def test_an_unknown_tag_is_a_mismatch_at_its_first_byte():
    """It lists the tags there are."""
    outcome = told(literal(b"<") >> dispatch(uint16, {1: rest, 258: rest}), b"<\2\3")

    assert type(outcome.error) is ParseError
    assert str(outcome.error) == 'expected 1 or 258 at offset 1, found b"\\x02\\x03"'
    assert (outcome.error.found, outcome.consumed, outcome.after) == (b"\2\3", 1, 3)


@pytest.mark.parametrize(
    ("tag", "keys", "data", "shown"),
    [
        (any_byte, [b"+", b"-"], b"*", 'b"+" or b"-"'),
        (text(exactly(1)), ["a", "b"], b"c", "'a' or 'b'"),
        (kind, [Kind.POINT, Kind.LINE], b"\3", "Kind.POINT or Kind.LINE"),
        (seq(uint8, uint8), [(1, 2)], b"\1\1", "(1, 2)"),
        (uint8, range(1, 15), b"\0", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 or one of 2 others"),
    ],
)
def test_tags_are_listed_readably(tag, keys, data, shown):
    """As they stand in a program, and not too many of them."""
    assert failed(dispatch(tag, dict.fromkeys(keys, rest)), data)[0].startswith(
        f"expected {shown} at"
    )


def test_an_unknown_tag_makes_the_next_alternative_be_tried():
    """It is a failure to match; both expectations are told."""
    either = dispatch(any_byte, {b"+": exactly(1)}) | literal(b"-")

    assert given(either, b"-1") == (b"-", b"1", 1)
    assert failed(either, b"*1") == ('expected b"+" or b"-" at offset 0, found b"*"', 0, 1)


def test_the_default_takes_all_other_tags():
    """It begins behind the tag, too."""
    either = dispatch(uint8, {1: uint8}, default=exactly(2))

    assert given(either, b"\1ab") == (97, b"b", 2)
    assert given(either, b"\5ab") == (b"ab", b"", 3)


def test_a_tag_is_kept_until_it_has_decided():
    """It is bounded as whatever is kept, and commit in it does no harm."""
    outcome = told(dispatch(seq(uint8, uint8), {(1, 2): rest}), b"\1\2", max_buffered=1)

    assert type(outcome.error) is LimitExceeded


def test_a_tag_that_cannot_be_hashed_is_misuse():
    """The grammar is wrong, whatever the bytes are."""
    with pytest.raises(UsageError, match=r"many\(uint8\) gives list, which is no tag"):
        dispatch(many(uint8), {1: rest}).parse(b"")


# Building.


def test_building_picks_the_branch_by_class():
    """Where the branches are records, in whatever they are wrapped."""
    assert shapes.build(Line(1, 2)) == b"\2\1\2"
    wrapped = dispatch(
        uint8,
        {
            1: label("point", length_prefixed(uint8, record(Point))),
            2: verify(bool, sized(2, record(Line))),
            3: literal(b"<") >> bits(Bit) << literal(b">"),
        },
    )
    for value, data in ((Point(1), b"\1\1\1"), (Line(1, 2), b"\2\1\2"), (Bit(1, 2), b"\3<\x12>")):
        assert wrapped.build(value) == data
        assert given(wrapped, data)[0] == value


def test_the_frames_of_a_record_do_not_hide_its_class():
    """None of them changes the value."""
    for make in (
        lambda one: delimited(b";", one),
        lambda one: checksummed(one, summed, uint8),
        lambda one: one.example(None),
    ):
        framed = dispatch(uint8, {1: make(record(Line)), 2: make(record(Point))})
        with pytest.raises(BuildError, match="expected Line or Point, not 5"):
            framed.build(5)
        assert framed.parse(framed.build(Point(1))) == Point(1)


def test_an_error_in_the_branch_of_the_class_is_told_as_it_is():
    """No other branch has a say."""
    with pytest.raises(BuildError) as caught:
        shapes.build(Line(1, 256))

    assert str(caught.value) == "y: expected a number from 0 to 255, not 256"


def test_a_class_that_no_branch_has_is_a_build_error():
    """It names those there are."""
    with pytest.raises(BuildError, match="expected Point or Line, not 5"):
        shapes.build(5)


def test_several_tags_of_one_class_are_tried_in_order():
    """So are branches whose class nobody knows, if none is known to be the one."""
    two = dispatch(uint8, {1: sized(2, record(Point)), 2: sized(1, record(Point))})
    mixed = dispatch(uint8, {1: record(Point), 2: uint8, 3: until(b";")})

    assert two.build(Point(1)) == b"\2\1"
    assert mixed.build(b"a") == b"\3a;"
    assert mixed.build(Point(9)) == b"\1\x09"


def test_building_picks_the_first_branch_that_can():
    """And says why none could."""
    assert plain.build(7) == b"\1\7"
    assert plain.build(256) == b"\2\1\0"
    assert plain.build(b"ab") == b"\3ab"
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not 'x'; or "):
        plain.build("x")


def test_building_picks_the_branch_by_key():
    """Whatever the classes are; a tag that has no branch is a BuildError."""
    sizes = dispatch(uint8, {2: exactly(2), 3: rest}, key=length_of)

    assert sizes.build(b"abc") == b"\3abc"
    assert sizes.build(b"ab") == b"\2ab"
    with pytest.raises(BuildError, match="expected a value whose tag is 2 or 3, not 1"):
        sizes.build(b"a")
    assert dispatch(kind, dict(shapes.branches), key=kind_of).build(Point(1)) == b"\1\1"


@pytest.mark.parametrize("key", [length_of, lambda value: [value]])
def test_a_value_that_has_no_tag_is_a_build_error(key):
    """What `key` cannot take, or what cannot be a tag."""
    with pytest.raises(BuildError, match="TypeError"):
        dispatch(uint8, {1: uint8}, key=key).build(5)


def test_a_default_is_built_with_the_tag_of_its_key():
    """Without a key its tag is lost, and must be buildable from nothing."""
    keyed = dispatch(uint8, {1: uint8}, default=rest, key=lambda value: 1 if value == 4 else 9)
    seen = dispatch(lookahead(any_byte), {b"+": literal(b"+1")}, default=exactly(2))

    assert keyed.build(4) == b"\1\4"
    assert keyed.build(b"ab") == b"\x09ab"
    assert seen.build(b"-1") == b"-1"
    with pytest.raises(BuildError, match="uint8 cannot build from nothing"):
        dispatch(uint8, {1: uint8}, default=rest).build(b"ab")
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        dispatch(lookahead(any_byte), {b"+": uint8}, default=exactly(2)).build(b"+1")


def test_a_dispatch_builds_from_nothing_if_a_branch_does():
    """The first of them, with its tag."""
    silent = dispatch(uint8, {1: uint8, 2: literal(b"b"), 3: literal(b"c")})

    assert (silent >> uint8).build(1) == b"\2b\1"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        (plain >> uint8).build(1)


# As data.


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_a_dispatch_is_data(grammar):
    """It pickles, hashes and compares; its branches cannot be changed from outside."""
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)


def test_the_branches_are_copied():
    """Who changes the dict afterwards changes nothing."""
    branches = {1: uint8}
    grammar = dispatch(uint8, branches)
    branches[2] = uint8

    assert grammar.branches == ((1, uint8),)


def test_its_repr_is_the_expression_that_made_it():
    """Names of functions and members of enumerations included."""
    assert [repr(one) for one in ALL] == [
        "dispatch(uint8, {1: uint8, 2: uint16, 3: exactly(2)})",
        "dispatch(try_map(Kind, uint8, int), {Kind.POINT: record(Point), Kind.LINE: record(Line)})",
        "dispatch(any_byte, {b'+': rest}, default=exactly(1), key=length_of)",
    ]


def test_the_tree_is_open():
    """The tag, the branches and the default can be walked."""
    assert ALL[0].children() == (uint8, uint8, uint16, exactly(2))
    assert ALL[2].children() == (any_byte, rest, exactly(1))


def test_misuse_is_found_at_once():
    """No branch, or one that is no parser."""
    for wrong in (
        lambda: dispatch(uint8, {}),
        lambda: dispatch(uint8, {1: b"x"}),
        lambda: dispatch(1, {1: rest}),
        lambda: dispatch(uint8, {1: rest}, default=b"x"),
    ):
        with pytest.raises(UsageError):
            wrong()


# What is known beforehand.


def test_its_facts_are_those_of_the_tag_and_any_branch():
    """The tag tells the branches apart, whatever they begin with."""
    facts = plain.facts

    assert (facts.least, facts.greatest, facts.nullable) == (2, 3, False)
    assert facts.first == frozenset({1, 2, 3})
    assert all([facts.unambiguous, facts.buildable, facts.self_delimiting])
    assert facts.canonical is None
    assert dispatch(any_byte, {b"+": rest}).facts.first == frozenset(b"+")
    assert dispatch(any_byte, {b"+": rest}, default=rest).facts.first == any_byte.facts.first
    assert dispatch(one_of(b"+-"), {b"+": rest, b"*": rest}).facts.first == frozenset(b"+")
    assert shapes.facts.first == kind.facts.first


def test_it_is_canonical_where_each_branch_has_a_class():
    """Then a value has one tag."""
    by_class = {1: record(Point), 2: record(Line)}

    assert dispatch(uint8, by_class).facts.canonical
    assert dispatch(uint8, {**by_class, 3: record(Point)}).facts.canonical is None
    assert dispatch(uint8, by_class, default=bits(Bit)).facts.canonical is None


def test_whether_it_builds_depends_on_the_tag_of_the_default():
    """Which is lost without a key."""
    assert dispatch(uint8, {1: rest}, default=rest).facts.buildable is None
    assert dispatch(uint8, {1: rest}, default=rest, key=length_of).facts.buildable
    assert dispatch(lookahead(uint8), {1: rest}, default=rest).facts.buildable
    assert dispatch(uint8, {1: rest.map(len)}, default=rest.map(len)).facts.buildable is False


def test_a_branch_may_be_the_grammar_itself():
    """Behind a tag that takes a byte; else it would begin with itself."""
    tree = forward()
    tree.become(dispatch(uint8, {0: success(()), 1: seq(uint8, tree)}))

    assert given(tree, b"\1\5\1\6\0x") == ((5, (6, ())), b"x", 5)
    assert tree.build((5, (6, ()))) == b"\1\5\1\6\0"
    with pytest.raises(UsageError, match="left recursion"):
        (loop := forward()).become(dispatch(lookahead(uint8), {1: loop}, default=uint8))
    with pytest.raises(UsageError, match="left recursion"):
        (loop := forward()).become(dispatch(optional(uint8), {1: uint8}, default=loop))
