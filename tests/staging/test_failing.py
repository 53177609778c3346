"""Branches that fail in place: where bytes do not match the code goes on with the next one."""

from typing import Any

import pytest

from ohneio import (
    Limits,
    Parser,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    delimited,
    dispatch,
    eof,
    exactly,
    fail,
    field,
    integer,
    label,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    mqtt_varint,
    one_of,
    optional,
    parser,
    recognize,
    record,
    rest,
    sep_by,
    seq,
    sized,
    span,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    until,
    wire,
)
from ohneio.core._staged import LATE
from tests.staging.parsing import agrees, code_of, once

ALPHA, end, colon = bytes(range(97, 123)), literal(b";"), literal(b":")
word = take_while(ALPHA, min=1)


def even(value: bytes) -> int:
    """A function that refuses some values, and fails on others."""
    if value.startswith(b"!"):
        raise KeyError(value)
    if len(value) % 2:
        raise ValueError("odd")
    return len(value)


@wire
class Pair:
    name: bytes = field(until(b"="))
    value: int = field(decimal)


@wire
class Judged:
    name: bytes = field(until(b"="))
    size: int = field(uint8, verify=lambda m: m.size == len(m.name))


@wire
class Refusing:
    name: bytes = field(until(b"="))

    def __attrs_post_init__(self) -> None:
        even(self.name)


@wire
class Counted:
    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(until(b";"))


