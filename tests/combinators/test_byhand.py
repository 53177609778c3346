"""Parsers written by hand, as generator functions or async functions."""

import copy
import gc
import operator
import pickle

import attrs
import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    Limits,
    ParseError,
    Parser,
    State,
    UsageError,
    at_eof,
    choice,
    emit,
    exactly,
    forward,
    literal,
    many,
    parser,
    protocol,
    read,
    seq,
    stream,
    uint8,
    uint16,
    until,
    write,
)
from tests.combinators.cuts import told


@parser
def netstring():
    """Length, colon, body, comma."""
    size = int((yield from until(b":", max=9)))
    data = yield from exactly(size)
    yield from literal(b",")
    return data


@parser
async def awaited_netstring():
    """The same, awaited."""
    size = int(await until(b":", max=9))
    data = await exactly(size)
    await literal(b",")
    return data


@parser
def run_of(size, *, mark=b"", **options):
    """Some bytes, as many as it was told."""
    yield from literal(mark) if mark else exactly(0)
    return (yield from exactly(size)), options


@parser
def counted(size=3):
    """Three bytes, if not told otherwise."""
    return (yield from exactly(size))


@parser
def tree():
    """A leaf, or a pair of trees in brackets."""
    kind = yield from exactly(1)
    if kind != b"(":
        return kind
    left = yield from tree
    right = yield from tree
    yield from literal(b")")
    return left, right


BOTH = pytest.mark.parametrize("grammar", [netstring, awaited_netstring], ids=["def", "async def"])


# What `parser` makes.


@BOTH
def test_a_function_without_required_parameters_is_a_parser(grammar):
    """It is used like any other, whole and in pieces."""
    assert isinstance(grammar, Parser)
    assert grammar.parse(b"5:hello,") == b"hello"
    assert grammar.parse_prefix(b"2:ab,3:cde,") == (b"ab", b"3:cde,")
    assert list(grammar.parse_stream([b"2:a", b"b,0:,", b"1:c,"])) == [b"ab", b"", b"c"]
    assert told(grammar, b"5:hello,").value == b"hello"


def test_parameters_with_defaults_are_not_required():
    """The parser is the one that the defaults make."""
    assert isinstance(counted, Parser)
    assert counted.parse(b"abc") == b"abc"


def test_a_function_with_a_required_parameter_makes_parsers():
    """From its arguments, which are bound when it is called."""
    assert not isinstance(run_of, Parser)
    assert run_of(2).parse(b"ab") == (b"ab", {})
    assert run_of(size=2, mark=b"<", key=1).parse(b"<ab") == (b"ab", {"key": 1})
    for args, kwargs in (((), {}), ((1, 2), {}), ((1,), {"size": 1})):
        with pytest.raises(TypeError):
            run_of(*args, **kwargs)


def test_what_makes_parsers_looks_like_its_function():
    """Name and docstring are its own."""
    assert run_of.__name__ == "run_of"
    assert run_of.__doc__ == "Some bytes, as many as it was told."


def test_parsers_made_of_the_same_arguments_are_equal():
    """However they were given."""
    assert run_of(2) == run_of(size=2)
    assert hash(run_of(2)) == hash(run_of(2))
    assert run_of(2) != run_of(3)
    assert netstring == netstring
    assert netstring != awaited_netstring


def test_a_parser_made_by_hand_reads_as_its_name():
    """With the arguments that it was made of."""
    assert repr(netstring) == "netstring"
    assert repr(run_of(2, mark=b"<")) == "run_of(2, mark=b'<')"
    assert repr(counted) == "counted"


@pytest.mark.parametrize("value", [lambda: 5, 5, print, netstring, exactly(1), "name"], ids=repr)
def test_only_generator_and_async_functions_make_parsers(value):
    """Anything else is refused when it is decorated."""
    with pytest.raises(UsageError, match=r"^@parser wants a generator function or an async func"):
        parser(value)


# Running.


@BOTH
def test_a_failure_inside_is_the_parsers(grammar):
    """With its offset in the stream; nothing of the failed token is consumed."""
    outcome = told(grammar, b"3:abcd")
    assert str(outcome.error) == 'expected b"," at offset 5, found b"d"'
    assert outcome.consumed == 5
    outcome = told(grammar, b"3:ab")
    assert type(outcome.error) is IncompleteInput
    assert outcome.error.have == 4


def test_a_users_exception_is_the_users():
    """Not a failure to match: the next branch is not tried."""
    for grammar in (netstring, choice(netstring, exactly(1))):
        conn = protocol(grammar)()
        with pytest.raises(ValueError, match="invalid literal"):
            conn.send(b"x:abc,")
        assert not isinstance(conn.error, ParseError)
        assert conn.state is State.FAILED


