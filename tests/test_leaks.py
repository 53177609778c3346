"""Nothing is left behind: what is dropped is gone at once, without the garbage collector."""

import contextlib
import functools
import gc
import weakref

import pytest

from ohneio import (
    ParseError,
    UsageError,
    at_eof,
    exactly,
    literal,
    lookahead,
    many,
    optional,
    parser,
    protocol,
    read,
    read_some,
    seq,
    until,
    wait,
    write,
)

#: Made once: a grammar that was staged refers to itself, and is left to the collector.
NINE_OR_FIVE = exactly(9) | exactly(5)


@parser
def on_the_stack():
    """Wait on the driver's stack, with an alternative open."""
    yield from NINE_OR_FIVE


def with_finally():
    """Have something to do at the end."""
    try:
        yield from read(5)
    finally:
        yield from write(b"bye")


def failing():
    """Fail with the user's own exception."""
    yield from ()
    raise KeyError("x")


def mistaken():
    """Yield what is no request."""
    yield


#: One for each kind of wait, and for each kind of end.
RESTS = {
    "bytes": lambda: read(5),
    "delimiter": lambda: until(b"\r\n"),
    "literal": lambda: literal(b"abc"),
    "some": lambda: read_some(5),
    "eof": at_eof,
    "turn": wait,
    "drain": lambda: write(b"output"),
    "stack": lambda: on_the_stack,
    "finally": with_finally,
    "done": lambda: read(0),
    "failing": failing,
    "mismatch": lambda: literal(b"x") | literal(b"y"),
    "misuse": mistaken,
}


@protocol
def resting(how):
    """Take a byte and rest."""
    yield from read(1)
    yield from RESTS[how]()


@protocol
async def resting_async(how):
    """The same, awaited."""
    await read(1)
    await RESTS[how]()


EVERY = [(resting, how) for how in RESTS]
EVERY += [(resting_async, how) for how in RESTS if how not in ("finally", "failing", "misuse")]


@pytest.fixture
def without_collector():
    """With the garbage collector off, only reference counts end an object's life."""
    gc.disable()
    yield
    gc.enable()


def lives(conn, last):
    """Lead the connection to where it is to be dropped."""
    if last == "never started":
        return
    conn.send(b"")
    if last == "started":
        return
    conn.send(b"az")
    conn.events()
    if last == "end of input":
        conn.send_eof()
    if last == "closed":
        conn.close()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize(("factory", "how"), EVERY, ids=str)
@pytest.mark.parametrize("last", ["never started", "started", "used", "end of input", "closed"])
def test_a_dropped_connection_is_gone_at_once(factory, how, last):
    """In each kind of wait and after each kind of end: it is in no reference cycle."""
    conn = factory(how)
    gone = weakref.ref(conn)
    try:
        lives(conn, last)
    except (ParseError, KeyError, UsageError):
        for call in (conn.send_eof, conn.get_result, lambda conn=conn: conn.send(b"")):
            with pytest.raises((ParseError, KeyError, UsageError)) as caught:
                call()
            del caught
        del call
        conn.read()
    del conn
    assert gone() is None


@pytest.mark.usefixtures("without_collector")
def test_a_failure_that_somebody_keeps_holds_the_connection_only_by_its_traceback():
    """Without it an error holds no buffer and no connection."""
    conn = resting("mismatch")
    gone = weakref.ref(conn)
    try:
        conn.send(b"az")
    except ParseError as error:
        kept = error.with_traceback(None)
    again = conn.error
    del conn
    assert gone() is None
    assert str(kept) == str(again)


GRAMMARS = {
    "token": exactly(3),
    "choice": literal(b"ab;") | literal(b"ac;") | until(b"!"),
    "sizes": exactly(7) | exactly(9),
    "many": many(literal(b"ab"), max=2) << literal(b";"),
    "optional": optional(literal(b"a")) >> literal(b"b;"),
    "label": literal(b"ab;").label("name").label("outer"),
    "map": until(b";").map(int, str),
    "try_map": until(b";").try_map(int, str),
    "verify": until(b";").verify(len),
    "lookahead": lookahead(exactly(9)) >> until(b";"),
    "bind": exactly(1).bind(literal),
    "by hand": on_the_stack,
}


@functools.cache
def behind(grammar):
    """Something behind *grammar*."""
    return grammar >> literal(b"x")


@functools.cache
def twice(grammar):
    """Two of *grammar*."""
    return seq(grammar, grammar)


#: Ways to use one: each ends in a value or in an error.
USES = {
    "parse": lambda grammar, data: grammar.parse(data),
    "parse_prefix": lambda grammar, data: grammar.parse_prefix(data),
    "parse_stream": lambda grammar, data: list(grammar.parse_stream([data[:2], data[2:]])),
    "parse_stream, left": lambda grammar, data: next(grammar.parse_stream([data]), None),
    "build": lambda grammar, data: grammar.build(data.rstrip(b";")),
    "build from nothing": lambda grammar, data: behind(grammar).build(b"x"),
    "build within": lambda grammar, data: twice(grammar).build((data, data)),
}


def try_to(use, grammar, data):
    """Use the grammar, and forget what came of it."""
    with contextlib.suppress(ValueError, TypeError, UsageError):
        use(grammar, data)


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("data", [b"ab;", b"ax;", b"ab", b"12;", b"", b"ab;ab;ax"], ids=repr)
def test_parsing_and_building_leave_nothing_behind(grammar, use, data):
    """When they succeed and when they fail, however that comes about."""
    for _ in range(3):  # what is remembered for ever, a staged function too, is remembered now
        try_to(use, grammar, data)
    before = len(gc.get_objects())
    for _ in range(3):
        try_to(use, grammar, data)
    assert len(gc.get_objects()) == before


def test_a_connection_that_was_never_started_is_dropped_silently():
    """Also an `async def`: no coroutine was made that could complain of never being awaited."""
    for factory in (resting, resting_async):
        factory("bytes")
        conn = factory("bytes")
        conn.close()
    gc.collect()
