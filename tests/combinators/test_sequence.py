"""One parser after the other: `seq`, `>>` and `<<`."""

import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    ParseError,
    UsageError,
    any_byte,
    exactly,
    fail,
    label,
    literal,
    many,
    one_of,
    optional,
    recognize,
    rest,
    seq,
    success,
    take_while,
    uint8,
    until,
)
from ohneio.combinators._sequence import Before, Seq, Then
from tests.combinators.cuts import failed, given, told

AB, CD = literal(b"ab"), literal(b"cd")
ALL = [seq(), seq(AB), seq(AB, uint8, until(b";")), AB >> uint8, uint8 << AB, AB >> uint8 << CD]


def test_seq_gives_the_tuple_of_all_values():
    """In order, one for each part, and leaves what is behind."""
    assert given(seq(AB, uint8, until(b";")), b"ab\x07x;yz") == ((b"ab", 7, b"x"), b"yz", 5)


def test_seq_without_parts_succeeds_at_once():
    """The empty tuple, of no bytes."""
    assert given(seq(), b"ab") == ((), b"ab", 0)
    assert seq().build(()) == b""


def test_the_value_of_a_side_is_dropped():
    """The arrow points to what is kept."""
    assert given(AB >> uint8, b"ab\x07c") == (7, b"c", 3)
    assert given(uint8 << AB, b"\x07abc") == (7, b"c", 3)
    assert given(AB >> uint8 << CD, b"ab\x07cd") == (7, b"", 5)


@pytest.mark.parametrize("grammar", [seq(AB, CD), AB >> CD, AB << CD], ids=repr)
def test_the_failure_of_a_part_is_the_failure_of_all(grammar):
    """On the first wrong byte; what came before is consumed."""
    assert failed(grammar, b"abx?") == ('expected b"cd" at offset 2, found b"x"', 2, 3)
    assert failed(grammar, b"x") == ('expected b"ab" at offset 0, found b"x"', 0, 1)


@pytest.mark.parametrize("grammar", [seq(AB, CD), AB >> CD, AB << CD], ids=repr)
def test_the_end_inside_is_incomplete(grammar):
    """All that was there of the item counts."""
    outcome = told(grammar, b"abc")

    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.needed, outcome.error.have, outcome.consumed) == (1, 3, 2)


def test_what_was_tried_in_vain_is_told_with_the_failure():
    """An optional part could have stood there too."""
    with pytest.raises(ParseError, match=r'^expected b"ab" or b"cd" at offset 0, found b"x"$'):
        seq(optional(AB), CD).parse(b"x")


def test_a_long_one_is_parsed_and_built():
    """Ten thousand parts are no depth."""
    grammar = seq(*[any_byte] * 10_000)
    value = grammar.parse(b"a" * 10_000)

    assert len(value) == 10_000
    assert grammar.build(value) == b"a" * 10_000


@pytest.mark.parametrize("make", [lambda: seq(AB, 5), lambda: AB >> 5, lambda: AB << b"ab"])
def test_only_parsers_can_be_parts(make):
    """Anything else is refused when it is made."""
    with pytest.raises(UsageError, match="expected a parser, not"):
        make()


# Building.


@pytest.mark.parametrize(
    ("grammar", "value", "data"),
    [
        (seq(AB, uint8, until(b";")), (b"ab", 7, b"x"), b"ab\x07x;"),
        (AB >> uint8, 7, b"ab\x07"),
        (uint8 << AB, 7, b"\x07ab"),
        (AB >> uint8 << CD, 7, b"ab\x07cd"),
        (many(AB) >> uint8, 7, b"\x07"),
        (seq(AB, CD) >> uint8, 7, b"abcd\x07"),
    ],
    ids=repr,
)
def test_building_is_the_inverse(grammar, value, data):
    """What is dropped is built from nothing."""
    assert grammar.build(value) == data
    assert grammar.parse(data) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, 2], "expected a tuple, not list"),
        (5, "expected a tuple, not int"),
        ((1,), "expected 2 values, not 1"),
        ((1, 2, 3), "expected 2 values, not 3"),
        ((1, 256), "[1]: expected a number from 0 to 255, not 256"),
        ((b"1", 2), "[0]: expected a number from 0 to 255, not b'1'"),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_a_build_error_with_its_place(value, text):
    """The index of the part, where it is a part."""
    with pytest.raises(BuildError) as caught:
        seq(uint8, uint8).build(value)

    assert str(caught.value) == text


