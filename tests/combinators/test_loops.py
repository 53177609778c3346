"""What the loops share: bounds, steps, building and facts, in a loop of one's own."""

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    Parser,
    UsageError,
    exactly,
    forward,
    literal,
    lookahead,
    many,
    optional,
    parser,
    recognize,
    rest,
    seq,
    success,
    take_while,
    uint8,
    uint16,
    until,
)
from ohneio.combinators._checks import BelowZero
from ohneio.combinators._loops import (
    bounds,
    consuming,
    gathered,
    list_of,
    moved_on,
    or_nothing,
    range_of,
    refuse_another,
    refuse_endless,
    repeated,
)
from ohneio.core._building import NOTHING, inside
from ohneio.core._facts import NO_BYTES, UNKNOWN
from ohneio.core._run import UNBOUNDED
from ohneio.core._steps import current
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

AB, CD, X = literal(b"ab"), literal(b"cd"), literal(b"x")


@attrs.frozen
class Loop(Parser):
    """One item, and then others of another kind."""

    item: Parser
    again: Parser
    min: int = 0
    max: int = UNBOUNDED

    def _parse(self):
        return gathered(self, self.item, self.again)

    def _build(self, value):
        for index, one in enumerate(list_of(value, self.min, self.max)):
            yield from inside(index, self.again if index else self.item, one)


@attrs.frozen
class OneMore(Parser):
    """Stand where one item more than allowed would begin."""

    item: Parser
    needed: bool

    def _parse(self):
        yield from exactly(1)
        yield from refuse_another(self.item, needed=self.needed)
        return current().input.position


def loop(item, **between):
    return Loop(item, item, **between)


# Bounds.


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (0, UNBOUNDED, ""),
        (1, UNBOUNDED, ", min=1"),
        (0, 0, ", max=0"),
        (0, 3, ", max=3"),
        (2, 3, ", min=2, max=3"),
    ],
)
def test_bounds_are_written_where_they_are_not_the_default(least, most, text):
    """As the arguments they were."""
    assert bounds(least, most) == text
    assert range_of(least, most) == (least, most)


def test_the_least_is_no_more_than_the_greatest():
    """Equal is well; a greatest that nobody set allows all that there can be."""
    assert range_of(2, 2) == (2, 2)
    assert range_of(UNBOUNDED + 1, UNBOUNDED) == (UNBOUNDED + 1, UNBOUNDED)
    with pytest.raises(UsageError, match="at least 3 and at most 2 cannot be"):
        range_of(3, 2)
    with pytest.raises(UsageError, match="at least an unprintable int and at most 2 cannot be"):
        range_of(10**5000, 2)


@pytest.mark.parametrize("wrong", [-1, True, 1.0, "1", None])
def test_a_bound_is_a_number_of_0_or_more(wrong):
    """Either of them; one below 0 may have been named by a peer."""
    for pair in ((wrong, 3), (0, wrong)):
        with pytest.raises(UsageError, match="expected a number of 0 or more, not ") as caught:
            range_of(*pair)
        assert (type(caught.value) is BelowZero) == (wrong == -1)


# Loops that would not end.


@pytest.mark.parametrize("idle", [success(1), optional(AB), take_while(b"a"), rest, lookahead(AB)])
def test_what_can_succeed_on_nothing_is_no_item(idle):
    """A loop over it would not end."""
    for refuse in (consuming, refuse_endless):
        with pytest.raises(UsageError, match="can succeed on nothing: a loop over it would not"):
            refuse(idle)


@pytest.mark.parametrize("item", [AB, seq(optional(AB), X), exactly(1), forward()])
def test_what_takes_something_or_may_do_so_is_one(item):
    """What is not known is found out later."""
    assert consuming(item) is item
    refuse_endless(item)


@parser
def at_most_two():
    """Takes what is there of two bytes, which nobody can know beforehand."""
    return (yield from optional(AB))


def test_an_iteration_that_took_nothing_ends_the_loop_as_misuse():
    """It says which loop; the items that took something were well."""
    assert given(loop(at_most_two, max=2), b"abab")[0] == [b"ab", b"ab"]
    with pytest.raises(UsageError, match=r"^an item took nothing in Loop\(.*which would not end$"):
        loop(at_most_two).parse(b"ababx")


def test_the_first_item_may_take_nothing_where_the_others_are_of_another_kind():
    """As that of `sep_by`, before which no separator stands."""
    assert given(Loop(at_most_two, seq(X, at_most_two)), b"xabx?")[0] == [
        None, (b"x", b"ab"), (b"x", None),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="took nothing"):
        Loop(AB, at_most_two).parse(b"ab?")


def test_having_moved_on_is_having_taken_a_byte():
    """Nothing else counts."""

    @parser
    def moving():
        run = current()
        here = run.input.position
        yield from exactly(1)
        moved_on(run, here, "the loop")
        moved_on(run, run.input.position, "the loop")

    with pytest.raises(UsageError, match="an item took nothing in 'the loop', which would not"):
        moving.parse(b"a")


# Steps.


