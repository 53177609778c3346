"""Integers that take as many bytes as they need."""

import copy
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    leb128,
    many,
    mqtt_varint,
    parser,
    quic_varint,
    seq,
    sized,
    sleb128,
    uint8,
    zigzag,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

#: The least and the greatest value, and the most bytes.
ALL = {
    leb128: (0, 2**64 - 1, 10),
    sleb128: (-(2**63), 2**63 - 1, 10),
    zigzag: (-(2**63), 2**63 - 1, 10),
    mqtt_varint: (0, 2**28 - 1, 4),
    quic_varint: (0, 2**62 - 1, 8),
}


def around_powers_of_two(least, greatest):
    """The numbers at which the size may change, and their neighbours."""
    numbers = {sign * 2**power + step
               for power in range(65) for step in (-1, 0, 1) for sign in (-1, 1)}  # fmt: skip
    return [number for number in sorted(numbers) if least <= number <= greatest]


@pytest.mark.parametrize(
    ("varint", "value", "data"),
    [
        # DWARF 5, tables 7.7 and 7.8.
        (leb128, 2, "02"),
        (leb128, 127, "7f"),
        (leb128, 128, "8001"),
        (leb128, 12857, "b964"),
        (sleb128, 2, "02"),
        (sleb128, -2, "7e"),
        (sleb128, 127, "ff00"),
        (sleb128, -127, "817f"),
        (sleb128, 128, "8001"),
        (sleb128, -128, "807f"),
        (sleb128, -129, "ff7e"),
        # Protocol Buffers, "Encoding".
        (leb128, 150, "9601"),
        (leb128, 2**64 - 2, "feffffffffffffffff01"),
        (zigzag, 0, "00"),
        (zigzag, -1, "01"),
        (zigzag, 1, "02"),
        (zigzag, 2**31 - 1, "feffffff0f"),
        (zigzag, -(2**31), "ffffffff0f"),
        # MQTT 3.1.1, table 2.4.
        (mqtt_varint, 0, "00"),
        (mqtt_varint, 127, "7f"),
        (mqtt_varint, 128, "8001"),
        (mqtt_varint, 16_383, "ff7f"),
        (mqtt_varint, 16_384, "808001"),
        (mqtt_varint, 2_097_151, "ffff7f"),
        (mqtt_varint, 2_097_152, "80808001"),
        (mqtt_varint, 268_435_455, "ffffff7f"),
        # RFC 9000, A.1.
        (quic_varint, 151_288_809_941_952_652, "c2197c5eff14e88c"),
        (quic_varint, 494_878_333, "9d7f3e7d"),
        (quic_varint, 15_293, "7bbd"),
        (quic_varint, 37, "25"),
    ],
)
def test_the_examples_of_the_specifications_hold(varint, value, data):
    """Both ways, and without waiting for what is behind."""
    encoded = bytes.fromhex(data)
    assert given(varint, encoded + b"xy") == (value, b"xy", len(encoded))
    assert varint.build(value) == encoded


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_what_is_built_parses_to_the_same_number(varint):
    """At and around every power of two, in no more bytes than are allowed, and no two alike."""
    least, greatest, most = ALL[varint]
    numbers = around_powers_of_two(least, greatest)
    built = {varint.build(number): number for number in numbers}
    assert len(built) == len(numbers)
    assert max(map(len, built)) == most
    assert all(varint.parse(data) == number for data, number in built.items())


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_a_number_out_of_range_is_not_built(varint):
    """The error says which numbers there are."""
    least, greatest, _ = ALL[varint]
    for value in (least - 1, greatest + 1, "1", 1.0, None, 10**5000):
        with pytest.raises(BuildError, match=f"expected a number from {least} to {greatest}, not "):
            varint.build(value)
    with pytest.raises(BuildError):
        (varint >> uint8).build(1)


@pytest.mark.parametrize("varint", [leb128, sleb128, zigzag])
def test_forms_longer_than_necessary_are_allowed(varint):
    """As the specifications allow them; so the format is not canonical."""
    assert given(varint, b"\x80\x80\x00") == (0, b"", 3)
    assert varint.facts.canonical is False


def test_quic_allows_longer_forms_too():
    """RFC 9000 gives this one as an example."""
    assert given(quic_varint, b"\x40\x25") == (37, b"", 2)
    assert given(quic_varint, b"\xc0" + bytes(6) + b"\x25") == (37, b"", 8)
    assert quic_varint.facts.canonical is False


