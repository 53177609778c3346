"""What may be there of tokens in a row, when a chunk has ended in one of them."""

import attrs
import pytest

from ohneio import (
    Limits,
    any_byte,
    decimal,
    exactly,
    field,
    hexadecimal,
    label,
    line,
    literal,
    many,
    one_of,
    record,
    seq,
    skip,
    take_while,
    uint8,
    until,
    value,
    verify,
    wire,
)
from ohneio.staging._partial import form_of, tokens_of
from tests.staging.differing import Case, compare
from tests.staging.parsing import pauses

word, sign = take_while(b"ab", min=1), literal(b"->")


@attrs.frozen
class Mine(type(literal(b"a"))):
    """A class that is nearly one of ours."""


def patterns(node):
    """The patterns of all tokens of a node."""
    return [(one.whole, one.part) for one in tokens_of(node)]


#: A token: how it is whole, what may be there of it, and how much room there must be.
TOKENS = {
    "a literal": (literal(b"a.b"), rb"a\.b", rb"(?:a(?:\.)?)?", 3),
    "a literal of one byte": (literal(b";"), b";", b"", 1),
    "a byte of some": (one_of(b"ab"), rb"[\x61\x62]", b"", 1),
    "a run": (word, rb"[\x61\x62]{1,}+", rb"[\x61\x62]{0,}+", 1),
    "a run of some length": (
        take_while(b"a", min=2, max=4),
        rb"[\x61]{2,4}+",
        rb"[\x61]{0,3}+",
        2,
    ),
    "a run that may be nothing": (take_while(b"a"), rb"[\x61]{0,}+", rb"[\x61]{0,}+", 1),
    "a line": (
        line,
        rb"[\x00-\x09\x0b-\x0c\x0e-\xff]*+\r\n",
        rb"[\x00-\x09\x0b-\x0c\x0e-\xff]*+\r?",
        2,
    ),
    "a number": (
        decimal,
        b"(?:0|[1-9][0-9]{0,8}+)(?![0-9])",
        b"(?:0|[1-9][0-9]{0,8}+)?",
        1,
    ),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_says_what_may_be_there_of_it(name):
    """A pattern for all of it, and one for its beginning."""
    node, whole, part, least = TOKENS[name]
    (token,) = tokens_of(node)
    assert (token.whole, token.part, token.least) == (whole, part, least)
    assert token.digits == (10 if node is decimal else 0)


ROW = [(rb"[\x61\x62]{1,}+", rb"[\x61\x62]{0,}+"), (rb"\->", rb"(?:\-)?")]


@pytest.mark.parametrize(
    "node",
    [
        seq(word, sign),
        word >> sign,
        word << sign,
        skip(seq(word, sign)),
        value(1, word << sign),
        label("one", seq(word, label("two", sign))),
        seq(seq(word), seq(), seq(sign)),
    ],
)
def test_tokens_in_a_row_are_these_one_by_one(node):
    """However the grammar says it."""
    assert patterns(node) == ROW


@pytest.mark.parametrize(
    "node",
    [
        Mine(b"a"),
        uint8,
        exactly(2),
        hexadecimal,
        until(b";"),
        many(word),
        verify(bool, word),
        line(max=9),
        take_while(b"a", max=0),
        seq(word, uint8),
        uint8 >> word,
        word << uint8,
        skip(uint8),
        value(1, uint8),
        label("one", uint8),
        uint8.map(bool),
        sign.map(len),
        seq(word, word).map(len),
        seq().map(len),
        decimal.map(bool),
    ],
)
def test_of_what_is_no_token_nothing_is_known(node):
    """A class of the user's, a limit of its own, a function of anything but a run of bytes."""
    assert not tokens_of(node)


def test_a_token_is_in_labels():
    """The outer one is told first."""
    first, second = tokens_of(label("one", seq(word, label("two", sign))))
    assert (first.inside, second.inside) == (("one",), ("one", "two"))


def test_a_function_is_called_when_all_that_it_is_around_is_there():
    """With the text of the run in it, which may be some tokens before."""
    first, second, third = tokens_of(seq((word << sign).map(len), word.map(bool)))
    assert (first.calls, second.calls, third.calls) == ((), ((1, len),), ((0, bool),))
    assert not any(one.wanted for one in (first, second, third))
    (_, last) = tokens_of((sign >> one_of(b"ab")).map(len))
    assert last.calls == ((0, len),)


def test_a_form_has_what_its_tokens_have():
    """Of sizes and digits the most; the fields of each part are around its labels."""
    parts = [
        ((word << literal(b";")).map(len), ("a",)),
        (label("l", literal(b"--->")), ()),
        (decimal, ("b", "c")),
        (word.map(bool), ()),
    ]
    form = form_of(parts)
    assert form.inside == [("a",), ("a",), ("l",), ("b", "c"), ()]
    assert form.calls == [(1, 0, len), (4, 4, bool)]
    assert (form.longest, form.digits) == (4, 10)
    assert form_of([(seq(word, sign), ())]).digits == 0


def test_less_than_two_tokens_are_no_form():
    """Nor is anything with a part of which nothing is known."""
    assert form_of([(word, ())]) is None
    assert form_of([]) is None
    assert form_of([(word, ()), (uint8, ()), (sign, ())]) is None


#: Tokens, something that is all of them, and whether each beginning of it may be there.
BEGUN = {
    "a run before a literal": (seq(word, sign), b"ab->", [0, 0, 0, 1]),
    "a literal before a run": (seq(sign, word, any_byte), b"->ab.", [0, 0, 1, 1, 1]),
    "a line": (seq(sign, line), b"->x\r\n", [0, 0, 1, 1, 1]),
    "a number": (seq(sign, decimal, sign), b"->12->", [0, 0, 1, 1, 1, 2]),
    "a run that may be nothing": (seq(take_while(b"a"), sign), b"->", [0, 1]),
}


@pytest.mark.parametrize("name", BEGUN)
def test_what_is_there_tells_which_token_is_not_whole(name):
    """At the end of a chunk a run may go on; a byte less than a literal is none of it."""
    node, data, expected = BEGUN[name]
    begun = form_of([(node, ())]).begun
    found = [begun(data, 0, size) for size in range(len(data))]
    assert [one.lastindex // 2 for one in found] == expected
    assert begun(data + b".", 0, len(data) + 1) is None


@wire
class Fields:
    name: bytes = field(word)
    sign: bytes = field(sign)
    size: bytes = field(take_while(b"0123456789", min=1).map(int, lambda n: b"%d" % n))
    end: bytes = field(literal(b"\n\n"))


def refuse(data):
    if data == b"a":
        raise ValueError("no a")
    if data == b"b":
        raise KeyError("no b")
    return data.upper()


#: A grammar, and bytes for it; of the first the places where the code pauses.
PAUSING = {
    "fields": (record(Fields), [b"ab->12\n\n" * 2, b"a->1\n.", b"->", b"a--"], {1, 2, 3, 4, 5}),
    "labels": (
        seq(label("one", word), label("two", seq(sign, label("three", line))), any_byte),
        [b"ab->x\r\n." * 2, b"ab->x\r\r", b"ab>"],
        {1, 2, 3, 4, 5, 6},
    ),
    "functions": (
        seq(word.map(refuse) << sign, word.map(refuse), sign),
        [b"ab->bb->" * 2, b"a->b", b"b->ab->", b"ab->a->", b"ab->b->", b"ab->ab-."],
        {1, 2, 3, 4, 5, 6, 7},
    ),
    "dropped": (
        skip(seq(word, sign)) >> take_while(b"x", min=2, max=3) << literal(b";"),
        [b"a->xx;a->xxx;", b"a->x;", b"a->xxxx", b"."],
        {1, 2, 3, 4, 5},
    ),
}


@pytest.mark.parametrize("name", PAUSING)
def test_code_that_pauses_in_a_form_does_what_its_nodes_do(name):
    """However the input is cut, and however little may be held."""
    grammar, inputs, places = PAUSING[name]
    assert places <= pauses(grammar, inputs[0])
    for most in (None, 1, 2, 3, 4, 7):
        limits = Limits() if most is None else Limits(max_buffered=most, max_digits=most)
        for data in inputs:
            cuts = [[data[:at], data[at:]] for at in range(1, len(data))]
            cuts += [[data[at : at + size] for at in range(0, len(data), size)] for size in (1, 3)]
            compare(Case(grammar, data, cuts, limits))