def test_one_may_be_a_part_of_others():
    """In combinators, and inside of each other."""
    assert many(netstring).parse(b"1:a,2:bc,") == [b"a", b"bc"]
    assert seq(netstring, run_of(2)).parse(b"1:a,bc") == (b"a", (b"bc", {}))
    assert choice(literal(b"!"), netstring).parse(b"1:a,") == b"a"
    conn = stream(netstring)()
    conn.send(b"1:a,2:bc,")
    assert conn.events() == [b"a", b"bc"]


def test_one_may_call_itself_as_deep_as_is_allowed():
    """Each passage counts towards max_depth, and none towards Python's own limit."""
    assert tree.parse(b"((ab)c)") == ((b"a", b"b"), b"c")
    deep = b"(" * 5000 + b"." + b".)" * 5000
    value = tree.parse(deep, limits=Limits(max_depth=5001))
    for _ in range(5000):
        value = value[0]
    assert value == b"."
    with pytest.raises(ParseError, match="max_depth"):
        tree.parse(deep)


def test_inside_a_frame_the_end_is_the_frames():
    """`at_eof` is true there."""

    @parser
    def rest():
        found = b""
        while not (yield from at_eof()):
            found += yield from exactly(1)
        return found

    conn = protocol(seq(uint8.bind(exactly), rest))()
    conn.send(b"\x02abcd")
    conn.send_eof()
    assert conn.get_result() == (b"ab", b"cd")


def test_a_coroutine_is_made_only_when_it_runs():
    """One that was never begun would warn."""

    @protocol
    def preparing():
        steps = iter(awaited_netstring)
        yield from read(1)
        del steps

    conn = preparing()
    conn.send(b"")
    conn.close()
    gc.collect()


# Building.


@attrs.frozen
class Frame:
    """A kind and a body."""

    kind: int
    body: bytes


@parser
def frame():
    """As the design shows it."""
    kind = yield from uint8.of(lambda f: f.kind)
    size = yield from uint16.of(lambda f: len(f.body))
    body = yield from exactly(size).of(lambda f: f.body)
    return Frame(kind, body)


@parser
async def awaited_frame():
    """The same, awaited."""
    kind = await uint8.of(operator.attrgetter("kind"))
    size = await uint16.of(lambda f: len(f.body))
    return Frame(kind, await exactly(size).of(lambda f: f.body))


@pytest.mark.parametrize("grammar", [frame, awaited_frame], ids=["def", "async def"])
@pytest.mark.parametrize("body", [b"", b"abc", bytes(1000)], ids=len)
def test_the_same_function_runs_backwards(grammar, body):
    """Each step is built from its place in the whole."""
    f = Frame(7, body)
    data = grammar.build(f)
    assert data == b"\x07" + len(body).to_bytes(2, "big") + body
    assert grammar.parse(data) == f
    assert told(grammar, data).value == f


def test_what_it_returns_must_be_what_was_to_be_built():
    """A wrong projection is found at once, with the part that differs."""

    @parser
    def careless():
        kind = yield from uint8.of(lambda f: 5)
        body = yield from exactly(3).of(lambda f: f.body)
        return Frame(kind, body)

    @parser
    def plain():
        return (yield from uint8.of(lambda value: value + 1))

    assert careless.build(Frame(5, b"abc")) == b"\x05abc"
    with pytest.raises(BuildError) as caught:
        careless.build(Frame(7, b"abc"))
    assert caught.value.path == ("kind",)
    assert "returns 5, and not 7: is an .of() missing, or wrong?" in str(caught.value)
    with pytest.raises(BuildError, match=r"returns 2, and not 1: is an \.of"):
        plain.build(1)


def test_a_value_that_does_not_fit_says_so():
    """At the step that could not build it."""
    with pytest.raises(BuildError, match="expected a number from 0 to 255, not 256"):
        frame.build(Frame(256, b""))
    with pytest.raises(BuildError, match="expected a number from 0 to 65535, not 70000"):
        frame.build(Frame(0, bytes(70_000)))


def test_what_a_projection_raises_is_of_a_value_that_does_not_fit():
    """It is the cause of a `BuildError` with the value's place; its own stays as it is."""
    with pytest.raises(BuildError, match=r"^\[1\]: AttributeError: 'int' object") as failure:
        seq(uint8, frame).build((0, 5))
    assert isinstance(failure.value.__cause__, AttributeError)
    assert failure.value.path == (1,)

    @parser
    def picky():
        return (yield from uint8.of(refuse))

    def refuse(value):
        raise BuildError(f"not {value}", path=("here",))

    with pytest.raises(BuildError, match=r"^here: not 5$") as failure:
        picky.build(5)
    assert failure.value.__cause__ is None


def test_a_projection_that_fails_lets_the_next_branch_be_tried():
    """As an inverse does."""
    grammar = frame | uint8
    assert grammar.build(5) == b"\5"