def test_the_place_goes_through_what_drops_a_side():
    """The dropped side has no place in the value."""
    with pytest.raises(BuildError) as caught:
        (AB >> seq(uint8, seq(uint8) << CD)).build((1, (-1,)))

    assert caught.value.path == (1, 0)


@pytest.mark.parametrize(
    "grammar", [exactly(1) >> uint8, uint8 << exactly(1), AB >> (uint8 << exactly(1))], ids=repr
)
def test_what_is_dropped_must_leave_no_choice(grammar):
    """Said when asked, and by `build`, of the side in question."""
    assert grammar.facts.buildable is False
    assert grammar.facts.obstacle == exactly(1)
    with pytest.raises(BuildError, match=r"^exactly\(1\) cannot build from nothing, and its value"):
        grammar.build(1)


def test_a_tuple_of_nothing_is_built_where_it_is_dropped():
    """Each part from nothing."""
    assert (seq(AB, optional(CD), success(1)) >> uint8).build(1) == b"ab\x01"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        (seq(AB, exactly(1)) >> uint8).build(1)


# As values.


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from."""
    assert eval(repr(grammar)) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert grammar != seq(AB, AB, AB)
    assert {type(grammar)} <= {Seq, Then, Before}


# Facts.


def test_sizes_add_up():
    """Least and greatest, as far as they are known."""
    facts = seq(AB, optional(uint8), CD).facts

    assert (facts.least, facts.greatest, facts.nullable) == (4, 5, False)
    assert seq(AB, rest).facts.greatest is None
    assert seq().facts.nullable is True


def test_the_first_bytes_are_those_of_all_up_to_one_that_takes_something():
    """What may be empty shows what is behind it."""
    assert seq(optional(AB), CD).facts.first == frozenset(b"ac")
    assert seq(AB, optional(CD)).facts.first == frozenset(b"a")
    assert (success(1) >> CD).facts.first == frozenset(b"c")


def test_what_could_prolong_is_that_of_the_end():
    """And that of all before it that it may be too short to hide."""
    assert seq(take_while(b"x"), CD).facts.self_delimiting is True
    assert seq(CD, take_while(b"x")).facts.more == frozenset(b"x")
    assert seq(take_while(b"x"), optional(CD)).facts.more == frozenset(b"xc")
    # Here a byte far behind decides: is there an "ab" to come?
    assert seq(optional(until(b"ab")), any_byte).facts.more is None


def test_parts_that_can_be_told_apart_are_unambiguous():
    """By the first byte of what follows."""
    assert seq(take_while(b"x"), CD).facts.unambiguous is True
    assert seq(take_while(b"x"), optional(CD)).facts.unambiguous is True
    assert seq(take_while(b"c"), CD).facts.unambiguous is None
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        seq(take_while(b"c"), CD).build((b"c", b"cd"))


def test_a_dropped_side_of_one_form_alone_keeps_the_whole_canonical():
    """Else what was there is lost."""
    assert (AB >> uint8).facts.canonical is True
    assert (optional(AB) >> uint8).facts.canonical is None
    assert (recognize(AB) >> uint8).facts.canonical is True
    assert (one_of(b"ab") >> uint8).facts.canonical is not True


def test_a_sequence_is_of_one_form_alone_if_all_its_parts_are():
    """So `seq(a, b) >> c` knows it too."""
    assert seq(AB, CD).facts.constant is True
    assert (AB >> CD).facts.constant is True
    assert not seq(AB, uint8).facts.constant
    assert seq(AB, label("x", CD)).facts.silent is True
    assert seq(AB, exactly(1)).facts.silent is False


def test_what_can_never_match_is_no_obstacle():
    """It has no value that could not be built."""
    assert (AB >> fail("no")).facts.buildable is True
