"""One or another: by the first bytes."""

import pytest

from ohneio import (
    Limits,
    any_byte,
    choice,
    count_prefixed,
    decimal,
    dispatch,
    exactly,
    fail,
    forward,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    optional,
    seq,
    take_while,
    uint8,
    uint16,
    until,
    verify,
)
from tests.staging.parsing import agrees, code_of

a, b, c = literal(b"a"), literal(b"b"), literal(b"c")
nested = forward()
tree = nested.become(choice(a, b, literal(b"(") >> nested << literal(b")")))

end, size = literal(b"\r\n"), decimal << literal(b"\r\n")

#: A grammar and bytes for it.
CHOICES = {
    "that is judged with what is before": (
        verify(len, seq(until(b";"), optional(choice(take_while(b"xy") << a, until(b"!"))))),
        [b"c;xya;xyb!;", b"c;x"],
    ),
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
    "in itself": (tree, [b"(a)b((a))(b", b"(x"]),
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
    "labelled": (choice(label("A", a >> b), label("B", b >> c)), [b"abbc", b"ac", b"c"]),
    "of which one fails behind any number of bytes": (
        choice(take_while(b"xy", min=1) << a, take_while(b"xy", min=1), c),
        [b"xyaxcx", b"xy", b"b"],
    ),
    "one of which is told what was decided": (
        choice(seq(uint16.verify(lambda n: n < 9), a), seq(uint8, any_byte, any_byte), uint8),
        [b"\0\1aabcdx", b"a", b"\0\1b"],
    ),
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
    grammar, inputs = CHOICES["the first of two that could"]
    agrees(grammar, inputs[0], limits=Limits(max_buffered=most))
    agrees(grammar, inputs[0], limits=Limits(max_backtrack=most))


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
    times |= {"a size, or another number": 1, "a size, or what looks ahead": 1}
    for name, number in times.items():
        assert code_of(CHOICES[name][0]).count("decimals(data[pos:") == number


def test_where_a_frame_ends_it_does_not_matter_what_was_tried_first():
    """Whoever had no room had read more, and says so, though another branch is asked later."""
    tags = dispatch(uint8, {97: uint16, 98: uint8})
    agrees(length_prefixed(uint8, choice(tags, many(until(b";")))), b"\5\1a\1a\1xyz")
