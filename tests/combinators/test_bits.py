"""Fields of some bits, packed into bytes."""

import copy
import enum
import pickle

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    bit,
    bits,
    field,
    many,
    parser,
    protocol,
    record,
    seq,
    sized,
    uint8,
    wire,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told


class Opcode(enum.IntEnum):
    CONTINUE = 0
    TEXT = 1
    CLOSE = 8


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Flags(enum.Flag):
    READ = 4
    WRITE = 2


class Kept(enum.IntFlag):
    ONE = 1


class Guessing(enum.Enum):
    LOW = 0
    HIGH = 1

    @classmethod
    def _missing_(cls, value):
        return cls.HIGH


class Lenient(enum.Flag, boundary=enum.CONFORM):
    ONE = 1


@wire
class Start:
    fin: bool = bit(1)
    reserved: int = bit(3)
    opcode: Opcode = bit(4)


@wire
class Wide:
    colour: Colour = bit(2)
    number: int = bit(11)
    flags: Flags = bit(3, default=Flags.READ)


@wire
class Odd:
    first: int = bit(5)
    guess: Guessing = bit(3)


start, wide = bits(Start), bits(Wide)


def test_the_first_field_has_the_highest_bits():
    """The object has values of the types that its class declares."""
    assert given(start, b"\x81x") == (Start(True, 0, Opcode.TEXT), b"x", 1)
    value = start.parse(b"\x58")
    assert value == Start(False, 5, Opcode.CLOSE)
    assert type(value.fin) is bool
    assert type(value.opcode) is Opcode


def test_a_field_may_cross_bytes():
    """The bytes are one number, in network order."""
    data = 0b10_10000000001_110.to_bytes(2)
    assert given(wide, data) == (Wide(Colour.BLUE, 1025, Flags.READ | Flags.WRITE), b"", 2)
    assert wide.build(Wide(Colour.BLUE, 1025, Flags.READ | Flags.WRITE)) == data


def test_a_field_may_have_a_default():
    """Of the class's argument: on the wire it is always there."""
    assert wide.build(Wide(Colour.RED, 0)) == 0b01_00000000000_100.to_bytes(2)


def test_a_number_without_a_member_is_a_mismatch():
    """At the first byte; the field is in the path."""
    outcome = told(seq(uint8, start), b"!\x82")
    assert str(outcome.error) == 'expected one of Opcode at offset 1 (in opcode), found b"\\x82"'
    assert (outcome.error.path, outcome.consumed, outcome.after) == (("opcode",), 1, 2)


def test_a_field_fails_as_soon_as_its_bits_are_there():
    """It does not wait for the bytes behind it."""
    assert failed(wide, b"\xc0\0") == (
        'expected one of Colour at offset 0 (in colour), found b"\\xc0"', 0, 1,
    )  # fmt: skip
    assert failed(wide, b"\x40\x01") == (
        'expected one of Flags at offset 0 (in flags), found b"@\\x01"', 0, 2,
    )  # fmt: skip


class Magic(enum.Enum):
    ONE = 0x1234
    OTHER = 0x12FF


@wire
class Headed:
    version: int = bit(4, int)
    magic: Magic = bit(16, Magic)
    rest: int = bit(4, int)


def test_a_field_that_crosses_bytes_fails_as_soon_as_no_value_begins_so():
    """It is not waited for bytes that cannot help."""
    grammar = bits(Headed)
    assert given(grammar, b"\x71\x23\x45")[0] == Headed(7, Magic.ONE, 5)
    for data, found, after in (
        (b"\x72\x34\x50", b"\x72", 1),
        (b"\x71\x33\x50", b"\x713", 2),
        (b"\x71\x2f\xe0", b"\x71/\xe0", 3),
    ):
        error = told(grammar, data).error
        assert (error.offset, error.found, error.path) == (0, found, ("magic",))
        assert failed(grammar, data)[2] == after
    assert grammar.facts.first == frozenset(range(1, 256, 16))


def test_a_mismatch_leaves_the_bytes_to_the_next_alternative():
    """Nothing is taken by what does not match."""
    assert given(many(start) << uint8, b"\x01\x08\x02") [0] == [
        Start(False, 0, Opcode.TEXT), Start(False, 0, Opcode.CLOSE),
    ]  # fmt: skip


def test_bytes_that_are_missing_are_waited_for():
    """Until the input or the frame ends."""
    conn = protocol(wide)()
    conn.send(b"\x40")
    assert conn.needed == 1
    outcome = told(wide, b"\x40")
    assert isinstance(outcome.error, IncompleteInput)
    assert outcome.error.needed == 1
    assert told(wide, b"").error.needed == 2
    assert failed(sized(1, wide), b"\x40\0") == (
        "need more bytes at offset 1, where the frame ends", 0, 0,
    )  # fmt: skip
    assert given(sized(1, start), b"\x81\0")[1] == b"\0"


