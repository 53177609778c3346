"""Where fields of bits are in a number, and what becomes of them."""

import enum
from types import SimpleNamespace

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    bit,
    choice,
    field,
    literal,
    optional,
    parser,
    protocol,
    rest,
    seq,
    sized,
    uint8,
    wire,
)
from ohneio.combinators._bit import Always
from ohneio.combinators._fields import fields_of
from ohneio.combinators._packing import Packed, Packing, packed, size_of_packed
from ohneio.core._building import NOTHING
from tests.combinators.cuts import failed, given, told


class Kind(enum.IntEnum):
    """Two of the four numbers that two bits can be."""

    CALL = 1
    ANSWER = 2


@wire
class Head:
    """Two bytes, with a field in both of them."""

    version: int = bit(4, always=2)
    kind: Kind = bit(2)
    size: int = bit(9)
    last: bool = bit(1, computed=lambda it: it.size < 5)


class Colour(enum.Enum):
    """Whose members are not equal to their numbers."""

    RED = 0x12
    BLUE = 0x13


@wire
class Crossing:
    """A field whose values are few, in both bytes."""

    high: int = bit(4, always=15)
    colour: Colour = bit(8)
    low: int = bit(4)


@attrs.frozen
class Values(Packing):
    """Give the values of the fields by their names."""

    fields: tuple[Packed, ...]
    _size: int

    def _made(self, number):
        return {one.name: one.of(number) for one in self.fields}

    def _build(self, value):
        return self._put(value if value is NOTHING else SimpleNamespace(**value))


