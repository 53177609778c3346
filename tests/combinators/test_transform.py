"""Functions of a value, and tests of it: `map`, `try_map`, `verify` and `bind`."""

import operator
import pickle

import pytest

import ohneio
from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    UsageError,
    any_byte,
    bind,
    choice,
    commit,
    exactly,
    label,
    length_prefixed,
    literal,
    many,
    optional,
    parser,
    protocol,
    recognize,
    rest,
    seq,
    sized,
    success,
    take_while,
    try_map,
    uint8,
    uint16,
    until,
    value,
    verify,
)
from ohneio.testing import check
from tests.combinators.cuts import failed, given, told

AB, X = literal(b"ab"), literal(b"x")
FIELD = until(b";")


def encoded(number):
    """The bytes of a number."""
    return b"%d" % number


def small(number):
    """Whether a number is below ten."""
    return number < 10


def body(size):
    """The parser of a body of that size."""
    return exactly(size)


def other(size):
    """Another function that makes the same parser."""
    return exactly(size)


def refuse(value):
    """Refuse it."""
    raise ValueError("expected another")


def try_map_refused(item):
    """Refuse whatever *item* gives."""
    return try_map(refuse, item)


def verify_refused(item):
    """The same, by a predicate."""
    return verify(lambda _: False, item, "another")


NUMBER = try_map(int, FIELD, encoded)
FRAME = bind(body, uint8, len)
#: Both refuse whatever a parser gives.
REFUSALS = [try_map_refused, verify_refused]
ALL = [
    ohneio.map(int, FIELD),
    ohneio.map(int, FIELD, encoded),
    try_map(int, FIELD),
    try_map(int, FIELD, encoded),
    verify(small, uint8),
    verify(small, uint8, "a digit"),
    bind(body, uint8),
    bind(body, uint8, len),
]


# Map.


def test_map_gives_what_the_function_makes_of_the_value():
    """It takes, waits and leaves what its parser does."""
    assert given(ohneio.map(int, FIELD), b"42;x") == (42, b"x", 3)
    assert given(seq(uint8, uint8).map(sum), b"\x03\x04\x05") == (7, b"\x05", 2)
    assert failed(ohneio.map(int, AB), b"ax") == ('expected b"ab" at offset 0, found b"ax"', 0, 2)
    assert type(told(ohneio.map(int, FIELD), b"42").error) is IncompleteInput


def test_map_calls_the_function_once_for_each_value():
    """However the bytes come, and never for what did not match."""
    seen = []
    conn = protocol(many(uint8.map(seen.append)) << X)()
    for byte in b"\x01\x02x":
        conn.send(bytes([byte]))
    assert seen == [1, 2, 120]


def test_map_builds_with_the_inverse():
    """Of one that is exact nothing is lost."""
    assert ohneio.map(int, FIELD, encoded).build(42) == b"42;"
    assert uint8.map(chr, ord).build("a") == b"a"
    check(uint8.map(chr, ord), [b"a", b""])


def test_map_without_an_inverse_cannot_build():
    """It says so when it is asked, and names itself."""
    grammar = seq(AB, ohneio.map(int, FIELD))
    assert grammar.facts.buildable is False
    assert grammar.facts.obstacle == ohneio.map(int, FIELD)
    with pytest.raises(BuildError, match=r"^map\(int, until\(b';'\)\) has no inverse, and cannot"):
        grammar.build((b"ab", 42))
    with pytest.raises(BuildError, match=r"has no inverse.*; or expected None|cannot build"):
        choice(ohneio.map(int, FIELD), AB).build(42)


@pytest.mark.parametrize("make", [ohneio.map, try_map])
def test_what_an_inverse_cannot_take_does_not_fit(make):
    """The reason is its own, at the place of the value."""
    with pytest.raises(BuildError, match=r"^\[1\]: TypeError: "):
        seq(AB, make(chr, uint8, ord)).build((b"ab", 97))
    with pytest.raises(BuildError, match=r"^\[1\]: expected a number from 0 to 255, not 960$"):
        seq(AB, make(chr, uint8, ord)).build((b"ab", "π"))


def test_an_inverse_that_is_none_is_found_out():
    """What was built is parsed again, since nothing says that the two fit each other."""
    with pytest.raises(BuildError, match="would parse what it builds to another value"):
        uint8.map(chr, lambda text: ord(text) + 1).build("a")
    assert uint8.map(chr, ord).facts.unambiguous is None
    assert uint8.map(chr, ord).facts.canonical is None
    assert (uint8.map(chr).facts.unambiguous, uint8.map(chr).facts.canonical) == (None, None)


