"""Looking without taking: ahead, for the end, and whether there is a way back."""

import pickle

import pytest

from ohneio import (
    BuildError,
    UsageError,
    any_byte,
    choice,
    commit,
    eof,
    exactly,
    forward,
    label,
    literal,
    lookahead,
    many,
    not_followed_by,
    one_of,
    optional,
    parser,
    recognize,
    rest,
    seq,
    sized,
    try_map,
    uint8,
)
from tests.combinators.cuts import failed, given, told

AB, AC, B, X = literal(b"ab"), literal(b"ac"), literal(b"b"), literal(b"x")
ALL = [lookahead(AB), not_followed_by(AB), commit, eof]


# Looking ahead.


def test_a_lookahead_gives_the_value_and_takes_nothing():
    """It waits and fails as its parser does."""
    assert given(lookahead(uint8), b"ab") == (97, b"ab", 1)
    assert given(seq(lookahead(AB), any_byte), b"ab") == ((b"ab", b"a"), b"b", 2)
    assert failed(lookahead(seq(AB, X)), b"aby") == ('expected b"x" at offset 2, found b"y"', 2, 3)


def test_not_followed_by_matches_where_its_parser_does_not():
    """And takes nothing, either way."""
    assert given(not_followed_by(AB), b"ac") == (None, b"ac", 2)
    assert given(not_followed_by(AB), b"a") == (None, b"a", None)
    assert failed(seq(X, not_followed_by(seq(AB, X))), b"xabx") == (
        "expected no seq(literal(b'ab'), literal(b'x')) at offset 1, found b\"abx\"", 1, 4,
    )  # fmt: skip
    assert failed(not_followed_by(eof), b"")[0] == "expected no eof at offset 0"


def test_what_is_tried_ahead_is_no_expectation():
    """Neither what must not follow, nor what was tried in a lookahead that matched."""
    assert failed(seq(not_followed_by(AB), X), b"y")[0] == 'expected b"x" at offset 0, found b"y"'
    assert failed(seq(lookahead(many(any_byte, max=3) << optional(AB)), X), b"abcd")[0] == (
        'expected b"x" at offset 0, found b"a"'
    )


def test_looking_ahead_builds_nothing():
    """What it looks at is built by what stands behind it; `build` sees to that."""
    grammar = seq(lookahead(one_of(b"ab")), any_byte)
    assert grammar.build((b"a", b"a")) == b"a"
    with pytest.raises(BuildError, match="to another value"):
        grammar.build((b"b", b"a"))
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        (not_followed_by(X) >> any_byte).build(b"x")
    with pytest.raises(BuildError, match="expected None, not 5"):
        not_followed_by(X).build(5)


def test_whether_a_lookahead_builds_depends_on_what_stands_behind():
    """Alone it builds nothing, which it could not look at, and does not say that it can."""
    alone, before = lookahead(AB), lookahead(AB) >> exactly(2)
    assert (alone.facts.buildable, alone.facts.obstacle) == (None, alone)
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        alone.build(b"ab")
    assert seq(alone, exactly(2)).facts.buildable is None
    assert before.facts.buildable is True  # its value is dropped, and it builds from nothing
    assert before.build(b"ab") == b"ab"
    assert not_followed_by(AB).facts.buildable is True
    assert not_followed_by(AB).build(None) == b""


def test_how_far_a_lookahead_sees_is_not_known():
    """It may be further than all that follows it."""
    for one in (lookahead(exactly(9)), not_followed_by(exactly(9))):
        assert (one.facts.nullable, one.facts.greatest, one.facts.first) == (True, 0, frozenset())
        assert one.facts.self_delimiting is None
        assert seq(one, any_byte).facts.self_delimiting is None
        assert one.facts.unambiguous is None


def test_what_is_looked_at_is_bounded_and_counts_as_read_again():
    """As with any alternative."""
    assert told(lookahead(rest), b"abcd", max_backtrack=3).error.name == "max_backtrack"
    assert told(lookahead(many(any_byte)), b"abcd", max_buffered=3).error.name == "max_buffered"
    assert given(lookahead(rest), b"abcd", max_backtrack=4)[0] == b"abcd"


@pytest.mark.parametrize("look", [not_followed_by(X), optional(lookahead(X)), lookahead(any_byte)])
def test_what_was_looked_at_is_let_go_behind_it(look):
    """Whether it matched or not: the next ones hold what is theirs alone."""
    three = recognize(exactly(3))
    assert given(seq(look, three, three), b"abcdef", max_buffered=4)[0][1:] == (b"abc", b"def")


