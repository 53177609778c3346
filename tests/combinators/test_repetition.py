"""The same parser again and again: `many`, `sep_by`, `many_until`; and `skip`."""

import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    UsageError,
    any_byte,
    bind,
    choice,
    eof,
    exactly,
    forward,
    label,
    literal,
    lookahead,
    many,
    many_until,
    one_of,
    optional,
    parser,
    protocol,
    rest,
    sep_by,
    seq,
    sized,
    skip,
    success,
    take_while,
    uint8,
    verify,
)
from tests.combinators.cuts import failed, given, told

AB, CD, COMMA, X = literal(b"ab"), literal(b"cd"), literal(b","), literal(b"x")
DIGITS = take_while(b"0123456789", min=1)
ALL = [
    many(AB),
    many(AB, min=1),
    many(AB, max=3),
    many(AB, min=2, max=2),
    sep_by(AB, COMMA),
    sep_by(AB, COMMA, min=1, max=3),
    many_until(AB, eof),
    skip(AB),
]


# Many.


def test_many_takes_as_many_as_match():
    """And leaves what does not."""
    assert given(many(AB), b"ababx") == ([b"ab", b"ab"], b"x", 5)
    assert given(many(AB), b"x") == ([], b"x", 1)
    assert given(many(AB), b"abab") == ([b"ab", b"ab"], b"", None)
    assert given(many(AB), b"") == ([], b"", None)


def test_an_item_that_began_and_does_not_match_is_left():
    """The end of the input inside it too."""
    assert given(many(AB), b"abax") == ([b"ab"], b"ax", 4)
    assert given(many(AB), b"aba") == ([b"ab"], b"a", None)
    assert given(many(seq(AB, CD)), b"abcdabx")[1] == b"abx"


def test_many_takes_no_more_than_its_most():
    """Then it looks no further, and waits for nothing."""
    assert given(many(AB, max=2), b"ababab") == ([b"ab", b"ab"], b"ab", 4)
    assert given(many(AB, max=0), b"ab") == ([], b"ab", 0)
    assert given(many(AB, min=2, max=2), b"ababab") == ([b"ab", b"ab"], b"ab", 4)


def test_fewer_than_the_least_is_the_failure_of_the_one_that_is_missing():
    """Where it is missing."""
    assert failed(many(AB, min=2), b"abax") == ('expected b"ab" at offset 2, found b"ax"', 2, 4)
    outcome = told(many(AB, min=2), b"aba")
    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.needed, outcome.error.have) == (1, 3)


def test_why_a_loop_ended_is_told_behind_it():
    """Another item was possible there too, or further on."""
    assert failed(many(AB) >> X, b"aby")[0] == 'expected b"ab" or b"x" at offset 2, found b"y"'
    assert failed(many(seq(AB, CD)) >> X, b"aby")[0] == 'expected b"cd" at offset 2, found b"y"'


def test_the_number_of_items_is_bounded():
    """One more than ``max_items`` is too many; the error is where it begins."""
    for grammar in (many(AB), many(AB, min=9), sep_by(AB, success(1)), many_until(AB, eof)):
        assert given(grammar, b"abab", max_items=2) if grammar != many(AB, min=9) else True
        outcome = told(grammar, b"ababababab", max_items=2)
        assert type(outcome.error) is LimitExceeded
        assert str(outcome.error) == "more than the 2 items allowed (max_items) at offset 4"
        assert (outcome.consumed, outcome.after) == (4, 6)


def test_a_bound_that_is_reached_exactly_is_no_failure():
    """Whatever follows, if it is no item."""
    assert given(many(AB), b"ababx", max_items=2)[0] == [b"ab", b"ab"]
    assert given(many(AB), b"ababa", max_items=2)[1] == b"a"
    assert failed(many(AB, min=9), b"ababx", max_items=2)[0].startswith('expected b"ab"')
    assert given(many(AB), b"x", max_items=0)[0] == []
    assert told(many(AB), b"ab", max_items=0).error.name == "max_items"