def test_an_error_raised_by_hand_while_building_is_a_build_error():
    """The value cannot be that, says the function; another branch may be."""

    @parser
    def small():
        size = yield from uint8.of(lambda value: value)
        if size > 3:
            raise ParseError("too large")
        return size

    with pytest.raises(BuildError, match=r"^too large$"):
        small.build(9)
    with pytest.raises(ParseError, match="too large at offset 1"):
        small.parse(b"\x09")
    assert choice(small, literal(b"-") >> uint8).build(9) == b"-\x09"


def test_a_foreign_parse_error_stays_one():
    """Of a function that was handed in."""

    def function(value):
        raise ParseError("mine")

    @parser
    def strange():
        return (yield from literal(b"a").map(function, lambda value: b"a"))

    with pytest.raises(ParseError, match="mine"):
        strange.build(b"a")


def test_steps_without_of_are_built_from_nothing():
    """What has no choice builds itself; what has one is refused."""

    @parser
    def marked():
        yield from literal(b"<")
        value = yield from uint8.of(lambda value: value)
        yield from literal(b">").label("end")
        return value

    assert marked.build(65) == b"<A>"
    with pytest.raises(BuildError, match="cannot build from nothing"):
        netstring.build(b"abc")


def test_one_made_by_hand_inside_another_has_a_whole_of_its_own():
    """Its projections are of the part; behind it the outer whole is back."""

    @parser
    def pair():
        first = yield from frame.of(operator.itemgetter(0))
        second = yield from frame.of(operator.itemgetter(1))
        last = yield from uint8.of(operator.itemgetter(2))
        return first, second, last

    value = (Frame(1, b"a"), Frame(2, b"b"), 3)
    assert pair.build(value) == b"\x01\x00\x01a\x02\x00\x01b\x03"
    with pytest.raises(BuildError):
        pair.build((Frame(1, b"a"), Frame(300, b"b"), 3))


def test_of_inside_something_dropped_is_built_from_nothing_too():
    """There is no whole to take it from."""

    @parser
    def header():
        yield from literal(b"v").of(lambda whole: whole.version)
        return None

    assert (header >> uint8).build(1) == b"v\x01"


def test_a_recursive_one_builds_as_deep_as_is_allowed():
    """On the driver's stack, as it parses."""

    @parser
    def nested():
        kind = yield from exactly(1).of(lambda value: b"(" if value else b".")
        if kind == b".":
            return ()
        inner = yield from nested.of(lambda value: value[0])
        return (inner,)

    value = ()
    for _ in range(200):
        value = (value,)
    assert nested.build(value) == b"(" * 200 + b"."
    with pytest.raises(BuildError, match="max_depth"):
        nested.build(value, limits=Limits(max_depth=100))


def test_a_step_with_of_reads_as_it_was_written():
    """With the name of the projection."""
    assert repr(uint8.of(len)) == "uint8.of(len)"
    with pytest.raises(UsageError, match="outside of a protocol"):
        list(uint8.of(len))


def test_of_parses_as_the_parser_does():
    """In a protocol, where there is no whole."""

    @protocol
    def parsing():
        return (yield from frame.of(lambda value: value))

    conn = parsing()
    conn.send(b"\x07\x00\x03abc")
    assert conn.get_result() == Frame(7, b"abc")


# Effects.


def test_what_it_writes_and_emits_is_the_connections():
    """In a connection it runs as a protocol does."""

    @parser
    def polite():
        name = yield from until(b"\n")
        yield from emit(name)
        yield from write(b"hello " + name)
        return name

    conn = protocol(polite)()
    conn.send(b"ann\n")
    assert conn.read() == b"hello ann"
    assert conn.events() == [b"ann"]
    assert conn.get_result() == b"ann"


# Copies.


@pytest.mark.parametrize(
    "grammar", [netstring, awaited_netstring, counted, run_of(2), run_of(1, mark=b"x")]
)
def test_one_of_a_module_is_pickled_by_its_name(grammar):
    """Its name leads to what `parser` made of the function."""
    assert pickle.loads(pickle.dumps(grammar)) == grammar
    assert copy.copy(grammar) is grammar


def test_one_that_cannot_be_found_cannot_be_pickled():
    """A function inside of a function has no place."""

    @parser
    def local():
        yield from exactly(1)

    @parser
    def making(size):
        yield from exactly(size)

    for grammar in (local, making(1)):
        with pytest.raises((pickle.PicklingError, AttributeError)):
            pickle.dumps(grammar)


def test_a_grammar_with_one_in_it_can_be_walked():
    """Nobody looks into it: it has no children, and nothing is known of it."""
    assert netstring.children() == ()
    assert netstring.heads() == ()
    assert netstring.facts.nullable is None
    loop = forward()
    loop.become(seq(run_of(1), choice(netstring, loop)))
    assert loop.facts.nullable is None
