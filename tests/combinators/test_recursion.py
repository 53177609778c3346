"""Grammars that refer to themselves, by `forward`."""

import copy
import gc
import pickle
import sys
import weakref

import pytest

from ohneio import (
    BuildError,
    Forward,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    any_byte,
    at_eof,
    bind,
    choice,
    commit,
    exactly,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    parser,
    protocol,
    read,
    sep_by,
    seq,
    stream,
    success,
    take_while,
    uint8,
    until,
)
from ohneio.core._nodes import nodes
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

A, X, OPEN, CLOSE = literal(b"a"), literal(b"x"), literal(b"("), literal(b")")


def made_tree():
    """Brackets in brackets: its value is a list of lists."""
    tree = forward()
    tree.become(OPEN >> many(tree) << CLOSE)
    return tree


def made_nest():
    """An `a` in brackets, in brackets: a passage for each of them, and one for the `a`."""
    nest = forward()
    nest.become(choice(A, seq(OPEN, nest, CLOSE)))
    return nest


def nested(depth):
    """What `made_nest` takes, that many passages deep, and its value."""
    value = b"a"
    for _ in range(depth - 1):
        value = (b"(", value, b")")
    return b"(" * (depth - 1) + b"a" + b")" * (depth - 1), value


TREE, NEST = made_tree(), made_nest()
#: Deeper than Python's own stack.
DEEP = 2 * sys.getrecursionlimit()


# It is the parser that it is tied to.


def test_it_parses_as_what_it_is_tied_to():
    """Values, leftovers and the moment of decision are those of its target."""
    assert given(TREE, b"(()(()))x") == ([[], [[]]], b"x", 8)
    assert given(TREE, b"()()") == ([], b"()", 2)
    plain = forward()
    plain.become(until(b";"))
    assert given(plain, b"ab;c") == given(until(b";"), b"ab;c")


def test_it_fails_as_what_it_is_tied_to():
    """At the place where that is, however deep."""
    assert failed(TREE, b"((x") == ('expected b"(" or b")" at offset 2, found b"x"', 2, 3)
    assert failed(TREE, b"x") == ('expected b"(" at offset 0, found b"x"', 0, 1)
    outcome = told(TREE, b"((")
    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.offset, outcome.error.needed, outcome.error.have) == (2, 1, 2)


def test_it_builds_as_what_it_is_tied_to():
    """With the place in the value, however deep."""
    assert TREE.build([[], [[]]]) == b"(()(()))"
    with pytest.raises(BuildError) as caught:
        TREE.build([[], [[], 5]])
    assert str(caught.value) == "[1][1]: expected a list, not int"
    check(TREE, [b"()", b"(()(()))", b"((x", b"(", b""])


def test_it_builds_from_nothing_where_its_target_does():
    """Its value is then as good as any."""
    token = forward()
    token.become(A)
    assert (token >> uint8).build(7) == b"a\x07"
    assert token.facts.silent is True


def test_two_may_refer_to_each_other():
    """Whichever is tied first."""
    number, group = forward(), forward()
    group.become(OPEN >> sep_by(number, literal(b",")) << CLOSE)
    number.become(choice(A, group))
    assert given(group, b"(a,(a,()),a)")[0] == [b"a", [b"a", []], b"a"]
    assert number.build([b"a", [b"a", []], b"a"]) == b"(a,(a,()),a)"
    assert failed(group, b"(a;")[0] == 'expected b"," or b")" at offset 2, found b";"'


def test_it_may_be_used_before_it_is_tied_in_what_it_is_tied_to():
    """That is what it is for; and a generator may be among that."""
    item = forward()

    @parser
    def pair():
        return (yield from item), (yield from item)

    assert item.become(choice(A, OPEN >> pair << CLOSE)) is not item
    assert given(item, b"(a(aa))")[0] == (b"a", (b"a", b"a"))


def test_become_gives_the_parser_back():
    """Not the forward: for whoever wants to go on with it."""
    target = seq(A, X)
    assert forward().become(target) is target


