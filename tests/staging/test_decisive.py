"""What decides against a parser before it runs: tokens of a fixed size that it begins with."""

from typing import Any

import pytest

from ohneio import (
    Limits,
    Parser,
    any_byte,
    choice,
    exactly,
    field,
    forward,
    int8,
    label,
    length_prefixed,
    literal,
    many,
    one_of,
    optional,
    record,
    seq,
    sized,
    skip,
    struct_unpack,
    text,
    try_map,
    uint8,
    uint16,
    until,
    verify,
    wire,
)
from ohneio.staging._decisive import checks, first_size
from tests.staging.parsing import agrees, code_of, once

large = uint8.verify(lambda x: x > 98)
far = uint16.verify(lambda x: x > 25000)
a, b, end = literal(b"a"), literal(b"b"), literal(b";")


def odd(value: object) -> bool:
    """A predicate that is called, and not written into the code."""
    return len(repr(value)) % 2 == 1


@wire
class Message:
    magic: bytes = field(literal(b"ab"))
    size: int = field(uint8)


@wire
class Later:
    there: bool = field(uint8, when=lambda m: True, default=0)


VERBS = choice(literal(b"GET "), literal(b"PUT "), literal(b"POST "))
nested = forward()
tree = nested.become(
    choice(literal(b"ab"), literal(b"ac") >> end, literal(b"a(") >> nested << literal(b")"))
)

#: A grammar and bytes for it.
DECIDED: dict[str, tuple[Parser[Any], list[bytes]]] = {
    "words": (VERBS, [b"POST PUT GET ", b"PO", b"POS ", b"PET ", b""]),
    "what begins with a word": (
        choice(literal(b"ab") >> uint8, literal(b"ac") >> uint16) << end,
        [b"ab1;ac12;", b"ac1", b"ad", b"a"],
    ),
    "one word in another": (choice(literal(b"abc"), literal(b"ab")), [b"ababcab", b"abd", b"a"]),
    "behind a number": (
        choice(uint8 >> literal(b"ab"), uint8 >> literal(b"ac")) << end,
        [b"xab;xac;", b"xad", b"xa"],
    ),
    "behind all of another": (
        choice(seq(literal(b"ab"), uint8, end), seq(literal(b"ab"), uint16, end)),
        [b"ab1;ab12;", b"ab12x", b"ab1"],
    ),
    "a byte that will not do": (choice(large, uint16) << end, [b"c;ab;", b"ab:", b"a", b"b"]),
    "a number that will not do": (choice(far, uint8), [b"aacab", b"b"]),
    "one that could be told of": (choice(far, uint8) << end, [b"aa;c;", b"ba;cc;", b"a", b"aa"]),
    "one that is passed": (choice(far, exactly(3)) << end, [b"cc;aab;", b"aabc", b"aa"]),
    "one that fails in the middle": (
        choice(far, seq(uint8, literal(b"x"))) << end,
        [b"cc;ax;", b"aa", b"ab;", b"a"],
    ),
    "one of three": (choice(far, seq(uint8, b), uint16) << end, [b"cc;ab;aa;", b"aac", b"aaa"]),
    "one that is called": (choice(verify(odd, uint8), uint16), [b"ababd1", b"a"]),
    "a sign": (choice(int8.verify(lambda x: x < 0), uint16), [b"\xffab\xff", b"a"]),
    "bytes that will not do": (
        choice(exactly(2).verify(lambda x: x != b"ab"), any_byte) << end,
        [b"ac;a;", b"ab;a"],
    ),
    "one of some": (
        choice(seq(one_of(b"ab"), one_of(b"c")), seq(any_byte, uint8)) << end,
        [b"ac;aa;xx;", b"aax", b"bcx"],
    ),
    "perhaps": (seq(optional(large), uint8), [b"caa", b"c", b"a"]),
    "perhaps, and nothing of it behind": (seq(optional(large), end), [b"c;;", b"a", b"b;"]),
    "perhaps two": (seq(optional(far), uint8) << end, [b"cca;a;", b"aab", b"aa"]),
    "perhaps a word": (seq(optional(literal(b"ab")), literal(b"ac")), [b"abacac", b"abab", b"ad"]),
    "perhaps two words": (
        optional(seq(literal(b"ab"), literal(b"c"))) >> until(b";"),
        [b"abcx;abx;a;", b"ab", b"x"],
    ),
    "perhaps, dropped, in another": (
        choice(seq(a, skip(optional(a >> b)), until(b";")), any_byte),
        [b"aab;aac;a;x", b"aa"],
    ),
    "again and again": (
        many(choice(literal(b"ab"), literal(b"ac"))) << end,
        [b"abacab;a;", b"aba"],
    ),
    "in each other": (
        many(seq(end, choice(far, uint16, uint8), optional(large)), max=3) << b,
        [b";ab;cc;aacb", b";aaab", b";a"],
    ),
    "of a record": (
        choice(record(Message), literal(b"ac").map(len), literal(b"a")),
        [b"ab1aca", b"ad"],
    ),
    "of a record that asks first": (choice(record(Later), a), [b"ab"]),
    "labelled": (
        choice(label("A", literal(b"ab")), label("B", literal(b"ac"))) << end,
        [b"ab;ac;", b"ad", b"ab:"],
    ),
    "with functions": (
        choice(try_map(int, literal(b"ab")), text(literal(b"ac")), verify(odd, seq(b, b)), b),
        [b"acbbb", b"ab", b"ad"],
    ),
    "in itself": (tree, [b"aba(ab)ac;a(a(ac;))", b"a(ad)", b"ad"]),
    "of a struct": (choice(seq(struct_unpack("BB"), a), exactly(3)), [b"xyaxyb", b"xy"]),
    "judged together": (
        verify(len, seq(until(b";"), choice(far, uint16))) << end,
        [b"x;cc;y;aa;", b"x;aa:", b"x;a"],
    ),
}


