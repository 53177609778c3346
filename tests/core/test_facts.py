"""What is known of a parser before it sees a byte: how facts are put together."""

import itertools

import attrs
import pytest

from ohneio import (
    Parser,
    choice,
    eof,
    exactly,
    literal,
    lookahead,
    many,
    seq,
    success,
    uint8,
    until,
)
from ohneio.core._facts import (
    ANY,
    NO_BYTES,
    UNKNOWN,
    Facts,
    alternatives,
    both,
    dropped,
    either,
    sequence,
    union,
)

A, B = frozenset(b"a"), frozenset(b"b")
TRUTHS = [True, False, None]


@attrs.frozen(eq=False)
class Known(Parser):
    """A parser of which these facts are known."""

    known: Facts

    def _facts(self):
        return self.known


def facts(**given):
    """The facts of something of one byte, but for what is given."""
    return attrs.evolve(
        Facts(
            least=1,
            greatest=1,
            nullable=False,
            first=A,
            more=NO_BYTES,
            unambiguous=True,
            canonical=True,
            buildable=True,
            silent=True,
            constant=True,
        ),
        **given,
    )


# Facts, some of them unknown.


@pytest.mark.parametrize("values", list(itertools.product(TRUTHS, repeat=2)), ids=str)
def test_what_is_not_known_is_decided_where_the_other_decides(values):
    """False decides a conjunction, True a disjunction."""
    assert both(*values) == (False if False in values else None if None in values else True)
    assert either(*values) == (True if True in values else None if None in values else False)


def test_nothing_at_all_holds_and_none_of_nothing_does():
    """As `all` and `any` have it."""
    assert both() is True
    assert either() is False


def test_sets_are_united_as_far_as_they_are_known():
    """One that is unknown makes the whole so."""
    assert union(A, B) == A | B
    assert union() == NO_BYTES
    assert union(A, None) is None
    assert len(ANY) == 256


def test_self_delimiting_is_that_nothing_more_could_belong_to_it():
    """Unknown where that is unknown."""
    assert facts().self_delimiting is True
    assert facts(more=A).self_delimiting is False
    assert UNKNOWN.self_delimiting is None


# One after the other.


def test_nothing_is_the_sequence_of_no_parts():
    """It takes nothing, ends by itself, and builds from nothing."""
    nothing = sequence([])
    assert (nothing.least, nothing.greatest, nothing.nullable) == (0, 0, True)
    assert (nothing.first, nothing.more) == (NO_BYTES, NO_BYTES)
    assert nothing.unambiguous
    assert nothing.silent
    assert sequence([nothing, facts()]) == sequence([facts(), nothing]) == facts()


def test_sizes_add_up():
    """As far as they are known."""
    assert sequence([facts(), facts(least=2, greatest=5)]).least == 3
    assert sequence([facts(), facts(least=2, greatest=5)]).greatest == 6
    assert sequence([facts(greatest=None), facts()]).greatest is None
    assert sequence([facts(), facts(greatest=None)]).greatest is None


def test_the_first_bytes_are_those_of_the_first_part_that_must_take_one():
    """And of those before it."""
    empty = facts(nullable=True, least=0)
    assert sequence([facts(), facts(first=B)]).first == A
    assert sequence([empty, facts(first=B)]).first == A | B
    assert sequence([empty, facts(first=None)]).first is None


def test_what_could_prolong_the_last_part_could_prolong_the_whole():
    """And what could prolong one before it, where the last may be empty."""
    open_end = facts(more=B)
    empty = facts(nullable=True)
    assert sequence([facts(), open_end]).more == B
    assert sequence([open_end, facts()]).more == NO_BYTES
    assert sequence([open_end, empty]).more == B
    assert sequence([facts(more=None), facts()]).more is None


@pytest.mark.parametrize(
    ("left", "right", "told_apart"),
    [
        (facts(), facts(first=None), True),
        (facts(more=A), facts(first=B), True),
        (facts(more=A), facts(first=A), None),
        (facts(more=A), facts(first=None), None),
        (facts(more=None), facts(first=B), None),
        (facts(unambiguous=False), facts(), False),
    ],
)
def test_a_sequence_is_unambiguous_where_its_parts_end_beyond_doubt(left, right, told_apart):
    """By themselves, or before a byte that could not belong to them."""
    assert sequence([left, right]).unambiguous is told_apart


def test_who_is_to_blame_is_rather_one_that_can_never_build():
    """Else the first of which it is not known."""
    never, perhaps = exactly(1), exactly(2)
    parts = [
        facts(),
        facts(buildable=None, obstacle=perhaps),
        facts(buildable=False, obstacle=never),
    ]
    assert sequence(parts[:1]).obstacle is None
    assert sequence(parts[:2]).obstacle is perhaps
    assert sequence(parts).obstacle is never
    assert sequence(parts).buildable is False
    assert alternatives(parts).obstacle is never


