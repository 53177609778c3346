"""One parser or another, or nothing."""

import math
import pickle
import re

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    any_byte,
    at_eof,
    choice,
    commit,
    emit,
    eof,
    exactly,
    fail,
    forward,
    label,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    parser,
    peek,
    protocol,
    read,
    rest,
    seq,
    sized,
    stream,
    success,
    take_while,
    uint8,
    until,
    value,
    wait,
    write,
)
from ohneio.combinators._choice import Choice
from tests.combinators.cuts import failed, given, told

AB, AC, B, X = literal(b"ab"), literal(b"ac"), literal(b"b"), literal(b"x")
ALL = [
    choice(AB),
    choice(AB, AC),
    optional(AB),
    optional(AB, default=3),
]


# Choice: order and decision.


def test_the_first_branch_that_matches_wins():
    """The others are not looked at, even if they would take more."""
    assert given(choice(AB, literal(b"abc")), b"abc") == (b"ab", b"c", 2)
    assert given(choice(success(1), fail("never reached")), b"") == (1, b"", 0)
    assert given(AB | AC, b"ac") == (b"ac", b"", 2)


def test_each_branch_begins_at_the_same_byte():
    """Whatever the others took before they failed."""
    assert given(choice(seq(AB, AB), seq(AB, AC), AB), b"abac?") == ((b"ab", b"ac"), b"?", 4)
    assert given(choice(seq(AB, AB), seq(AB, AC), AB), b"abad") == (b"ab", b"ad", 4)


def test_a_branch_is_given_up_on_its_first_wrong_byte():
    """Not when it would be complete: `x` needs no further byte."""
    assert given(literal(b"abc") | X, b"xyz") == (b"x", b"yz", 1)
    assert failed(literal(b"abc") | X, b"az") == (
        'expected b"abc" or b"x" at offset 0, found b"az"', 0, 2,
    )  # fmt: skip


def test_a_branch_that_is_short_of_bytes_has_not_failed():
    """It waits, and its turn is over only at the end of the input."""
    conn = protocol(choice(literal(b"aaa"), literal(b"a")))()
    conn.send(b"aa")
    assert not conn.has_result
    conn.send_eof()
    assert (conn.get_result(), conn.unconsumed) == (b"a", b"a")


def test_a_chain_of_choices_is_one():
    """However long it is, and however it is written."""
    chain = AB
    for _ in range(5000):
        chain = chain | AC

    assert isinstance(chain, Choice)
    assert len(chain.branches) == 5001
    assert choice(AB | AC, X) == choice(AB, AC, X)
    assert chain.parse(b"ac") == b"ac"
    assert chain.facts.first == frozenset(b"a")


# Choice: failures.


def test_the_failure_that_got_furthest_is_told():
    """Whichever branch it was in."""
    grammar = choice(seq(AB, AB, X), seq(AB, X), X)

    assert failed(grammar, b"abab?") == ('expected b"x" at offset 4, found b"?"', 4, 5)


def test_failures_at_the_same_place_are_one():
    """With all that could have stood there, and the longest look at what did."""
    assert failed(choice(AB, AC, seq(AB, X)), b"ad") == (
        'expected b"ab" or b"ac" at offset 0, found b"ad"', 0, 2,
    )  # fmt: skip


def test_the_class_of_the_furthest_failure_is_told_too():
    """The end of the input wins over a mismatch at the same place."""
    short = told(choice(seq(AB, literal(b"cd")), X), b"abc")
    assert type(short.error) is IncompleteInput
    assert (short.error.offset, short.error.needed) == (3, 1)

    both = told(choice(seq(AB, X), seq(AB, eof, X)), b"ab")
    assert type(both.error) is IncompleteInput

    wrong = told(choice(seq(AB, AB), X), b"abx")
    assert type(wrong.error) is ParseError


def test_what_was_tried_in_an_optional_part_is_told_behind_it():
    """It was possible there as well."""
    assert failed(optional(AB) >> X, b"y")[0] == 'expected b"ab" or b"x" at offset 0, found b"y"'


def test_incomplete_input_makes_the_next_branch_be_tried():
    """At the end of the input, or of a frame, it is known that no more will come."""
    assert given(choice(exactly(3), exactly(2)), b"ab") == (b"ab", b"", None)
    assert given(sized(2, choice(exactly(3), exactly(2))), b"abc") == (b"ab", b"c", 2)


@pytest.mark.parametrize(
    ("grammar", "name"),
    [
        (choice(until(b";", max=2), rest), "max"),
        (optional(exactly(100)), "max_buffered"),
        (choice(many(any_byte), rest), "max_items"),
    ],
    ids=repr,
)
def test_a_limit_ends_the_whole_item(grammar, name):
    """No other branch could be trusted with what is too long."""
    outcome = told(grammar, b"abcdefg", max_buffered=50, max_items=3)

    assert type(outcome.error) is LimitExceeded
    assert outcome.error.name == name


