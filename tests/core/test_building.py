"""Building: what puts bytes, where in the value it is, and what cannot build."""

import operator

import pytest

from ohneio import (
    BuildError,
    LimitExceeded,
    Limits,
    ParseError,
    at_eof,
    choice,
    emit,
    exactly,
    forward,
    length_prefixed,
    literal,
    many,
    parser,
    peek,
    position,
    protocol,
    read,
    read_some,
    seq,
    span,
    stream,
    uint8,
    until,
    wait,
    write,
)
from ohneio.core import Step, builder, built, put
from ohneio.core._building import NOTHING, apart, inside
from ohneio.core._facts import Facts
from ohneio.core._parser import Parser
from ohneio.core._steps import host

FIELD = until(b";")


class OneWay(Parser):
    """A parser that is only built with, and whose output nobody has to look at again."""

    def _facts(self):
        return Facts(unambiguous=True)


class Framed(Parser):
    """A length in one byte, and what another parser builds: built first, put last."""

    def __init__(self, inner):
        self.inner = inner

    def _build(self, value):
        body = yield from built(self.inner, value)
        yield from put(bytes([len(body)]))
        yield from put(body)

    def _parse(self):
        yield from uint8._parse()
        return (yield from self.inner._parse())


def test_pieces_are_joined_in_the_order_in_which_they_were_put():
    """Also those that were built apart, to be measured."""
    assert Framed(FIELD).build(b"abc") == b"\x04abc;"
    assert seq(FIELD, Framed(seq(FIELD, FIELD)), FIELD).build((b"a", (b"b", b"c"), b"d")) == (
        b"a;\x04b;c;d;"
    )


def test_what_is_built_apart_is_joined_once_however_deep_it_lies():
    """A length in front of a length, as deep as is allowed; its size is known beforehand."""
    grammar, value, data = FIELD, b"x", b"x;"
    for _ in range(50):
        grammar = length_prefixed(uint8, seq(grammar, literal(b".")))
        value = (value, b".")
        data = bytes([len(data) + 1]) + data + b"."
    assert grammar.build(value) == data
    assert grammar.parse(data) == value


def test_a_sequence_of_what_was_built_apart_keeps_its_order():
    """Pieces before it, in it and behind it."""

    class Around(OneWay):
        def _build(self, value):
            for pair in value:
                body = yield from apart(seq(FIELD, FIELD), pair)
                yield from put(bytes([len(body)]))
                yield from put(body)
                yield from put(b"!")

    assert Around().build(((b"a", b"bc"), (b"", b""))) == b"\x05a;bc;!\x02;;!"


def test_put_is_a_step():
    """As everything that runs in a generator; `builder` gives its host."""

    class Recording(OneWay):
        def _build(self, value):
            assert builder().building
            assert builder() is host.get()
            yield from put(value)

    assert Recording().build(b"x") == b"x"


# Its place in the value.


@pytest.mark.parametrize(
    ("grammar", "value", "path", "text"),
    [
        (FIELD, 5, (), "expected bytes, not int"),
        (seq(FIELD, FIELD), (b"a", 5), (1,), "[1]: expected bytes, not int"),
        (seq(many(FIELD), FIELD), ([b"a", 5], b"b"), (0, 1), "[0][1]: expected bytes, not int"),
    ],
    ids=repr,
)
def test_an_error_tells_the_place_of_what_would_not_build(grammar, value, path, text):
    """Of the part, not of the byte: there are none yet."""
    with pytest.raises(BuildError) as caught:
        grammar.build(value)
    assert (caught.value.path, str(caught.value)) == (path, text)


def test_a_place_that_was_left_is_no_longer_told():
    """Only where it failed."""

    class Pair(Parser):
        def _build(self, value):
            yield from inside("first", FIELD, value[0])
            yield from inside("second", FIELD, value[1])
            raise BuildError("neither")

    with pytest.raises(BuildError) as caught:
        Pair().build((b"a", b"b"))
    assert str(caught.value) == "neither"
    with pytest.raises(BuildError, match=r"^second: expected bytes"):
        Pair().build((b"a", 5))


def test_an_error_that_knows_its_place_keeps_it():
    """The caller's own is not put in front of it."""

    class Placed(Parser):
        def _build(self, value):
            yield from put(b"")
            raise BuildError("no", path=("mine",))

    with pytest.raises(BuildError) as caught:
        seq(Placed(), Placed()).build((1, 2))
    assert caught.value.path == ("mine",)


def test_a_deep_place_keeps_its_ends():
    """As a path of labels does."""
    grammar, value = FIELD, 5
    for _ in range(100):
        grammar, value = seq(grammar), (value,)
    with pytest.raises(BuildError) as caught:
        grammar.build(value)
    assert caught.value.path == (*[0] * 16, "…", *[0] * 16)


