"""Objects with named fields, one field after the other."""

import enum
import gc
import pickle
import weakref
from typing import Generic, TypeVar

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    choice,
    commit,
    count_prefixed,
    emit,
    exactly,
    fail,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    many,
    optional,
    parser,
    protocol,
    record,
    rest,
    seq,
    sized,
    stream,
    uint8,
    uint16,
    wire,
)
from tests.combinators.cuts import failed, given, told

T = TypeVar("T")


class Kind(enum.IntEnum):
    """A number with a name."""

    PLAIN = 1
    NUMBERED = 2


class Flags(enum.IntFlag):
    """Bits with names."""

    LOUD = 1
    SLOW = 4


@wire
class Property:
    """One name and its value."""

    key: bytes = field(length_prefixed(uint8))
    value: int = field(uint16)


@wire
class Publish:
    """Every kind of field."""

    kind: Kind = field(uint8.try_map(Kind, int))
    size: int = field(uint8, computed=lambda m: len(m.body))
    number: int | None = field(uint8, when=lambda m: m.numbered)
    body: bytes = field(lambda m: exactly(m.size))
    properties: list[Property] = field(count_prefixed(uint8, record(Property)), factory=list)

    @property
    def numbered(self) -> bool:
        return self.kind is Kind.NUMBERED


@wire
class Summed:
    """What is computed stands before what it is computed from."""

    head: int = field(uint8)
    total: int = field(uint8, computed=lambda m: sum(m.body))
    body: bytes = field(exactly(2))
    tail: int = field(uint8)


@wire
class Even:
    """A class that refuses some of its arguments."""

    first: int = field(uint8)
    second: int = field(uint8)

    def __attrs_post_init__(self) -> None:
        if (self.first + self.second) % 2:
            raise ValueError("odd" if self.second else "")
        if self.first == 254:
            raise TypeError("a bug")
        if self.first == 252:
            raise ParseError("a bug")


@wire
class Inclusive:
    """A size that counts its own byte."""

    size: int = field(uint8, computed=lambda m: len(m.body) + 1)
    body: bytes = field(lambda m: exactly(m.size - 1))


NUMBERED = Publish(Kind.NUMBERED, 7, b"hi", [Property(b"k", 1)])
ON_THE_WIRE = b"\2\2\7hi\1\1k\0\1"


# Both directions.


def test_a_record_gives_the_object():
    """It waits for nothing behind its last field."""
    assert given(record(Property), b"\1k\0\1x") == (Property(b"k", 1), b"x", 4)
    assert given(record(Publish), ON_THE_WIRE) == (NUMBERED, b"", 10)


def test_a_record_builds_the_object():
    """What is computed is computed, and what is off takes no bytes."""
    assert record(Publish).build(NUMBERED) == ON_THE_WIRE
    assert record(Publish).build(Publish(Kind.PLAIN, None, b"x")) == b"\1\1x\0"


def test_a_field_that_is_off_is_none_and_takes_nothing():
    """Decided by the fields before it, in both directions."""
    value, left, _ = given(record(Publish), b"\1\1x\0\7")

    assert value == Publish(Kind.PLAIN, None, b"x")
    assert left == b"\7"


def test_records_nest():
    """In each other, in frames, in alternatives, and in themselves."""

    @wire
    class Tree:
        name: bytes = field(exactly(1))
        children: list["Tree"] = field(count_prefixed(uint8, forward_tree))

    forward_tree.become(record(Tree))
    tree = Tree(b"a", [Tree(b"b", []), Tree(b"c", [Tree(b"d", [])])])

    assert given(record(Tree), b"a\2b\0c\1d\0")[0] == tree
    assert record(Tree).build(tree) == b"a\2b\0c\1d\0"


forward_tree = forward()


def test_enumerations_and_flags_are_fields_by_try_map():
    """A number without a name is a mismatch, bits are any."""

    @wire
    class Named:
        kind: Kind = field(uint8.try_map(Kind, int))
        flags: Flags = field(uint8.map(Flags, int))

    assert given(record(Named), b"\2\5")[0] == Named(Kind.NUMBERED, Flags.LOUD | Flags.SLOW)
    assert record(Named).build(Named(Kind.PLAIN, Flags.SLOW)) == b"\1\4"
    assert failed(record(Named), b"\3") == (
        '3 is not a valid Kind at offset 0 (in kind), found b"\\x03"', 0, 1,
    )  # fmt: skip