def test_where_its_value_is_dropped_map_builds_its_parser_from_nothing():
    """No inverse is asked, for there is no value; but it must be there."""
    asked = []
    grammar = AB.map(len, asked.append) >> uint8
    assert grammar.build(7) == b"ab\x07"
    assert asked == []
    assert (AB.map(len) >> uint8).facts.buildable is True
    assert (AB.map(len) >> uint8).build(7) == b"ab\x07"


def test_the_sizes_of_what_is_mapped_stay_known():
    """The bytes are those of its parser."""
    facts = uint16.map(str, int).facts
    assert (facts.least, facts.greatest, facts.nullable, facts.self_delimiting) == (
        2, 2, False, True,
    )  # fmt: skip
    assert AB.map(len).facts.first == frozenset(b"a")


# Try: a function that may refuse.


def test_a_value_error_is_a_mismatch():
    """At the first byte of its parser, in the function's words, once the value is there."""
    assert given(NUMBER, b"42;x") == (42, b"x", 3)
    assert failed(seq(X, try_map(int, FIELD)), b"xab;c") == (
        "invalid literal for int() with base 10: b'ab' at offset 1, found b\"ab;\"", 1, 4,
    )  # fmt: skip
    error = told(label("size", try_map(int, FIELD)), b"ab;").error
    assert (type(error), error.offset, error.path) == (ParseError, 0, ("size",))


def test_without_words_it_is_said_what_would_do():
    """An empty text says nothing to anybody."""

    def mute(value):
        raise ValueError

    assert failed(try_map(mute, uint8), b"a") == (
        'a value that fits at offset 0, found b"a"', 0, 1,
    )  # fmt: skip


def test_what_is_no_bytes_can_be_refused_too():
    """Nothing was found then."""
    assert failed(try_map(int, success("x")), b"ab")[0].startswith("invalid literal")
    error = told(try_map(int, success("x")), b"ab").error
    assert (error.offset, error.found) == (0, b"")


def test_found_is_bounded_however_long_the_value_is():
    """It shows the first 32 bytes."""
    error = told(try_map(int, FIELD), b"x" * 100 + b";").error
    assert error.found == b"x" * 32


def test_behind_a_mismatch_the_next_alternative_is_tried():
    """It begins where the refused one did, and the refusal got as far as the value."""
    grammar = choice(try_map(int, FIELD), exactly(1))
    assert given(grammar, b"ab;") == (b"a", b"b;", 3)
    assert given(optional(try_map(int, FIELD)), b"ab;") == (None, b"ab;", 3)
    assert failed(choice(try_map(int, FIELD), X), b"ab;")[0].startswith("invalid literal for int()")
    further = seq(optional(try_map(int, FIELD)), literal(b"ax"))
    assert failed(further, b"ab;")[0].startswith("invalid literal for int()")


def test_a_parse_error_that_the_function_raises_is_no_mismatch():
    """Though it is a `ValueError`: it would name a place in some other input."""

    def strict(value):
        raise ParseError("mine")

    with pytest.raises(ParseError, match=r"^mine$"):
        choice(try_map(strict, uint8), uint8).parse(b"a")


@pytest.mark.parametrize("make", [ohneio.map, try_map, verify, bind])
@pytest.mark.parametrize("fault", [ZeroDivisionError("z"), TypeError("t"), UsageError("u")])
def test_what_else_a_function_raises_goes_to_the_embedder(make, fault):
    """Unchanged, through any alternative; the connection has failed with it."""

    def faulty(value):
        raise fault

    conn = protocol(optional(make(faulty, uint8)))()
    with pytest.raises(type(fault)) as caught:
        conn.send(b"ab")
    assert caught.value is fault
    assert (conn.consumed, conn.unconsumed) == (1, b"b")


@pytest.mark.parametrize("make", [ohneio.map, verify])
def test_a_value_error_of_a_function_that_may_not_refuse_is_a_bug(make):
    """Only `try_map` takes it for an answer."""

    def faulty(value):
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$") as caught:
        optional(make(faulty, uint8)).parse(b"a")
    assert type(caught.value) is ValueError