# Nothing to build from.


def test_what_is_dropped_is_built_from_nothing():
    """A literal builds itself."""
    assert (literal(b"a") >> FIELD << literal(b"b")).build(b"x") == b"ax;b"
    assert NOTHING.value == "nothing"


def test_a_hand_written_step_without_of_is_built_from_nothing():
    """And its value is what it would parse to."""
    seen = []

    @parser
    def frame():
        seen.append((yield from literal(b"<")))
        name = yield from FIELD.of(lambda whole: whole)
        seen.append((yield from literal(b">").map(len, lambda _: b">")))
        return name

    assert frame.parse(b"<ab;>") == b"ab"
    seen.clear()
    assert frame.build(b"ab") == b"<ab;>"
    assert seen[0] == b"<"


def test_a_hand_written_step_that_has_a_choice_must_say_where_its_value_lives():
    """It is named; so is one of which that is not known beforehand."""

    @parser
    def careless():
        return (yield from FIELD)

    @parser
    def hidden():
        return (yield from Unknown())

    class Unknown(Parser):
        def __repr__(self):
            return "unknown"

        def _build(self, value):
            yield from put(b"x")
            raise BuildError("no idea")

    with pytest.raises(BuildError, match=r"^until\(b';'\) cannot build from nothing: give its val"):
        careless.build(b"x")
    with pytest.raises(BuildError, match="no idea"):
        hidden.build(b"x")


