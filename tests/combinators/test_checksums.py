"""Checksums of what another parser took."""

import hashlib
import pickle
import zlib

import pytest

from ohneio import (
    BuildError,
    LimitExceeded,
    ParseError,
    UsageError,
    checksummed,
    commit,
    exactly,
    length_prefixed,
    literal,
    many,
    protocol,
    rest,
    seq,
    sized,
    uint8,
    uint16,
    uint16le,
    uint32,
    until,
)
from tests.combinators.cuts import failed, given, told

AB = b"ab\x9e\x83Hm"  # with its CRC-32


def total(data: bytes) -> int:
    """Add the bytes up."""
    return sum(data) % 256


def digest(data: bytes) -> bytes:
    """Give a checksum that is bytes."""
    return hashlib.sha256(data).digest()[:4]


def refuses(data: bytes) -> int:
    """Fail as a bug of the user's own would."""
    raise ValueError(f"no checksum of {len(data)} bytes")


def refuses_as_a_parser(data: bytes) -> int:
    raise ParseError("no checksum")


def test_the_value_is_that_of_the_parser():
    """The checksum is checked and dropped; it waits for nothing behind it."""
    assert given(checksummed(exactly(2), zlib.crc32), AB + b"c") == (b"ab", b"c", 6)
    assert given(checksummed(until(b";"), total, uint8), b"\1;\x3cx") == (b"\1", b"x", 3)


def test_the_algorithm_may_give_bytes():
    """It is compared with what `stored` gives."""
    signed = checksummed(exactly(2), digest, exactly(4))

    assert given(signed, b"ab" + digest(b"ab")) == (b"ab", b"", 6)
    assert failed(signed, b"ab\0\0\0\0") == (
        'expected b"\\xfb\\x8e \\xfc" at offset 2, found b"\\x00\\x00\\x00\\x00"', 2, 6,
    )  # fmt: skip


def test_a_wrong_checksum_is_a_mismatch_at_its_first_byte():
    outcome = told(literal(b"<") >> checksummed(exactly(2), zlib.crc32), b"<ab\x9e\x83H\0")

    assert type(outcome.error) is ParseError
    assert str(outcome.error) == (
        'expected checksum 0x9e83486d at offset 3, found b"\\x9e\\x83H\\x00"'
    )
    assert (outcome.error.offset, outcome.error.found) == (3, b"\x9e\x83H\0")
    assert (outcome.consumed, outcome.after) == (3, 7)


def test_a_checksum_of_another_kind_is_told_as_it_is():
    """Whatever it is, the text says it."""
    odd = checksummed(exactly(1), lambda data: data.hex(), until(b";").map(bytes.decode))

    assert failed(odd, b"a62;")[0] == "expected checksum '61' at offset 1, found b\"62;\""


def test_a_failure_of_the_parser_or_of_the_checksum_itself_is_told_as_it_is():
    """Each token of it fails as it does elsewhere."""
    assert failed(checksummed(literal(b"ab"), zlib.crc32), b"ac") == (
        'expected b"ab" at offset 0, found b"ac"', 0, 2,
    )  # fmt: skip
    assert failed(checksummed(exactly(2), zlib.crc32), b"ab\x9e") == (
        "need 3 more bytes at offset 3 when the input ended", 2, None,
    )  # fmt: skip


def test_in_a_frame_the_parser_ends_where_the_checksum_begins():
    """`rest` and `many` leave room for it."""
    assert given(length_prefixed(uint8, checksummed(rest, zlib.crc32)), b"\6" + AB) == (
        b"ab",
        b"",
        7,
    )
    assert given(sized(6, checksummed(many(literal(b"ab")), zlib.crc32)), AB) == ([b"ab"], b"", 6)
    assert failed(sized(6, checksummed(many(literal(b"ab")), zlib.crc32)), AB[:5] + b"\0")[0] == (
        'expected checksum 0x9e83486d at offset 2, found b"\\x9e\\x83H\\x00"'
    )


def test_in_a_frame_the_parser_need_not_fill_what_is_before_the_checksum():
    """Something else may stand in the frame behind the checksum."""
    grammar = sized(8, seq(checksummed(exactly(2), zlib.crc32), uint16))

    assert given(grammar, AB + b"\0\1") == ((b"ab", 1), b"", 8)