def test_more_bytes_than_may_be_buffered_are_refused_at_once():
    """Their number is known."""
    outcome = told(wide, b"\x40\0", max_buffered=1)
    assert isinstance(outcome.error, LimitExceeded)
    assert outcome.after == 0


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Start(2, 0, Opcode.TEXT), "fin: expected a number from 0 to 1, not 2"),
        (Start(True, 8, Opcode.TEXT), "reserved: expected a number from 0 to 7, not 8"),
        (Start(True, -1, Opcode.TEXT), "reserved: expected a number from 0 to 7, not -1"),
        (Start(True, "1", Opcode.TEXT), "reserved: expected a number from 0 to 7, not '1'"),
        (Start(True, 0, 2), "opcode: expected one of Opcode, not 2"),
        (Start(True, 0, Colour.RED), "opcode: expected one of Opcode, not <Colour.RED: 1>"),
        (Wide(Colour.RED, 0, Flags.READ), "expected a Start, not Wide("),
        (b"\x81", "expected a Start, not b'\\x81'"),
        (None, "expected a Start, not None"),
    ],
)
def test_what_does_not_fit_is_not_built(value, message):
    """The error has the field."""
    with pytest.raises(BuildError) as raised:
        start.build(value)
    assert str(raised.value).startswith(message)


def test_numbers_that_equal_a_member_are_built():
    """An `IntEnum` is equal to its number; a plain enum is not."""
    assert start.build(Start(True, 0, 1)) == b"\x81"
    with pytest.raises(BuildError, match="colour: expected one of Colour, not 1"):
        wide.build(Wide(1, 0))


def test_nothing_is_no_object():
    """Bits whose value is dropped cannot be built."""
    with pytest.raises(BuildError):
        (start >> uint8).build(1)

    @parser
    def one():
        return (yield from start)

    with pytest.raises(BuildError):
        one.build(Start(True, 0, Opcode.TEXT))


def test_what_the_class_refuses_is_a_mismatch():
    """Like a number without a member; and it is not built either."""

    @wire
    class Even:
        number: int = bit(8, int)

        def __attrs_post_init__(self):
            if self.number % 2:
                raise ValueError(f"{self.number} is odd" if self.number > 1 else "")

    even = bits(Even)
    assert even.parse(b"\2").number == 2
    assert failed(even, b"\3x") == ('3 is odd at offset 0, found b"\\x03"', 0, 1)
    assert failed(even, b"\1") == ('a value that fits at offset 0, found b"\\x01"', 0, 1)
    assert (even.facts.unambiguous, even.facts.canonical) == (None, None)


@pytest.mark.parametrize("error", [ParseError("mine"), KeyError("mine")])
def test_other_exceptions_of_the_class_go_to_the_embedder(error):
    """A bug is never read as "no match"."""

    class Broken(enum.Enum):
        NO = 0

        @classmethod
        def _missing_(cls, value):
            raise error

    @wire
    class Whole:
        broken: Broken = bit(8, Broken)

    conn = protocol(bits(Whole) | uint8)()
    with pytest.raises(type(error), match="mine"):
        conn.send(b"\1")
    with pytest.raises(type(error), match="mine"):
        bits(Whole).facts.first  # noqa: B018  # it asks the enum


def test_a_bug_that_shows_only_on_the_slow_path_goes_there_too():
    """Where the bytes come one by one, a field is asked by itself."""

    class Broken(enum.Enum):
        NO = 0

        @classmethod
        def _missing_(cls, value):
            raise ParseError("mine")

    @wire
    class Whole:
        broken: Broken = bit(8, Broken)
        more: int = bit(8, int)

    conn = protocol(bits(Whole) | uint8)()
    with pytest.raises(ParseError, match="mine"):
        conn.send(b"\1")


def test_types_may_be_told_by_bit_itself():
    """Where the annotation cannot be resolved."""

    class Local(enum.IntEnum):
        A = 0

    @wire
    class Told:
        a: "Local" = bit(4, Local)
        b: "int" = bit(4)

    @wire
    class Untold:
        a: "Local" = bit(8)

    assert bits(Told).parse(b"\x05") == Told(Local.A, 5)
    with pytest.raises(UsageError, match=r"Untold.a: name 'Local' is not defined; say what"):
        bits(Untold)


def test_an_attrs_class_will_do_as_well():
    """If all its fields are bits."""
    names = {"__annotations__": {"high": int, "low": int}, "high": bit(4), "low": bit(4)}
    plain = attrs.frozen(type("Plain", (), names))
    assert bits(plain).parse(b"\xa5") == plain(10, 5)


