"""One or another: by the first byte, by a tag, by what lies ahead."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    eof,
    exactly,
    fail,
    field,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    not_followed_by,
    one_of,
    optional,
    record,
    rest,
    seq,
    sized,
    struct_unpack,
    success,
    take_while,
    text,
    try_map,
    uint8,
    uint16,
    until,
    verify,
    wire,
)
from ohneio.staging import stage
from tests.staging.differing import Case, compare
from tests.staging.parsing import agrees, code_of, once

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
nested = forward()
tree = nested.become(choice(a, b, literal(b"(") >> nested << literal(b")")))


def ord_of(number):
    """Nothing that is written into the code."""
    found = [number, *[]]
    return found.pop()


many_tags = {n: seq(exactly(n % 3), success(n)) for n in range(20)}
constants = {n: success(-n) for n in range(8)}

nothing = take_while(b"0123456789")


@wire
class Odd:
    first: bytes = field(nothing, verify=lambda m: int(m.first))
    last: bytes = field(a)


end, size = literal(b"\r\n"), decimal << literal(b"\r\n")

#: A grammar and bytes for it.
CHOICES = {
    "by the first byte": (choice(a >> uint8, b >> until(b";"), c), [b"a1b2;cx", b"b2", b"ab"]),
    "the first of two that could": (choice(a >> b, a >> c, any_byte), [b"abacad", b"a"]),
    "open at the end": (choice(a, b >> uint8, take_while(b"xy")) << literal(b";"), [b"a;xy;b1;;z"]),
    "open at the beginning": (choice(take_while(b"xy"), a, b) << literal(b";"), [b"a;x;;"]),
    "open in the middle": (choice(a, take_while(b"x"), b) << literal(b";"), [b"a;x;b;;"]),
    "only open ones": (choice(many(a), many(b)) << c, [b"aacbbcc", b"a"]),
    "all of one": (choice(uint8), [b"ab"]),
    "every byte": (choice(a >> b, exactly(2)), [b"abcdaaa"]),
    "none of them": (choice(fail("x"), fail("y")), [b"a"]),
    "in each other": (choice(choice(a, b), choice(c, a >> a) << b), [b"abcbaaba"]),
    "dropped": ((choice(a, b) >> c) << optional(b), [b"acbcbac"]),
    "in an alternative": (
        many(choice(a, seq(b, choice(a, take_while(b"x"), c)))) << c,
        [b"abababxbc"],
    ),
    "open, in an alternative": (
        optional(seq(b, choice(a, take_while(b"x")), c)),
        [b"bac", b"bxxc"],
    ),
    "with a value of its own": (choice(a.value([]), b.value(None)), [b"aab"]),
    "optional": (seq(optional(a), optional(b, default=7), c), [b"abcacbcc", b"ab", b"d"]),
    "optional and open": (seq(optional(seq(a, take_while(b"x"))), c), [b"axxcacc", b"ab"]),
    "optional, where all could be": (seq(optional(exactly(2)), optional(uint8)) << c, [b"abcdabc"]),
    "optional, of what may be nothing": (
        seq(optional(take_while(b"x")), optional(many(a)), c),
        [b"xxaacc", b"xa"],
    ),
    "optional in an alternative": (choice(seq(a, optional(b), c), any_byte), [b"abcacad", b"ab"]),
    "optional and open, in an alternative": (
        choice(seq(a, optional(many(b, min=1)), optional(take_while(b"x")), c), any_byte),
        [b"abcaxcad"],
    ),
    "optional at the end": (seq(uint8, optional(a)), [b"xax", b"x"]),
    "optional with something ahead": (
        seq(optional(lookahead(a) >> any_byte), optional(not_followed_by(b) >> any_byte), c),
        [b"axcaccbc"],
    ),
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
    "in itself": (tree, [b"(a)b((a))(b", b"(x"]),
    "a dropped tag": (dispatch(uint8, {97: b.value(1), 98: seq(c)}) >> any_byte, [b"abxbcy"]),
    "behind a run": (
        many(seq(take_while(b"x", min=1), dispatch(uint8, {97: b}))) << c,
        [b"xabxxabc"],
    ),
    "ahead": (lookahead(choice(a, b)) >> any_byte, [b"abc"]),
    "ahead by more": (seq(lookahead(seq(until(b";"), a)), until(b"a")), [b"x;axx;b", b"x"]),
    "ahead by more than decides": (
        choice(a, seq(lookahead(exactly(2)), c), seq(not_followed_by(c >> c), c), b),
        [b"b", b"bab", b"cab", b"cc"],
    ),
    "ahead by a number": (seq(lookahead(uint16), struct_unpack("BB")), [b"abc"]),
    "ahead, in an alternative": (
        choice(seq(a, lookahead(until(b";")), lookahead(b)), any_byte),
        [b"ab;ab"],
    ),
    "ahead, dropped": (lookahead(exactly(2)) >> uint8, [b"abc"]),
    "not ahead": (seq(not_followed_by(a), any_byte), [b"bca", b""]),
    "not ahead at the end": (seq(uint8, not_followed_by(a)), [b"xyab", b"x"]),
    "not ahead, of what may be nothing": (seq(not_followed_by(take_while(b"a")), any_byte), [b"b"]),
    "not ahead, in an alternative": (
        choice(seq(a, not_followed_by(b)), any_byte),
        [b"acaba", b"a"],
    ),
    "not ahead, in a frame": (sized(2, seq(any_byte, not_followed_by(a), rest)), [b"xyza", b"xa"]),
    "the end": (seq(uint8, eof), [b"a", b"ab", b""]),
    "the end of a frame": (sized(2, seq(uint8, uint8, eof)), [b"abc"]),
    "no end of a frame": (sized(2, seq(uint8, eof, rest)), [b"abc"]),
    "the end in an alternative": (seq(any_byte, choice(seq(a, eof), rest)), [b"xa", b"xab"]),
    "a size, or a literal": (
        choice((end >> a).value(None), length_prefixed(size) << end),
        [b"2\r\nab\r\n\r\na1234\r\nx", b"10\r\n", b"02\r\n", b"\r\nb", b"x"],
    ),
    "a count, or a literal": (
        choice(b >> c, a, count_prefixed(size, any_byte)),
        [b"2\r\nxya0\r\nbc1\rx", b"bx", b"2000\r\n"],
    ),
    "a size, or another number": (
        choice(literal(b"1x"), length_prefixed(size)),
        [b"2\r\nab1x1\r\na", b"1\r\n"],
    ),
    "a size, or what looks ahead": (
        choice(seq(lookahead(exactly(2)), a), length_prefixed(size)) << end,
        [b"2\r\nab\r\nax1\r\n", b"a\r\n1\r\na\r\n"],
    ),
    "one that is in both branches": (
        choice(b, label("twice", choice(a, label("again", a)))),
        [b"aba", b"x"],
    ),
    "optional at the end, of what may be nothing": (
        sized(2, seq(uint8, optional(take_while(b"a")), optional(many(b)), optional(success(1)))),
        [b"xaxbxx", b"xcx"],
    ),
    "nothing, of which a function makes something": (
        choice(nothing.map(int) >> a, try_map(int, nothing) >> b, c),
        [b"1a2b", b"c", b"x", b""],
    ),
    "nothing, which is verified": (
        seq(optional(verify(int, nothing) << a), many(verify(len, nothing) >> b) << c),
        [b"1a2bc", b"c", b"1ac", b"x"],
    ),
    "nothing, in a record": (seq(many(record(Odd)), choice(record(Odd), c)), [b"1a2ac", b"c"]),
    "labelled": (choice(label("A", a >> b), label("B", b >> c)), [b"abbc", b"ac", b"c"]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_taken_as_by_its_node(name):
    """Whichever branch it is, and whatever is told of those that it is not."""
    grammar, inputs = CHOICES[name]
    agrees(grammar, *inputs)
    agrees(seq(uint8, grammar, optional(a)), b"x" + inputs[0])


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_in_a_frame_is_taken_as_by_its_node(name):
    """Where no bytes can come behind it."""
    grammar, inputs = CHOICES[name]
    agrees(length_prefixed(uint8, grammar), bytes([3]) + inputs[0][:5], bytes([1]) + inputs[-1][:2])


@pytest.mark.parametrize("most", [0, 1, 3])
def test_limits_hold_for_alternatives(most):
    """Of what is looked at, and of what is read again."""
    for name in ("the first of two that could", "optional", "ahead", "ahead by more", "by a word"):
        grammar, inputs = CHOICES[name]
        agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
        agrees(grammar, inputs[0], limits=Limits(max_backtrack=most))


def test_what_an_item_begins_with_looking_at_is_counted_before():
    """In a lane, which is not opened where the limit is less; what is looked at later is added."""
    inner = seq(a, lookahead(uint8), optional(lookahead(a) >> any_byte))
    grammar = dispatch(lookahead(uint8), {97: inner, 98: seq(b, uint16)})
    source = code_of(grammar, "lane")
    assert source.count("again = 1") == 1
    assert source.count("again += 1") == 2
    assert "again = 0" not in source
    make = stage(grammar)._staged["lane"]
    assert [make(Limits(max_backtrack=most)) is None for most in (0, 1)] == [True, False]
    for most in range(5):
        agrees(grammar, b"aaaab12acb12aab12ab" * 2, limits=Limits(max_backtrack=most))


def test_what_is_looked_at_is_held_with_what_stands_before_it():
    """A function that runs in somebody's alternative reads no further ahead than its nodes."""
    inner = forward()
    ahead = {97: uint8 >> many(inner, 2, 2), 98: a}
    grammar = optional(dispatch(any_byte, {b"a": inner}, default=a))
    inner.become(dispatch(lookahead(uint8), ahead, default=a))
    compare(Case(grammar, b"aab", [[b"a", b"ab"]], Limits(max_buffered=1, max_backtrack=1)))