def test_what_one_item_too_many_may_hold_is_bounded_too():
    """It is kept until it is whole, so that what is left can begin with it."""
    grammar = many(seq(uint8, uint8, uint8), min=5)
    error = told(grammar, b"abcdef", max_items=1, max_buffered=2).error

    assert (error.name, error.offset) == ("max_buffered", 3)


# Separated.


def test_separators_stand_between_the_items():
    """They are dropped."""
    assert given(sep_by(DIGITS, COMMA), b"1,23,4;") == ([b"1", b"23", b"4"], b";", 7)
    assert given(sep_by(DIGITS, COMMA), b"1;") == ([b"1"], b";", 2)
    assert given(sep_by(DIGITS, COMMA), b";") == ([], b";", 1)


def test_a_trailing_separator_is_not_taken():
    """It is left, with whatever began behind it."""
    assert given(sep_by(DIGITS, COMMA), b"1,2,") == ([b"1", b"2"], b",", None)
    assert given(sep_by(DIGITS, COMMA), b"1,2,x") == ([b"1", b"2"], b",x", 5)
    assert given(sep_by(seq(AB, CD), COMMA), b"abcd,abx")[1] == b",abx"
    assert given(seq(sep_by(DIGITS, COMMA), COMMA), b"1,2,")[0] == ([b"1", b"2"], b",")


def test_the_bounds_of_separated_items():
    """As those of `many`; what is missing may be a separator."""
    assert given(sep_by(AB, COMMA, max=2), b"ab,ab,ab") == ([b"ab", b"ab"], b",ab", 5)
    assert given(sep_by(AB, COMMA, max=1), b"ab,ab") == ([b"ab"], b",ab", 2)
    assert given(sep_by(AB, COMMA, max=0), b"ab") == ([], b"ab", 0)
    assert failed(sep_by(AB, COMMA, min=2), b"ab;") == (
        'expected b"," at offset 2, found b";"', 2, 3,
    )  # fmt: skip
    assert failed(sep_by(AB, COMMA, min=2), b"ab,x") == (
        'expected b"ab" at offset 3, found b"x"', 3, 4,
    )  # fmt: skip
    assert failed(sep_by(AB, COMMA, min=1), b"x")[0] == 'expected b"ab" at offset 0, found b"x"'


def test_an_item_may_be_empty_where_the_separator_is_not():
    """As in comma-separated values."""
    cells = sep_by(take_while(b"ab"), COMMA)

    assert given(cells, b"a,,b;") == ([b"a", b"", b"b"], b";", 5)
    assert given(cells, b"") == ([b""], b"", None)
    assert given(cells, b",;") == ([b"", b""], b";", 2)
    assert cells.build([b"a", b"", b"b"]) == b"a,,b"
    with pytest.raises(BuildError, match="to another value"):
        cells.build([])


# Until.


def test_items_up_to_an_end():
    """Which is dropped, and behind which it waits for nothing."""
    assert given(many_until(exactly(2), literal(b"..")), b"abcd..ef") == (
        [b"ab", b"cd"], b"ef", 6,
    )  # fmt: skip
    assert given(many_until(AB, X), b"xab") == ([], b"ab", 1)


def test_the_end_is_tried_before_each_item():
    """So an item may be what could stand for a part of the end."""
    assert given(many_until(any_byte, literal(b"--")), b"a-b--c") == (
        [b"a", b"-", b"b"], b"c", 5,
    )  # fmt: skip


def test_the_end_may_take_nothing():
    """The end of the input, of a frame, or what stands behind."""
    assert given(many_until(any_byte, eof), b"ab") == ([b"a", b"b"], b"", None)
    assert given(sized(2, many_until(any_byte, eof)), b"abc") == ([b"a", b"b"], b"c", 2)
    assert given(many_until(any_byte, lookahead(X)), b"abx")[1] == b"x"


