"""Regular runs: tokens that one regular expression takes at once."""

import re

import pytest

from ohneio import (
    any_byte,
    decimal,
    exactly,
    label,
    line,
    literal,
    many,
    none_of,
    one_of,
    seq,
    skip,
    take_while,
    uint8,
    until,
    verify,
)
from ohneio.core._facts import ANY
from ohneio.staging._regular import char_set, open_end, regular, without_groups
from tests.staging.parsing import agrees, code_of

word, blank = take_while(b"ab", min=1), take_while(b" ")


@pytest.mark.parametrize(
    "allowed",
    [
        b"",
        b"a",
        b"]^-\\",
        b"\n\r\0",
        bytes(range(200)),
        bytes(range(1, 256)),
        bytes({*range(256)} - {5, 7, 255}),
        bytes(range(256)),
    ],
)
def test_a_set_of_bytes_is_what_it_lists(allowed):
    """Whatever regular expressions take for a sign of their own."""
    pattern = re.compile(char_set(frozenset(allowed)), re.DOTALL) if allowed else None
    for byte in range(256) if pattern else ():
        assert bool(pattern.fullmatch(bytes([byte]))) == (byte in allowed)


REGULAR = {
    "literal": (literal(b"a.b"), b"a\\.b", ["b'a.b'"]),
    "one_of": (one_of(b"ab"), b"([\\x61\\x62])", ["x"]),
    "take_while": (word, b"([\\x61\\x62]{1,}+)", ["x"]),
    "take_while, bounded": (take_while(b"a", min=1, max=3), b"([\\x61]{1,3}+)", ["x"]),
    "line": (line, b"([\\x00-\\x09\\x0b-\\x0c\\x0e-\\xff]*+)\\r\\n", ["x"]),
    "then": (blank >> word, b"[\\x20]{0,}+([\\x61\\x62]{1,}+)", ["x"]),
    "before": (word << literal(b";"), b"([\\x61\\x62]{1,}+);", ["x"]),
    "seq": (seq(word, literal(b"=")), b"([\\x61\\x62]{1,}+)=", ["(x, b'=')"]),
    "seq of one": (seq(word), b"([\\x61\\x62]{1,}+)", ["(x,)"]),
    "label": (label("w", word), b"([\\x61\\x62]{1,}+)", ["x"]),
    "skip": (skip(word), b"[\\x61\\x62]{1,}+", ["None"]),
    "skip a literal": (skip(literal(b"a")), b"a", ["None"]),
    "map": (word.map(bytes.upper), b"([\\x61\\x62]{1,}+)", ["\0x\0"]),
    "map up to a literal": (
        (word << literal(b";")).map(len),
        b"([\\x61\\x62]{1,}+);",
        ["\0x\0"],
    ),
    "map up to where a run ends": (
        (word << blank).map(len),
        b"([\\x61\\x62]{1,}+)[\\x20]{0,}+()",
        ["\0x\0"],
    ),
}


@pytest.mark.parametrize("name", REGULAR)
def test_a_token_is_a_pattern_with_a_group_for_what_is_wanted(name):
    """Runs are possessive: what they took they never give back."""
    node, pattern, (value,) = REGULAR[name]
    kind = regular(node)
    assert (kind.pattern, kind.value(["x", "end"][: kind.groups])) == (pattern, value)
    assert kind.groups == re.compile(kind.loose).groups


@pytest.mark.parametrize(
    "node",
    [
        uint8,
        until(b";"),
        exactly(2),
        decimal,
        many(word),
        line(max=9),
        take_while(b"a", max=0),
        seq(),
        seq(word, uint8),
        verify(bool, word),
        uint8 >> word,
        word << uint8,
        skip(uint8),
        uint8.map(bool),
        seq(word, word).map(len),
        word.map(len).map(bool),
        literal(b"a").map(len),
    ],
)
def test_what_is_no_pattern(node):
    """A number, a limit, or a function in between says more than one can."""
    assert regular(node) is None


def test_a_map_whose_value_is_dropped_is_no_pattern():
    """Its function is called nevertheless."""
    assert regular(word.map(len), wanted=False) is None


#: A run, what comes behind it, and how little is asked of it then.
LOOSE = {
    "up to what it cannot take": (word, literal(b";x"), b"([^\\x3b]*+)"),
    "dropped": (skip(word), literal(b";"), b"[^\\x3b]*+"),
    "labelled": (label("w", word), literal(b"."), b"([^\\x2e]*+)"),
    "before what it can take": (word, literal(b"ax"), b"([\\x61\\x62]{1,}+)"),
    "before another run": (word, take_while(b";"), b"([\\x61\\x62]{1,}+)"),
    "before nothing": (word, None, b"([\\x61\\x62]{1,}+)"),
    "no run": (any_byte, literal(b";"), b"([\\x00-\\xff])"),
    "several runs": (seq(word, literal(b";"), word), literal(b";"), None),
}


@pytest.mark.parametrize("name", LOOSE)
def test_what_is_known_to_match_is_taken_with_a_looser_pattern(name):
    """A run goes on up to the first byte of the literal behind it."""
    node, behind, expected = LOOSE[name]
    kind = regular(node)
    assert kind.before(behind and regular(behind)) == (expected or kind.loose)


