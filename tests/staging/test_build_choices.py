"""Building alternatives: which branch is certain to be the nodes' own choice."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    bits,
    checksummed,
    choice,
    commit,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    exactly,
    fail,
    float64,
    forward,
    integer,
    label,
    length_prefixed,
    literal,
    many,
    optional,
    recognize,
    record,
    rest,
    seq,
    sized,
    skip,
    take_while,
    text,
    uint8,
    uint16,
    until,
    value,
)
from tests.staging.building import (
    Alone,
    Bits,
    Equal,
    Kind,
    Left,
    Name,
    Right,
    by_hand,
    bytes_of,
    function_of,
    holds,
    is_left,
    outcome,
    source_of,
    takes,
)
from tests.staging.differing import staged

nothing = literal(b"-1").value(None)
flag = literal(b"t").value(True) | literal(b"f").value(False)
later = forward()
later.become(uint8)
framed = checksummed(
    label("l", length_prefixed(uint8, record(Left))), lambda data: data[:1], any_byte
)

#: A grammar, values that it takes, and values that it leaves.
CHOICES = {
    "by type": (
        choice(uint8, until(b";"), seq(uint8), many(uint8), text(rest), float64),
        [1, b"a", (1,), [1, 2], "a", 0.5],
        [True, None, {}, 256, b";", bytearray(b"a"), object()],
    ),
    "None or bytes": (choice(nothing, until(b";")), [None, b"a"], [b";", 1]),
    "bytes or None": (choice(until(b";"), nothing), [None, b"a"], [0]),
    "true or false": (flag, [True, False], [1, 0, None, 0.0]),
    "one of some": (
        choice(literal(b"a"), literal(b"b"), value(b"c", literal(b"C"))),
        [b"a", b"b", b"c"],
        [b"d", 1],
    ),
    "one of some, or any": (choice(literal(b"a"), exactly(2)), [b"a", b"bc"], [b"b"]),
    "one of some numbers": (
        choice(value(1, literal(b"x")), value(2, literal(b"y")), uint8),
        [1, 2, 3],
        [1.0, True, 256],
    ),
    "one of some, or what nobody knows": (choice(literal(b"a"), by_hand), [b"a", 1], [b"b"]),
    "the first that takes the type": (choice(exactly(1), exactly(2)), [b"a"], [b"ab"]),
    "numbers that are floats as well": (choice(float64, uint8), [0.5], [1, True]),
    "records": (
        choice(record(Left), record(Right), bits(Bits)),
        [Left(1), Right(300), Bits(7)],
        [Left(256), None, 1],
    ),
    "what refuses all": (choice(fail("no"), uint8.map(bool), uint8), [1], [None]),
    "what nobody knows, first": (choice(by_hand, until(b";")), [1], [b"a"]),
    "what nobody knows, behind records": (choice(record(Left), by_hand), [Left(1), 1], [b"a"]),
    "what nobody knows, behind bytes": (
        choice(until(b";"), by_hand),
        [b"a", 1],
        [b";", object(), Kind.ONE],
    ),
    "what nobody knows, between": (
        choice(until(b";"), by_hand, value(None, literal(b"!"))),
        [b"a", 1],
        [None],
    ),
    "members of an enum": (choice(value(Name.A, literal(b"a")), uint8), [Name.A], [1]),
    "behind what is dropped": (
        choice(literal(b"$") >> uint8, literal(b"-") >> until(b";")),
        [1, b"a"],
        [None],
    ),
    "behind what may refuse": (
        choice(literal(b"$").verify(bool) >> uint8, until(b";")),
        [1],
        [b"a"],
    ),
    "before what is dropped": (choice(uint8 << literal(b"$"), until(b";")), [1, b"a"], ["a"]),
    "in frames": (
        choice(framed, sized(2, uint16), delimited(b";", rest)),
        [Left(1), 7, b"a"],
        [None],
    ),
    "in each other": (
        seq(choice(optional(uint8), dispatch(uint8, {1: rest}))),
        [(1,), (None,), (b"a",)],
        [("a",)],
    ),
    "many of them": (choice(*[literal(b"%d" % n) for n in range(70)]), [b"0", b"69"], [b"70"]),
    "bytes that something takes": (choice(recognize(uint8), seq(uint8)), [b"a", (1,)], [b"ab"]),
    "nothing at all": (choice(skip(literal(b"a")), uint8), [None, 98], [b"a"]),
    "a float that is given": (choice(value(1.5, literal(b"x")), until(b";")), [b"a"], [1.5, 1]),
    "what comes later": (choice(later, until(b";")), [1], [b"a"]),
    "what nobody knows, inside": (choice(optional(by_hand, b"-"), until(b";")), [1], [b"a"]),
    "tagged by who knows what": (choice(dispatch(by_hand, {1: uint8}), until(b";")), [1], [b"a"]),
    "optional": (optional(uint8), [None, 1], [256, b""]),
    "optional bytes": (optional(until(b";"), default=b"a"), [b"a", b"b"], [b";", None]),
    "optional number": (optional(uint8, default=7), [7, 8, 7.0, True], [None]),
    "optional list": (optional(many(uint8, min=1), default=[]), [[], [1]], [[256], None]),
    "optional float": (optional(float64, default=float("nan")), [float("nan"), 1.5], [None]),
    "optional record": (optional(record(Left)), [None, Left(1)], [1]),
    "optional record of its own equality": (optional(record(Alone)), [None, Alone(1)], [1]),
    "optional record that is equal to None": (optional(record(Equal)), [None, Equal(1)], [1]),
    "optional among others": (
        seq(uint8, optional(uint16), uint8),
        [(1, 2, 3), (1, None, 3)],
        [(1, b"", 3)],
    ),
    "optional in a loop": (many(literal(b",") >> optional(decimal)), [[None, 1], []], [[b""]]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_an_alternative_is_built_where_it_is_certain(name):
    """By the type of the value, or the only one there is; all else is left to the nodes."""
    holds(*CHOICES[name])


def test_a_type_that_no_branch_takes():
    """Inside of a branch of another one, where it is known."""
    grammar = choice(many(uint8), seq(choice(until(b";"), text(rest))))
    inner = optional(choice(until(b";"), seq(uint8)), default=7)
    for one, values in ((grammar, [[1], (b"a",), ("a",)]), (inner, [7, b"a", (1,), 8, None])):
        with staged():
            found = [outcome(one, value) for value in values]
        assert found == [bytes_of(one, value) for value in values]


def test_a_type_that_is_known_is_not_asked_again():
    """Inside of its own branch."""
    assert source_of(choice(until(b";"), uint8)).count("type(") == 1


def test_what_was_built_in_vain_counts():
    """A branch that puts a piece before it refuses may be tried only so often."""
    either = choice(literal(b"#") >> uint8, literal(b"$") >> until(b";"))
    tagged = dispatch(any_byte, {b"#": uint8, b"$": choice(until(b";") << commit, uint16)})
    for one in (either, tagged):
        loop = many(one)
        values = [b"a"] * 5
        for limit in range(12):
            limits = Limits(max_backtrack=limit)
            with staged():
                assert outcome(loop, values, limits) == bytes_of(loop, values, limits)
        assert is_left(loop, values, limits=Limits(max_backtrack=4))
        assert takes(loop, values)


def test_what_is_dropped_and_long_counts_as_many_pieces():
    """Who knows how many it was put in: rather too many are counted."""
    one = choice(seq(literal(b"a"), literal(b"b")) >> uint8, until(b";"))
    limits = Limits(max_backtrack=2)
    with staged():
        assert outcome(one, b"a", limits) == bytes_of(one, b"a", limits) == b"a;"
    assert is_left(one, b"a", limits=limits)
    assert function_of(one)(b"a", Limits()) == b"a;"


def test_branches_inside_of_others_count_too():
    """Of choices, of `dispatch`, of frames and whatever is passed through."""
    inner = dispatch(uint8, {1: integer(signed=True), 2: many(uint8)}, default=literal(b"x"))
    wrapped = optional(length_prefixed(uint8, label("l", choice(inner, seq(uint8)))), default=b"")
    grammar = choice(literal(b"<") >> wrapped << take_while(b"!"), until(b";"))
    values = [b"abc", [1], (1,), 5, None, b""]
    for limit in (0, 1, 3, 100):
        limits = Limits(max_backtrack=limit)
        with staged():
            found = [outcome(grammar, one, limits) for one in values]
        assert found == [bytes_of(grammar, one, limits) for one in values]


def test_a_count_before_alternatives():
    """The pieces before a choice go to each of its branches."""
    grammar = count_prefixed(uint8, literal(b"*") >> choice(nothing, length_prefixed(uint8)))
    assert takes(grammar, [None, b"abc", b""], [])
    assert "b'*-1'" in source_of(grammar)


def test_a_type_that_is_known_and_that_no_branch_takes():
    """Nothing is asked at all: the nodes say that no branch fits."""
    grammar = seq(uint8, text(choice(uint8, many(uint8))))
    assert "return LATE" in source_of(grammar)
    holds(grammar, [], [(1, "a")])