def test_classes_of_attrs_can_be_parsed_too():
    """Their arguments may have other names than their fields, or want to be named."""

    @attrs.define
    class Plain:
        first: int = field(uint8)
        _second: int = field(uint8, kw_only=True)

    assert given(record(Plain), b"\1\2")[0] == Plain(1, second=2)
    assert record(Plain).build(Plain(1, second=2)) == b"\1\2"


def test_a_class_may_be_generic():
    """What it is of is for type checkers."""

    @wire
    class Pair(Generic[T]):
        one: T = field(uint8)
        two: T = field(uint8)

    assert record(Pair[int]) == record(Pair)
    assert record(Pair[int]).build(Pair(1, 2)) == b"\1\2"


# What a field can see.


def test_a_field_sees_the_fields_before_it():
    """And what the class makes of them: properties, methods, constants."""

    @wire
    class Seeing:
        unit = 2

        count: int = field(uint8)
        one: bytes = field(lambda m: exactly(m.count * m.unit))
        two: bytes = field(lambda m: exactly(m.twice()))
        three: bytes = field(lambda m: exactly(m.half(m.count)))

        def twice(self) -> int:
            return self.count * 2

        @staticmethod
        def half(number: int) -> int:
            return number // 2

    value = Seeing(2, b"abcd", b"efgh", b"i")
    assert given(record(Seeing), b"\2abcdefghi")[0] == value
    assert record(Seeing).build(value) == b"\2abcdefghi"


def test_a_field_cannot_see_the_fields_behind_it():
    """It says which it asked for; a name that is none is an AttributeError as ever."""

    @wire
    class Early:
        body: bytes = field(lambda m: exactly(m.size))
        size: int = field(uint8)

    @wire
    class Misspelt:
        size: int = field(uint8)
        body: bytes = field(lambda m: exactly(m.length))

    with pytest.raises(UsageError, match=r"Early\.size is not known yet"):
        record(Early).parse(b"\1a")
    with pytest.raises(AttributeError, match="length"):
        record(Misspelt).parse(b"\1a")


def test_a_size_below_zero_is_the_peers_fault():
    """`exactly(m.size - 1)` of a size of 0 is no misuse."""
    assert failed(record(Inclusive), b"\0") == (
        "expected a number of 0 or more, not -1 at offset 1 (in body)", 1, 1,
    )  # fmt: skip
    assert given(record(Inclusive), b"\3ab")[0] == Inclusive(b"ab")