def test_items_are_taken_as_long_as_they_match():
    """The first of one kind, the others of another; what began and did not match is left."""
    assert given(Loop(AB, CD), b"abcdcdab") == ([b"ab", b"cd", b"cd"], b"ab", 7)
    assert given(Loop(AB, CD), b"abcdcx") == ([b"ab", b"cd"], b"cx", 6)
    assert given(Loop(AB, CD), b"cd") == ([], b"cd", 1)
    assert given(Loop(AB, CD), b"abc") == ([b"ab"], b"c", None)
    check(loop(AB), [b"ababx", b"aba", b""])


def test_no_more_than_the_greatest_number_is_looked_for():
    """It is complete with its last byte."""
    assert given(loop(AB, max=2), b"ababab") == ([b"ab", b"ab"], b"ab", 4)
    assert given(loop(AB, max=0), b"ab") == ([], b"ab", 0)


def test_fewer_than_the_least_number_is_the_failure_of_the_one_that_is_missing():
    """And none of the loop."""
    assert given(loop(AB, min=2), b"ababx") == ([b"ab", b"ab"], b"x", 5)
    assert failed(loop(AB, min=2), b"abax") == ('expected b"ab" at offset 2, found b"ax"', 2, 4)
    assert type(told(Loop(AB, CD, min=2), b"ab").error) is IncompleteInput


def test_items_that_must_be_there_are_no_alternatives():
    """They are not held for a way back."""
    assert given(loop(exactly(3), min=4, max=4), b"x" * 12, max_buffered=3)[1] == b""
    assert given(loop(exactly(3)), b"x" * 12, max_buffered=3)[0] == [b"xxx"] * 4


@pytest.mark.parametrize("least", [0, 9])
def test_one_item_more_than_max_items_is_a_limit(least):
    """At its first byte, when it is whole: needed or not."""
    outcome = told(loop(AB, min=least), b"abababab", max_items=2)
    assert type(outcome.error) is LimitExceeded
    assert str(outcome.error) == "more than the 2 items allowed (max_items) at offset 4"
    assert (outcome.consumed, outcome.after) == (4, 6)


def test_where_no_further_item_follows_the_limit_was_enough():
    """If it was not needed; and a greatest number within the limit looks no further."""
    assert given(loop(AB), b"ababx", max_items=2) == ([b"ab", b"ab"], b"x", 5)
    assert given(loop(AB, max=2), b"ababab", max_items=2) == ([b"ab", b"ab"], b"ab", 4)
    assert failed(loop(AB, min=3), b"ababx", max_items=2)[0].startswith('expected b"ab"')


@pytest.mark.parametrize("needed", [True, False])
def test_one_more_is_refused_when_it_is_whole(needed):
    """And what is left begins with it."""
    outcome = told(OneMore(AB, needed), b"?abx", max_items=7)
    assert str(outcome.error) == "more than the 7 items allowed (max_items) at offset 1"
    assert (outcome.consumed, outcome.after) == (1, 3)


def test_one_more_that_is_not_there_is_a_failure_where_it_was_needed():
    """Else nothing has happened, and nothing was taken."""
    assert given(OneMore(AB, False), b"?ax") == (1, b"ax", 3)
    assert failed(OneMore(AB, True), b"?ax") == ('expected b"ab" at offset 1, found b"ax"', 1, 3)


@pytest.mark.parametrize("needed", [True, False])
def test_one_more_is_held_within_the_bound(needed):
    """It could be longer than all that may be kept."""
    long = seq(uint8, uint8, uint8)
    error = told(OneMore(long, needed), b"?abc", max_buffered=2).error
    assert (error.name, error.offset) == ("max_buffered", 1)


def test_what_was_looked_at_for_one_more_is_let_go_behind_it():
    """The next ones hold what is theirs alone."""
    three = recognize(exactly(3))
    grammar = seq(OneMore(X, False), three, three)
    assert given(grammar, b"?abcdef", max_buffered=4)[0][1:] == (b"abc", b"def")


# Building.


def test_a_list_of_a_length_that_is_allowed_is_built():
    """Its items in order, each at its place."""
    assert Loop(AB, CD).build([b"ab", b"cd", b"cd"]) == b"abcdcd"
    assert loop(uint8, min=1, max=2).build([1]) == b"\x01"
    assert loop(uint8, min=1, max=2).build([1, 2]) == b"\x01\x02"
    with pytest.raises(BuildError) as caught:
        loop(uint8).build([1, 256])
    assert str(caught.value) == "[1]: expected a number from 0 to 255, not 256"


@pytest.mark.parametrize(
    "wrong", [(b"ab",), b"ab", None, {b"ab"}, iter([b"ab"])], ids=lambda one: type(one).__name__
)
def test_only_a_list_is_a_list(wrong):
    """What is parsed would not be equal to any other."""
    with pytest.raises(BuildError, match=f"^expected a list, not {type(wrong).__name__}$"):
        loop(AB).build(wrong)