def test_depth_is_a_limit_like_any_other():
    """The shallower branch is not taken instead."""
    nest = forward()
    nest.become(choice(literal(b"(") >> nest, rest))

    with pytest.raises(LimitExceeded, match="max_depth"):
        nest.parse(b"((((", limits=Limits(max_depth=3))


# Choice: bounds.


def test_a_grammar_that_backtracks_exponentially_meets_its_bound():
    """Thirty levels of two branches that begin alike are 2**30 ways."""
    nest = literal(b"0")
    for _ in range(30):
        nest = choice(seq(literal(b"a"), nest, literal(b"b")), seq(literal(b"a"), nest, X))

    error = told(nest, b"a" * 30, max_backtrack=1000).error
    assert (type(error), error.name) == (LimitExceeded, "max_backtrack")
    with pytest.raises(LimitExceeded, match="max_backtrack"):
        nest.parse(b"a" * 30 + b"0" + b"c" * 30, limits=Limits(max_backtrack=20_000))


def test_the_bound_on_backtracking_counts_every_byte_read_again():
    """One more than allowed is too many."""
    grammar = choice(seq(exactly(3), X), seq(exactly(2), X), exactly(3))
    for bound in range(5):
        error = told(grammar, b"abcdef", max_backtrack=bound).error
        assert (type(error), error.offset) == (LimitExceeded, 0)
    assert given(grammar, b"abcdef", max_backtrack=5)[0] == b"abc"


def test_many_does_not_go_back_into_what_it_took():
    """So `(a|aa)*b` is linear, as all parsing expression grammars of that kind."""
    grammar = many(choice(literal(b"a"), literal(b"aa"))) >> B
    error = told(grammar, b"a" * 40 + b"c", max_backtrack=0).error

    assert str(error) == 'expected b"a", b"aa" or b"b" at offset 40, found b"c"'


def test_what_an_open_alternative_holds_is_bounded():
    """By ``max_buffered``, however the bytes come, and whatever comes of them."""
    grammar = choice(seq(many(any_byte, max=11), X), rest)
    for data in (b"a" * 20, b"a" * 11 + b"x"):
        outcome = told(grammar, data, max_buffered=10)
        assert (outcome.error.name, outcome.error.offset) == ("max_buffered", 0)
        assert outcome.consumed == 0
    assert given(choice(seq(many(any_byte, max=9), X), any_byte), b"a" * 9 + b"x", max_buffered=10)


# Choice: building.


def test_the_first_branch_that_can_build_the_value_does():
    """What the others built in vain is gone."""
    grammar = choice(seq(uint8, AB), seq(uint8, AC), uint8)

    assert grammar.build((7, b"ac")) == b"\x07ac"
    assert grammar.build(7) == b"\x07"


def test_a_value_that_no_branch_can_build_tells_why():
    """Of those that got furthest into the value."""
    with pytest.raises(BuildError) as caught:
        choice(AB, AC, uint8).build(b"ad")
    assert str(caught.value) == (
        'expected b"ab", not b"ad"; or expected b"ac", not b"ad"; or expected a number from'
        " 0 to 255, not b'ad'"
    )
    with pytest.raises(BuildError) as caught:
        choice(AB, seq(uint8, seq(uint8)), seq(AB)).build((1, (256,)))
    assert str(caught.value) == "[1][0]: expected a number from 0 to 255, not 256"
    assert caught.value.path == (1, 0)


def test_it_builds_from_nothing_with_the_first_that_can():
    """Where its value is dropped."""
    assert (choice(seq(X, uint8), AB, AC) >> uint8).build(1) == b"ab\x01"
    assert choice(exactly(1), AB).facts.silent is True
    assert choice(exactly(1), uint8).facts.silent is False


def test_an_ambiguous_choice_looks_at_what_it_built():
    """A branch before the right one might take it."""
    grammar = choice(value(1, literal(b"a")), seq(literal(b"a"), literal(b"b")))

    assert grammar.build(1) == b"a"
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        grammar.build((b"a", b"b"))


def test_a_value_on_which_many_branches_work_in_vain_meets_a_bound():
    """Two branches that begin alike, nested: 2**30 ways."""
    nest = literal(b"0")
    for _ in range(30):
        nest = choice(seq(literal(b"a"), nest, literal(b"b")), seq(literal(b"a"), nest, X))
    with pytest.raises(BuildError, match="in vain"):
        nest.build(_deep(30, b"?"), limits=Limits(max_backtrack=1000))


def _deep(levels, leaf):
    for _ in range(levels):
        leaf = (b"a", leaf, b"b")
    return leaf


@pytest.mark.parametrize("make", [choice, lambda: choice(AB, 5), lambda: AB | b"x"])
def test_a_choice_is_between_parsers(make):
    """One at least."""
    with pytest.raises(UsageError, match=r"needs a branch|expected a parser"):
        make()


# Choice: facts.


def test_what_is_known_of_a_choice_holds_for_all_its_branches():
    """Sizes, first bytes, whether it may be empty."""
    facts = choice(AB, uint8, optional(literal(b"xyz"))).facts

    assert (facts.least, facts.greatest, facts.nullable) == (0, 3, True)
    assert choice(AB, X).facts.first == frozenset(b"ax")
    assert choice(AB, rest).facts.greatest is None


