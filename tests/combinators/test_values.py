"""Values of one's own choosing: instead of what was parsed, or of no bytes at all."""

import math
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    choice,
    commit,
    emit,
    exactly,
    fail,
    label,
    literal,
    many,
    optional,
    parser,
    seq,
    success,
    uint8,
    until,
    value,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

AB, X = literal(b"ab"), literal(b"x")
MARK = object()
ALL = [value(3, AB), value(None, AB), success(3), success("three"), fail("not today")]


# Instead of what was parsed.


def test_the_value_is_the_one_that_was_given():
    """The same object, however often, and whatever the parser gave."""
    assert given(value(3, AB), b"abx") == (3, b"x", 2)
    assert given(value(3, until(b";")), b"whatever;x") == (3, b"x", 9)
    assert value(MARK, AB).parse(b"ab") is MARK
    assert [one is MARK for one in many(value(MARK, AB)).parse(b"abab")] == [True, True]


def test_it_waits_and_fails_as_its_parser_does():
    """In the same words, at the same place, after as many bytes."""
    for data in (b"ax", b"a", b"x", b""):
        ours, its = told(value(3, AB), data), told(AB, data)
        assert (ours.details(), ours.after) == (its.details(), its.after)
    assert failed(value(3, AB), b"ax") == ('expected b"ab" at offset 0, found b"ax"', 0, 2)
    assert type(told(value(3, AB), b"a").error) is IncompleteInput
    long = value(3, until(b";", max=2))
    assert type(told(long, b"abc;").error) is LimitExceeded


def test_it_builds_its_parser_from_nothing():
    """For a value that is equal to its own."""
    assert value(3, AB).build(3) == b"ab"
    assert value(3, AB).build(3.0) == b"ab"
    assert value(math.nan, AB).build(float("nan")) == b"ab"
    assert (value(3, AB) >> uint8).build(7) == b"ab\x07"


@pytest.mark.parametrize("wrong", [4, None, "3", b"ab", (3,)])
def test_it_builds_no_other_value(wrong):
    """What the parser itself would build is another value too."""
    with pytest.raises(BuildError) as caught:
        value(3, AB).build(wrong)
    assert str(caught.value) == f"expected 3, not {wrong!r}"


def test_what_its_parser_takes_must_leave_no_choice_in_building():
    """Which is said of the parser, since the value is there."""
    for grammar in (value(3, exactly(1)), value(3, uint8)):
        assert grammar.facts.buildable is False
        assert grammar.facts.obstacle == grammar.parser
        with pytest.raises(BuildError, match="cannot build from nothing, and its value is dropped"):
            grammar.build(3)
    assert value(3, optional(AB)).build(3) == b""


def test_a_choice_of_values_is_a_table_in_both_directions():
    """Each is built by the branch that has it."""
    table = choice(value("yes", literal(b"+")), value("no", literal(b"-")))
    for name, data in (("yes", b"+"), ("no", b"-")):
        assert table.parse(data) == name
        assert table.build(name) == data
    with pytest.raises(BuildError, match="expected 'yes', not 'maybe'; or expected 'no', not"):
        table.build("maybe")
    check(table, [b"+", b"-", b"?", b""])


def test_it_is_known_to_be_what_its_parser_is_where_that_is_dropped():
    """Sizes and bytes stay; of one form alone it is where the parser has but one."""
    facts = value(3, AB).facts
    assert (facts.least, facts.greatest, facts.first) == (2, 2, frozenset(b"a"))
    assert (facts.buildable, facts.silent, facts.constant, facts.canonical) == (True,) * 4
    loose = value(3, optional(AB)).facts
    assert (loose.nullable, loose.buildable, loose.canonical) == (True, True, None)
    assert value(3, optional(AB)).heads() == (optional(AB),)


# Of no bytes at all.


def test_success_takes_nothing_and_waits_for_nothing():
    """It is there before the first byte."""
    assert given(success(3), b"ab") == (3, b"ab", 0)
    assert given(success(3), b"") == (3, b"", 0)
    assert given(seq(AB, success(3)), b"abx") == ((b"ab", 3), b"x", 2)
    assert success(MARK).parse(b"") is MARK