@pytest.mark.parametrize(
    ("between", "size", "text"),
    [
        ({"min": 2}, 1, "expected at least 2 items, not 1"),
        ({"max": 2}, 3, "expected 0 to 2 items, not 3"),
        ({"min": 1, "max": 2}, 0, "expected 1 to 2 items, not 0"),
        ({"min": 2, "max": 2}, 3, "expected 2 items, not 3"),
        ({}, 4, "expected at most 3 items (max_items)"),
    ],
)
def test_too_few_and_too_many_are_told_with_the_bounds(between, size, text):
    """The same that hold for parsing, the limit among them."""
    with pytest.raises(BuildError) as caught:
        loop(AB, **between).build([b"ab"] * size, limits=Limits(max_items=3))
    assert str(caught.value) == text
    assert loop(AB).build([b"ab"] * 3, limits=Limits(max_items=3)) == b"ababab"


def test_from_nothing_the_fewest_are_built():
    """Each from nothing in turn."""
    assert list_of(NOTHING, 0, 5) == []
    assert list_of(NOTHING, 2, UNBOUNDED) == [NOTHING, NOTHING]
    assert (loop(AB, min=2) >> uint8).build(7) == b"abab\x07"


# What is known.


@pytest.mark.parametrize(
    ("item", "least", "most", "sizes"),
    [
        (AB, 0, UNBOUNDED, (0, None, True)),
        (AB, 2, UNBOUNDED, (4, None, False)),
        (AB, 0, 3, (0, 6, True)),
        (AB, 3, 3, (6, 6, False)),
        (AB, 0, 0, (0, 0, True)),
        (until(b";"), 1, 2, (1, None, False)),
        (optional(AB), 1, 2, (0, 4, True)),
    ],
    ids=repr,
)
def test_sizes_are_those_of_the_item_so_many_times(item, least, most, sizes):
    """As far as both are known."""
    facts = repeated(item.facts, least, most)
    assert (facts.least, facts.greatest, facts.nullable) == sizes


def test_it_begins_as_its_item_does():
    """Unless there can be none."""
    assert repeated(AB.facts, 0, UNBOUNDED).first == frozenset(b"a")
    assert repeated(AB.facts, 0, 0).first == NO_BYTES
    assert repeated(UNKNOWN, 0, UNBOUNDED).first is None


def test_what_could_prolong_it_is_another_item():
    """Or what could prolong the last; none where the number is settled."""
    digits = take_while(b"09", min=1)
    assert repeated(AB.facts, 0, UNBOUNDED).more == frozenset(b"a")
    assert repeated(AB.facts, 2, 2).more == NO_BYTES
    assert repeated(AB.facts, 0, 0).more == NO_BYTES
    assert repeated(digits.facts, 1, 1).more == frozenset(b"09")
    assert repeated((digits << X).facts, 0, 3).more == frozenset(b"09")
    # Is it one item, or two? Who knows how far one would have to look.
    assert repeated(digits.facts, 0, 2).more is None
    assert repeated(digits.facts, 0, UNBOUNDED).more is None


def test_it_is_unambiguous_if_one_item_ends_where_another_begins():
    """And if it is able to go back where there is no other, and no item is empty."""
    digits = take_while(b"09", min=1)
    assert repeated(AB.facts, 0, UNBOUNDED).unambiguous is True
    assert repeated(digits.facts, 0, 1).unambiguous is True
    assert repeated(digits.facts, 0, 2).unambiguous is None
    assert repeated(optional(AB).facts, 1, 1).unambiguous is None
    assert repeated(optional(AB).facts, 2, 2).unambiguous is None
    blind = attrs.evolve(AB.facts, first=None)
    assert repeated(blind, 0, UNBOUNDED).unambiguous is None
    assert repeated(blind, 2, 2).unambiguous is True


def test_an_empty_list_can_always_be_built():
    """More than that only if the item can."""
    no = uint8.map(str)
    assert repeated(no.facts, 0, UNBOUNDED).buildable is None
    assert repeated(no.facts, 1, UNBOUNDED).buildable is False
    assert repeated(no.facts, 0, UNBOUNDED).obstacle == no
    assert repeated(AB.facts, 0, UNBOUNDED).buildable is True
    assert repeated(UNKNOWN, 1, 1).buildable is None


def test_from_nothing_it_builds_if_none_is_needed_or_its_item_does():
    """It is of one form alone only with a number that is settled."""
    assert repeated(uint8.facts, 0, UNBOUNDED).silent is True
    assert repeated(uint8.facts, 1, UNBOUNDED).silent is False
    assert repeated(AB.facts, 1, UNBOUNDED).silent is True
    assert repeated(AB.facts, 2, 2).constant is True
    assert repeated(AB.facts, 1, 2).constant is None
    assert repeated(uint16.facts, 2, 2).canonical is True


def test_what_may_be_left_out_builds_from_nothing_and_may_be_empty():
    """All else is as of a choice between it and nothing."""
    facts = or_nothing(uint16.facts)
    assert (facts.least, facts.greatest, facts.nullable, facts.silent) == (0, 2, True, True)
    assert facts.more == uint16.facts.first
    assert or_nothing(UNKNOWN).nullable is True
    assert or_nothing(UNKNOWN).more is None


def test_the_vocabulary_knows_the_same():
    """`many` is made of these."""
    assert many(AB, min=1, max=3).facts == repeated(AB.facts, 1, 3)