def test_a_stream_of_recursive_items_begins_anew_with_each():
    """Their depth does not add up."""
    conn = stream(NEST, limits=Limits(max_depth=2))()
    conn.send(b"(a)" * 50)
    assert conn.events() == [(b"(", b"a", b")")] * 50


# Depth.


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_each_passage_counts_towards_the_depth(depth):
    """One more than allowed is too many, at the byte where it would begin."""
    fits, (deeper, _) = nested(depth), nested(depth + 1)
    assert given(NEST, fits[0], max_depth=depth)[:2] == (fits[1], b"")
    outcome = told(NEST, deeper, max_depth=depth)
    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset) == ("max_depth", depth)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_a_level_that_its_first_byte_shows_to_be_none_does_not_count(depth):
    """What ends a list on the last level is seen to end it: what can be built can be parsed."""
    limits = Limits(max_depth=depth)
    value = []
    for _ in range(depth - 1):
        value = [value]
    data = TREE.build(value, limits=limits)
    assert data == b"(" * depth + b")" * depth
    assert given(TREE, data, max_depth=depth)[:2] == (value, b"")
    outcome = told(TREE, b"(" * depth + b"x", max_depth=depth)
    assert str(outcome.error) == f'expected b"(" or b")" at offset {depth}, found b"x"'
    assert type(told(TREE, b"(" * depth, max_depth=depth).error) is IncompleteInput


@pytest.mark.parametrize(("depth", "brackets"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)])
def test_a_forward_that_stands_for_a_forward_counts_and_looks_at_a_byte_as_any_other(
    depth, brackets
):
    """One that no byte begins is none, whichever of the two would be one too many."""
    tree, same = forward(), forward()
    same.become(tree)
    tree.become(OPEN >> many(same) << CLOSE)
    data = b"(" * brackets + b")" * brackets
    assert given(tree, data, max_depth=depth)[:2] == (tree.parse(data), b"")
    error = told(tree, b"(" * (brackets + 1), max_depth=depth).error
    assert (type(error), error.offset) == (LimitExceeded, brackets)
    assert type(told(tree, b"(" * brackets, max_depth=depth).error) is IncompleteInput


@parser
def by_hand():
    return (yield from read(1))


@pytest.mark.parametrize("target", [optional(A), by_hand], ids=repr)
def test_a_level_that_may_begin_with_anything_counts_before_its_first_byte(target):
    """Nothing is waited for."""
    again = forward()
    again.become(target)
    conn = protocol(again, limits=Limits(max_depth=0))()
    with pytest.raises(LimitExceeded, match="max_depth"):
        conn.send(b"")


@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize("grammar", [NEST, choice(NEST, many(NEST))], ids=["itself", "tried"])
def test_building_counts_it_as_well(grammar, depth):
    """And nothing else is tried then."""
    (data, fits), (_, deeper) = nested(depth), nested(depth + 1)
    assert grammar.build(fits, limits=Limits(max_depth=depth)) == data
    text = rf"nested more than {depth} levels deep \(max_depth\)"
    with pytest.raises(BuildError, match=text):
        grammar.build(deeper, limits=Limits(max_depth=depth))


def test_at_the_default_limit_a_bomb_is_refused():
    """A clear limit, and no error of Python's."""
    with pytest.raises(LimitExceeded, match="more than the 256 levels allowed"):
        TREE.parse(b"(" * 100_000)
    with pytest.raises(BuildError, match="nested more than 256 levels deep"):
        NEST.build(nested(257)[1])
    assert NEST.parse(nested(256)[0]) == nested(256)[1]


def test_a_raised_limit_goes_deeper_than_pythons_stack():
    """Parsing, failing, meeting the end, building, and being closed in the middle."""
    limits = Limits(max_depth=DEEP)
    data, value = nested(DEEP)
    assert NEST.build(value, limits=limits) == data
    assert NEST.build(NEST.parse(data, limits=limits), limits=limits) == data
    with pytest.raises(ParseError, match=f"at offset {DEEP - 1}, "):
        NEST.parse(data[: DEEP - 1] + b"x", limits=limits)
    with pytest.raises(IncompleteInput):
        NEST.parse(data[:-1], limits=limits)
    conn = protocol(NEST, limits=limits)()
    conn.send(data[:-1])
    conn.close()
    assert conn.consumed == len(data) - 1


