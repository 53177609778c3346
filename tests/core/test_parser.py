"""The base of all parsers: ways to use one, and ways to make others of it."""

import copy
import operator
import pickle

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    UsageError,
    choice,
    exactly,
    forward,
    literal,
    many,
    parser,
    protocol,
    read,
    seq,
    span,
    stream,
    success,
    until,
)
from ohneio.core._facts import UNKNOWN
from ohneio.core._staged import LATE
from tests.staging.differing import only

FIELD = until(b";")


# parse.


def test_parse_takes_all_of_the_data():
    """The value; anything left over is an error, and so is an end inside."""
    assert FIELD.parse(b"ab;") == b"ab"
    with pytest.raises(ParseError, match=r'^expected end of input at offset 3, found b"c"$'):
        FIELD.parse(b"ab;cd;")
    with pytest.raises(IncompleteInput):
        FIELD.parse(b"ab")


def test_what_is_parsed_elsewhere_has_its_offsets_from_there():
    """As if so many bytes had been before it; all else is the same."""
    grammar = seq(FIELD, span(FIELD))
    assert grammar._parse_at(100, b"ab;c;", Limits()) == (b"ab", (103, 105, b"c"))
    assert grammar._parse_at(0, b"ab;c;", Limits()) == grammar.parse(b"ab;c;")
    with pytest.raises(ParseError, match=r"^expected end of input at offset 105, found"):
        grammar._parse_at(100, b"ab;c;d", Limits())
    with pytest.raises(LimitExceeded, match="max_buffered"):
        grammar._parse_at(100, b"ab;c;", Limits(max_buffered=1))


def test_parse_prefix_gives_the_rest():
    """One item at the beginning, and what is behind it."""
    assert FIELD.parse_prefix(b"ab;cd;") == (b"ab", b"cd;")
    assert FIELD.parse_prefix(b"ab;") == (b"ab", b"")
    with pytest.raises(IncompleteInput):
        FIELD.parse_prefix(b"ab")


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_everything_bytes_like_can_be_parsed(kind):
    """And values are bytes, whatever was given."""
    value, rest = FIELD.parse_prefix(kind(b"ab;cd"))
    assert (value, rest, type(value), type(rest)) == (b"ab", b"cd", bytes, bytes)
    assert list(FIELD.parse_stream([kind(b"ab;")])) == [b"ab"]


@pytest.mark.parametrize("use", ["parse", "parse_prefix"])
def test_what_is_not_bytes_is_refused(use):
    """Before anything is parsed."""
    with pytest.raises(UsageError, match=r"^expected bytes, not str$"):
        getattr(FIELD, use)("ab;")


def test_each_use_has_limits_of_its_own():
    """By keyword; without them the defaults hold."""
    small = Limits(max_buffered=2)
    for use in (
        lambda: FIELD.parse(b"abc;", limits=small),
        lambda: FIELD.parse_prefix(b"abc;", limits=small),
        lambda: list(FIELD.parse_stream([b"abc;"], limits=small)),
        lambda: protocol(FIELD, limits=small)().send(b"abc;"),
        lambda: stream(FIELD, limits=small)().send(b"abc;"),
    ):
        with pytest.raises(LimitExceeded):
            use()


# parse_stream.


def test_items_come_as_soon_as_they_are_complete():
    """Not later than the chunk that completed them, and none is missing at the end."""
    seen = []

    def chunks():
        for chunk in (b"a", b"b;c;", b"", b"d"):
            yield chunk
            seen.append(chunk)

    got = [(item, len(seen)) for item in FIELD.parse_stream([*chunks(), b";"])]
    assert [item for item, _ in got] == [b"ab", b"c", b"d"]
    seen.clear()
    items = FIELD.parse_stream(chunks())
    assert (next(items), next(items), len(seen)) == (b"ab", b"c", 1)


def test_a_stream_that_is_left_closes_what_it_ran():
    """Also where it was left in the middle of an item."""
    log = []

    @parser
    def careful():
        try:
            return (yield from read(2))
        finally:
            log.append("closed")

    items = careful.parse_stream(iter([b"abc", b"d"]))
    assert next(items) == b"ab"
    log.clear()
    items.close()
    assert log == ["closed"]


def test_a_failing_source_is_not_the_parsers_failure():
    """What the iterable raises comes out unchanged."""

    def chunks():
        yield b"a;"
        raise OSError("gone")

    items = FIELD.parse_stream(chunks())
    assert next(items) == b"a"
    with pytest.raises(OSError, match="gone"):
        next(items)


# Inside a protocol.