def values(cls):
    fields = packed(cls, fields_of(cls))
    return Values(fields, sum(one.width for one in fields) // 8)


VERSION, KIND, SIZE, LAST = packed(Head, fields_of(Head))
HEAD, CROSSING = values(Head), values(Crossing)


def test_places():
    """From the highest bit on; a field is known when its last byte is there."""
    assert [(one.width, one.shift, one.bytes) for one in (VERSION, KIND, SIZE, LAST)] == [
        (4, 12, 1), (2, 10, 1), (9, 1, 2), (1, 0, 2),
    ]  # fmt: skip


def test_a_field_begins_with_the_byte_of_its_first_bit_and_ends_with_that_of_its_last():
    """Which may be the same one."""

    @wire
    class Wide:
        one: int = bit(8, int)
        two: int = bit(8, int)
        three: int = bit(12, int)
        four: int = bit(4, int)

    fields = packed(Wide, fields_of(Wide))
    assert [(one.begins, one.bytes) for one in fields] == [(1, 1), (2, 2), (3, 4), (4, 4)]


def test_what_a_field_is_by_its_annotation():
    """Also where it is computed, and so no field of its class any more."""
    assert [one.kind for one in (VERSION, KIND, SIZE, LAST)] == [Always(2), Kind, int, bool]


@pytest.mark.parametrize(
    ("one", "value", "bits"),
    [
        (VERSION, 2, 2),
        (KIND, Kind.ANSWER, 2),
        (SIZE, 511, 511),
        (SIZE, 0, 0),
        (LAST, True, 1),
        (LAST, False, 0),
    ],
)
def test_values_and_their_bits(one, value, bits):
    """Each gives the other."""
    assert one.of(bits << one.shift) == value
    assert one.number(value) == bits


@pytest.mark.parametrize(
    ("one", "value", "text"),
    [
        (VERSION, 3, "expected 2, not 3"),
        (KIND, 3, "expected one of Kind, not 3"),
        (SIZE, 512, "expected a number from 0 to 511, not 512"),
        (LAST, "yes", "expected a number from 0 to 1, not 'yes'"),
        (SIZE, -1, "expected a number from 0 to 511, not -1"),
        (SIZE, 5.0, "expected a number from 0 to 511, not 5.0"),
        (CROSSING.fields[1], 0x12, "expected one of Colour, not 18"),
    ],
)
def test_values_that_have_no_bits(one, value, text):
    """The error says what could be."""
    with pytest.raises(BuildError, match=text):
        one.number(value)


def test_whole_bytes():
    """The fields of some bytes fill them."""
    with pytest.raises(UsageError, match="Head has 6 bits, and should have 8"):
        packed(Head, fields_of(Head)[:2])


def test_each_class_says_what_it_makes():
    """Those of a class and those of a record make different objects."""
    with pytest.raises(NotImplementedError):
        Packing()._made(0)


def test_greatest_number():
    """All its bits are set."""
    assert Packed("it", "it", 3, 0, 1, 1, int).mask == 7


# Parsing.


def test_the_fields_are_taken_from_the_highest_bit_on():
    """All bytes together, and not one more."""
    assert given(HEAD, b"\x24\x0b?") == (
        {"version": 2, "kind": Kind.CALL, "size": 5, "last": True}, b"?", 2,
    )  # fmt: skip
    assert given(CROSSING, b"\xf1\x3a")[0] == {"high": 15, "colour": Colour.BLUE, "low": 10}
    assert size_of_packed(HEAD) == 2


def test_a_field_fails_with_the_byte_that_shows_it_to_be_wrong():
    """It is on the path; the offset is that of all of them, and so is what was found."""
    assert failed(seq(uint8, HEAD), b"?\x34\x0b") == (
        'expected 2 at offset 1 (in version), found b"4"', 1, 2,
    )  # fmt: skip
    assert failed(HEAD, b"\x2c\x00")[0] == 'expected one of Kind at offset 0 (in kind), found b","'
    assert failed(CROSSING, b"\xf2\x30")[::2] == (
        'expected one of Colour at offset 0 (in colour), found b"\\xf2"', 1,
    )  # fmt: skip
    assert failed(CROSSING, b"\xf1\x40")[::2] == (
        'expected one of Colour at offset 0 (in colour), found b"\\xf1@"', 2,
    )  # fmt: skip


def test_the_name_of_a_field_is_on_the_path_of_its_own_errors_alone():
    """What fails behind it is not inside it."""
    grammar = seq(optional(HEAD), literal(b"x"))
    text, _, _ = failed(grammar, b"\x34\x0b")
    assert text == 'expected 2 or b"x" at offset 0, found b"4"'


def test_what_is_wrong_leaves_its_bytes_to_the_next_alternative():
    """Whatever of it had come."""
    for data in (b"\x34\x0b", b"\x24"):
        assert given(choice(HEAD, rest), data)[:2] == (data, b"")


def test_bytes_that_are_missing_are_told():
    """Those of the input, of a frame, and of what may be buffered, which is told at once."""
    outcome = told(HEAD, b"\x24")
    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.needed, outcome.error.have) == (1, 1)
    assert failed(sized(1, HEAD), b"\x24\x0b")[::2] == (
        "need more bytes at offset 1, where the frame ends", 0,
    )  # fmt: skip
    assert given(sized(2, HEAD), b"\x24\x0b?", max_buffered=2)[1] == b"?"
    outcome = told(HEAD, b"\x24\x0b", max_buffered=1)
    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.after) == ("max_buffered", 0)


@attrs.frozen
class Refusing(Values):
    """Make no object."""

    error: BaseException

    def _made(self, number):
        raise self.error


@pytest.mark.parametrize(
    ("fault", "text"),
    [(ValueError("upside down"), "upside down"), (ValueError(), "a value that fits")],
)
def test_an_object_that_will_not_be_made_is_a_mismatch(fault, text):
    """When all of it is there, at its first byte, in the words of who refused."""
    grammar = seq(uint8, Refusing(HEAD.fields, 2, fault))
    assert failed(grammar, b"?\x24\x0bx") == (
        f'{text} at offset 1, found b"$\\x0b"', 1, 3,
    )  # fmt: skip


@pytest.mark.parametrize("fault", [ParseError("mine"), ZeroDivisionError("z"), UsageError("u")])
def test_what_else_goes_wrong_there_goes_to_the_embedder(fault):
    """However the bytes come, and whatever else could be tried."""
    for chunks in ([b"\x24\x0b"], [b"\x24", b"\x0b"]):
        conn = protocol(choice(Refusing(HEAD.fields, 2, fault), rest))()
        with pytest.raises(type(fault)) as caught:
            for chunk in chunks:
                conn.send(chunk)
        assert caught.value is fault