@pytest.mark.parametrize(
    ("varint", "data", "after"),
    [
        (leb128, b"\xff" * 9 + b"\x02", 10),
        (leb128, b"\x80" * 10 + b"\x00", 10),
        (sleb128, b"\x80" * 9 + b"\x01", 10),
        (sleb128, b"\xff" * 9 + b"\x7e", 10),
        (zigzag, b"\xff" * 9 + b"\x03", 10),
        (mqtt_varint, b"\xff\xff\xff\x80\x00", 4),
        (mqtt_varint, b"\x80\x00", 2),
        (mqtt_varint, b"\xff\x80\x00", 3),
    ],
)
def test_what_is_out_of_bounds_fails_on_the_byte_that_shows_it(varint, data, after):
    """The mismatch begins with the number."""
    outcome = told(seq(uint8, varint), b"!" + data)
    assert (outcome.error.offset, outcome.after, outcome.consumed) == (1, after + 1, 1)
    assert outcome.error.found == data[:after]
    assert str(outcome.error).startswith(f"expected {varint} ")


def test_mqtt_has_one_form_of_each_number():
    """So a grammar of it can be canonical."""
    assert mqtt_varint.facts.canonical is True


def test_the_greatest_forms_are_accepted():
    """The bits that the last byte may have are all used."""
    assert leb128.parse(b"\xff" * 9 + b"\x01") == 2**64 - 1
    assert sleb128.parse(b"\x80" * 9 + b"\x7f") == -(2**63)
    assert sleb128.parse(b"\xff" * 9 + b"\x00") == 2**63 - 1
    assert zigzag.parse(b"\xff" * 9 + b"\x01") == -(2**63)


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_a_number_that_the_input_cuts_short_is_missing_bytes(varint):
    """Whatever is missing of it at least."""
    outcome = told(varint, b"\xff")
    assert isinstance(outcome.error, IncompleteInput)
    assert outcome.error.needed == (7 if varint is quic_varint else 1)
    assert told(varint, b"").error.needed == 1


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_a_number_sees_nothing_behind_its_frame(varint):
    """Shortage in a frame is an error at its end."""
    assert failed(sized(1, varint), b"\xff\x01\x01\x01\x01\x01\x01\x01")[::2] == (
        "need more bytes at offset 1, where the frame ends", 1,
    )  # fmt: skip
    assert given(sized(1, varint), b"\x01\x01") == (1 if varint is not zigzag else -1, b"\x01", 1)


@pytest.mark.parametrize(
    ("varint", "after"), [(leb128, 3), (sleb128, 3), (mqtt_varint, 3), (quic_varint, 1)]
)
def test_a_number_is_bounded_by_max_buffered(varint, after):
    """As soon as it is known to be longer."""
    outcome = told(varint, b"\xff\xff\xff\x01\x01\x01\x01\x01", max_buffered=3)
    assert isinstance(outcome.error, LimitExceeded)
    assert (outcome.error.name, outcome.after) == ("max_buffered", after)


def test_numbers_follow_each_other_under_a_small_limit():
    """A limit bounds each number, not all of them together."""
    assert given(seq(leb128, leb128, quic_varint), b"\x80\x01\x01\x40\x01", max_buffered=2)[0] == (
        128, 1, 1,
    )  # fmt: skip


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_there_is_one_object_of_each_name(varint):
    """Pickling and copying give the very same object back."""
    assert pickle.loads(pickle.dumps(varint)) is varint
    assert copy.deepcopy(varint) is varint
    assert eval(repr(varint)) is varint
    assert hash(varint) == hash(copy.copy(varint))


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_what_is_known_of_a_number(varint):
    """Its sizes, and that it ends by itself."""
    facts = varint.facts
    assert (facts.least, facts.greatest, facts.nullable) == (1, ALL[varint][2], False)
    assert (facts.self_delimiting, facts.unambiguous, facts.silent) == (True, True, False)


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_a_number_is_no_step_that_builds_by_itself(varint):
    """A hand-written parser has to say where its value lives."""

    @parser
    def one():
        return (yield from varint)

    assert one.parse(b"\x00") == 0
    with pytest.raises(BuildError):
        one.build(0)


@pytest.mark.parametrize("varint", ALL, ids=repr)
def test_the_laws_hold(varint):
    """The kit finds nothing."""
    check(varint, [b"", b"\x01", b"\x80\x00", b"\x85\x05ab"])
    check(varint, [b"\xff" * 9 + b"\x01", b"\xff" * 11], every=False)
    check(many(varint), [b"\x01\x81\x01\x01", b"\xff"])