@pytest.mark.parametrize(
    ("use", "name"),
    [
        (lambda: read(1), "read(1)"),
        (lambda: read(0), "read(0)"),
        (read, "read()"),
        (lambda: read_some(5), "read_some()"),
        (peek, "peek()"),
        (lambda: peek(3), "peek()"),
        (wait, "wait()"),
        (at_eof, "at_eof()"),
        (lambda: write(b"x"), "write()"),
        (lambda: emit(5), "emit()"),
        (position, "position()"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_step_that_only_parsing_knows_cannot_build(use, name):
    """It is named, with what to use instead."""

    @parser
    def by_hand():
        yield from use()

    with pytest.raises(BuildError) as caught:
        by_hand.build(b"x")
    assert str(caught.value) == (
        f"{name} cannot build: use a parser, with .of() where it has a choice"
    )


def test_what_else_only_parsing_has_cannot_build_either():
    """A user's own step that asks the host for it."""

    class Odd(Step):
        def __iter__(self):
            yield from host.get().turn()

    @parser
    def by_hand():
        yield from Odd()

    with pytest.raises(BuildError, match=r"^a step that waits, writes or goes back cannot build"):
        by_hand.build(b"x")


# Its own output.


def test_a_grammar_that_may_be_ambiguous_parses_what_it_built():
    """It must parse at all, and to an equal value."""
    cannot = seq(many(literal(b"a")), literal(b"a")).map(
        lambda value: value[0], lambda value: (value, b"a")
    )
    with pytest.raises(BuildError, match="builds what it cannot parse: need 1 more byte at offset"):
        cannot.build([b"a"])
    other = seq(many(literal(b"a")), many(literal(b"a")))
    with pytest.raises(BuildError, match="would parse what it builds to another value"):
        other.build(([b"a"], [b"a"]))
    assert other.build(([b"a", b"a"], [])) == b"aa"


def test_a_users_error_while_it_parses_its_own_output_is_the_users():
    """A ParseError of a function that was handed in is no failure to parse."""

    def function(value):
        raise ParseError("mine")

    grammar = choice(many(literal(b"a")).map(function, lambda value: value), literal(b"b"))
    with pytest.raises(ParseError, match="mine"):
        grammar.build([b"a"])


class Nested:
    """A value that Python cannot compare with itself as deep as it is nested."""

    def __init__(self, depth):
        self.depth = depth

    def __eq__(self, other):
        return self == other

    __hash__ = None


def test_a_value_that_is_nested_too_deep_to_be_compared_says_so():
    """A RecursionError is no answer."""
    grammar = choice(many(literal(b"a")).map(lambda found: Nested(len(found)), lambda _: []))
    grammar = seq(grammar, many(literal(b"b")))
    with pytest.raises(BuildError, match="nested too deep to be compared"):
        grammar.build((Nested(0), []))


def test_what_is_built_of_itself_has_no_end_and_is_no_branch():
    """The same parser with the same value on the way to itself: another branch is taken."""
    loop = forward()
    loop.become(choice(literal(b"<") >> loop << literal(b">"), exactly(0)))
    assert loop.build(b"") == b""
    endless = forward()
    endless.become(literal(b"<") >> endless)
    with pytest.raises(BuildError, match="this value would be built of itself, again and again"):
        endless.build(b"", limits=Limits(max_depth=1 << 20))


def test_the_same_value_may_be_built_twice_one_after_the_other():
    """And deeper, of another one: only the way to it must not lead through it."""
    loop, value = forward(), (b"a",)
    loop.become(choice(seq(literal(b"("), many(loop) << literal(b")")), seq(literal(b"a"))))
    assert loop.build((b"(", [value, value])) == b"(aa)"
    assert loop.build((b"(", [(b"(", [value]), value])) == b"((a)a)"


# Offsets in a value.


def test_offsets_in_a_value_are_those_of_another_stream():
    """What is the same wherever the bytes stand has to come back all the same."""
    rounding = uint8.map(lambda number: number // 10 * 10, lambda number: number)
    grammar = seq(span(uint8), rounding)
    assert grammar.build(((5, 6, 7), 40)) == b"\x07("
    with pytest.raises(BuildError, match="to another value"):
        grammar.build(((0, 1, 7), 42))


# Limits.


def test_depth_is_bounded_and_no_alternative_mends_it():
    """As in parsing: one passage more than max_depth ends the whole."""
    loop = forward()
    loop.become(choice(seq(literal(b"("), loop), literal(b"."), seq(literal(b"["), loop)))
    value = b"."
    for _ in range(5):
        value = (b"(", value)
    assert loop.build(value, limits=Limits(max_depth=6)) == b"(((((."
    with pytest.raises(BuildError, match=r"nested more than 5 levels deep \(max_depth\)$"):
        loop.build(value, limits=Limits(max_depth=5))


def test_what_alternatives_build_in_vain_is_bounded():
    """Each time they start anew; a grammar that would double its work stops."""

    class Ends(OneWay):
        def __init__(self, how):
            self.how = how

        def _build(self, value):
            yield from put(b"")
            if self.how != value:
                raise BuildError("no")

    grammar, value = FIELD, b"x"
    for _ in range(6):
        grammar = choice(seq(grammar, Ends("one")), seq(grammar, Ends("other")))
        value = (value, "other")

    class Whole(OneWay):
        def _build(self, value):
            return grammar._build(value)

    assert Whole().build(value) == b"x;"
    with pytest.raises(BuildError, match=r"more than 100 pieces in vain \(max_backtrack\)$"):
        Whole().build(value, limits=Limits(max_backtrack=100))


# Where it runs.


def test_building_inside_anything_leaves_it_alone():
    """In a protocol, in a parser, in another building; and after a failure."""

    class Doubled(OneWay):
        def _build(self, value):
            with pytest.raises(BuildError):
                FIELD.build(5)
            yield from put(FIELD.build(value) + FIELD.build(value))

    @protocol
    def outer():
        first = yield from exactly(1)
        yield from emit(seq(FIELD, Doubled()).build((first, b"b")))
        return (yield from exactly(1))

    conn = outer()
    conn.send(b"ac")
    assert conn.get_result() == b"c"
    assert conn.events() == [b"a;b;b;"]
    outside = host.get()
    with pytest.raises(BuildError):
        FIELD.build(5)
    assert host.get() is outside


def test_an_exception_of_a_users_parser_passes_through_unchanged():
    """A bug in it is not a value that does not fit, and no other branch is tried."""
    error = KeyError("mine")

    class Buggy(OneWay):
        def _build(self, value):
            yield from put(b"")
            raise error

    for grammar in (Buggy(), choice(Buggy(), FIELD), seq(FIELD, Buggy())):
        with pytest.raises(KeyError) as caught:
            grammar.build((b"x", b"x"))
        assert caught.value is error


def test_what_an_inverse_cannot_take_does_not_fit():
    """Another branch may; the user's exception is the cause."""

    def inverse(value):
        raise KeyError("mine")

    with pytest.raises(BuildError) as caught:
        FIELD.map(bytes, inverse).build(b"x")
    assert isinstance(caught.value.__cause__, KeyError)
    assert choice(FIELD.map(bytes, inverse), FIELD).build(b"x") == b"x;"


def test_a_built_stream_is_parsed_back():
    """The law of it all."""

    @parser
    def pair():
        first = yield from uint8.of(operator.itemgetter(0))
        return first, (yield from exactly(first).of(operator.itemgetter(1)))

    values = [(n, bytes(n)) for n in range(5)]
    data = b"".join(map(pair.build, values))
    conn = stream(pair)()
    conn.send(data)
    conn.send_eof()
    assert conn.events() == values
    with pytest.raises(LimitExceeded):
        stream(pair, limits=Limits(max_buffered=3))().send(data)