def test_where_neither_an_item_nor_the_end_matches_both_were_expected():
    """Or the one of them that got further."""
    assert failed(many_until(AB, X), b"aby") == (
        'expected b"x" or b"ab" at offset 2, found b"y"', 2, 3,
    )  # fmt: skip
    assert failed(many_until(AB, seq(X, CD)), b"abxcx")[0] == (
        'expected b"cd" at offset 3, found b"cx"'
    )
    assert type(told(many_until(AB, X), b"ab").error) is IncompleteInput


# Loops end.


@pytest.mark.parametrize(
    "make",
    [
        many,
        lambda one: many(one, min=1, max=3),
        lambda one: sep_by(one, one),
        lambda one: many_until(one, X),
    ],
)
@pytest.mark.parametrize("item", [optional(AB), rest, success(1), many(AB), take_while(b"a")])
def test_a_loop_over_what_can_be_empty_is_refused_when_it_is_made(make, item):
    """It could go on for ever."""
    with pytest.raises(UsageError, match="can succeed on nothing: a loop over it would not end"):
        make(item)


@pytest.mark.parametrize(
    "make", [many, lambda one: sep_by(one, X), lambda one: many_until(AB, one)]
)
def test_a_loop_may_not_begin_with_itself(make):
    """Its item, and the end of `many_until`, are tried before a byte is taken."""
    nest = forward()
    with pytest.raises(UsageError, match="left recursion"):
        nest.become(make(nest))


LATER = [many, lambda one: sep_by(one, success(1)), lambda one: many_until(one, X)]


@pytest.mark.parametrize("make", LATER)
def test_one_that_shows_only_when_a_forward_is_tied_is_refused_then(make):
    """If it is in there."""
    item = forward()
    loop = make(seq(item))

    with pytest.raises(UsageError, match="can succeed on nothing"):
        item.become(optional(literal(b"(") >> loop))


@pytest.mark.parametrize("use", [lambda one: one.parse(b"ab"), lambda one: one.build([(b"ab",)])])
@pytest.mark.parametrize("make", LATER)
def test_one_that_shows_only_later_is_refused_on_first_use(make, use):
    """Even if it would end this time."""
    item = forward()
    loop = make(seq(item))
    item.become(optional(AB))

    for _ in range(2):
        with pytest.raises(UsageError, match="can succeed on nothing"):
            use(loop)


@parser
def hidden():
    """Takes what is there of two bytes, which nobody can know beforehand."""
    return (yield from optional(AB))


@pytest.mark.parametrize("item", [hidden, bind(success, success(1)), verify(bool, optional(AB))])
@pytest.mark.parametrize("make", [*LATER, lambda one: many(one, min=9)])
def test_an_iteration_that_took_nothing_is_misuse(make, item):
    """Where it could not be known, and for `sep_by` with what stands between."""
    if isinstance(item, type(verify(bool, AB))):
        item = verify(lambda _: True, item.parser)
    with pytest.raises(UsageError, match=r"an item took nothing in .*, which would not end"):
        make(item).parse(b"aby")


def test_only_the_first_of_separated_items_may_be_empty_for_sure():
    """The others have a separator before them."""
    assert given(sep_by(hidden, COMMA), b",,ab,") == ([None, None, b"ab", None], b"", None)


# Skip.


def test_skip_drops_the_value():
    """It takes, waits and fails as its parser does."""
    assert given(skip(AB), b"abx") == (None, b"x", 2)
    assert failed(skip(AB), b"ax") == ('expected b"ab" at offset 0, found b"ax"', 0, 2)


def test_skip_builds_from_nothing():
    """What leaves no choice."""
    assert skip(AB).build(None) == b"ab"
    assert (skip(AB) >> uint8).build(7) == b"ab\x07"
    with pytest.raises(BuildError, match="expected None, not b'ab'"):
        skip(AB).build(b"ab")
    with pytest.raises(BuildError, match=r"^exactly\(2\) cannot build from nothing"):
        skip(exactly(2)).build(None)
    assert skip(exactly(2)).facts.buildable is False
    assert skip(AB).facts.canonical is True
    assert skip(DIGITS).facts.canonical is None


