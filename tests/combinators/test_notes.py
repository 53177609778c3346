"""Notes on what was parsed: its name in errors, its bytes, its place in the stream."""

import pickle

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    any_byte,
    choice,
    commit,
    eof,
    exactly,
    fail,
    forward,
    label,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    parser,
    protocol,
    recognize,
    rest,
    seq,
    sized,
    span,
    stream,
    success,
    take_while,
    uint8,
    uint16,
    until,
    value,
    verify,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

AB, CD, X = literal(b"ab"), literal(b"cd"), literal(b"x")
DIGITS = take_while(b"0123456789", min=1)
ALL = [label("size", uint8), recognize(AB), recognize(many(AB)), span(AB)]


# A name in errors.


def test_a_label_changes_nothing_of_what_matches():
    """Value, leftover and moment of decision are those of its parser, and so are the bytes."""
    assert given(label("digits", DIGITS), b"42;") == given(DIGITS, b"42;") == (b"42", b";", 3)
    assert label("digits", DIGITS).build(b"42") == b"42"
    assert (label("x", AB) >> uint8).build(7) == b"ab\x07"
    assert label("digits", DIGITS).facts == DIGITS.facts
    check(label("digits", DIGITS), [b"42;", b"42", b";", b""])


def test_where_nothing_was_taken_its_name_is_what_was_expected():
    """That says more than the bytes that would have matched."""
    assert failed(label("greeting", AB), b"ax") == (
        'expected greeting at offset 0, found b"ax"', 0, 2,
    )  # fmt: skip
    assert failed(seq(X, label("greeting", AB)), b"xx")[0] == (
        'expected greeting at offset 1, found b"x"'
    )
    assert (
        failed(label("reply", choice(AB, CD)), b"?")[0] == 'expected reply at offset 0, found b"?"'
    )


def test_where_something_was_taken_the_words_from_inside_say_more():
    """The name is then on the path."""
    assert failed(label("pair", seq(AB, CD)), b"abx") == (
        'expected b"cd" at offset 2 (in pair), found b"x"', 2, 3,
    )  # fmt: skip
    assert failed(label("outer", seq(X, label("inner", seq(AB, CD)))), b"xabx")[0] == (
        'expected b"cd" at offset 3 (in outer > inner), found b"x"'
    )
    assert failed(label("outer", seq(X, label("inner", AB))), b"xx")[0] == (
        'expected inner at offset 1 (in outer), found b"x"'
    )
    three = label("a", seq(X, label("b", seq(X, label("c", AB)))))
    assert failed(three, b"xxx")[0] == 'expected c at offset 2 (in a > b), found b"x"'


def test_the_outermost_name_is_expected_where_several_begin_together():
    """Nobody sees the inner ones from outside."""
    assert failed(label("outer", label("inner", AB)), b"x")[0] == (
        'expected outer at offset 0, found b"x"'
    )


def test_a_message_of_its_own_is_kept():
    """Somebody chose those words; the place and the path are added."""

    @parser
    def version():
        raise ParseError("bad version")
        yield from exactly(1)

    assert failed(label("version", version), b"v")[0] == "bad version at offset 0 (in version)"
    assert failed(label("version", fail("no")), b"v")[0] == "no at offset 0 (in version)"


def test_the_end_inside_is_in_its_words():
    """Both where nothing was taken and where something was."""
    nothing = told(label("pair", seq(AB, CD)), b"").error
    assert str(nothing) == "need 2 more bytes at offset 0 when the input ended, expected pair"
    something = told(label("pair", seq(AB, CD)), b"abc").error
    assert type(something) is IncompleteInput
    assert (something.path, something.needed, something.have) == (("pair",), 1, 3)
    assert str(something) == (
        'need 1 more byte at offset 3 (in pair) when the input ended, expected b"cd"'
    )


def test_a_limit_keeps_its_words():
    """What is too long was expected to be shorter, and no name says that better."""
    outcome = told(label("line", until(b";", max=2)), b"abc;")
    assert type(outcome.error) is LimitExceeded
    assert str(outcome.error) == "more than the 2 bytes allowed (max) at offset 0 (in line)"


def test_what_a_users_function_raises_has_no_name():
    """It is not the grammar's failure."""

    def strict(value):
        raise ParseError(f"not {value}")

    with pytest.raises(ParseError) as caught:
        label("number", uint8.map(strict)).parse(b"a")
    assert str(caught.value) == "not 97"