def test_a_branch_that_fails_raises_nothing():
    """It is found by its first byte; no exception is made for one that is not."""
    source = code_of(choice(a >> uint8, b >> uint8, c), "once")
    assert "try" not in source
    assert "raise" not in source
    assert "if byte == 97:" in source
    assert "elif byte == 98:" in source


def test_a_size_is_looked_up_before_any_other_branch_is_thought_of():
    """Unless one of these may begin with a digit, or look further ahead."""
    times = {"a size, or a literal": 3, "a count, or a literal": 3}
    times |= {"a size, or another number": 1, "a size, or what looks ahead": 0}
    for name, number in times.items():
        assert code_of(CHOICES[name][0]).count("decimals(data[pos:") == number


def test_an_optional_part_is_passed_by():
    """By its first byte, without a way back."""
    source = code_of(seq(optional(a), uint8), "once")
    assert "if pos < stop and data[pos] == 97:" in source


def test_many_numbers_are_found_in_halves():
    """Each question halves them; constants are looked up."""
    source = code_of(CHOICES["constants and many numbers"][0])
    assert "if byte in TABLE:" in source
    assert "if byte < 30:" in source


def test_a_tag_of_one_byte_is_a_number():
    """Whether the grammar says it as a number or as a character."""
    assert "byte = data[pos]" in code_of(CHOICES["by a character"][0])
    assert "if byte == 97:" in code_of(CHOICES["by a character"][0])


def test_what_lies_ahead_is_counted():
    """A whole input may be read again only so often."""
    grammar, _ = CHOICES["ahead by more"]
    assert "again += " in code_of(grammar)
    assert once(grammar, b"x;a") == ((b"x", b"a"), b"x;")


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
