"""One or another by a tag: found in a table, or by questions that halve what is left."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    dispatch,
    exactly,
    fail,
    length_prefixed,
    literal,
    lookahead,
    many,
    one_of,
    optional,
    rest,
    seq,
    sized,
    success,
    take_while,
    text,
    uint8,
    uint16,
    until,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")


def ord_of(number):
    """Nothing that is written into the code."""
    found = [number, *[]]
    return found.pop()


many_tags = {n: seq(exactly(n % 3), success(n)) for n in range(20)}
constants = {n: success(-n) for n in range(8)}

#: A grammar and bytes for it.
TAGS = {
    "by a byte": (dispatch(uint8, {97: b, 98: until(b";"), 99: success(1)}), [b"abbx;c", b"d"]),
    "by a byte, with a default": (dispatch(uint8, {97: b}, default=c), [b"abxca", b"ax"]),
    "by every byte": (dispatch(uint8, {n: success(n) for n in range(256)}), [b"ab\xff"]),
    "by every byte, and more": (
        dispatch(uint8, {n: seq(exactly(n % 3)) for n in range(256)}),
        [b"\1a\0\2bc\xff"],
    ),
    "by a character": (dispatch(any_byte, {b"a": b, b"b": until(b";")}), [b"abbx;", b"c"]),
    "by a character of some": (
        dispatch(one_of(b"abx"), {b"a": b, b"b": c, b"long": a}, default=uint8),
        [b"abbcx1", b"y"],
    ),
    "by a word": (dispatch(until(b":"), {b"a": b, b"": c}), [b"a:b:c", b"x:", b"a"]),
    "by a word, with a default": (dispatch(until(b":"), {b"a": b}, default=c), [b"a:bx:c", b"x:a"]),
    "by a number": (dispatch(uint16, {0x6161: b, 0x6162: c}), [b"aabab", b"aabx", b"xx"]),
    "by a number of few bits": (
        dispatch(uint8.map(lambda n: n & 3), {0: b, 1: c}),
        [b"d", b"ac\2"],
    ),
    "by what cannot be looked up": (dispatch(uint8.map(lambda n: [n]), {97: b}), [b"ab"]),
    "by what cannot be looked up, with a default": (
        dispatch(uint8.map(lambda n: [n] if n > 97 else n), {97: b}, default=c),
        [b"abcc"],
    ),
    "by what lies ahead": (dispatch(lookahead(uint8), {97: a >> b, 98: b}), [b"abbx"]),
    "by a number that lies ahead": (
        dispatch(lookahead(uint8.map(lambda n: n >> 4)), dict.fromkeys(range(2, 8), uint8)),
        [b"ab", b"\x80", b"\x10a", b"a\xff"],
    ),
    "by one that lies ahead, with a default": (
        dispatch(lookahead(uint16.map(lambda n: n & 7)), {2: a >> b, 3: uint16}, default=any_byte),
        [b"abacx", b"\0\3\0\2"],
    ),
    "by what lies ahead and may be of any type": (
        dispatch(lookahead(uint8.map(lambda n: n if n < 99 else [n])), {97: a, 98: uint16}),
        [b"abc", b"ac"],
    ),
    "by what lies ahead and is called for": (
        dispatch(lookahead(uint8.map(ord_of)), {97: a, 98: uint16}),
        [b"abc", b"ac"],
    ),
    "by a word that lies ahead": (
        dispatch(lookahead(exactly(2).map(bytes.lower)), {b"ab": seq(any_byte, b), b"ba": uint16}),
        [b"Abba", b"aa"],
    ),
    "by many numbers": (dispatch(uint8, many_tags), [bytes([0, 4, 97, 5, 98, 99, 19, 97])]),
    "by many numbers, with a default": (dispatch(uint8, many_tags, default=b), [b"\x04aab\x15"]),
    "constants": (dispatch(uint8, {**constants, 8: a, 9: b}), [bytes([0, 7, 8, 97, 9, 98, 10])]),
    "constants and many numbers": (
        dispatch(uint8, {**constants, **{n + 20: one for n, one in many_tags.items()}}, default=a),
        [bytes([0, 24, 97, 25, 97, 97, 39, 98, 60, 97])],
    ),
    "nothing but constants": (dispatch(uint8, constants), [bytes([0, 7, 8])]),
    "nothing but few constants": (dispatch(uint8, {1: success(1)}, default=success(2)), [b"\1\2"]),
    "a tag in an alternative": (
        choice(dispatch(uint8, {97: b, 98: c}), dispatch(until(b":"), {b"c": b}), any_byte),
        [b"abbcc:bad:"],
    ),
    "a tag in an alternative, with a default": (
        optional(seq(c, dispatch(any_byte, {b"a": b}, default=fail("no")), a)),
        [b"cabacx"],
    ),
    "families": (
        dispatch(uint8, {n: many(uint8, n, n) for n in range(5)}, default=b),
        [b"\2ab\0\1a\5b"],
    ),
    "a dropped tag": (dispatch(uint8, {97: b.value(1), 98: seq(c)}) >> any_byte, [b"abxbcy"]),
    "behind a run": (
        many(seq(take_while(b"x", min=1), dispatch(uint8, {97: b}))) << c,
        [b"xabxxabc"],
    ),
}


@pytest.mark.parametrize("name", TAGS)
def test_a_tag_is_taken_as_by_its_node(name):
    """Whichever branch it has, or none."""
    grammar, inputs = TAGS[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0])


@pytest.mark.parametrize("name", TAGS)
def test_a_tag_in_a_frame_is_taken_as_by_its_node(name):
    """Where no bytes can come behind it."""
    grammar, inputs = TAGS[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([1]) + inputs[-1][:2])


@pytest.mark.parametrize("most", [0, 1, 3])
def test_limits_hold_for_tags(most):
    """Of what is looked at, and of what is read again."""
    grammar, inputs = TAGS["by a word"]
    agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
    agrees(grammar, inputs[0], limits=Limits(max_backtrack=most))


def test_many_numbers_are_found_in_halves():
    """Each question halves them; constants are looked up."""
    source = code_of(TAGS["constants and many numbers"][0])
    assert "if byte in TABLE:" in source
    assert "if byte < 30:" in source


def test_a_tag_of_one_byte_is_a_number():
    """Whether the grammar says it as a number or as a character."""
    assert "byte = data[pos]" in code_of(TAGS["by a character"][0])
    assert "if byte == 97:" in code_of(TAGS["by a character"][0])


# Many tags.

#: A family of sizes, some sizes apart, and numbers that stand for themselves.
INNER = text(rest)
MANY = {at: sized(at - 16, INNER) for at in range(16, 24)}
MANY |= {at: exactly(at - 60) for at in range(64, 68)}
MANY |= {at: success(at) for at in range(100, 110)}
INPUTS = [bytes([at]) + b"abc\xffdefgh" for at in (0, 15, 16, 19, 23, 24, 63, 64, 67, 68, 99, 105)]


@pytest.mark.parametrize("tag", [uint8, uint16.map(lambda it: it >> 8), uint16 << any_byte])
@pytest.mark.parametrize("default", [None, uint8])
def test_many_branches_by_a_number(tag, default):
    """With and without one for all other numbers, of a byte and of more."""
    agrees(dispatch(tag, MANY, default=default), *INPUTS)


def test_all_bytes_may_have_a_branch():
    """Then nothing else is possible, and nobody asks for it."""
    grammar = dispatch(uint8, {at: exactly(at & 3) for at in range(256)})
    agrees(grammar, *INPUTS)
    assert "_tagged_by()" in code_of(grammar)  # but where there is no byte


def test_tags_without_an_order_are_asked_for_one_by_one():
    """A function may give anything at all."""
    tags = [1, "two", None, b"3", 4.5, True, 7, 8]
    tag = uint8.map(lambda at: tags[at % len(tags)])
    branches = {one: exactly(at % 3) for at, one in enumerate(dict.fromkeys(tags))}
    inputs = [bytes([at]) + b"ab" for at in range(9)]
    agrees(dispatch(tag, branches), *inputs)
    numbers = {at: exactly(at % 3) for at in range(1, 9)}
    agrees(dispatch(tag, numbers, default=exactly(1)), *inputs)


def test_a_range_of_tags_is_asked_for_as_far_as_others_are_possible():
    """One side is enough where no other tag is on the other."""
    source = code_of(dispatch(uint8, MANY))
    assert "if 16 <= byte <= 23:" in source
    low = {at: sized(at, rest) for at in range(8)} | {
        at: sized(at - 200, rest) for at in range(248, 256)
    }
    source = code_of(dispatch(uint8, low))
    assert "if byte <= 7:" in source
    assert "elif byte >= 248:" in source
    agrees(dispatch(uint8, low), *INPUTS)


def test_a_number_ahead_is_compared_and_not_looked_up():
    """Which says as well where there is none: then its node is asked, that stands before it."""
    tag = lookahead(uint8.map(lambda n: n >> 4))
    source = code_of(dispatch(tag, dict.fromkeys(range(2, 8), uint8)), "lane")
    assert "begins" not in source
    assert "BRANCHES" not in source
    assert "again" not in source
    assert "in BRANCHES" in code_of(dispatch(uint8.map(lambda n: n >> 4), {6: a, 7: b}), "lane")