#: A grammar and bytes for it.
FAILING: dict[str, tuple[Parser[Any], list[bytes]]] = {
    "behind a delimiter": (
        choice(until(b":") >> decimal, until(b"="), rest),
        [b"a:12", b"a:x=", b"a:x", b"a:01=", b"", b"=a:"],
    ),
    "behind a run": (
        choice(word << literal(b"("), word << literal(b"["), word) << end,
        [b"ab(;ab[;ab;", b"ab", b"ab{", b"ab(:", b";"],
    ),
    "with a value that will not do": (
        choice(literal(b"a") >> until(b";").verify(lambda it: len(it) > 2), until(b"!")),
        [b"abcd;ab;!x!", b"ab;", b"a", b"b"],
    ),
    "with one that a function refuses": (
        choice(try_map(even, until(b";")), until(b"!") << end),
        [b"ab;abc;!;", b"a;", b"!a;!;", b"a!;"],
    ),
    "with one that is no text": (
        choice(text(until(b";")), until(b"!")),
        [b"ab;\xff;!x;", b"\xff;", b"\xff!"],
    ),
    "with a function that is called": (
        choice(until(b";").map(even) << colon, until(b"!")),
        [b"ab;:ab;!", b"a;:", b"ab;"],
    ),
    "behind lines": (
        choice(seq(line, line << literal(b"\r\n")), line, any_byte),
        [b"a\r\nb\r\n\r\na\r\nb\r\nc", b"a\nb", b"a\r\n"],
    ),
    "behind a number": (
        choice(seq(decimal, colon), seq(integer(16), end), any_byte) << optional(end),
        [b"12:ff;12;1", b"01:", b"0", b"-", b"00;"],
    ),
    "behind a signed number": (
        choice(seq(word, integer(10, signed=True), colon), word << integer(10, digits=2)) << end,
        [b"a+1:;a12;a-;", b"a-", b"a+1;", b"a1", b"b"],
    ),
    "behind a number of its own": (
        choice(word >> decimal << colon, word) << optional(decimal),
        [b"a1:b12c01:", b"a", b"a1", b"1"],
    ),
    "behind some of a set": (
        choice(seq(word, take_while(b"01", min=2, max=3), end), seq(word, one_of(b"01")), any_byte),
        [b"a01;b0c011;d0110", b"a01", b"a", b"a0"],
    ),
    "behind any number of bytes": (
        choice(seq(exactly(2), until(b";"), literal(b"ab")), seq(uint16, until(b";"))),
        [b"xyz;abxyz;ac", b"xyz", b"xy;a"],
    ),
    "at neighbours of a fixed size": (
        choice(seq(word, uint8, colon, uint16, literal(b"ab")), seq(word, uint8, end)),
        [b"a1:12abb2;c3:12ax", b"a1:", b"a1;", b"a1:12"],
    ),
    "in the end": (choice(word << eof, seq(word, end), rest), [b"ab", b"ab;", b"ab;c", b"1"]),
    "in any case": (choice(word >> fail("no"), word), [b"ab;", b"1", b""]),
    "in a frame": (
        choice(seq(word, sized(3, seq(decimal, end))), word << exactly(3)) << end,
        [b"a12;;a1;;;a123;", b"a12", b"ab"],
    ),
    "in a frame of a size that is told": (
        choice(
            seq(word, length_prefixed(uint8, seq(uint8, until(b";")))),
            seq(word, length_prefixed(uint8, rest)),
            any_byte,
        ),
        [b"a\3xy;b\4xy;zc\2xyd\1", b"a\5", b"a\0b"],
    ),
    "in frames in frames": (
        sized(6, choice(seq(word, sized(4, sized(2, end)), rest), seq(word, text(rest)))),
        [b"a;;;;;", b"abcdef", b"a;\xff;;;", b"a"],
    ),
    "in a frame that is too small": (
        sized(4, choice(seq(word, length_prefixed(uint8, rest), end), seq(word, rest))),
        [b"a\1x;a\2xya\x09xya\1xy", b"a\1"],
    ),
    "in text in a frame": (
        sized(4, choice(seq(word, length_prefixed(uint8, text(rest)), rest), seq(word, rest))),
        [b"a\1x;a\1\xff;a\x09xy", b"a\1"],
    ),
    "up to a delimiter": (
        choice(delimited(b";", seq(word, decimal)), delimited(b";", word), until(b";")),
        [b"a1;a;1;a01;", b"a1", b"a1b;", b";"],
    ),
    "behind a length in digits": (
        choice(
            seq(word, length_prefixed(decimal << colon), end),
            seq(word, length_prefixed(integer(10, signed=True) << colon)),
        ),
        [b"a2:xy;b1:xc-1:", b"a2:x", b"a02:xy", b"a999:", b"a"],
    ),
    "behind a body and its end": (
        choice(seq(word, length_prefixed(uint8, rest) << literal(b"\r\n")), word << exactly(3)),
        [b"a\1x\r\nb\1x\rc", b"a\1x\n", b"a\x09"],
    ),
    "by a tag": (
        choice(
            seq(word, dispatch(uint8, {58: decimal, 59: end})),
            seq(word, dispatch(any_byte, {b":": word})),
            seq(word, dispatch(word | one_of(b"!"), {b"!": end})),
            any_byte,
        ),
        [b"a:1b;;c:xd!;e;:", b"a", b"a:", b"a?"],
    ),
    "by many": (
        choice(seq(word, many(end, min=2), colon), seq(word, many(one_of(b";:"), min=1))),
        [b"a;;:b;:c;;;", b"a;", b"a"],
    ),
    "by exactly two": (
        choice(seq(word, many(end, min=2, max=2), colon), seq(word, many(end)), any_byte),
        [b"a;;:b;;c;:d", b"a;;", b"a;"],
    ),
    "by a count": (
        choice(seq(word, count_prefixed(uint8, end), colon), seq(word, uint8, many(end))),
        [b"a\2;;:b\2;;c\1:", b"a\2;", b"a\1"],
    ),
    "behind separated ones": (
        choice(sep_by(word, colon, min=1) << end, sep_by(word << one_of(b";:"), colon), rest),
        [b"a:b;a:b!", b"a:", b"a:b:", b"a;:b;"],
    ),
    "in what may be none": (
        choice(seq(sep_by(word << end, colon), end), seq(optional(word << end), colon), word),
        [b"a;:b;;a;:;", b"ab", b"a:", b"a;"],
    ),
    "up to an end": (
        choice(many_until(word << colon, end), seq(many(word << colon), word)),
        [b"a:b:;a:b:c", b"a:b", b"a;"],
    ),
    "in each other": (
        choice(
            seq(word, choice(until(b";") << colon, until(b"!") << colon)),
            seq(word, choice(seq(until(b";"), word << end), until(b";"))),
            any_byte,
        ),
        [b"a;:b!:c;d;e;1f;", b"a;", b"a;b", b"a!"],
    ),
    "again and again": (
        many(choice(word << colon, word << literal(b"!"), word)) << end,
        [b"a:b!c;", b"a:b!c", b"a:b?;", b";"],
    ),
    "labelled": (
        choice(label("A", seq(word, label("B", until(b";")), colon)), label("C", word << end)),
        [b"ax;:b;", b"a;", b"a!", b"ax;!"],
    ),
    "in records": (
        choice(record(Pair) << end, record(Judged), record(Refusing) << colon, until(b";")),
        [b"a=1;a=\1ab=:a=x;ab==;", b"a=", b"a", b"!=:;"],
    ),
    "in records that compute": (
        choice(record(Counted) << colon, seq(uint8, until(b";"))),
        [b"\1a;:\2a;\1a;!", b"\1a;", b"\1"],
    ),
    "ahead": (
        choice(lookahead(word << end) >> word, lookahead(until(b":")) >> word, any_byte),
        [b"ab;ab:ab", b"ab", b";:"],
    ),
    "where all of it is kept": (
        choice(recognize(seq(word, until(b";"), colon)), span(seq(word, until(b";")))),
        [b"ax;:bx;", b"ax", b"ax;"],
    ),
    "with nothing first": (
        choice(seq(take_while(ALPHA), colon), seq(take_while(ALPHA), end), rest),
        [b"a:", b"a;", b"a", b":", b""],
    ),
    "with the whole input": (
        choice(seq(word, length_prefixed(decimal << end, rest)), word) << optional(any_byte),
        [b"a1;x", b"a", b"a5;x"],
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_in_place_is_as_if_its_node_had(name):
    """Whatever is tried next, whatever is told, and wherever a chunk ends."""
    grammar, inputs = FAILING[name]
    agrees(grammar, *inputs)
    agrees(seq(optional(end), grammar, optional(word)), b";" + inputs[0], inputs[-1])


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_in_place_in_a_frame_is_as_if_its_node_had(name):
    """Where there may be no room for it."""
    grammar, inputs = FAILING[name]
    agrees(length_prefixed(uint8, grammar), *(bytes([len(one)]) + one for one in inputs[:3]))
    agrees(sized(3, choice(grammar, many(any_byte))), inputs[0], inputs[-1] * 3)


LIMITED = ["behind a delimiter", "in a frame", "by many", "in records", "in what may be none"]


@pytest.mark.parametrize("most", [0, 1, 3, 5])
@pytest.mark.parametrize("name", LIMITED)
def test_limits_hold_for_what_fails_in_place(name, most):
    """Of what is held, of what is read again, and of all else: they end the whole."""
    grammar, inputs = FAILING[name]
    one = many(grammar, max=2) if grammar.facts.nullable is False else grammar
    agrees(one, inputs[0], limits=Limits(max_buffered=most))
    agrees(one, inputs[0], limits=Limits(max_backtrack=most))
    agrees(one, inputs[0], limits=Limits(max_digits=most, max_items=most))


FORMS = ["items", "item", "once", "lane"]


@pytest.mark.parametrize("form", FORMS)
def test_a_mismatch_is_a_jump_to_the_next_branch(form):
    """Nothing is raised for it, and no node runs."""
    grammar = choice(seq(word, colon), seq(word, end))
    branch = code_of(grammar, form).partition("while True:\n")[2].partition("choice is LATE")[0]
    assert branch.count("break") >= 3
    assert once(grammar, b"abc;") is not LATE
    for name in ("behind a delimiter", "behind a run", "in each other", "in records"):
        grammar, inputs = FAILING[name]
        assert any(once(grammar, inputs[0][:size]) is not LATE for size in range(1, 9))


def test_nothing_is_written_where_nothing_else_may_begin_alike():
    """As for a branch that was decided before it runs, or the only one with its first byte."""
    grammars = [
        choice(literal(b"a") >> until(b";") << end, literal(b"b")),
        choice(literal(b"ab"), literal(b"ac"), literal(b"a")),
        choice(word, any_byte),
        many(choice(word << end, word)),
    ]
    for grammar in grammars[:3]:
        assert "is LATE" not in code_of(grammar, "once")
    assert "is LATE" in code_of(grammars[3], "once")


def test_what_does_not_match_in_a_loop_leaves():
    """No jump leads out of it."""
    one = choice(seq(word, many(word << colon, min=2, max=2)), seq(word, end))
    assert once(one, b"a;") is LATE
    agrees(one, b"a;", b"ab:c:", b"ab:c;")


#: What fails further on than another branch goes, and what it would have to be told with.
TOLD: list[tuple[Parser[Any], list[bytes]]] = [
    (seq(choice(word << colon, word), end), [b"ab;", b"ab:;", b"ab!", b"ab"]),
    (seq(choice(seq(word, end, colon), word), end), [b"ab;:;", b"ab;;", b"ab!", b"ab;!"]),
    (seq(choice(seq(word, end), exactly(1)), end), [b"ab;;", b"a;", b"ab!", b"a!;"]),
    (seq(choice(until(b";").verify(even), exactly(2)), end), [b"a;;", b"abc;;", b"!;", b"ab;!"]),
    (seq(choice(until(b";").verify(even), until(b"!")), end), [b"ab;!;", b"a;!;!", b"a;!!"]),
    (
        choice(seq(choice(word << colon, word, any_byte), colon), seq(word, end), any_byte),
        [b"ab;", b"ab:", b"ab!", b"a::", b";:", b";;"],
    ),
    (seq(choice(try_map(even, until(b";")), until(b";")), end), [b"ab;;", b"abc;;", b"abc;!"]),
    (seq(choice(text(until(b";")), until(b";")), end), [b"ab;;", b"\xff;;", b"\xff;!"]),
    (
        seq(choice(try_map(even, take_while(b"!a")), take_while(b"!ab")), end),
        [b"aa;", b"ab;", b"aab!", b"b;", b";", b"!;"],
    ),
    (seq(many(one_of(b";")), choice(word << colon, word << many(end, min=1))), [b";a;", b";a!"]),
]


@pytest.mark.parametrize("number", range(len(TOLD)))
def test_a_stream_tells_of_the_furthest_failure(number):
    """Also where that is one in a branch before."""
    grammar, inputs = TOLD[number]
    agrees(grammar, *inputs)
    agrees(many(grammar, max=2) << literal(b"?"), *inputs, inputs[0] + inputs[-1])
    agrees(label("all", optional(grammar)) << colon, *inputs)


@pytest.mark.parametrize("most", [2, 4, 6, 8, 100])
def test_what_is_held_by_a_caller_is_asked_for_before(most):
    """Where a protocol by hand runs the grammar in an alternative of its own."""
    held = choice(seq(until(b";"), colon), seq(until(b";"), end))

    @parser
    def by_hand():
        first = yield from word
        return first, (yield from held)

    for one in (choice(by_hand, until(b"!")), many(by_hand, max=2)):
        agrees(one, b"a1;;b123;;", b"a123;!", limits=Limits(max_buffered=most))


@pytest.mark.parametrize("most", [0, 2, 4, 6, 8, 100])
def test_what_is_read_again_is_counted_for_all_of_an_item(most):
    """In what is tried and left in the end as well, and where something looks ahead."""
    for one in (
        seq(choice(seq(word, colon), seq(word, end)), choice(until(b";") << colon, until(b"!"))),
        many(choice(seq(lookahead(word), word, colon), seq(word, end)), max=2) << colon,
        seq(many(word << colon), many(word << end, max=1), word),
    ):
        agrees(one, b"ab;c;!ab;", b"ab;cd;:", b"a:b:c;d", limits=Limits(max_backtrack=most))


def test_an_item_that_fails_in_place_ends_a_loop_of_a_whole_input():
    """If what comes behind may begin as it does; else it leaves, as for nothing."""
    one = seq(many(word << colon), many(sized(2, seq(word, end))), word)
    assert once(one, b"a:b:c;dd") == ([b"a", b"b"], [(b"c", b";")], b"dd")
    assert "begins = -1" in code_of(one, "once")
    assert "begins" not in code_of(seq(many(word << colon), end), "once")
    assert "begins" not in code_of(seq(many(count_prefixed(mqtt_varint, colon)), uint8), "once")
    agrees(one, b"a:b:c;dd", b"a:b:c;d", b"a:b:c;;d", b"c;", b"a:;", b"")
    agrees(many(word << colon, max=2) << word, b"a:b:c", b"a:b", b"a:b:c:")


def test_what_was_taken_could_not_have_stood_behind_itself():
    """A branch that may be nothing is taken, and none of those that no byte decides passed by."""
    nothing = seq(exactly(0))
    judged = try_map(refusing_x, recognize(take_while(b"x")))
    grammar = choice(seq(nothing, judged), seq(nothing, literal(b";")), judged)
    for one in (grammar, seq(uint8, grammar, optional(grammar))):
        agrees(one, b"", b";", b"x", b"1;", b"1x;")


def refusing_x(data):
    if data:
        raise ValueError("no x, please")
    return data


def test_what_fails_with_something_left_over_ends_no_frame_of_others():
    """Up to a delimiter there was more than it takes: what is tried instead goes on behind that."""
    grammar = choice(literal(b"1") >> delimited(b";", uint16), uint16, take_while(b"a", min=1))
    data = b"1>\3x;aa", b"1ab;1a;", b"1]c1>\3;;"
    agrees(grammar, *data, *[one * 3 for one in data])
    agrees(many(grammar, max=2) << end, *data)