def test_what_the_functions_of_a_field_raise_goes_to_the_embedder():
    """A bug in them is never a failure to match, not even a ParseError."""

    @wire
    class Buggy:
        size: int = field(uint8)
        body: bytes = field(lambda m: exactly(1 // m.size))
        odd: int = field(uint8, when=lambda m: fail("bug").parse(b""))

    with pytest.raises(ZeroDivisionError):
        (record(Buggy) | rest).parse(b"\0a")
    with pytest.raises(ParseError, match="bug"):
        (record(Buggy) | rest).parse(b"\1ab")
    with pytest.raises(UsageError, match="expected a parser"):

        @wire
        class NoParser:
            body: bytes = field(lambda m: b"x")

        record(NoParser).parse(b"x")


# What is computed.


def test_a_wrong_computed_field_is_a_mismatch_at_that_field():
    """Found when all fields are there, since it may depend on any of them."""
    outcome = told(literal(b"<") >> record(Summed), b"<a\4\1\2z")

    assert type(outcome.error) is ParseError
    assert str(outcome.error) == 'expected 3 at offset 2 (in total), found b"\\x04"'
    assert (outcome.error.found, outcome.error.path) == (b"\4", ("total",))
    assert (outcome.consumed, outcome.after) == (2, 6)
    assert given(record(Summed), b"a\3\1\2z")[0] == Summed(97, b"\1\2", 122)


def test_a_computed_field_may_be_bytes():
    """Then its bytes are what is expected."""

    @wire
    class Magic:
        magic: bytes = field(exactly(2), computed=lambda _: b"MZ")
        version: int = field(uint8)

    assert record(Magic).build(Magic(1)) == b"MZ\1"
    assert failed(record(Magic), b"MA\1") == (
        'expected b"MZ" at offset 0 (in magic), found b"MA"', 0, 3,
    )  # fmt: skip


def test_a_record_with_a_computed_field_is_bounded():
    """Its bytes are kept until it is compared: at most max_buffered, at limit + 1 exactly."""
    assert given(record(Summed), b"a\3\1\2z", max_buffered=5)[0] == Summed(97, b"\1\2", 122)
    outcome = told(record(Summed), b"a\3\1\2z", max_buffered=4)

    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)


def test_a_record_without_one_is_not():
    """Its fields are: nobody has to hold all of it."""
    assert given(record(Property), b"\1k\0\1", max_buffered=2)[0] == Property(b"k", 1)


def test_commit_and_emit_are_allowed_in_a_record():
    """What is kept for the comparison is no alternative."""

    @parser
    def telling():
        yield from emit("here")
        return (yield from exactly(1))

    @wire
    class Telling:
        total: int = field(uint8, computed=lambda m: m.body[0])
        nothing: None = field(commit)
        body: bytes = field(telling)

    conn = stream(record(Telling) | exactly(1))()
    conn.send(b"aa")
    assert conn.events() == ["here", Telling(None, b"a")]
    assert failed(optional(record(Telling)), b"ab")[1:] == (0, 2)


# What the class refuses.


def test_a_value_error_out_of_the_class_is_a_mismatch_at_its_first_byte():
    """Found when all fields are there, and told in its own words."""
    assert given(record(Even), b"\2\4")[0] == Even(2, 4)
    assert failed(literal(b"<") >> record(Even), b"<\2\3") == (
        'odd at offset 1, found b"\\x02\\x03"', 1, 3,
    )  # fmt: skip
    assert failed(record(Even), b"\1\0")[0] == (
        'a value that fits at offset 0, found b"\\x01\\x00"'
    )


def test_a_class_that_refuses_makes_the_next_alternative_be_tried():
    """As any other mismatch does."""
    assert given(record(Even) | exactly(2), b"\2\3") == (b"\2\3", b"", 2)


@pytest.mark.parametrize(("data", "kind"), [(b"\xfe\0", TypeError), (b"\xfc\0", ParseError)])
def test_whatever_else_the_class_raises_goes_to_the_embedder(data, kind):
    """A bug in it is never read as a mismatch."""
    with pytest.raises(kind, match="a bug"):
        (record(Even) | rest).parse(data)


# Where it went wrong.


def test_the_path_of_an_error_names_the_fields():
    """Outermost first, with the labels around them."""
    outcome = told(label("publish", record(Publish)), ON_THE_WIRE[:-1])

    assert type(outcome.error) is IncompleteInput
    assert str(outcome.error) == (
        "need 1 more byte at offset 9 (in publish > properties > value) when the input ended"
    )


def test_the_path_is_left_with_the_field():
    """What fails behind a record, or in another alternative, is not in it."""
    assert failed(record(Property) << literal(b"x"), b"\0\0\1y")[0] == (
        'expected b"x" at offset 3, found b"y"'
    )
    assert failed(choice(seq(record(Property), fail("no")), literal(b"ab")), b"\0\0\1")[0] == (
        "no at offset 3"
    )
    assert failed(seq(optional(record(Property)), literal(b"x")), b"\5ab")[0].startswith("need 3")


def test_a_failure_raised_by_hand_gets_the_path():
    """A message is enough."""

    @wire
    class Refusing:
        version: int = field(uint8.bind(lambda n: fail("bad version")))

    assert failed(record(Refusing), b"\1")[0] == "bad version at offset 1 (in version)"


def test_shortage_in_a_frame_names_the_field():
    """As any failure does."""
    assert failed(sized(3, record(Property)), b"\1k\0")[0] == (
        "need more bytes at offset 3 (in value), where the frame ends"
    )


# Values that do not fit.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "expected a Publish, not 5"),
        (Publish(3, None, b""), "3 is not a valid Kind"),
        (Publish(Kind.PLAIN, 4, b""), "number: expected None where it is not there, not 4"),
        (Publish(Kind.NUMBERED, None, b""), "number: expected a number from 0 to 255, not None"),
        (Publish(Kind.PLAIN, None, 5), "size: TypeError: object of type 'int' has no len()"),
        (Publish(Kind.PLAIN, None, bytes(256)), "size: expected a number from 0 to 255, not 256"),
        (Publish(Kind.PLAIN, None, b"", [NUMBERED]), "properties[0]: expected a Property, not "),
        (
            Publish(Kind.PLAIN, None, b"", [Property(b"", 1), Property(b"", -1)]),
            "properties[1].value: expected a number from 0 to 65535, not -1",
        ),
        (Publish(None, None, b""), "kind: TypeError: int() argument must be"),
    ],
)
def test_a_value_that_does_not_fit_is_a_build_error_with_its_place(value, text):
    """Names and indices, and why."""
    with pytest.raises(BuildError) as caught:
        record(Publish).build(value)
    assert text in str(caught.value)