def test_what_was_tried_in_vain_inside_has_its_name_too():
    """Behind a label that matched it is told with what failed there."""
    sign = label("sign", optional(choice(literal(b"+"), literal(b"-"))))
    assert failed(seq(sign, DIGITS), b"?")[0] == (
        'expected sign or one of [0-9] at offset 0, found b"?"'
    )
    assert failed(seq(AB, label("tail", many(CD)), X), b"ab?")[0] == (
        'expected tail or b"x" at offset 2, found b"?"'
    )


def test_what_was_tried_before_it_is_not_forgotten():
    """Nor does it get the name: it was outside."""
    grammar = seq(optional(AB), label("digits", DIGITS))
    assert failed(grammar, b"?")[0] == 'expected b"ab" or digits at offset 0, found b"?"'
    further = choice(seq(AB, CD), label("short", seq(literal(b"a"), X)))
    assert failed(further, b"ab?")[0] == 'expected b"cd" at offset 2, found b"?"'
    matched = seq(optional(seq(AB, CD)), label("digit", uint8), X)
    assert failed(matched, b"ab?")[0] == 'expected b"cd" at offset 2, found b"?"'


def test_the_path_is_left_when_it_matched():
    """What fails behind it is not inside it."""
    assert (
        failed(seq(label("first", AB), CD), b"abx")[0] == 'expected b"cd" at offset 2, found b"x"'
    )
    assert failed(seq(optional(label("first", seq(AB, X))), CD), b"abab")[0] == (
        'expected b"x" at offset 2 (in first), found b"a"'
    )


def test_a_value_that_does_not_fit_has_the_place_of_the_value():
    """A label is no part of the value: no place in it has that name."""
    with pytest.raises(BuildError) as caught:
        seq(AB, label("size", uint8)).build((b"ab", 256))
    assert str(caught.value) == "[1]: expected a number from 0 to 255, not 256"


def test_as_deep_as_the_limit_allows_the_path_is_capped():
    """Its ends say where one is."""
    nest = forward()
    nest.become(choice(label("level", seq(literal(b"("), nest)), X))
    error = told(nest, b"(" * 100 + b"?").error
    assert (len(error.path), error.path[0], error.path[16]) == (33, "level", "…")


# Its bytes.


def test_recognize_gives_the_bytes_that_its_parser_took():
    """All of them, and no more, whatever the value is."""
    assert given(recognize(many(AB)), b"ababx") == (b"abab", b"x", 5)
    assert given(recognize(seq(uint8, value(3, AB))), b"\x07abx") == (b"\x07ab", b"x", 3)
    assert given(recognize(AB >> optional(CD)), b"abx") == (b"ab", b"x", 3)
    assert given(seq(uint8, recognize(uint16)), b"abcd") == ((97, b"bc"), b"d", 3)
    assert given(recognize(success(3)), b"ab") == (b"", b"ab", 0)
    assert given(recognize(lookahead(AB)), b"ab") == (b"", b"ab", 2)


def test_recognize_fails_as_its_parser_does():
    """Nothing is known that the parser does not know."""
    assert failed(recognize(seq(AB, CD)), b"abx") == (
        'expected b"cd" at offset 2, found b"x"',
        2,
        3,
    )
    assert type(told(recognize(seq(AB, CD)), b"ab").error) is IncompleteInput
    assert given(choice(recognize(seq(AB, X)), recognize(AB)), b"abc") == (b"ab", b"c", 3)


def test_what_is_kept_for_it_is_bounded():
    """By ``max_buffered``, exactly, however the bytes come."""
    assert given(recognize(many(any_byte, max=4)), b"abcdef", max_buffered=4)[0] == b"abcd"
    outcome = told(recognize(many(any_byte, max=5)), b"abcdef", max_buffered=4)
    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)
    outcome = told(recognize(seq(exactly(3), exactly(3))), b"abcdef", max_buffered=4)
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)


def test_what_was_kept_is_let_go_behind_it():
    """Matched or not: the next one begins anew."""
    three = recognize(exactly(3))
    assert given(seq(three, three), b"abcdef", max_buffered=4)[0] == (b"abc", b"def")
    refused = optional(recognize(exactly(2) >> X))
    assert given(seq(refused, three, three), b"abcdef", max_buffered=4)[0][1:] == (b"abc", b"def")