def test_a_choice_ends_by_itself_if_no_byte_behind_it_can_change_it():
    """Its first byte tells the branch, or no branch before needs more bytes."""
    assert choice(AB, X).facts.self_delimiting is True
    assert choice(AB, AC).facts.self_delimiting is True
    assert choice(AB, literal(b"a")).facts.more is None
    assert choice(AB, success(1)).facts.more == frozenset(b"a")
    assert choice(take_while(b"x", min=1), AB).facts.more == frozenset(b"x")


def test_a_choice_is_unambiguous_if_the_first_byte_tells_the_branch():
    """The last may be empty."""
    assert choice(AB, X).facts.unambiguous is True
    assert choice(AB, X, success(1)).facts.unambiguous is True
    assert choice(AB, AC).facts.unambiguous is None
    assert choice(success(1), AB).facts.unambiguous is None


def test_a_choice_is_canonical_only_alone():
    """Two branches may give the same value."""
    assert choice(AB).facts.canonical is True
    assert choice(value(1, AB), value(1, X)).facts.canonical is None


def test_a_choice_can_build_as_far_as_its_branches_can():
    """All, none, or it depends on the value."""
    no = uint8.map(str)
    assert choice(AB, uint8).facts.buildable is True
    assert choice(AB, no).facts.buildable is None
    assert choice(AB, no).facts.obstacle == no
    assert choice(no, no).facts.buildable is False
    assert choice(AB, no).build(b"ab") == b"ab"
    with pytest.raises(BuildError, match="no inverse"):
        choice(no, no).build("1")


# Optional.


def test_an_optional_part_may_be_missing():
    """Then it gives the default and takes nothing."""
    assert given(optional(AB), b"abx") == (b"ab", b"x", 2)
    assert given(optional(AB, default=5), b"acx") == (5, b"acx", 2)
    assert given(optional(AB), b"a") == (None, b"a", None)
    assert given(optional(AB), b"") == (None, b"", None)


def test_the_default_builds_nothing():
    """Anything that is equal to it, from nothing, and all else as the parser does."""
    assert optional(uint8).build(None) == b""
    assert optional(uint8, default=0).build(0) == b""
    assert optional(uint8, default=0).build(1) == b"\x01"
    assert (optional(X) >> AB).build(b"ab") == b"ab"
    assert optional(uint8, default=math.nan).build(float("nan")) == b""
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not 256"):
        optional(uint8).build(256)


def test_a_default_that_the_parser_can_give_too_is_not_built():
    """It is what a missing part means."""
    grammar = optional(uint8, default=7)

    assert grammar.parse(b"\x07") == 7
    assert grammar.parse(grammar.build(7)) == 7
    assert grammar.facts.canonical is None


def test_a_missing_part_must_not_be_read_into_what_follows():
    """`build` looks at what it made, where that is not sure."""
    grammar = seq(optional(uint8), AB)

    assert grammar.build((7, b"ab")) == b"\x07ab"
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        grammar.build((None, b"ab"))
    assert seq(optional(X), AB).facts.unambiguous is True


def test_an_optional_part_waits_for_the_byte_that_decides():
    """The static facts know which."""
    conn = protocol(optional(X))()
    assert not conn.has_result
    assert optional(X).facts.more == frozenset(b"x")
    assert optional(X).facts.nullable is True
    assert optional(optional(X)).facts.unambiguous is None


# What cannot be taken back.

ACTIONS = {
    "emit()": lambda: emit(1),
    "write()": lambda: write(b"x"),
    "read()": read,
    "peek()": peek,
    "wait()": wait,
}
AROUND = {
    "choice": lambda one: choice(one, X),
    "optional": optional,
    "many": many,
    "lookahead": lookahead,
    "not_followed_by": not_followed_by,
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_inside_an_alternative_is_misuse(name, around):
    """The error names it, and says what to do."""

    @parser
    def acting():
        yield from literal(b"a")
        yield from ACTIONS[name]()

    with pytest.raises(UsageError, match=rf"^{re.escape(name)} inside an alternative"):
        around(acting).parse(b"aa")


def test_behind_commit_and_in_the_last_branch_nothing_is_open():
    """There an action is allowed."""

    @parser
    def telling():
        yield from literal(b"a")
        yield from emit("seen")

    conn = stream(choice(X, seq(commit, telling)))()
    conn.send(b"ax")
    assert conn.events() == ["seen", (None, None), b"x"]
    conn = stream(choice(X, telling))()
    conn.send(b"a")
    assert conn.events() == ["seen", None]


def test_looking_for_the_end_is_allowed():
    """It depends on the bytes alone."""

    @parser
    def to_the_end():
        found = []
        while not (yield from at_eof()):
            found.append((yield from uint8))
        return found

    assert given(choice(to_the_end << X, to_the_end), b"\x01\x02") == ([1, 2], b"", None)


# As values.


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from."""
    assert eval(repr(grammar)) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert grammar != label("x", AB)