# When it is tied.


def test_before_it_is_tied_it_cannot_be_used():
    """In either direction, nor its target be asked for; children it has none."""
    loop = forward()
    for use in (lambda: loop.parse(b"a"), lambda: loop.build(1), lambda: loop.target):
        with pytest.raises(UsageError, match=r"used before become\(\) tied it to a parser"):
            use()
    with pytest.raises(UsageError, match=r"used before become\(\)"):
        seq(A, loop).parse(b"ab")
    assert loop.children() == ()
    loop.become(A)
    assert (loop.target, loop.children()) == (A, (A,))


def test_it_is_tied_once():
    """Whoever has it may rely on that."""
    loop = forward()
    loop.become(A)
    for again in (A, X):
        with pytest.raises(UsageError, match=r"this forward\(\) is tied already"):
            loop.become(again)
    assert loop.parse(b"a") == b"a"


def test_it_is_tied_to_a_parser():
    """Anything else is refused, and leaves it untied."""
    loop = forward()
    with pytest.raises(UsageError, match="expected a parser, not bytes"):
        loop.become(b"a")
    loop.become(A)
    assert loop.target is A


LEFT = {
    "itself": lambda loop: loop,
    "seq": lambda loop: seq(loop, A),
    "behind what may be empty": lambda loop: seq(optional(A), take_while(b"x"), loop),
    "choice": lambda loop: choice(A, seq(loop, X)),
    "many": lambda loop: A | (many(loop) >> X),
    "lookahead": lambda loop: seq(lookahead(loop), A),
    "not_followed_by": lambda loop: seq(not_followed_by(loop), A),
    "bind": lambda loop: bind(exactly, loop),
    "map": lambda loop: loop.map(len).label("x").verify(bool) << A,
    "twice": lambda loop: seq(choice(seq(optional(A), loop), seq(optional(A), loop)), A),
}


@pytest.mark.parametrize("make", LEFT.values(), ids=LEFT)
def test_left_recursion_is_refused(make):
    """It would call itself for ever before it took a byte; it is not tied then."""
    loop = forward()
    with pytest.raises(UsageError, match=r"left recursion: .* before it takes a byte"):
        loop.become(make(loop))
    loop.become(A)
    assert loop.parse(b"a") == b"a"


def test_left_recursion_over_two_is_refused_where_the_ring_is_closed():
    """The first could not know."""
    one, two = forward(), forward()
    one.become(choice(A, seq(two, X)))
    with pytest.raises(UsageError, match="left recursion"):
        two.become(seq(optional(X), one))
    two.become(X)
    assert one.parse(b"xx") == (b"x", b"x")


RIGHT = {
    "behind a byte": lambda loop: seq(A, optional(loop)),
    "in brackets": lambda loop: choice(A, OPEN >> loop << CLOSE),
    "behind its own length": lambda loop: length_prefixed(uint8, many(loop)),
    "after a commit": lambda loop: choice(A, seq(OPEN, commit, loop)),
}


@pytest.mark.parametrize("make", RIGHT.values(), ids=RIGHT)
def test_recursion_behind_a_byte_is_none_of_that_kind(make):
    """It ends when the input does."""
    loop = forward()
    loop.become(make(loop))
    assert loop.children() == (loop.target,)


def test_a_loop_over_what_turns_out_to_match_nothing_is_refused():
    """It is known only now, and names the item; the forward is not tied then."""
    loop = forward()
    with pytest.raises(UsageError, match="can succeed on nothing: a loop over it would not end"):
        loop.become(seq(A, many(optional(loop))))
    around = many(loop)
    loop.become(choice(A, success(1)))
    with pytest.raises(UsageError, match="can succeed on nothing"):
        around.parse(b"a")


def test_what_is_known_of_it_is_known_when_it_is_tied():
    """Before, nothing is; then what holds for its target."""
    loop = forward()
    around = seq(A, loop)
    assert (loop.facts.nullable, loop.facts.greatest, around.facts.nullable) == (None, None, False)
    loop.become(optional(X))
    assert loop.facts == optional(X).facts
    assert (around.facts.least, around.facts.greatest) == (1, 2)
    assert (TREE.facts.least, TREE.facts.greatest, TREE.facts.first) == (2, None, frozenset(b"("))
    assert TREE.facts.self_delimiting is True