# The end.


def test_eof_matches_the_end_alone():
    """Of the input, or of the frame."""
    assert given(AB << eof, b"ab") == (b"ab", b"", None)
    assert given(sized(2, AB << eof), b"abx") == (b"ab", b"x", 2)
    assert failed(AB << eof, b"abx") == ('expected end of input at offset 2, found b"x"', 2, 3)


def test_eof_builds_nothing():
    """And nothing may stand behind it."""
    assert (AB << eof).build(b"ab") == b"ab"
    assert (AB << eof).facts.unambiguous is True
    assert eof.facts.self_delimiting is False
    with pytest.raises(BuildError, match="expected None"):
        eof.build(b"")
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        (eof >> AB).build(b"ab")


# Commit.


def test_commit_closes_all_alternatives():
    """From there on a failure is final."""
    grammar = optional(choice(seq(literal(b"a"), commit, B), literal(b"ax")))

    assert given(grammar, b"ab") == ((b"a", None, b"b"), b"", 2)
    assert failed(grammar, b"ax") == ('expected b"b" at offset 1, found b"x"', 1, 2)
    assert given(grammar, b"x") == (None, b"x", 1)


def test_what_was_read_before_commit_is_let_go():
    """So a long item does not fill the memory, whatever is around it."""
    grammar = optional(seq(AB, commit, many(any_byte)))

    assert given(grammar, b"ab" + b"x" * 30, max_buffered=10)[0][2] == [b"x"] * 30
    assert told(optional(seq(AB, many(any_byte))), b"ab" + b"x" * 30, max_buffered=10).error


def test_alternatives_that_are_opened_behind_commit_are_open():
    """It closes those around it, at that moment."""
    grammar = optional(seq(literal(b"a"), commit, choice(seq(B, B), seq(B, X)), optional(X)))

    assert given(grammar, b"abx?") == ((b"a", None, (b"b", b"x"), None), b"?", 4)


def test_a_loop_may_commit_each_item():
    """What it could not take back is an error of the item, and not the end of the loop."""
    grammar = many(seq(literal(b"a"), commit, B))

    assert given(grammar, b"ababx")[0] == [(b"a", None, b"b")] * 2
    assert failed(grammar, b"abax") == ('expected b"b" at offset 3, found b"x"', 3, 4)


def test_commit_keeps_what_is_kept_for_its_value():
    """`recognize` and those like it are no alternatives."""
    assert given(recognize(seq(AB, commit, X)), b"abx") == (b"abx", b"", 3)
    assert failed(try_map(int, recognize(seq(AB, commit, X))), b"abx")[1:] == (0, 3)
    assert given(seq(recognize(optional(seq(AB, commit, X))), any_byte), b"abx?")[0] == (
        b"abx", b"?",
    )  # fmt: skip


def test_a_commit_with_nothing_taken_is_one_too():
    """Then the first byte does not tell any more: the facts know."""
    grammar = optional(seq(commit, AB))

    assert failed(grammar, b"x") == ('expected b"ab" at offset 0, found b"x"', 0, 1)
    assert grammar.facts.unambiguous is None
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        grammar.build(None)
    assert seq(AB, commit, X).facts.unambiguous is True


@pytest.mark.parametrize("look", [lookahead, not_followed_by])
def test_commit_in_a_lookahead_is_refused_when_it_is_made(look):
    """However deep; where it shows only later, then; by hand, when it runs."""
    with pytest.raises(UsageError, match="commit inside a lookahead, which always goes back"):
        look(many(seq(AB, optional(seq(X, commit)))))

    later = forward()
    around = look(later)
    with pytest.raises(UsageError, match="commit inside a lookahead"):
        later.become(seq(AB, commit, optional(around)))

    @parser
    def hidden():
        yield from commit

    with pytest.raises(UsageError, match="commit inside a lookahead"):
        look(hidden).parse(b"")


def test_commit_builds_nothing():
    """It is in the grammar for the way there."""
    assert seq(AB, commit, X).build((b"ab", None, b"x")) == b"abx"
    assert commit.build(None) == b""
    with pytest.raises(BuildError, match="expected None"):
        commit.build(1)


# As values.


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from."""
    assert eval(repr(grammar)) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert grammar != label("x", AB)