def test_a_frame_without_room_for_the_checksum_is_refused_at_once():
    """Or with too little before it, where it begins."""
    assert failed(sized(3, checksummed(rest, zlib.crc32)), AB) == (
        "need more bytes at offset 3, where the frame ends", 0, 0,
    )  # fmt: skip
    assert failed(sized(5, checksummed(uint16, zlib.crc32)), AB) == (
        "need more bytes at offset 1, where the frame ends", 0, 0,
    )  # fmt: skip


def test_a_checksum_without_a_fixed_size_leaves_the_end_to_the_parser():
    """Nobody could know how much room it wants."""
    textual = checksummed(exactly(1), total, until(b";").map(int, b"%d".__mod__))

    assert given(sized(4, textual), b"\x0c12;") == (b"\x0c", b"", 4)


def test_what_a_checksum_is_of_is_bounded():
    """The bytes are kept until it is known: at most max_buffered, at limit + 1 exactly."""
    pairs = checksummed(seq(exactly(2), exactly(2)), total, uint8)

    assert given(pairs, b"\0\1\0\1\2", max_buffered=4)[0] == (b"\0\1", b"\0\1")
    outcome = told(pairs, b"\0\1\0\1\2", max_buffered=3)
    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)


def test_commit_does_not_let_go_of_the_bytes():
    """They are kept for the checksum, not for another way to read them."""
    grammar = checksummed(seq(exactly(1), commit, exactly(1)), zlib.crc32)

    assert given(grammar, AB) == ((b"a", None, b"b"), b"", 6)
    assert failed(grammar, AB[:5] + b"\0")[1:] == (2, 6)


def test_a_large_body_is_summed_whole():
    """However many blocks it came in."""
    body = bytes(range(256)) * 100
    conn = protocol(checksummed(exactly(10_000) >> exactly(15_600), zlib.crc32))()
    for start in range(0, len(body), 5_000):
        conn.send(body[start : start + 5_000])
    conn.send(zlib.crc32(body).to_bytes(4))

    assert conn.get_result() == body[10_000:]


@pytest.mark.parametrize("algorithm", [refuses, refuses_as_a_parser])
def test_what_the_algorithm_raises_goes_to_the_embedder(algorithm):
    """A bug in it is never read as a wrong checksum, and no alternative is tried."""
    grammar = checksummed(exactly(2), algorithm) | rest

    with pytest.raises(ValueError, match="no checksum") as caught:
        grammar.parse(AB)
    assert type(caught.value) is (ParseError if algorithm is refuses_as_a_parser else ValueError)


def test_the_checksum_is_computed_when_building():
    """It is never passed."""
    assert checksummed(exactly(2), zlib.crc32).build(b"ab") == AB
    assert sized(4, checksummed(rest, total, uint16le)).build(b"\1\2") == b"\1\2\3\0"


def test_a_checksum_that_its_parser_cannot_hold_is_a_build_error():
    """As any other number that does not fit."""
    with pytest.raises(BuildError, match="expected a number from 0 to 255"):
        checksummed(exactly(2), zlib.crc32, uint8).build(b"ab")


def test_it_is_data():
    """It pickles, hashes, compares, and its repr is the expression that made it."""
    parser = checksummed(exactly(2), total, uint8)

    assert pickle.loads(pickle.dumps(parser)) == parser
    assert hash(pickle.loads(pickle.dumps(parser))) == hash(parser)
    assert repr(parser) == "checksummed(exactly(2), total, uint8)"
    assert repr(checksummed(rest, zlib.crc32)) == "checksummed(rest, crc32)"
    assert parser.children() == (exactly(2), uint8)


def test_its_facts_are_those_of_a_sequence():
    """A body that does not end by itself has to stand in a frame."""
    facts = checksummed(exactly(2), zlib.crc32).facts
    assert (facts.least, facts.greatest, facts.unambiguous, facts.buildable) == (6, 6, True, True)
    assert checksummed(rest, zlib.crc32).facts.unambiguous is None
    assert length_prefixed(uint32, checksummed(rest, zlib.crc32)).build(b"ab") == b"\0\0\0\6" + AB


def test_misuse_is_found_at_once():
    """What is summed and how it is stored are parsers."""
    with pytest.raises(UsageError):
        checksummed(b"ab", zlib.crc32)
    with pytest.raises(UsageError):
        checksummed(rest, zlib.crc32, 4)