def test_what_is_never_whole_is_found_out():
    """A recursion without an end has no item of a known size, and fails at the end of input."""
    loop = forward()
    loop.become(seq(A, loop))
    assert loop.facts.greatest is None
    with pytest.raises(IncompleteInput):
        loop.parse(b"aaa")


# As a value.


def test_it_is_compared_by_identity():
    """Two that are tied alike are still two; in a copy it is the same one."""
    one, two = made_tree(), made_tree()
    assert one != two
    assert len({one, two, one}) == 2
    assert copy.copy(one) is copy.deepcopy(one) is one


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_pickles_with_all_that_refers_to_it(protocol):
    """What comes back is another one, with the ring closed."""
    again = pickle.loads(pickle.dumps(TREE, protocol))
    assert again is not TREE
    assert again.parse(b"(()(()))") == [[], [[]]]
    assert again.build([[]]) == b"(())"
    assert again.facts == TREE.facts
    assert [one for one in nodes(again) if isinstance(one, Forward)] == [again]


def test_an_untied_one_pickles_untied():
    """It can be tied where it arrives."""
    again = pickle.loads(pickle.dumps(forward()))
    with pytest.raises(UsageError, match="used before become"):
        again.parse(b"a")
    again.become(A)
    assert again.parse(b"a") == b"a"


def test_it_shows_what_it_is_tied_to_once():
    """So a grammar's text is as long as the grammar."""
    assert repr(forward()) == "forward()"
    assert repr(TREE) == (
        "forward(((literal(b'(') >> many(forward(...))) << literal(b')')))"
    )  # fmt: skip
    assert repr(seq(A, forward())) == "seq(literal(b'a'), forward())"
    one, two = forward(), forward()
    one.become(choice(A, seq(X, two)))
    two.become(seq(X, optional(one), optional(two)))
    assert repr(one).count("forward(") == 4
    assert repr(one) == repr(one)


def test_one_that_is_seen_twice_is_shown_once():
    """In parts that share one, a hundred times over, nothing is doubled."""
    loop = forward()
    loop.become(A)
    shared = seq(loop, loop)
    assert repr(shared) == "seq(forward(literal(b'a')), forward(literal(b'a')))"
    outer = forward()
    outer.become(seq(A, shared))
    assert repr(outer) == (
        "forward(seq(literal(b'a'), seq(forward(literal(b'a')), forward(...))))"
    )  # fmt: skip


def test_a_grammar_that_nobody_has_any_more_is_collected():
    """It refers to itself, so that takes the collector."""
    gc.collect()
    gone = weakref.ref(made_tree())
    gc.collect()
    assert gone() is None


def test_it_is_a_class_for_annotations():
    """And no other thing than what `forward` makes."""
    assert type(forward()) is Forward
    assert isinstance(Forward(), Forward)


# Among others.


def test_it_goes_back_and_commits_as_any_part():
    """What is tried through it is taken back, and what it commits is final."""
    loop = forward()
    loop.become(choice(seq(A, loop, X), A))
    assert given(loop, b"aaxa")[0] == (b"a", b"a", b"x")
    tied = forward()
    tied.become(seq(A, commit, optional(tied), X))
    assert failed(optional(tied), b"aay")[0] == 'expected b"a" or b"x" at offset 2, found b"y"'


def test_its_names_are_on_the_path():
    """Level by level."""
    loop = forward()
    loop.become(choice(A, label("group", OPEN >> loop << CLOSE)))
    assert failed(loop, b"((?")[0] == (
        'expected b"a" or group at offset 2 (in group > group), found b"?"'
    )


def test_it_looks_for_the_end_like_anybody():
    """Whoever runs inside sees the same input."""
    loop = forward()

    @parser
    def counted():
        if (yield from at_eof()):
            return 0
        yield from any_byte
        return 1 + (yield from loop)

    loop.become(counted)
    assert given(loop, b"abc") == (3, b"", None)
