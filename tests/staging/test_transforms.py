"""Other values of the same bytes, and values that are judged when all of them is there."""

import pytest

from ohneio import (
    Limits,
    ParseError,
    any_byte,
    choice,
    decimal,
    exactly,
    length_prefixed,
    literal,
    lookahead,
    many,
    optional,
    parser,
    recognize,
    rest,
    seq,
    sized,
    skip,
    span,
    success,
    text,
    uint8,
    until,
)
from ohneio.staging._transforms import SMALL, small
from tests.staging.parsing import agrees, code_of


def loud(one):
    """Raise whatever a user's function might."""
    match bytes(one)[:1]:
        case b"v":
            raise ValueError("v")
        case b"k":
            raise KeyError("k")
        case b"p":
            raise ParseError("by hand")
    return one.upper()


def picky(one):
    return loud(one) != b"N"


@parser
def by_hand():
    return (yield from until(b"."))


long, short = until(b";"), exactly(1)

#: A grammar and bytes for it.
TRANSFORMS = {
    "map": (long.map(loud), [b"ab;v;", b"k;", b"p;a"]),
    "map of a regular run": (seq(any_byte.map(loud), long), [b"ab;", b"kb;", b"vb;"]),
    "verify": (long.verify(picky), [b"ab;n;", b"v;", b"k;", b"p;"]),
    "verify what is small": (short.verify(picky), [b"abn", b"v", b"k", b"p"]),
    "try_map": (long.try_map(loud), [b"ab;v;", b"k;", b"p;"]),
    "try_map of what is small": (short.try_map(loud), [b"abv", b"k", b"p"]),
    "try_map that gives None": (long.try_map(lambda one: None), [b"a;"]),
    "text": (text(long), [b"ab;\xc3\xa4;\xff;", b"\xc3;"]),
    "text of what is small": (text(short), [b"ab\xff"]),
    "text in latin-1": (text(long, "latin-1"), [b"\xff;"]),
    "text of no bytes": (text(seq(uint8, long).map(lambda it: it[0])), [b"ab;"]),
    "text that is small of no bytes": (text(short.map(list)), [b"a"]),
    "text of a number that is known": (seq(uint8, text(success(7))), [b"a"]),
    "text of bytes that are known": (seq(uint8, text(success(b"\xff"))), [b"a"]),
    "bind": (uint8.bind(lambda n: exactly(n % 4)), [b"\1a\3abc\0", b"\3ab"]),
    "bind, dropped": (skip(uint8.bind(lambda n: exactly(n % 4))) >> uint8, [b"\1ab\0a"]),
    "bind to what may be nothing": (seq(uint8.bind(lambda n: rest)), [b"ab"]),
    "recognize": (recognize(many(seq(literal(b"a"), long))), [b"a;ab;b", b"a"]),
    "recognize what is small": (recognize(seq(any_byte, uint8)), [b"abcd", b"a"]),
    "recognize what is large": (recognize(seq(uint8, long)), [b"ab;c;"]),
    "span": (span(long), [b"ab;c;", b"a"]),
    "span of none": (seq(uint8, span(optional(literal(b"a")))), [b"aab"]),
    "example": (uint8.example(None), [b"ab"]),
    "by hand": (seq(by_hand, long), [b"a.b;c.", b"a.b"]),
    "verify what was waited for": (seq(long, long).verify(lambda it: it[0] != b"n"), [b"a;b;n;b;"]),
    "verdicts on one value": (
        text(long).verify(lambda it: it != "n").verify(lambda it: picky(it.encode())),
        [b"ab;n;", b"\xff;", b"v;", b"k;", b"p;", b"N;"],
    ),
    "verdicts on what is refused": (long.try_map(loud).verify(bool), [b"ab;;", b"v;", b"k;"]),
    "verdicts that are called": (
        long.verify(picky).verify(lambda *it: it[0] != b"x"),
        [b"ab;x;", b"v;", b"k;", b"n;"],
    ),
    "text in text": (many(text(length_prefixed(uint8))), [b"\1a\2\xc3\xa4\1\xff"]),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_value_becomes_another_as_by_its_node(name):
    """Alone, where it is tried, and in a frame: what functions raise as well."""
    grammar, inputs = TRANSFORMS[name]
    agrees(grammar, *inputs)
    agrees(choice(seq(grammar, literal(b"!")), any_byte), inputs[0] + b"!", inputs[0][:2] + b"!")
    agrees(sized(3, optional(grammar)), *(one[:4] for one in inputs))


def test_what_takes_few_bytes_is_tried_as_a_whole():
    """A chunk's end is seldom inside; of what is larger the bytes are kept."""
    assert small(exactly(SMALL))
    assert not small(exactly(SMALL + 1))
    assert small(decimal)
    assert not small(long)
    assert "keep_from" not in code_of(short.verify(picky))
    assert "run.keep_from(base + begins)" in code_of(long.verify(picky))


def test_functions_are_called_by_their_names():
    """And what they raise is known for what it is."""
    source = code_of(long.map(loud))
    assert "= LOUD(data2)" in source
    assert "error._foreign = True" in source


def test_recognized_bytes_are_one_slice():
    """Nothing of what is in them is made."""
    source = code_of(recognize(seq(uint8, uint8)))
    assert "= data[begins" in source
    assert "unpack" not in source.lower()


def test_a_span_tells_where_in_the_stream_it_was():
    """Not where in the block."""
    assert "begins = base + pos" in code_of(span(long))
    assert "begins = pos" in code_of(span(long), "once")


def test_what_is_looked_at_may_be_judged():
    """It is all taken back."""
    agrees(seq(lookahead(long.verify(picky)), long), b"a;n;", b"k;")


def test_verdicts_on_one_value_are_asked_together():
    """Its bytes are kept once; where one is against it the nodes say so, one after the other."""
    one = text(long).verify(bool).verify(lambda it: "+" not in it)
    source = code_of(one)
    assert source.count("= run.keep_from(") == source.count("mark = run.keep_from(")
    assert "(value2) and ('+' not in value2)" in source
    agrees(one, b"ab;;", b"a+;", b"\xff;", limits=Limits(max_buffered=3))