def test_one_recognized_inside_another_has_its_own_bytes():
    """And the outer one has all."""
    inner = recognize(DIGITS)
    grammar = recognize(seq(inner, literal(b","), inner))
    assert given(grammar, b"1,23;")[0] == b"1,23"
    assert given(seq(recognize(seq(AB, commit, CD)), X), b"abcdx")[0] == (b"abcd", b"x")


def test_recognize_builds_bytes_that_its_parser_takes():
    """All of them: what is longer, shorter or otherwise does not fit."""
    grammar = recognize(seq(AB, DIGITS))
    assert grammar.build(b"ab42") == b"ab42"
    assert grammar.build(bytearray(b"ab42")) == b"ab42"
    for wrong, text in (
        (b"ab", "need 1 more byte at offset 2 when the input ended, expected one of [0-9]"),
        (b"ab4;", 'expected end of input at offset 3, found b";"'),
        (b"x", 'expected b"ab" at offset 0, found b"x"'),
        ("ab42", "expected bytes, not str"),
        (None, "expected bytes, not NoneType"),
    ):
        with pytest.raises(BuildError) as caught:
            grammar.build(wrong)
        assert str(caught.value) == text


def test_recognize_builds_what_cannot_be_built_otherwise():
    """The bytes are there: nothing needs an inverse, but to be dropped."""
    grammar = recognize(uint8.map(str))
    assert grammar.facts.buildable is True
    assert grammar.build(b"a") == b"a"
    with pytest.raises(BuildError, match="cannot build"):
        (grammar >> uint8).build(7)


def test_where_it_is_dropped_it_builds_what_its_parser_builds_from_nothing():
    """As long as that is not ambiguous."""
    assert (recognize(AB) >> uint8).build(7) == b"ab\x07"
    assert recognize(AB).facts.silent is True
    assert recognize(uint8).facts.silent is False
    assert recognize(choice(AB, literal(b"a"))).facts.silent is None
    assert recognize(choice(X, literal(b"a"))).facts.silent is True


def test_a_bug_in_a_users_function_is_no_value_that_does_not_fit():
    """Its own error comes out, also when building."""

    def strict(value):
        raise ParseError("mine")

    with pytest.raises(ParseError, match=r"^mine$"):
        recognize(uint8.map(strict)).build(b"a")


def test_limits_hold_for_the_bytes_to_build_too():
    """They would be met when these are parsed."""
    with pytest.raises(BuildError, match="max"):
        recognize(until(b";", max=2)).build(b"abc;")


def test_the_bytes_themselves_are_of_one_form():
    """What its parser would lose is in them."""
    facts = recognize(optional(AB)).facts
    assert (facts.canonical, facts.buildable, facts.greatest) == (True, True, 2)
    assert facts.obstacle is None
    assert optional(AB).facts.canonical is None


def test_bytes_that_match_only_because_of_what_stands_behind_may_not_build_alone():
    """A lookahead sees further than the bytes that were taken."""
    ahead = recognize(AB << lookahead(X))
    assert ahead.facts.buildable is None
    assert ahead.facts.obstacle == ahead
    with pytest.raises(BuildError, match="need 1 more byte at offset 2"):
        seq(ahead, X).build((b"ab", b"x"))
    assert recognize(AB << not_followed_by(X)).build(b"ab") == b"ab"


# Its place in the stream.


def test_span_gives_where_a_value_began_and_ended():
    """Counted from the beginning of the stream, not of the item."""
    assert given(span(AB), b"abx") == ((0, 2, b"ab"), b"x", 2)
    assert given(seq(uint8, span(uint16)), b"a\0\1") == ((97, (1, 3, 1)), b"", 3)
    conn = stream(span(until(b";")))()
    conn.send(b"a;")
    conn.send(b"bcd;")
    assert conn.events() == [(0, 2, b"a"), (2, 6, b"bcd")]


def test_the_offsets_are_right_in_frames_and_alternatives():
    """Whatever was tried before, and whoever is around."""
    assert given(sized(3, uint8 >> span(rest)), b"abcd")[0] == (1, 3, b"bc")
    assert given(choice(seq(AB, X), seq(uint8, span(uint8))), b"abc")[0] == (97, (1, 2, 98))
    assert given(span(success(3)), b"ab") == ((0, 0, 3), b"ab", 0)
    assert given(seq(span(eof)), b"")[0] == ((0, 0, None),)


