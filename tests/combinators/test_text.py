"""Bytes that are text."""

import codecs
import copy
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    UsageError,
    exactly,
    length_prefixed,
    literal,
    parser,
    rest,
    seq,
    text,
    uint8,
    until,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told


def test_bytes_are_decoded_when_they_are_all_there():
    """It takes, waits and ends as its parser does."""
    assert given(text(until(b";")), "Zoë;é".encode()) == ("Zoë", "é".encode(), 5)
    assert given(text(length_prefixed(uint8)), b"\2hi!") == ("hi", b"!", 3)
    assert given(text(exactly(2), "utf-16-le"), b"\xac\x20x") == ("€", b"x", 2)
    assert given(text(exactly(0)), b"x") == ("", b"x", 0)


def test_a_byte_that_does_not_fit_is_a_mismatch():
    """At the parser's first byte; the text says which one it was."""
    assert failed(seq(uint8, text(exactly(3))), b"!a\xffb") == (
        'not utf-8 (invalid start byte at index 1) at offset 1, found b"a\\xffb"', 1, 4,
    )  # fmt: skip
    assert told(text(exactly(2)), b"a\xc3").error.expected == ("text in utf-8",)


@pytest.mark.parametrize(
    "data", [b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\x80"]
)
def test_utf_8_is_strict(data):
    """No overlong form, no surrogate, nothing beyond Unicode, nothing cut."""
    assert failed(text(exactly(len(data))), data)[0].startswith("not utf-8 (")


def test_text_that_does_not_fit_leaves_the_bytes_to_the_next_alternative():
    """Nothing is taken by what does not match."""
    either = text(until(b";")) | until(b";")
    assert given(either, b"\xff;")[0] == b"\xff"
    assert given(text(seq_of_parts()) | rest, b"ab\xffc")[0] == b"ab\xffc"


def seq_of_parts():
    """Bytes that come from more than one token."""
    return seq(exactly(2), exactly(2)).map(b"".join, lambda data: (data[:2], data[2:]))


def test_an_encoding_may_fail_without_saying_where():
    """Encodings that somebody registered raise what they like, if it is a `ValueError`."""

    def decode(data, errors="strict"):
        if data != b"a":
            raise ValueError("too picky")
        return "a", 1

    def find(name):
        return codecs.CodecInfo(codecs.ascii_encode, decode) if name == "picky" else None

    codecs.register(find)
    try:
        message = failed(text(rest, "picky"), b"ab")[0]
        assert message.startswith("not picky (")
        assert "too picky" in message  # with more around it on 3.11
    finally:
        codecs.unregister(find)


def test_a_failure_of_the_parser_is_its_own():
    """Nothing is decoded then."""
    outcome = told(text(until(b";")), b"ab")
    assert isinstance(outcome.error, IncompleteInput)
    assert failed(text(literal(b"ab")), b"ax")[0] == 'expected b"ab" at offset 0, found b"ax"'


def test_text_is_bounded_by_max_buffered():
    """The bytes are kept until they are decoded, all that the parser took."""
    assert given(text(seq_of_parts()), b"abcd", max_buffered=4)[0] == "abcd"
    assert isinstance(told(text(seq_of_parts()), b"abcd", max_buffered=3).error, LimitExceeded)


@pytest.mark.parametrize(
    ("encoding", "value"),
    [
        ("utf-8", "Zoë €"),
        ("ascii", "Zo"),
        ("latin-1", "Zoë"),
        ("utf-16", "Zoë"),
        ("utf-8-sig", "\ufeffZoë"),
        ("cp037", "Zo"),
    ],
)
def test_text_is_encoded(encoding, value):
    """What is built parses to the same text."""
    data = text(rest, encoding).build(value)
    assert data == value.encode(encoding)
    assert text(rest, encoding).parse(data) == value


@pytest.mark.parametrize(
    ("encoding", "value", "message"),
    [
        ("ascii", "ë", "ascii has no bytes for 'ë'"),
        ("utf-8", "\ud800", "utf-8 has no bytes for '\\ud800'"),
        ("shift_jis", "¥", "shift_jis has no bytes for '¥'"),
        ("utf-8", b"a", "expected text, not b'a'"),
        ("utf-8", None, "expected text, not None"),
    ],
)
def test_what_would_not_come_back_is_not_built(encoding, value, message):
    """Shift JIS has one byte for the yen sign and the backslash."""
    with pytest.raises(BuildError) as raised:
        text(rest, encoding).build(value)
    assert str(raised.value) == message


def test_text_cannot_be_longer_than_its_parser_says():
    """Its parser has the last word."""
    with pytest.raises(BuildError, match="exactly 2 bytes, not 3"):
        text(exactly(2)).build("aë")


def test_text_is_built_from_nothing_where_its_parser_is():
    """A literal is known, whatever it is called."""
    assert (text(literal(b"ab")) >> uint8).build(1) == b"ab\1"
    with pytest.raises(BuildError):
        (text(exactly(1)) >> uint8).build(1)

    @parser
    def greeted():
        yield from text(literal(b"hi "))
        return (yield from text(rest).of(lambda name: name))

    assert greeted.build("Bob") == b"hi Bob"


@pytest.mark.parametrize(
    "encoding", ["nope", "hex", "rot13", "zlib", "undefined", "utf-8\0", "", 5, None]
)
def test_an_encoding_that_is_none_is_refused_when_it_is_made(encoding):
    """Those that are from bytes to bytes or from text to text included."""
    with pytest.raises(UsageError):
        text(rest, encoding)


def test_only_bytes_can_be_decoded():
    """What gives something else is misuse, found when it does."""
    with pytest.raises(UsageError, match="wants a parser of bytes, not of int"):
        text(uint8).parse(b"a")
    with pytest.raises(UsageError):
        text(b"a")


def test_text_is_shown_as_what_makes_it():
    """The representation, evaluated, is an equal parser; so are copies."""
    for one, shown in [
        (text(rest), "text(rest)"),
        (text(until(b";"), "latin-1"), "text(until(b';'), 'latin-1')"),
    ]:
        assert repr(one) == shown
        assert eval(shown) == one == pickle.loads(pickle.dumps(one)) == copy.deepcopy(one)
        assert hash(eval(shown)) == hash(one)
        assert one.children() == (one.parser,)


def test_what_is_known_of_text():
    """What is known of its parser; of most encodings not whether they have one form only."""
    assert text(exactly(3)).facts == exactly(3).facts
    assert text(exactly(3), "UTF8").facts.canonical
    assert text(exactly(3), "latin-1").facts.canonical
    assert text(exactly(3), "utf-7").facts.canonical is None


@pytest.mark.parametrize(
    "one", [text(rest), text(until(b";")), text(exactly(3), "ascii"), text(rest, "utf-16")]
)
def test_the_laws_hold(one):
    """The kit finds nothing."""
    check(one, [b"", b"ab;", b"abc", "Zoë;".encode(), b"\xff\xfea\0", b"a\xff;"])