# One or the other.


def test_a_choice_is_as_small_and_as_large_as_its_branches():
    """Unknown where one of them is."""
    two = facts(least=2, greatest=5, first=B)
    assert (alternatives([facts(), two]).least, alternatives([facts(), two]).greatest) == (1, 5)
    assert alternatives([facts(), facts(greatest=None)]).greatest is None
    assert alternatives([facts(), two]).first == A | B
    assert alternatives([facts(nullable=None), facts(nullable=True)]).nullable is True


def test_a_choice_of_one_is_that_one():
    """In all its facts."""
    for one in (facts(), facts(more=B, canonical=None, constant=None, silent=False)):
        assert alternatives([one]) == one


@pytest.mark.parametrize(
    ("branches", "told_apart"),
    [
        ([facts(first=A), facts(first=B)], True),
        ([facts(first=A), facts(first=A | B)], None),
        ([facts(first=None), facts(first=B)], None),
        ([facts(first=A, nullable=None), facts(first=B)], None),
        ([facts(first=A), facts(first=B, nullable=True)], True),
        ([facts(first=A), facts(first=B, unambiguous=None)], None),
        ([facts(first=A), facts(first=B), facts(first=A)], None),
    ],
)
def test_a_choice_is_unambiguous_where_the_first_byte_tells(branches, told_apart):
    """Only the last may be empty."""
    assert alternatives(branches).unambiguous is told_apart


@pytest.mark.parametrize(
    ("branches", "more"),
    [
        ([facts(first=A), facts(first=B)], NO_BYTES),
        ([facts(first=A, more=B), facts(first=B)], B),
        ([facts(first=A), facts(first=A, least=1)], NO_BYTES),
        ([facts(first=A, greatest=5), facts(first=A)], None),
        ([facts(first=A), facts(first=B, nullable=True, least=0)], A),
        ([facts(first=None, greatest=None), facts(first=B)], None),
        ([facts(first=A, more=None), facts(first=B)], None),
    ],
)
def test_what_could_prolong_a_choice_is_what_could_make_an_earlier_branch_match(branches, more):
    """Or prolong any of them."""
    assert alternatives(branches).more == more


@pytest.mark.parametrize(
    ("values", "whole"),
    [([True, True], True), ([False, False], False), ([True, False], None), ([None, None], None)],
)
def test_whether_a_choice_builds_depends_on_the_value_where_the_branches_differ(values, whole):
    """All, none, or it depends."""
    assert alternatives([facts(buildable=value) for value in values]).buildable is whole


@pytest.mark.parametrize(
    ("values", "whole"),
    [
        ([True, False], True),
        ([False, True], True),
        ([False, None, True], None),
        ([False, False], False),
    ],
)
def test_a_choice_builds_from_nothing_what_its_first_branch_does_that_can(values, whole):
    """Those before it are known not to."""
    assert alternatives([facts(silent=value) for value in values]).silent is whole


# Where the value is dropped.


@pytest.mark.parametrize("silent", TRUTHS)
@pytest.mark.parametrize("constant", TRUTHS)
def test_what_is_dropped_builds_if_it_is_silent(silent, constant):
    """And is canonical if there is but one form of it."""
    one = Known(facts(silent=silent, constant=constant))
    whole = dropped(one)
    assert whole.buildable is silent
    assert whole.canonical is (constant or None)
    assert whole.obstacle is (None if silent else one)


# In grammars.


@pytest.mark.parametrize(
    ("grammar", "wanted"),
    [
        (exactly(3), {"least": 3, "greatest": 3, "nullable": False, "first": ANY}),
        (literal(b"ab"), {"least": 2, "first": A, "silent": True, "constant": True}),
        (until(b";"), {"least": 1, "greatest": None, "nullable": False, "silent": False}),
        (success(1), {"least": 0, "greatest": 0, "nullable": True}),
        (many(literal(b"a")), {"least": 0, "greatest": None, "nullable": True, "more": A}),
        (seq(uint8, exactly(3)), {"least": 4, "greatest": 4, "unambiguous": True}),
        (literal(b"a") | literal(b"bc"), {"least": 1, "greatest": 2, "first": A | B}),
        (choice(literal(b"a"), exactly(2)), {"least": 1, "greatest": 2, "unambiguous": None}),
        (lookahead(exactly(1)), {"least": 0, "greatest": 0, "more": None}),
        (eof, {"least": 0, "nullable": True}),
        (exactly(1).map(int), {"buildable": False}),
        (exactly(1) >> exactly(1), {"buildable": False}),
        (literal(b"a") >> exactly(1), {"buildable": True}),
    ],
    ids=repr,
)
def test_facts_of_grammars(grammar, wanted):
    """A sample of each kind."""
    assert {name: getattr(grammar.facts, name) for name in wanted} == wanted