def made(*fields):
    """A class with these fields."""
    names = "abcdefgh"[: len(fields)]
    namespace = dict(zip(names, fields, strict=True))
    return wire(type("Made", (), {"__annotations__": dict.fromkeys(names, int), **namespace}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([bit(7)], "Made has 7 bits, and should have 8, 16, 24 and so on"),
        ([], "Made has 0 bits, "),
        ([bit(8), field(uint8)], "Made.b is no bit\\(n\\), and bits\\(\\) knows nothing else"),
        ([bit(2, bool), bit(6)], "Made.a: expected int, bool of one bit or an enum, not bool of 2"),
        ([bit(8, str)], "not str of 8"),
        ([bit(8, lambda n: n)], "not <function"),
        ([bit(3, Opcode), bit(5)], "Made.a: the values of Opcode do not fit into 3 bits"),
        ([bit(8, enum.Enum("Text", {"A": "a"}))], "the values of Text do not fit"),
    ],
)
def test_a_class_that_makes_no_sense_is_refused(fields, message):
    """When the parser is made; the error names the field."""
    with pytest.raises(UsageError, match=message):
        bits(made(*fields))


@pytest.mark.parametrize("n", [0, -1, "1", 1.0, None])
def test_a_field_has_one_bit_or_more(n):
    """Misuse is found when the class is made."""
    with pytest.raises(UsageError):
        bit(n)


def test_a_record_of_bits_is_the_same():
    """`record` takes such a class too, with the same values and bytes."""
    assert record(Start).parse(b"\x81") == start.parse(b"\x81") == Start(True, 0, Opcode.TEXT)
    assert record(Start).build(Start(True, 0, Opcode.TEXT)) == b"\x81"
    assert repr(bits(made(bit(8, int))).cls) == "<class 'tests.combinators.test_bits.Made'>"


@wire
class Version:
    """Bits that can be but one number, beside some that can be any."""

    version: int = bit(4, always=4)
    words: int = bit(4, int)


def test_bits_that_are_always_the_same():
    """They are no argument, are built by themselves, and are a mismatch where they are not."""
    version = bits(Version)
    assert version.parse(b"\x45") == Version(5)
    assert (Version(5).version, version.build(Version(5))) == (4, b"\x45")
    assert version.facts.first == frozenset(range(0x40, 0x50))
    with pytest.raises(ParseError, match=r"expected 4 at offset 0 \(in version\)"):
        version.parse(b"\x65")
    check(version, [b"\x45", b"\x65"])


def test_bits_know_nothing_of_other_fields():
    """What follows from others, or is judged beside them, wants `record`."""
    for one in (bit(8, int, computed=lambda _: 1), bit(8, int, verify=lambda _: True)):
        with pytest.raises(UsageError, match=r"Made\.\w+ depends on other fields"):
            bits(made(one))


def test_bits_are_shown_as_what_makes_them():
    """The representation, evaluated, is an equal parser; so are copies."""
    assert repr(start) == "bits(Start)"
    assert bits(Start) == start == pickle.loads(pickle.dumps(start)) == copy.deepcopy(start)
    assert hash(bits(Start)) == hash(start)
    assert start != wide
    assert pickle.loads(pickle.dumps(wide)).parse(b"\x40\x04") == Wide(Colour.RED, 0)


def test_what_is_known_of_bits():
    """Sizes, and which first bytes there can be."""
    assert (wide.facts.least, wide.facts.greatest, wide.facts.self_delimiting) == (2, 2, True)
    assert wide.facts.first == frozenset(range(0x40, 0xC0))
    assert start.facts.first == {high | low for high in range(0, 256, 16) for low in (0, 1, 8)}
    assert (start.facts.canonical, start.facts.unambiguous, start.facts.silent) == (
        True, True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "canonical"),
    [(Opcode, True), (Flags, True), (Kept, True), (Guessing, None), (Lenient, None), (int, True)],
)
def test_an_enum_that_gives_two_numbers_one_value_is_not_canonical(kind, canonical):
    """It is built as the member's own number."""
    assert bits(made(bit(8, kind))).facts.canonical is canonical
    assert bits(Odd).build(Odd(1, Guessing.HIGH)) == b"\x09"
    assert bits(Odd).parse(b"\x0f") == Odd(1, Guessing.HIGH)


@pytest.mark.parametrize("one", [start, wide, bits(Odd), many(wide)])
def test_the_laws_hold(one):
    """The kit finds nothing."""
    check(one, [b"", b"\x81", b"\x82", b"\x40\x04", b"\x40\x01", b"\xc0\x04", b"\x40\x04\x80\x02"])