# Building.


@pytest.mark.parametrize(
    ("grammar", "value", "data"),
    [
        (many(AB), [b"ab", b"ab"], b"abab"),
        (many(uint8, max=2), [1, 2], b"\x01\x02"),
        (many(AB), [], b""),
        (sep_by(DIGITS, COMMA), [b"1", b"23"], b"1,23"),
        (sep_by(DIGITS, COMMA), [], b""),
        (sep_by(uint8, AB >> CD), [1, 2], b"\x01abcd\x02"),
        (many_until(AB, X), [b"ab"], b"abx"),
        (many_until(any_byte, X), [b"a", b"b"], b"abx"),
    ],
    ids=repr,
)
def test_building_is_the_inverse(grammar, value, data):
    """One item after the other, with what stands between and at the end."""
    assert grammar.build(value) == data
    assert grammar.parse(data) == value


@pytest.mark.parametrize(
    "make", [many, lambda one: sep_by(one, COMMA), lambda one: many_until(one, X)]
)
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "expected a list, not int"),
        (("ab",), "expected a list, not tuple"),
        (None, "expected a list, not NoneType"),
        ([b"ab", 5], "[1]: expected bytes, not int"),
        ([b"ab"] * 4, "expected at most 3 items (max_items)"),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_a_build_error(make, value, text):
    """With the index of the item, where it is one."""
    with pytest.raises(BuildError) as caught:
        make(AB).build(value, limits=Limits(max_items=3))

    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("grammar", "size", "text"),
    [
        (many(uint8, min=2), 1, "expected at least 2 items, not 1"),
        (many(uint8, max=2), 3, "expected 0 to 2 items, not 3"),
        (many(uint8, min=2, max=2), 3, "expected 2 items, not 3"),
        (sep_by(uint8, AB, min=1, max=2), 0, "expected 1 to 2 items, not 0"),
    ],
    ids=repr,
)
def test_too_few_and_too_many_items_are_build_errors(grammar, size, text):
    """The bounds hold both ways."""
    with pytest.raises(BuildError) as caught:
        grammar.build([1] * size)

    assert str(caught.value) == text


def test_loops_build_from_nothing_what_must_be_there():
    """As few items as are allowed."""
    assert (many(AB) >> uint8).build(1) == b"\x01"
    assert (many(AB, min=2) >> uint8).build(1) == b"abab\x01"
    assert (sep_by(AB, COMMA, min=2) >> uint8).build(1) == b"ab,ab\x01"
    assert (many_until(AB, X) >> uint8).build(1) == b"x\x01"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        (many(DIGITS, min=1) >> AB).build(b"ab")


def test_the_separator_and_the_end_must_build_from_nothing():
    """Their values are dropped."""
    for grammar in (sep_by(AB, DIGITS, min=1), many_until(AB, DIGITS)):
        assert grammar.facts.obstacle == DIGITS
        with pytest.raises(BuildError, match=r"take_while.* cannot build from nothing"):
            grammar.build([b"ab", b"ab"])


def test_an_item_that_could_be_the_end_is_found_out():
    """`build` looks at what it made."""
    with pytest.raises(BuildError, match=r"cannot parse|to another value"):
        many_until(any_byte, X).build([b"a", b"x", b"b"])


@pytest.mark.parametrize("make", [lambda: many(5), lambda: sep_by(AB, b","), lambda: skip(b"")])
def test_they_are_made_of_parsers(make):
    """Anything else is refused."""
    with pytest.raises(UsageError, match="expected a parser"):
        make()