class Faulty(enum.Enum):
    """Raises what is no answer about a number without a member."""

    NONE = 0

    @classmethod
    def _missing_(cls, value):
        raise ParseError("mine") if value == 1 else ZeroDivisionError


@pytest.mark.parametrize(("data", "kind"), [(b"\1", ParseError), (b"\2", ZeroDivisionError)])
def test_what_a_kind_raises_is_no_mismatch_but_a_value_error(data, kind):
    """It is a function of the user's like any other."""

    @wire
    class Odd:
        some: Faulty = bit(8, Faulty)
        more: int = bit(8, int)

    for chunk in (data, data + b"?"):
        with pytest.raises(kind) as caught:
            protocol(choice(values(Odd), rest))().send(chunk)
        assert caught.value.args in {("mine",), ()}


# Building.


def test_the_bytes_of_an_object_are_those_of_its_attributes():
    """A value that has no bits is told with its name, and one that is not there too."""
    whole = {"version": 2, "kind": Kind.CALL, "size": 5, "last": True}
    assert HEAD.build(whole) == b"\x24\x0b"
    assert HEAD.build({**whole, "last": False}) == b"\x24\x0a"
    for wrong, text in (
        ({"size": 512}, r"^\[0\]\.size: expected a number from 0 to 511, not 512$"),
        ({"kind": 0}, r"^\[0\]\.kind: expected one of Kind, not 0$"),
    ):
        with pytest.raises(BuildError, match=text):
            seq(HEAD, uint8).build(({**whole, **wrong}, 7))
    del whole["last"]
    with pytest.raises(BuildError, match=r"^last: AttributeError: "):
        HEAD.build(whole)


def test_in_what_is_written_by_hand_it_has_to_be_told_its_value():
    """From nothing it has too much of a choice."""

    @parser
    def by_hand():
        found = yield from HEAD.of(lambda whole: whole)
        return found

    @parser
    def untold():
        yield from HEAD
        return (yield from uint8.of(lambda whole: whole))

    whole = {"version": 2, "kind": Kind.CALL, "size": 5, "last": True}
    assert by_hand.build(whole) == b"\x24\x0b"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        untold.build(7)


# What is known.


def test_sizes_and_first_bytes_are_known():
    """One form for each value, unless an enum says otherwise."""
    facts = HEAD.facts
    assert (facts.least, facts.greatest, facts.self_delimiting) == (2, 2, True)
    assert (facts.canonical, facts.silent) == (True, False)
    assert facts.first == {0x20 | low for low in range(4, 12)}
    assert CROSSING.facts.first == {0xF1}

    class Loose(enum.Enum):
        ONE = 1

        @classmethod
        def _missing_(cls, value):
            return cls.ONE

    @wire
    class Any:
        some: Loose = bit(8, Loose)

    assert values(Any).facts.canonical is None


# Misuse.


def test_only_bits_are_packed():
    """Another field is named."""

    @wire
    class Mixed:
        some: int = field(uint8)

    with pytest.raises(UsageError, match=r"^Mixed.some is no bit\(n\), and bits\(\) knows nothing"):
        packed(Mixed, fields_of(Mixed))


def test_an_annotation_that_nobody_understands_is_told():
    """With what to say instead."""

    @wire
    class Strange:
        some: "Nowhere" = bit(8)  # noqa: F821  # which is the point

    with pytest.raises(UsageError, match=r"Strange\.some: name 'Nowhere' is not defined; say what"):
        packed(Strange, fields_of(Strange))


def test_what_the_class_cannot_be_in_so_many_bits_is_refused():
    """Where it is made, with its name."""

    @wire
    class Narrow:
        some: Colour = bit(4, Colour)
        other: int = bit(4, int)

    with pytest.raises(UsageError, match=r"^Narrow\.some: the values of Colour do not fit into 4"):
        packed(Narrow, fields_of(Narrow))