def test_a_parser_is_a_step():
    """`yield from` and `await` parse the next one."""

    @protocol
    def generating():
        return (yield from FIELD), (yield from exactly(1) << literal(b"d"))

    @protocol
    async def awaiting():
        return await FIELD, await (exactly(1) << literal(b"d"))

    for factory in (generating, awaiting):
        conn = factory()
        conn.send(b"ab;cde")
        assert conn.get_result() == (b"ab", b"c")
        assert conn.unconsumed == b"e"


# Classes of users.


@attrs.frozen
class Twice(Parser):
    """A combinator of a user's own."""

    inner: Parser
    others: tuple = ()
    named: dict = attrs.field(factory=dict)
    size: int = 0

    def _parse(self):
        first = yield from self.inner._parse()
        return first, (yield from self.inner._parse())

    def _build(self, value):
        for one in value:
            yield from self.inner._build(one)


class Bare(Parser):
    """A parser of a user's own that is no attrs class, and does nothing."""


def test_a_users_combinator_is_a_parser_like_any_other():
    """It parses, builds and can be made part of others."""
    twice = Twice(FIELD)
    assert twice.parse(b"a;b;") == (b"a", b"b")
    assert twice.build((b"a", b"b")) == b"a;b;"
    assert list((twice | exactly(1)).parse_stream([b"a;", b"b;", b"x"])) == [(b"a", b"b"), b"x"]


def test_the_heads_of_a_parser_are_those_that_may_run_before_a_byte_is_taken():
    """Up to the first that must take one, as far as that is known."""
    empty, token = success(1), exactly(1)
    assert Twice(empty, (token, FIELD)).heads() == (empty, token)
    assert Twice(empty).heads() == (empty,)
    assert Bare().heads() == ()


def test_a_class_that_says_nothing_does_nothing():
    """Nothing is known of it, and it can neither parse nor build."""
    assert Bare().facts == UNKNOWN
    with pytest.raises(NotImplementedError):
        Bare().parse(b"")
    with pytest.raises(BuildError, match="cannot build"):
        Bare().build(b"")


def test_facts_are_found_once():
    """And remembered."""
    asked = []

    class Counted(Parser):
        def _facts(self):
            asked.append(1)
            return UNKNOWN

    counted = Counted()
    assert counted.facts is counted.facts
    assert asked == [1]


@attrs.frozen
class Proved(Parser):
    """A parser that counts how often it is proved."""

    inner: Parser
    proofs: list = attrs.field(factory=list, eq=False)

    def _prove(self):
        self.proofs.append(1)

    def _facts(self):
        return self.inner.facts

    def _parse(self):
        self._ready()
        return self.inner._parse()


def test_a_grammar_is_proved_on_first_use_and_again_until_it_is_whole():
    """As long as a forward in it is not tied, not all can be known."""
    proved = Proved(FIELD)
    for _ in range(3):
        proved.parse(b"a;")
    assert len(proved.proofs) == 1
    loop = forward()
    unproved = Proved(loop)
    for _ in range(2):
        with pytest.raises(UsageError):
            unproved.parse(b"a;")
    assert len(unproved.proofs) == 2
    loop.become(FIELD)
    for _ in range(3):
        unproved.parse(b"a;")
    assert len(unproved.proofs) == 3
    exactly(1)._prove()


# Parsers are values.


def test_parsers_are_equal_when_they_are_made_alike():
    """And hash so, but for a forward, which is itself alone."""
    for make in (
        lambda: FIELD,
        lambda: exactly(3) >> literal(b"x"),
        lambda: Twice(FIELD, (FIELD,)),
    ):
        assert make() == make()
    assert hash(exactly(3) | literal(b"x")) == hash(exactly(3) | literal(b"x"))
    assert exactly(3) != exactly(4)
    assert forward() != forward()


def test_a_parser_cannot_be_changed():
    """One may be used by any number of connections and threads at once."""
    with pytest.raises(AttributeError):
        exactly(3).n = 4


@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_a_copy_of_a_parser_is_itself(how):
    """There is nothing in it that could come to differ."""
    loop = forward()
    grammar = loop.become(seq(exactly(1), choice(loop, FIELD)))
    assert how(grammar) is grammar


@attrs.frozen(slots=False)
class Users(Parser):
    n: int

    def _parse(self):
        return exactly(self.n)._parse()


def test_what_was_found_out_of_a_parser_is_not_pickled():
    """Nor are the functions that were made of it, which cannot be."""
    one = Users(2)
    for _ in range(3):
        assert one.parse(b"ab") == b"ab"
    assert pickle.loads(pickle.dumps(one)) == one
    assert pickle.loads(pickle.dumps(one)).parse(b"ab") == b"ab"