@pytest.mark.parametrize("bounds", [(2, 1), (-1,), (0, -1), ("1",), (0, None), (True,)])
def test_bounds_that_cannot_be_are_refused(bounds):
    """When it is made."""
    with pytest.raises(UsageError, match=r"cannot be|expected a number"):
        many(AB, *bounds)


# Facts.


def test_the_sizes_of_loops():
    """As far as the number of items is known."""
    sizes = [(one.facts.least, one.facts.greatest, one.facts.nullable) for one in ALL]
    assert sizes == [
        (0, None, True), (2, None, False), (0, 6, True), (4, 4, False),
        (0, None, True), (2, 8, False), (0, None, True), (2, 2, False),
    ]  # fmt: skip
    assert many(AB, max=0).facts.greatest == 0
    assert sep_by(AB, COMMA, max=1).facts.greatest == 2


def test_a_loop_ends_where_no_item_can_begin():
    """Unless there must be exactly so many, or an end says so."""
    assert many(AB).facts.more == frozenset(b"a")
    assert many(AB, min=2, max=2).facts.self_delimiting is True
    assert many(DIGITS, min=1).facts.more is None  # one item, or two, or how many?
    assert many(DIGITS, min=1, max=1).facts.more == frozenset(b"0123456789")
    assert many(AB, max=0).facts.self_delimiting is True
    assert sep_by(AB, COMMA).facts.more == frozenset(b"a,")
    assert sep_by(DIGITS, COMMA, min=1).facts.more == frozenset(b"0123456789,")
    assert many_until(AB, X).facts.self_delimiting is True
    assert many_until(any_byte, literal(b"--")).facts.self_delimiting is True
    assert many_until(any_byte, eof).facts.self_delimiting is False
    assert many_until(any_byte, lookahead(X)).facts.more is None
    assert many_until(any_byte, choice(literal(b"--"), X)).facts.more == frozenset()
    assert many_until(any_byte, choice(literal(b"x--"), X)).facts.more is None
    assert many(bind(exactly, uint8)).facts.more is None


def test_loops_are_unambiguous_if_items_and_end_can_be_told_apart():
    """By their first bytes."""
    for one in (many(AB), many(uint8, max=3), sep_by(DIGITS, COMMA), many_until(AB, X)):
        assert one.facts.unambiguous is True
    for one in (many(DIGITS), sep_by(DIGITS, one_of(b"0")), many_until(any_byte, X)):
        assert one.facts.unambiguous is None
    assert many(hidden).facts.unambiguous is None


def test_a_loop_can_build_if_its_items_can():
    """An empty one in any case."""
    no = uint8.map(str)
    for one in (many(no), sep_by(no, COMMA)):
        assert one.facts.buildable is None
        assert one.facts.obstacle == no
        assert one.build([]) == b""
    assert many(no, min=1).facts.buildable is False
    assert many(AB).facts.buildable is True


def test_loops_are_canonical_if_their_parts_are():
    """And the separators have but one form."""
    assert many(AB).facts.canonical is True
    assert many_until(AB, X).facts.canonical is True
    assert sep_by(AB, COMMA, min=1).facts.canonical is True
    assert sep_by(AB, choice(COMMA, X), min=1).facts.canonical is None
    assert many(AB, min=2, max=2).facts.constant is True
    assert many(AB).facts.constant is None


# As values.


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from; use changes nothing."""
    used = pickle.loads(pickle.dumps(grammar))
    used.parse_prefix(b"abab")
    assert eval(repr(grammar)) == grammar == used
    assert pickle.loads(pickle.dumps(used)) == grammar
    assert hash(used) == hash(grammar)
    assert grammar != label("x", AB)


def test_a_long_loop_is_parsed_in_constant_memory_of_the_stack():
    """A hundred thousand items are no depth, and nothing is held for those before."""
    conn = protocol(many(any_byte) << X, limits=Limits(max_buffered=10))()
    for _ in range(1000):
        conn.send(b"a" * 9)
    conn.send(b"b")

    assert conn.pending_input == 0
