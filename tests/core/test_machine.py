"""The stack of generators: what may be yielded, how deep it goes, how it is unwound."""

import asyncio
import concurrent.futures
import gc
import sys
import traceback
import weakref

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    State,
    UsageError,
    emit,
    exactly,
    literal,
    parser,
    protocol,
    read,
    wait,
    write,
)
from ohneio.core._machine import MAX_LEVELS
from ohneio.core._steps import CALL
from tests.processes import python


def nested():
    """A helper whose generator object is yielded by mistake."""
    yield from read(1)


async def awaited():
    """A helper whose coroutine is yielded by mistake."""
    await read(1)


def failure_of(factory, *args):
    """What comes out of the first call, which must be a UsageError, as text."""
    conn = factory(*args)
    with pytest.raises(UsageError) as caught:
        conn.send(b"abc")
    assert conn.state is State.FAILED
    assert conn.unconsumed == b"abc"
    return str(caught.value)


def line_of(function, offset):
    """The line *offset* lines below the one where *function* begins."""
    return function.__code__.co_firstlineno + offset


# What may be yielded.


@pytest.mark.parametrize(
    ("make", "described"),
    [
        (lambda: None, "nothing"),
        (lambda: 5, "an object of int"),
        (lambda: b"bytes", "an object of bytes"),
        (lambda: [1], "an object of list"),
        (lambda: read(5), "read(5)"),
        (read, "read()"),
        (lambda: write(b"x"), "write(b'x')"),
        (wait, "wait()"),
        (lambda: exactly(3), "exactly(3)"),
        (nested, "nested()"),
        (awaited, "awaited()"),
        (lambda: object, "an object of type"),
    ],
)
def test_what_is_yielded_by_mistake_is_named_with_its_function_and_line(make, described):
    """A plain `yield` of anything is a UsageError that asks for `yield from`."""

    def mistaken():
        yield make()

    where = f"{mistaken.__qualname__}() in line {line_of(mistaken, 1)}"
    text = failure_of(protocol(mistaken))
    assert text == f"{where} yielded {described}: did you mean `yield from`?"


def test_a_mistake_is_told_at_its_own_line():
    """Of several yields the one that offends, also after others that were right."""

    def mistaken():
        yield from read(1)
        yield from write(b"")
        yield read(1)

    conn = protocol(mistaken)()
    with pytest.raises(UsageError, match=f"in line {line_of(mistaken, 3)} yielded"):
        conn.send(b"abc")
    assert conn.unconsumed == b"bc"


def test_a_mistake_in_a_helper_names_the_helper():
    """The innermost function is to blame, however it was reached."""

    def helper():
        yield 1

    @parser
    def parsing():
        yield from helper()

    @protocol
    def plain():
        yield from helper()

    @protocol
    def on_the_stack():
        yield from parsing

    for factory in (plain, on_the_stack):
        text = failure_of(factory)
        assert text.startswith(f"{helper.__qualname__}() in line {line_of(helper, 1)} yielded")


def test_a_mistake_is_raised_where_it_was_made_and_may_be_caught():
    """The UsageError comes out of the offending `yield`."""

    @protocol
    def mistaken():
        try:
            yield 1
        except UsageError:
            return (yield from read(1))

    conn = mistaken()
    conn.send(b"a")
    assert conn.get_result() == b"a"


def test_a_coroutine_that_was_yielded_does_not_warn_as_well():
    """It will never be awaited: it is closed, since the UsageError says all there is to say."""

    def mistaken():
        yield coroutine

    coroutine = awaited()
    failure_of(protocol(mistaken))
    assert coroutine.cr_frame is None


def test_a_huge_step_makes_no_huge_text():
    """What is shown of a mistake is cut as every error is."""

    def mistaken():
        yield write(bytes(10_000))

    assert len(failure_of(protocol(mistaken))) == 512


def test_an_event_loops_future_is_told_that_no_loop_is_here():
    """Whatever has callbacks for its end belongs to a loop or a pool."""

    def mistaken(future):
        yield future

    loop = asyncio.new_event_loop()
    try:
        futures = [loop.create_future(), concurrent.futures.Future()]
        texts = [failure_of(protocol(mistaken), future) for future in futures]
    finally:
        loop.close()
    for text in texts:
        assert "yielded an object of Future: did you mean `yield from`? No event loop is " in text
        assert text.endswith("only ohneio's primitives and parsers can be awaited")


def test_the_same_request_twice_is_refused():
    """A request that is passed on must come from the code that made it."""

    @protocol
    def mistaken():
        yield CALL

    assert failure_of(mistaken) == "a request was yielded twice"