class Slotted(Parser):
    __slots__ = ("n",)


def test_what_a_class_keeps_in_slots_is_pickled():
    """As of any object."""
    one = Slotted()
    one.n = 3
    assert one.facts is one.facts
    assert pickle.loads(pickle.dumps(one)).n == 3
    assert pickle.loads(pickle.dumps(Parser())).facts == one.facts


# Others made of it.


@pytest.mark.parametrize(
    ("grammar", "data", "value"),
    [
        (literal(b"a") | literal(b"b"), b"b", b"b"),
        (literal(b"a") >> exactly(1), b"ab", b"b"),
        (exactly(1) << literal(b"a"), b"ba", b"b"),
        (FIELD.map(int), b"12;", 12),
        (FIELD.try_map(int), b"12;", 12),
        (FIELD.verify(bytes.isdigit), b"12;", b"12"),
        (exactly(1).bind(lambda size: exactly(size[0] - 48)), b"2ab", b"ab"),
        (literal(b"y").value(True), b"y", True),
        (FIELD.label("field"), b"12;", b"12"),
        (FIELD.example(None), b"12;", b"12"),
    ],
    ids=repr,
)
def test_operators_and_methods_make_other_parsers(grammar, data, value):
    """Each as the function of its name does."""
    assert isinstance(grammar, Parser)
    assert grammar.parse(data) == value


def test_of_makes_a_step_that_knows_its_place_in_the_whole():
    """To build by hand; parsing is as without it."""

    @parser
    def pair():
        first = yield from FIELD.of(operator.itemgetter(0))
        return first, (yield from FIELD.of(operator.itemgetter(1)))

    assert pair.parse(b"a;b;") == (b"a", b"b")
    assert pair.build((b"a", b"b")) == b"a;b;"


@pytest.mark.parametrize("use", [operator.or_, operator.rshift, operator.lshift])
def test_operators_want_parsers(use):
    """Not bytes, for example."""
    with pytest.raises((UsageError, TypeError)):
        use(FIELD, b"x")


# build.


def test_build_is_the_inverse_of_parse():
    """The bytes that parse to the value."""
    assert FIELD.build(b"ab") == b"ab;"
    assert FIELD.parse(FIELD.build(b"ab")) == b"ab"


def test_what_cannot_build_says_which_part_cannot():
    """Before anything is built."""
    with pytest.raises(BuildError, match=r"map\(.*until.* has no inverse, and cannot build$"):
        seq(exactly(1), FIELD.map(int)).build((b"x", 5))
    with pytest.raises(
        BuildError, match=r"^exactly\(1\) cannot build from nothing, and its value is dropped$"
    ):
        (exactly(1) >> FIELD).build(b"x")


def test_where_a_grammar_may_be_ambiguous_build_looks_at_its_own_output():
    """It must parse, all of it, to an equal value."""
    grammar = choice(many(literal(b"a"), min=1), many(literal(b"b")))
    assert grammar.build([b"a"]) == b"a"
    ambiguous = seq(many(literal(b"a")), many(literal(b"a")))
    with pytest.raises(BuildError, match="would parse what it builds to another value"):
        ambiguous.build(([b"a"], [b"a"]))


def test_build_has_limits_too():
    """Depth, for example."""
    loop = forward()
    loop.become(choice(literal(b"."), seq(literal(b"("), loop)))
    value = b"."
    for _ in range(4):
        value = (b"(", value)
    assert loop.build(value) == b"((((."
    with pytest.raises(BuildError, match="max_depth"):
        loop.build(value, limits=Limits(max_depth=3))


# Where there is a function of a parser.


def test_where_a_function_gives_up_the_nodes_run():
    """They say what is wrong, or that nothing is."""
    field = until(b"!")
    with only(lambda parser, form: lambda *_: LATE):
        assert field.parse(b"a!") == b"a"
        assert field.build(b"a") == b"a!"
        with pytest.raises(IncompleteInput):
            field.parse(b"a")


def test_a_function_that_ends_an_iteration_is_asked_by_the_nodes():
    """In a generator that is another error, and so it is everywhere."""
    with only(lambda parser, form: lambda *_: next(iter(()))):
        assert until(b"!").parse(b"a!") == b"a"


def test_what_a_function_gives_is_the_value():
    """Of each use its own."""
    field = until(b"!")
    with only(lambda parser, form: lambda *_: form.encode()):
        assert [field.parse(b"a!"), field.build(b"a"), field.build(b"b")] == [
            b"once",
            b"build",
            b"build",
        ]
        assert field.source == repr(field)