def test_span_fails_as_its_parser_does():
    """Nowhere else, and in no other words."""
    assert failed(span(seq(AB, CD)), b"abx") == ('expected b"cd" at offset 2, found b"x"', 2, 3)
    assert type(told(span(AB), b"a").error) is IncompleteInput


def test_offsets_are_not_built():
    """They were those of another stream; only what was found is looked at again."""
    grammar = seq(span(uint8), span(until(b";")))
    assert grammar.build(((0, 1, 7), (1, 4, b"ab"))) == b"\x07ab;"
    assert grammar.build(((50, 60, 7), (None, "?", b"ab"))) == b"\x07ab;"
    assert (span(AB) >> uint8).build(7) == b"ab\x07"


def test_what_is_no_offset_has_to_come_back_as_it_was():
    """That there are offsets in the value is no reason to look less well at the rest."""
    rounding = exactly(2).map(lambda data: int(data) // 10 * 10, lambda number: b"%02d" % number)
    grammar = seq(span(uint8), rounding)
    assert grammar.build(((5, 6, 7), 40)) == b"\x0740"
    with pytest.raises(BuildError, match="to another value"):
        grammar.build(((5, 6, 7), 42))
    with pytest.raises(BuildError, match="to another value"):
        span(rounding).build((0, 2, 42))
    with pytest.raises(BuildError, match="to another value"):
        many(span(rounding)).build([(0, 2, 40), (2, 4, 42)])


@attrs.frozen
class Located:
    """A value with its place, as a syntax tree has it."""

    start: int
    end: int
    what: object


def test_offsets_may_be_put_elsewhere_by_a_function():
    """What is an offset is seen by what changes where the same bytes stand elsewhere."""
    located = span(uint8).map(
        lambda found: Located(*found), lambda one: (one.start, one.end, one.what)
    )
    grammar = many(located)
    assert grammar.build([Located(7, 8, 65), Located(1, 2, 66)]) == b"AB"
    size = span(AB).map(lambda found: found[1] - found[0], lambda size: (0, size, b"ab"))
    assert size.build(2) == b"ab"
    with pytest.raises(BuildError, match="to another value"):
        size.build(3)  # no offset: it is the same wherever the bytes stand


@pytest.mark.parametrize("wrong", [b"ab", None, (1, 2), (0, 2, b"ab", 1), [0, 2, b"ab"]])
def test_what_is_built_has_the_three_parts(wrong):
    """And is a tuple of them."""
    with pytest.raises(BuildError, match=r"^expected \(start, end, value\)$"):
        span(AB).build(wrong)


def test_the_value_in_a_span_has_to_fit():
    """And what it builds has to be parsed again."""
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not 256"):
        span(uint8).build((0, 1, 256))
    either = choice(value(1, literal(b"a")), seq(literal(b"a"), X))
    assert span(either).build((0, 1, 1)) == b"a"
    with pytest.raises(BuildError, match="builds what it cannot parse"):
        span(either).build((0, 2, (b"a", b"x")))


def test_a_span_is_known_to_be_what_its_parser_is():
    """But for what depends on the offsets."""
    facts = span(AB).facts
    assert (facts.least, facts.greatest, facts.buildable, facts.silent) == (2, 2, True, True)
    assert facts.unambiguous is None
    check(span(AB), [b"ab", b"ax", b""])


# All three.


@pytest.mark.parametrize(
    "make", [lambda: label("x", b"ab"), lambda: recognize(b"ab"), lambda: span(None)]
)
def test_what_is_noted_of_is_a_parser(make):
    """Anything else is refused when it is made."""
    with pytest.raises(UsageError, match="expected a parser, not "):
        make()


def test_a_label_can_be_given_as_a_method():
    """It reads as a remark behind the parser."""
    assert AB.label("greeting") == label("greeting", AB)


def test_they_are_left_when_the_connection_is_closed_in_the_middle():
    """Nothing is raised on the way out."""
    conn = protocol(recognize(label("pair", span(verify(bool, seq(AB, CD))))))()
    conn.send(b"abc")
    conn.close()
    assert (conn.consumed, conn.unconsumed) == (2, b"c")


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from."""
    assert eval(repr(grammar)) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert [one for one in ALL if one == grammar] == [grammar]