def test_success_builds_nothing():
    """For its own value alone."""
    assert success(3).build(3) == b""
    assert success(math.nan).build(float("nan")) == b""
    assert (success(3) >> AB << success(4)).build(b"ab") == b"ab"
    with pytest.raises(BuildError, match=r"^expected 3, not None$"):
        success(3).build(None)
    with pytest.raises(BuildError, match=r"^\[1\]: expected 3, not 4$"):
        seq(AB, success(3)).build((b"ab", 4))


def test_all_is_known_of_success():
    """It is a sequence of no parts."""
    facts = success(3).facts
    assert facts == seq().facts
    assert (facts.least, facts.greatest, facts.nullable) == (0, 0, True)
    assert (facts.unambiguous, facts.canonical, facts.silent) == (True, True, True)
    check(success(3), [b"", b"x"])


def test_a_value_that_cannot_be_shown_is_no_reason_for_another_error():
    """The text of an error stays short, too."""
    with pytest.raises(BuildError) as caught:
        success(b"x" * 1000).build(10**5000)
    assert str(caught.value).endswith("not an unprintable int")
    assert len(str(caught.value)) < 128


# Never.


def test_fail_fails_at_once_with_its_message():
    """Where it stands, before a byte is there."""
    assert failed(fail("no"), b"ab") == ("no at offset 0", 0, 0)
    assert failed(seq(AB, fail("no")), b"ab") == ("no at offset 2", 2, 2)
    assert failed(label("part", fail("no")), b"")[0] == "no at offset 0 (in part)"
    error = told(fail("no"), b"").error
    assert (type(error), error.message, error.found, error.expected) == (
        ParseError, "no", None, (),
    )  # fmt: skip


def test_where_fail_stands_in_an_alternative_the_next_one_is_tried():
    """Behind them all it says what the author has to say."""
    grammar = choice(literal(b"v2"), fail("only version 2 is spoken here"))
    assert given(grammar, b"v2") == (b"v2", b"", 2)
    assert failed(grammar, b"v1") == (
        'only version 2 is spoken here at offset 0, found b"v1"', 0, 2,
    )  # fmt: skip
    assert given(choice(fail("no"), AB), b"ab") == (b"ab", b"", 2)
    assert given(optional(fail("no")), b"ab") == (None, b"ab", 0)


def test_fail_fails_when_building_too():
    """Whatever the value; from nothing as well."""
    for wrong in (None, "no", b""):
        with pytest.raises(BuildError, match=r"^no$"):
            fail("no").build(wrong)
    assert choice(fail("no"), AB).build(b"ab") == b"ab"
    with pytest.raises(BuildError, match=r"^fail\('no'\) cannot build from nothing, and its value"):
        (AB << fail("no")).build(b"ab")


def test_what_can_never_match_is_neither_empty_nor_an_obstacle():
    """A loop over it ends, and there is no value that it could not build."""
    facts = fail("no").facts
    assert (facts.nullable, facts.silent, facts.constant) == (False, False, None)
    assert (facts.first, facts.greatest, facts.buildable) == (frozenset(), 0, True)
    assert given(many(fail("no")), b"ab") == ([], b"ab", 0)
    check(fail("no"), [b"", b"ab"])


# As parts of others, and as values.


def test_they_may_stand_in_an_alternative_and_behind_a_commit():
    """They read nothing that could not be taken back."""

    @parser
    def acting():
        yield from commit
        yield from emit((yield from success("seen")))
        return (yield from value(3, AB))

    assert given(choice(X, acting), b"ab") == (3, b"", 2)


@pytest.mark.parametrize("make", [lambda: value(3, b"ab"), lambda: value(AB, 3)])
def test_only_a_parser_can_stand_for_a_value(make):
    """The value comes first."""
    with pytest.raises(UsageError, match="expected a parser, not "):
        make()


def test_the_method_is_the_function():
    """The other way round, as it reads best."""
    assert AB.value(3) == value(3, AB)


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from."""
    assert eval(repr(grammar)) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert [one for one in ALL if one == grammar] == [grammar]