# What may be awaited.


class Odd:
    """An awaitable of no loop that we know."""

    def __await__(self):
        yield 42


@pytest.mark.parametrize(
    "awaitable",
    [
        lambda: asyncio.sleep(0),
        lambda: asyncio.sleep(10),
        lambda: asyncio.get_running_loop().create_future(),
        lambda: asyncio.wait_for(asyncio.get_running_loop().create_future(), 10),
        lambda: asyncio.Event().wait(),
        lambda: asyncio.to_thread(int),
        Odd,
    ],
    ids=["sleep(0)", "sleep(10)", "future", "wait_for", "event", "to_thread", "odd"],
)
def test_awaiting_what_is_not_ours_is_refused_at_the_users_own_line(awaitable):
    """Frames of the loop's library are not to blame: the line with the `await` is."""

    async def mistaken():
        await read(1)
        await awaitable()

    async def embedder():
        conn = protocol(mistaken)()
        with pytest.raises(UsageError) as caught:
            conn.send(b"abc")
        assert conn.unconsumed == b"bc"
        return str(caught.value)

    text = asyncio.run(embedder())
    assert f" in line {line_of(mistaken, 2)} yielded " in text or "Odd.__await__" in text
    assert text.endswith("only ohneio's primitives and parsers can be awaited")


def test_awaiting_trio_is_refused():
    """Outside of its loop trio says so itself; inside, we do."""
    trio = pytest.importorskip("trio")

    async def mistaken():
        await trio.sleep(1)

    async def embedder():
        return failure_of(protocol(mistaken))

    text = trio.run(embedder)
    assert f"mistaken() in line {line_of(mistaken, 1)} yielded" in text
    assert "No event loop is here" in text


def test_a_task_of_ours_is_no_task_of_the_loop():
    """A connection can be used inside a running loop: nothing of ours suspends it."""

    @protocol
    async def greeting():
        return await read(2)

    async def embedder():
        conn = greeting()
        conn.send(b"a")
        await asyncio.sleep(0)
        conn.send(b"b")
        return conn.get_result()

    assert asyncio.run(embedder()) == b"ab"


# The stack.


@parser
def brackets():
    """Nested as deep as there are opening brackets; the value is the depth."""
    kind = yield from read(1)
    if kind == b"(":
        depth = yield from brackets
        yield from literal(b")")
        return depth + 1
    return 0


@parser
async def awaited_brackets():
    """The same, awaited."""
    if await read(1) == b"(":
        depth = await awaited_brackets
        await literal(b")")
        return depth + 1
    return 0


DEEP = Limits(max_depth=1_000_000)


@pytest.mark.parametrize("grammar", [brackets, awaited_brackets], ids=["def", "async def"])
def test_recursion_goes_deeper_than_pythons_own_stack(grammar):
    """Passages through @parser are entries of a list: depth costs no stack."""
    depth = 10 * sys.getrecursionlimit()
    data = b"(" * depth + b"." + b")" * depth
    assert grammar.parse(data, limits=DEEP) == depth


@pytest.mark.parametrize("grammar", [brackets, awaited_brackets], ids=["def", "async def"])
@pytest.mark.parametrize("limit", [0, 1, 2, 10])
def test_max_depth_trips_at_limit_plus_1(grammar, limit):
    """The limit itself is allowed, whatever the chunks; one more is refused where it begins."""
    limits = Limits(max_depth=limit)

    def nesting(levels):
        return b"(" * (levels - 1) + b"." + b")" * (levels - 1)

    if limit:
        assert grammar.parse(nesting(limit), limits=limits) == limit - 1
    for chunks in ([nesting(limit + 1)], [bytes([byte]) for byte in nesting(limit + 1)]):
        conn = protocol(limits=limits)(grammar)()
        with pytest.raises(LimitExceeded) as caught:
            for chunk in chunks or [b""]:
                conn.send(chunk)
        error = caught.value
        assert (error.limit, error.name, error.offset) == (limit, "max_depth", limit)
        assert "levels allowed" in str(error) or limit == 1


def test_a_connection_that_is_too_deep_may_go_on_elsewhere():
    """The error is raised in the caller of what was one too many, where it can be caught."""

    @protocol(limits=Limits(max_depth=3))
    def careful():
        try:
            yield from brackets
        except LimitExceeded:
            return (yield from read(1))

    conn = careful()
    conn.send(b"((((((")
    assert conn.get_result() == b"("
    assert conn.consumed == 4