@pytest.mark.parametrize("name", DECIDED)
def test_what_is_decided_before_is_as_if_it_had_run(name):
    """Whatever is told of it, and wherever a chunk ends."""
    grammar, inputs = DECIDED[name]
    agrees(grammar, *inputs)
    agrees(seq(optional(end), grammar, optional(a)), b";" + inputs[0], inputs[-1])


@pytest.mark.parametrize("name", DECIDED)
def test_what_is_decided_in_a_frame_is_as_if_it_had_run(name):
    """Where there may be no room for it."""
    grammar, inputs = DECIDED[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([2]) + inputs[-1][:2])
    agrees(sized(2, choice(grammar, many(any_byte))), inputs[0], inputs[-1])


@pytest.mark.parametrize("most", [0, 1, 2, 3, 5])
def test_limits_hold_for_what_is_decided_before(most):
    """Of what is held, and of what is read again."""
    for name in ("behind all of another", "a number that will not do", "perhaps two words"):
        grammar, inputs = DECIDED[name]
        for one in (grammar, many(grammar, max=2)):
            agrees(one, inputs[0], limits=Limits(max_buffered=most))
            agrees(one, inputs[0], limits=Limits(max_backtrack=most))


def test_nothing_is_raised_for_a_branch_whose_first_byte_only_is_there():
    """A whole input, and a chunk of a stream, are taken by comparisons."""
    assert once(VERBS, b"POST ") == b"POST "
    assert once(DECIDED["behind all of another"][0], b"ab12;") == (b"ab", 0x3132, b";")
    assert once(DECIDED["a number that will not do"][0], b"a") == 97
    for form in ("items", "item", "lane", "once"):
        assert "and data.startswith(b'PUT ', pos)" in code_of(VERBS, form).replace("or", "and")


def test_only_what_another_branch_may_begin_with_is_looked_at_twice():
    """GET is known by its first byte."""
    assert code_of(VERBS, "once").count("b'GET '") == 2


def test_what_a_stream_would_have_to_count_or_to_tell_is_left_to_the_node():
    """Unless nothing comes behind it; a lane does neither."""
    counted, told = DECIDED["behind all of another"][0], DECIDED["one that could be told of"][0]
    for form in ("items", "item"):
        assert "or data.startswith(b'ab', pos))" in code_of(counted, form)  # and no more
        assert "or (marks or" not in code_of(told, form)
    assert "again += 3" in code_of(counted, "lane")
    assert "or (marks or" in code_of(DECIDED["a number that will not do"][0])
    assert "or (marks or" not in code_of(DECIDED["a number that will not do"][0], "item")


def test_a_byte_that_nobody_asks_for_is_not_looked_at():
    """Where any may be the first one."""
    assert "byte =" not in code_of(choice(far, uint8), "once")
    assert "byte =" not in code_of(choice(uint16, uint8), "once")
    assert "True" not in code_of(choice(seq(any_byte, any_byte), a), "once").replace("if True:", "")


def test_what_a_parser_begins_with_is_known_as_far_as_its_size_is():
    """Up to what takes any number of bytes, or calls somebody."""
    assert [(one.at, one.end, one.reach) for one in checks(seq(far, exactly(3), b, a))] == [
        (0, 2, 2),
        (5, 6, 5),
        (6, 7, 6),
    ]
    assert [one.at for one in checks(seq(a, until(b";"), b))] == [0]
    assert [one.at for one in checks(seq(seq(a, b).map(len), b))] == [0, 1]
    assert checks(record(Later)) == []
    assert [first_size(one) for one in (seq(uint16, a), label("A", uint16), until(b";"))] == [
        2,
        2,
        0,
    ]
    assert first_size(record(Later)) == 0