def test_try_map_builds_as_map_does():
    """With the inverse; a value that would be refused again is found out."""
    assert NUMBER.build(42) == b"42;"
    with pytest.raises(BuildError, match="has no inverse"):
        try_map(int, FIELD).build(42)
    with pytest.raises(BuildError, match="builds what it cannot parse: invalid literal for int"):
        try_map(int, FIELD, str.encode).build("ab")
    check(NUMBER, [b"42;", b"x;", b"4", b""])


def test_where_its_value_is_dropped_the_function_is_asked_about_what_is_there():
    """It may refuse that as well: nobody knows before."""
    fits, refused = literal(b"42").try_map(int), AB.try_map(int)
    assert (fits >> uint8).build(7) == b"42\x07"
    with pytest.raises(BuildError, match="invalid literal for int"):
        (refused >> uint8).build(7)
    assert (fits.facts.silent, exactly(2).try_map(int).facts.silent) == (None, False)


@pytest.mark.parametrize("make", [try_map, verify])
def test_whether_nothing_passes_is_not_known_before(make):
    """A parser that may be empty may be refused when it is."""
    assert make(bool, take_while(b"x")).facts.nullable is None
    assert make(bool, uint8).facts.nullable is False
    assert given(many(verify(bool, take_while(b"x"))), b"xxy") == ([b"xx"], b"y", 3)


# Verify.


def test_verify_gives_the_value_that_passes():
    """And takes, waits and fails as its parser does otherwise."""
    assert given(verify(small, uint8), b"\x07x") == (7, b"x", 1)
    assert given(verify(operator.itemgetter(0), seq(uint8, AB)), b"\x01abx")[0] == (1, b"ab")
    assert failed(verify(small, AB), b"ax") == ('expected b"ab" at offset 0, found b"ax"', 0, 2)


def test_a_value_that_does_not_pass_is_a_mismatch_that_says_what_would():
    """In the author's words, or with the name of the predicate; at the first byte."""
    assert failed(seq(X, verify(small, uint16, "a digit")), b"x\0\x0a") == (
        'expected a digit at offset 1, found b"\\x00\\n"', 1, 3,
    )  # fmt: skip
    assert failed(verify(small, uint8), b"x")[0] == (
        'expected a value that passes small at offset 0, found b"x"'
    )


def test_what_did_not_pass_is_joined_with_what_else_could_have_stood_there():
    """It got as far as the value was long."""
    grammar = choice(verify(small, uint8, "a digit"), X)
    assert given(grammar, b"x") == (b"x", b"", 1)
    assert failed(grammar, b"y")[0] == 'expected a digit at offset 0, found b"y"'
    both = choice(verify(small, uint8, "a digit"), verify(bytes.isdigit, any_byte, "a figure"))
    assert failed(both, b"y")[0] == 'expected a digit or a figure at offset 0, found b"y"'


def test_verify_builds_values_that_pass():
    """Others are told in the words of the mismatch, without asking its parser."""
    grammar = seq(AB, verify(small, uint8, "a digit"))
    assert grammar.build((b"ab", 7)) == b"ab\x07"
    with pytest.raises(BuildError) as caught:
        grammar.build((b"ab", 10))
    assert str(caught.value) == "[1]: expected a digit, not 10"
    with pytest.raises(BuildError, match="TypeError"):
        verify(small, uint8).build("a")
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not -1"):
        verify(small, uint8).build(-1)
    check(verify(small, uint8), [b"\x07", b"\x0a", b""])


def test_where_it_is_dropped_what_is_built_from_nothing_must_pass():
    """The predicate sees what would be parsed."""
    assert (verify(bytes.islower, AB) >> uint8).build(7) == b"ab\x07"
    with pytest.raises(BuildError, match=r"^expected upper case, not b'ab'$"):
        (verify(bytes.isupper, AB, "upper case") >> uint8).build(7)
    assert verify(bytes.islower, AB).facts.silent is None
    assert verify(bool, uint8).facts.silent is False


def test_a_test_changes_nothing_else_of_what_is_known():
    """Not even that each value has one form."""
    tested, facts = verify(small, uint8).facts, uint8.facts
    assert (tested.canonical, tested.unambiguous, tested.first) == (True, True, facts.first)


# Values that are looked at again.