@parser
async def never_run():
    """What a limit keeps from running must not warn of it."""
    await never_run


def test_a_coroutine_that_is_one_too_many_does_not_warn():
    """It is closed before it began."""
    with pytest.raises(LimitExceeded):
        never_run.parse(b"", limits=Limits(max_depth=5))
    gc.collect()


def test_values_and_errors_pass_through_the_stack_as_through_yield_from():
    """A child's value is the value of its `yield from`, its error is raised there."""

    @parser
    def child():
        kind = yield from read(1)
        if kind == b"!":
            raise KeyError("child")
        return kind

    @protocol
    def parent():
        seen = []
        for _ in range(4):
            try:
                seen.append((yield from child))
            except KeyError as error:
                seen.append(error.args)
        return seen

    conn = parent()
    conn.send(b"a!b!")
    assert conn.get_result() == [b"a", ("child",), b"b", ("child",)]


class Untrue(Exception):
    """An exception that is false, as a list of errors is while it is empty."""

    def __bool__(self):
        return False


def test_an_exception_that_is_false_is_raised_as_any_other():
    """Through the stack, to the caller, and again later."""

    @parser
    def child():
        yield from read(1)
        raise Untrue("no")

    @protocol
    def parent():
        yield from child

    conn = parent()
    for _ in range(2):
        with pytest.raises(Untrue):
            conn.send(b"a")
    assert conn.state is State.FAILED
    with pytest.raises(Untrue):
        conn.get_result()


@pytest.mark.parametrize("kind", [StopIteration, StopAsyncIteration])
def test_a_stop_iteration_out_of_a_function_is_never_the_end_of_a_parser(kind):
    """In a generator and in a coroutine, on the stack and beneath it (PEP 479)."""

    def callback():
        raise kind("mine")

    @parser
    def child():
        yield from read(1)
        callback()

    @parser
    async def awaited_child():
        await read(1)
        callback()

    @protocol
    def parent(grammar):
        yield from grammar
        return "not reached"

    for grammar in (child, awaited_child):
        conn = parent(grammar)
        with pytest.raises((RuntimeError, StopAsyncIteration)) as caught:
            conn.send(b"a")
        assert not isinstance(caught.value, UsageError)
        assert conn.state is State.FAILED


def test_a_deep_failure_has_the_innermost_levels_in_its_traceback():
    """All of ten thousand would be megabytes of text; the ones that decided are kept."""
    depth = 10 * sys.getrecursionlimit()
    with pytest.raises(ParseError) as caught:
        brackets.parse(b"(" * depth + b"..", limits=DEEP)
    frames = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert frames.count("brackets") <= MAX_LEVELS + 1
    assert caught.value.offset == depth + 1


def test_a_failure_that_is_caught_on_the_way_begins_a_new_count():
    """Only what is passed on level by level is shortened."""

    @parser
    def guarded():
        try:
            return (yield from brackets)
        except ParseError:
            raise KeyError("translated") from None

    @protocol(limits=DEEP)
    def whole():
        yield from guarded

    conn = whole()
    with pytest.raises(KeyError) as caught:
        conn.send(b"(" * (MAX_LEVELS + 5) + b"..")
    assert "guarded" in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["parse", "fail", "eof", "close", "drop"])
def test_a_hundred_thousand_levels_end_without_a_crash(end):
    """However a very deep connection ends, the interpreter survives it."""
    depth = 100_000
    conn = protocol(limits=DEEP)(brackets)()
    conn.send(b"(" * depth)
    match end:
        case "parse":
            conn.send(b"." + b")" * depth)
            assert conn.get_result() == depth
        case "fail":
            with pytest.raises(ParseError):
                conn.send(b"..")
        case "eof":
            with pytest.raises(IncompleteInput):
                conn.send_eof()
        case "close":
            conn.close()
    gone = weakref.ref(conn)
    del conn
    assert gone() is None


# Unwinding.


def stacked(log, *, fail=(), levels=3):
    """A protocol of some levels on the stack, each with a `finally` block."""

    @parser
    def level(n):
        try:
            yield from (level(n + 1) if n < levels else read(1))
        finally:
            log.append(n)
            if n in fail:
                raise KeyError(n)

    @protocol
    def root():
        try:
            yield from level(1)
        finally:
            log.append(0)

    conn = root()
    conn.send(b"")
    return conn


def test_close_unwinds_last_in_first_out():
    """Every `finally` block runs, the innermost first."""
    log = []
    stacked(log).close()
    assert log == [3, 2, 1, 0]