def test_an_object_of_a_subclass_does_not_fit():
    """It would come back as another."""

    @wire
    class More(Property):
        more: int = field(uint8)

    with pytest.raises(BuildError, match="expected a Property, not"):
        record(Property).build(More(b"", 1, 2))


def test_a_build_error_out_of_a_field_s_function_stays_as_it_is():
    """It says itself what does not fit."""

    @wire
    class Asking:
        size: int = field(uint8, computed=lambda m: len(uint8.build(m.body)))
        body: int = field(uint8)

    with pytest.raises(BuildError, match=r"^size: expected a number from 0 to 255"):
        record(Asking).build(Asking(256))


def test_a_record_whose_fields_leave_no_choice_builds_from_nothing():
    """One that has a choice does not, computes nothing and depends on nothing."""

    @wire
    class Fixed:
        begin: bytes = field(literal(b"<"))
        end: bytes = field(literal(b">"))

    @wire
    class Computed:
        begin: bytes = field(literal(b"<"), computed=lambda m: b"<")

    @wire
    class Depending:
        body: bytes = field(lambda m: literal(b"<"))

    @wire
    class Maybe:
        begin: bytes | None = field(literal(b"<"), when=lambda m: True)

    assert (record(Fixed) >> uint8).build(1) == b"<>\1"
    for cls in (Property, Computed, Depending, Maybe):
        with pytest.raises(BuildError, match="cannot build from nothing"):
            (record(cls) >> uint8).build(1)
        assert ((record(cls) | literal(b"-")) >> uint8).build(1) == b"-\1"


# As data.


def test_a_record_is_data():
    """It pickles, hashes, compares, and its repr is the expression that made it."""
    assert pickle.loads(pickle.dumps(record(Publish))) == record(Publish) != record(Property)
    assert hash(record(Publish)) == hash(record(Publish))
    assert repr(many(record(Publish))) == "many(record(Publish))"
    assert eval(repr(record(Publish))) == record(Publish)


def test_the_tree_is_open():
    """What is known of the fields can be walked."""
    kind, size, number, properties = record(Publish).children()

    assert (size, number) == (uint8, uint8)
    assert kind == uint8.try_map(Kind, int)
    assert properties == count_prefixed(uint8, record(Property))


def test_a_record_that_begins_with_itself_is_refused():
    """Directly, or behind what may be off or empty: it would never take a byte."""
    node = forward()

    @wire
    class First:
        inner: object = field(node)

    @wire
    class BehindMaybe:
        maybe: int | None = field(uint8, when=lambda m: False)
        asked: bytes = field(lambda m: exactly(0))
        inner: object = field(node)

    @wire
    class BehindOne:
        one: int = field(uint8)
        inner: object = field(node)

    @wire
    class Empty:
        nothing: bytes = field(exactly(0))

    assert record(Empty).heads() == (exactly(0),)
    for cls in (First, BehindMaybe):
        with pytest.raises(UsageError, match="left recursion"):
            node.become(record(cls))
    assert node.become(record(BehindOne) | uint8).children()[0].heads() == (uint8,)


def test_the_facts_of_a_record_are_those_of_its_fields():
    """One that depends is unknown; one whose class may change its arguments must be checked."""
    facts = record(Summed).facts

    assert (facts.least, facts.greatest, facts.nullable) == (5, 5, False)
    assert all([facts.unambiguous, facts.canonical, facts.buildable, facts.self_delimiting])
    assert record(Publish).facts.unambiguous is None
    assert (record(Publish).facts.least, record(Publish).facts.nullable) == (3, False)
    assert (record(Even).facts.unambiguous, record(Even).facts.canonical) == (None, None)
    assert record(Even).facts.least == 2


def test_a_failed_record_keeps_nothing_alive():
    """Its view of the fields dies with it."""

    class Value:
        pass

    seen = []

    @wire
    class Watching:
        body: Value = field(exactly(1).map(lambda data: Value()))
        more: bytes = field(lambda m: seen.append(weakref.ref(m.body)) or exactly(2))

    conn = protocol(record(Watching))()
    conn.send(b"ab")
    with pytest.raises(IncompleteInput):
        conn.send_eof()
    del conn
    gc.collect()
    assert seen[0]() is None