@pytest.mark.parametrize("grammar", [verify(len, rest), try_map(len, rest)], ids=repr)
def test_what_may_be_refused_is_kept_meanwhile_and_bounded(grammar):
    """By ``max_buffered``, exactly, and at its first byte."""
    assert given(grammar, b"abcd", max_buffered=4)[1] == b""
    outcome = told(seq(uint8, grammar), b"xabcde", max_buffered=4)
    assert type(outcome.error) is LimitExceeded
    assert (outcome.error.name, outcome.error.offset) == ("max_buffered", 1)


@pytest.mark.parametrize("make", [try_map, verify])
def test_a_loop_of_values_that_may_be_refused_is_bounded_as_one(make):
    """All its items would be handed back."""
    grammar = make(sum, many(uint8, max=9))
    assert given(grammar, b"\x01" * 9, max_buffered=9)[1] == b""
    outcome = told(grammar, b"\x01" * 9, max_buffered=8)
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)


@pytest.mark.parametrize("make", [try_map, verify])
def test_tokens_are_kept_together_until_the_value_is_judged(make):
    """One more byte than allowed is too many, though each token has room."""
    grammar = make(len, seq(exactly(3), exactly(3)))
    assert given(grammar, b"abcdef", max_buffered=6)[1] == b""
    outcome = told(grammar, b"abcdef", max_buffered=5)
    assert (outcome.error.name, outcome.error.offset, outcome.consumed) == ("max_buffered", 0, 0)


@pytest.mark.parametrize(
    "judged", [lambda item: try_map(len, item), lambda item: verify(len, item)]
)
def test_what_was_kept_is_let_go_behind_it(judged):
    """The next one begins anew."""
    kept = recognize(exactly(3))
    grammar = seq(judged(exactly(3)), kept, kept)
    assert given(grammar, b"abcdefghi", max_buffered=4)[0][1:] == (b"def", b"ghi")


@pytest.mark.parametrize("refused", REFUSALS)
def test_what_was_refused_is_let_go_behind_it(refused):
    """It is there again, and nothing before it is kept."""
    kept = recognize(exactly(3))
    grammar = seq(optional(refused(exactly(3))), kept, kept)
    assert given(grammar, b"abcdef", max_buffered=4)[0] == (None, b"abc", b"def")


@pytest.mark.parametrize("refused", REFUSALS)
def test_a_refusal_behind_commit_is_final_and_still_at_the_first_byte(refused):
    """What is kept for the error is no alternative."""
    assert failed(optional(refused(AB << commit)), b"abx") == (
        'expected another at offset 0, found b"ab"', 0, 2,
    )  # fmt: skip


@pytest.mark.parametrize("refused", REFUSALS)
def test_a_refusal_goes_back_into_the_frame_it_began_in(refused):
    """Also where one inside has ended meanwhile."""
    grammar = sized(3, seq(uint8, choice(refused(uint16), rest)))
    assert given(grammar, b"\x01\xff\xfex") == ((1, b"\xff\xfe"), b"x", 3)
    inner = seq(optional(refused(length_prefixed(uint8))), rest)
    assert given(sized(3, inner), b"\x01\x07ab") == ((None, b"\x01\x07a"), b"b", 3)


# Bind.


def test_bind_goes_on_with_the_parser_that_the_value_makes():
    """The value is that one's; each byte is waited for when it is known to come."""
    assert given(FRAME, b"\x02abc") == (b"ab", b"c", 3)
    assert given(FRAME, b"\x00abc") == (b"", b"abc", 1)
    assert given(bind(lambda kind: uint16 if kind else FIELD, uint8), b"\0a;") == (b"a", b"", 3)
    conn = protocol(FRAME)()
    assert not conn.has_result
    assert conn.needed == 1
    conn.send(b"\x03a")
    assert conn.needed == 2


def test_both_parts_fail_where_they_do():
    """The first one's bytes are consumed when the second fails."""
    assert failed(bind(lambda _: AB, X), b"y") == ('expected b"x" at offset 0, found b"y"', 0, 1)
    assert failed(bind(lambda _: AB, X), b"xy") == ('expected b"ab" at offset 1, found b"y"', 1, 2)
    outcome = told(FRAME, b"\x03a")
    assert type(outcome.error) is IncompleteInput
    assert (outcome.error.needed, outcome.error.have, outcome.consumed) == (2, 2, 1)


def test_a_size_that_the_peer_names_below_0_is_the_peers_fault():
    """And one that is too great for the limit is refused before its bytes come."""
    signed = bind(body, uint8.map(lambda size: size - 1))
    assert failed(signed, b"\0ab")[0] == "expected a number of 0 or more, not -1 at offset 1"
    assert failed(FRAME, b"\x09abc", max_buffered=8) == (
        "more than the 8 bytes allowed (max_buffered) at offset 1", 1, 1,
    )  # fmt: skip