def test_the_first_error_of_unwinding_is_raised_when_all_are_unwound():
    """No level is left out because another one failed."""
    log = []
    conn = stacked(log, fail=(2, 1))
    with pytest.raises(KeyError, match="2"):
        conn.close()
    assert log == [3, 2, 1, 0]
    assert conn.state is State.CLOSED
    conn.close()
    assert log == [3, 2, 1, 0]


def test_dropping_unwinds_last_in_first_out_as_well():
    """A connection that nobody closed runs the same blocks in the same order."""
    log = []
    conn = stacked(log)
    del conn
    assert log == [3, 2, 1, 0]


def test_what_runs_at_the_end_may_still_write_emit_and_read_what_is_there():
    """While closing there is nobody to wait for; what is there can be used."""

    @parser
    def last_words():
        return (yield from read(2))

    @protocol
    def polite():
        try:
            yield from read(100)
        finally:
            words = yield from last_words
            yield from emit(words)
            yield from write(b"bye ")
            yield from write(words)

    conn = polite()
    conn.send(b"ab")
    conn.close()
    assert (conn.read(), conn.events(), conn.consumed) == (b"bye ab", [b"ab"], 2)


@pytest.mark.parametrize("step", [read(100), wait(), exactly(9)], ids=repr)
def test_waiting_while_being_closed_is_refused(step):
    """Nothing more will come to wait for."""

    @protocol
    def stubborn():
        try:
            yield from read(100)
        finally:
            yield from step

    conn = stubborn()
    conn.send(b"ab")
    with pytest.raises(UsageError, match=r"^cannot wait while the connection is being closed$"):
        conn.close()
    assert conn.state is State.CLOSED


def test_a_protocol_may_swallow_being_closed_but_not_go_on():
    """One that catches `GeneratorExit` ends where it would have to wait, or before."""

    @protocol
    def ends():
        try:
            yield from read(1)
        except GeneratorExit:
            return "swallowed"

    @protocol
    def goes_on():
        try:
            yield from read(1)
        except GeneratorExit:
            yield from read(1)

    conn = ends()
    conn.send(b"")
    conn.close()
    assert (conn.state, conn.error) == (State.CLOSED, None)
    conn = goes_on()
    conn.send(b"")
    with pytest.raises(UsageError):
        conn.close()
    assert conn.state is State.CLOSED


def test_the_protocol_that_is_being_closed_cannot_be_called():
    """Re-entrancy is refused in `finally` blocks too."""

    @protocol
    def calling():
        try:
            yield from read(1)
        finally:
            conn.send(b"x")

    conn = calling()
    conn.send(b"")
    with pytest.raises(UsageError, match=r"^send\(\) called from inside the protocol"):
        conn.close()


def test_a_dropped_connection_never_writes_into_another():
    """It unwinds in its own host, also where it is dropped inside somebody else's protocol."""

    @protocol
    def inner():
        try:
            yield from read(5)
        finally:
            yield from write(b"bye")
            yield from emit("bye")

    @protocol
    def outer():
        conn = inner()
        conn.send(b"ab")
        del conn
        yield from write(b"outer")

    conn = outer()
    assert conn.read() == b"outer"
    assert conn.events() == []


def test_a_connection_may_be_dropped_where_there_is_no_host():
    """Writing the last words fails nobody then, though nobody reads them."""

    @protocol
    def polite():
        try:
            yield from read(1)
        finally:
            yield from write(b"bye")

    conn = polite()
    conn.send(b"")
    del conn


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_error_while_a_dropped_connection_unwinds_is_reported_and_hurts_nobody(monkeypatch):
    """As for any finalizer: the hook for unraisable exceptions is told."""
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(repr(what.exc_value)))
    log = []
    conn = stacked(log, fail=(2,))
    del conn
    assert log == [3, 2, 1, 0]
    assert told == ["KeyError(2)"]


def test_a_connection_that_lives_to_the_end_of_the_process_ends_quietly():
    """At interpreter exit its `finally` blocks run, or do not, without a word."""
    script = (
        "from ohneio import protocol, read, write, parser\n"
        "@parser\n"
        "def child():\n"
        "    try:\n"
        "        yield from read(1)\n"
        "    finally:\n"
        "        yield from write(b'bye')\n"
        "@protocol\n"
        "def root():\n"
        "    yield from child\n"
        "conn = root()\n"
        "conn.send(b'')\n"
        "kept = [conn]; kept.append(kept)\n"
    )
    done = python("-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