def test_what_is_loose_in_a_sequence_is_each_run_before_what_is_behind_it():
    """The last one looks as closely as ever; so does a line."""
    kind = regular(seq(word, literal(b"; "), blank, line, word))
    text = rb"([\x00-\x09\x0b-\x0c\x0e-\xff]*+)\r\n"
    assert kind.loose == rb"([^\x3b]*+);\ ([\x20]{0,}+)%b([\x61\x62]{1,}+)" % text
    assert (kind.alone, kind.begins) == (None, b"")
    assert regular(seq(literal(b"ab"), word)).begins == b"ab"
    assert regular(word).alone == frozenset(b"ab")


def test_all_items_in_a_row_are_taken_apart_loosely():
    """Each is what it would be alone, with any byte in it that may be."""
    pairs = (
        many(seq(take_while(b"ab\n", min=1), literal(b": "), word << literal(b"\n"))) << any_byte
    )
    agrees(pairs, b"a\n: b\nb: aa\n.", b"a: b\n: a\n", b"a:b\n.", b"a: \n", b"")


@pytest.mark.parametrize(
    ("node", "size", "after"),
    [
        (literal(b"abc"), 3, 0),
        (any_byte, 1, 0),
        (word, None, 0),
        (line, None, 2),
        (seq(any_byte, literal(b"ab")), 3, 2),
        (literal(b"ab") >> any_byte << literal(b";"), 4, 1),
        (word << literal(b"ab"), None, 2),
        (word << blank, None, None),
        (line << literal(b";"), None, 3),
        (line << blank << literal(b";"), None, None),
        (seq(literal(b"a"), literal(b"b")), 2, 1),
    ],
)
def test_it_is_known_how_much_is_behind_what_is_wanted(node, size, after):
    """There a function that is called with it has all that it is around."""
    kind = regular(node)
    assert kind.size == size
    assert kind.after == after


def refused(data):
    if data == b"b":
        raise KeyError("b")
    return data


MAPPED = {
    "a line": line.map(refused),
    "a run and a literal": (word << literal(b"\r\n")).map(refused),
    "a run and a run": (word << take_while(b"\r") << literal(b"\n")).map(refused),
    "a run between runs": (blank >> word << take_while(b"\r\n")).map(refused),
}


@pytest.mark.parametrize("name", MAPPED)
def test_a_function_is_called_when_all_that_it_is_around_is_taken(name):
    """So much is consumed where it raises."""
    grammar = MAPPED[name]
    agrees(seq(word, literal(b";"), grammar, word), b"a;a\r\nab;b\r\na;", b"a;b\r\na;", b"a;b\r")
    agrees(many(seq(word, literal(b";"), grammar)) << any_byte, b"a;a\r\nb;b\r\n.", b"a;ab\r\n.")


def test_what_is_dropped_has_no_group():
    """Offsets in place of slices."""
    assert regular(seq(word, any_byte), wanted=False).groups == 0


@pytest.mark.parametrize(
    ("ends", "at_end", "text"),
    [
        (b"", True, b""),
        (b"", False, b""),
        (b"a", False, b"(?=[^\\x61])"),
        (b"a", True, b"(?=[^\\x61]|\\Z)"),
        (bytes(ANY), False, b"(?=(?!))"),
        (bytes(ANY), True, b"(?=(?!)|\\Z)"),
    ],
)
def test_a_run_at_the_end_wants_to_see_that_it_is_over(ends, at_end, text):
    """A byte that is no more of it, or the end of all."""
    assert open_end(frozenset(ends), at_end=at_end) == text


RUNS = {
    "a line of words": (seq(word << blank, word, line), [b"a b \r\nab  b\r\n", b"a \r", b"a b\rx"]),
    "words up to a sign": (many(seq(word, literal(b";"))) << literal(b"."), [b"a;b;.;", b"a;;"]),
    "a run at the end": (seq(literal(b"a"), take_while(b"b")), [b"abbabba", b"ab", b"b"]),
    "all bytes": (seq(one_of(b"a"), take_while(bytes(range(256)))), [b"ab\n", b"b"]),
    "a bounded run": (seq(take_while(b"a", max=2), any_byte), [b"aaaaa", b"ba"]),
    "most bytes": (seq(none_of(b"\r\n"), line), [b"a\n\r\n", b"\xff\r\n"]),
    "converted": (seq(word.map(len), literal(b" "), word.map(bytes.upper)), [b"a b;", b"ab a"]),
    "labelled": (seq(label("first", word), label("second", literal(b"c"))), [b"ac", b"ad", b""]),
    "dropped": (skip(seq(word, literal(b";"))) >> word << blank, [b"a;b c", b"a;c"]),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_what_its_tokens_are(name):
    """Where it does not match they run one by one and say why."""
    grammar, inputs = RUNS[name]
    agrees(grammar, *inputs)


def test_a_run_is_one_match():
    """And its values are the groups of it."""
    source = code_of(seq(word << blank, word, line))
    assert source.count("(data, pos, stop)") == 1
    assert "= found[1]" in source
    assert "= found[3]" in source


def test_a_pattern_without_groups_matches_the_same():
    """What only looks like the beginning of a group is none."""
    pattern = rb"(a+)\((?:b)\\(c)(?=d)"
    assert without_groups(pattern) == rb"(?:a+)\((?:b)\\(?:c)(?=d)"