def test_bind_builds_the_first_value_from_the_second():
    """Then the second, with the parser that the first makes."""
    assert FRAME.build(b"ab") == b"\x02ab"
    assert seq(FRAME, AB).build((b"", b"ab")) == b"\0ab"
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not 256"):
        FRAME.build(b"x" * 256)
    with pytest.raises(BuildError, match=r"^\[0\]: TypeError: "):
        seq(FRAME).build((5,))
    with pytest.raises(BuildError, match="expected exactly 3 bytes, not 2"):
        bind(body, uint8, lambda _: 3).build(b"ab")
    check(FRAME, [b"\x02abc", b"\x02a", b""])


def test_bind_without_an_inverse_cannot_build():
    """Nothing says which value came first."""
    assert bind(body, uint8).facts.buildable is False
    assert bind(body, uint8).facts.obstacle == bind(body, uint8)
    with pytest.raises(BuildError, match=r"^bind\(body, uint8\) has no inverse, and cannot build$"):
        bind(body, uint8).build(b"ab")


def test_where_its_value_is_dropped_both_are_built_from_nothing():
    """The first one's value, as it would be parsed, makes the second."""
    dropped = bind(lambda data: literal(data[::-1]), AB, lambda data: data[::-1]) >> uint8
    assert dropped.build(7) == b"abba\x07"
    with pytest.raises(BuildError, match=r"^exactly\(2\) cannot build from nothing: give its"):
        (bind(exactly, value(2, X), len) >> uint8).build(7)


def test_a_function_that_makes_no_parser_is_a_bug():
    """In both directions it is said what came."""
    with pytest.raises(UsageError, match="expected a parser, not bytes"):
        bind(lambda size: b"x" * size, uint8).parse(b"a")
    with pytest.raises(UsageError, match="expected a parser, not bytes"):
        bind(lambda size: b"x" * size, uint8, len).build(b"ab")


def test_of_bind_only_the_beginning_is_known():
    """What follows is known only when the first value is."""
    facts = FRAME.facts
    assert (facts.least, facts.greatest, facts.first) == (1, None, uint8.facts.first)
    assert (facts.nullable, facts.more, facts.unambiguous, facts.buildable) == (
        False, None, None, None,
    )  # fmt: skip
    assert bind(body, success(0)).facts.nullable is None


def test_a_loop_over_bind_finds_out_that_an_item_took_nothing():
    """It could not be refused before."""
    with pytest.raises(UsageError, match="took nothing"):
        many(bind(success, success(0))).parse(b"a")


# All four.


@pytest.mark.parametrize("make", [ohneio.map, try_map, verify, bind])
def test_they_are_made_of_a_function_and_then_a_parser(make):
    """As the built-in `map` is."""
    with pytest.raises(UsageError, match="expected a parser, not "):
        make(uint8, int)


def test_the_methods_are_the_functions():
    """The parser comes first there, as it is read."""
    assert uint8.map(chr, ord) == ohneio.map(chr, uint8, ord)
    assert uint8.try_map(chr, ord) == try_map(chr, uint8, ord)
    assert uint8.verify(small, "a digit") == verify(small, uint8, "a digit")
    assert uint8.bind(body, len) == bind(body, uint8, len)


def test_they_may_be_written_by_hand_around_and_inside():
    """Grammars and generators mix at any depth."""

    @parser
    def pair():
        return (yield from NUMBER), (yield from any_byte)

    assert given(pair.map(operator.itemgetter(0)).verify(small), b"7;x") == (7, b"", 3)
    assert given(bind(lambda size: sized(size, pair), uint8), b"\x037;xy")[0] == (7, b"x")


@pytest.mark.parametrize("grammar", ALL, ids=repr)
def test_they_pickle_hash_compare_and_read_as_they_were_made(grammar):
    """Equal ones are equal, wherever they come from, if their functions are."""
    names = {**globals(), "map": ohneio.map}
    assert eval(repr(grammar), names) == grammar
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert hash(pickle.loads(pickle.dumps(grammar))) == hash(grammar)
    assert [one for one in ALL if one == grammar] == [grammar]
    assert bind(other, uint8) != bind(body, uint8)
