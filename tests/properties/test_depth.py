"""Recursion is bounded by a limit and not by Python's stack: no depth crashes.

Each test runs in a process of its own, since what it looks for is a crash.
CPython has several of them in wait: resuming a chain of generators, dropping
one from its beginning, and formatting its traceback.
"""

import textwrap

import pytest

from tests.properties.test_memory import in_a_process

DEEP = """
    import gc, sys, traceback
    from ohneio import (
        IncompleteInput, LimitExceeded, Limits, ParseError, State, exactly, literal, parser,
        protocol, read, stream, until,
    )

    DEPTH = 100_000
    unwound = []

    @parser
    def nested():
        byte = yield from exactly(1)
        inside = (yield from nested) if byte == b"(" else 0
        if byte == b"(":
            yield from literal(b")")
        return inside + 1

    @parser
    async def nested_async():
        byte = await exactly(1)
        inside = (await nested_async) if byte == b"(" else 0
        if byte == b"(":
            await literal(b")")
        return inside + 1

    @parser
    def careful():
        try:
            if (yield from exactly(1)) == b"(":
                yield from careful
                yield from literal(b")")
        finally:
            unwound.append(1)

    @parser
    def caught():
        try:
            if (yield from exactly(1)) == b"(":
                yield from caught
                yield from literal(b")")
        except ParseError:
            unwound.append(1)
            raise

    LIMITS = Limits(max_depth=2 * DEPTH)

    def opened(item):
        conn = protocol(limits=LIMITS)(item)()
        conn.send(b"(" * DEPTH)
        assert conn.state is State.RUNNING
        return conn
"""

SCENARIOS = {
    "parses": """
        conn = opened(item)
        conn.send(b"." + b")" * DEPTH)
        assert conn.get_result() == (None if item in (careful, caught) else DEPTH + 1)
    """,
    "parses byte by byte": """
        conn = protocol(limits=LIMITS)(item)()
        for byte in b"(" * DEPTH + b"." + b")" * DEPTH:
            conn.send(bytes([byte]))
        assert conn.has_result
    """,
    "parses by itself": """
        item.parse(b"(" * DEPTH + b"." + b")" * DEPTH, limits=LIMITS)
    """,
    "fails at the bottom": """
        conn = opened(item)
        try:
            conn.send(b".x")
        except ParseError as error:
            assert error.offset == DEPTH + 1
            assert len(str(error)) <= 512
            assert len("".join(traceback.format_exception(error))) <= 32 * 1024
        else:
            raise AssertionError("should have failed")
        for _ in range(5):
            try:
                conn.get_result()
            except ParseError as error:
                assert error.offset == DEPTH + 1
        conn.close()
        assert len(unwound) == {careful: DEPTH + 1, caught: DEPTH}.get(item, 0)
    """,
    "fails with a bug at the bottom": """
        @parser
        def buggy(level):
            if level:
                return (yield from buggy(level - 1))
            return (yield from exactly(1))[5]

        conn = protocol(limits=LIMITS)(buggy(DEPTH))()
        try:
            conn.send(b".")
        except IndexError as error:
            assert len("".join(traceback.format_exception(error))) <= 32 * 1024
        else:
            raise AssertionError("should have failed")
    """,
    "meets the end": """
        conn = opened(item)
        try:
            conn.send_eof()
        except IncompleteInput as error:
            assert (error.offset, error.have, error.needed) == (DEPTH, DEPTH, 1)
        else:
            raise AssertionError("should have failed")
    """,
    "is closed": """
        conn = opened(item)
        conn.close()
        assert conn.state is State.CLOSED
        assert len(unwound) == (DEPTH + 1 if item is careful else 0)
    """,
    "is dropped": """
        conn = opened(item)
        del conn
        assert len(unwound) == (DEPTH + 1 if item is careful else 0)
    """,
    "is collected": """
        conn = opened(item)
        cycle = [conn]
        cycle.append(cycle)
        del conn, cycle
        gc.collect()
        assert len(unwound) == (DEPTH + 1 if item is careful else 0)
    """,
    "is left to the end of the process": """
        keep = opened(item)
    """,
    "passes the default limit": """
        conn = protocol(item)()
        try:
            conn.send(b"(" * DEPTH)
        except LimitExceeded as error:
            assert (error.limit, error.name) == (256, "max_depth")
            assert len("".join(traceback.format_exception(error))) <= 32 * 1024
        else:
            raise AssertionError("should have been refused")
    """,
    "is resumed as cheaply as at the top": """
        conn = opened(item)
        depth = len(conn._machine.stack)
        steps = []
        sys.setprofile(lambda frame, event, arg: steps.append(event) if event == "call" else None)
        conn.send(b".")
        sys.setprofile(None)
        assert depth > DEPTH
        assert len(steps) < 200, len(steps)
    """,
}


#: Each way to write one; all but the most demanding wait for the night.
ITEMS = ["careful"] + [
    pytest.param(one, marks=pytest.mark.nightly) for one in ("nested", "nested_async", "caught")
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.nightly if name == "parses byte by byte" else [])
        for name in SCENARIOS
    ],
)
@pytest.mark.parametrize("item", ITEMS)
def test_a_hundred_thousand_levels(name, item):
    """At a raised limit, 100,000 levels of `@parser` do what one level does."""
    parts = [DEEP, f"item = {item}", SCENARIOS[name], "print('done')"]

    assert in_a_process("\n".join(map(textwrap.dedent, parts))).strip() == "done"


def test_helpers_that_recurse_by_themselves_end_in_pythons_own_error():
    """An undecorated helper is Python's: a `RecursionError`, and the connection has failed."""
    out = in_a_process(
        """
        from ohneio import State, exactly, protocol

        def nested():
            if (yield from exactly(1)) == b"(":
                yield from nested()

        @protocol
        def body():
            yield from nested()

        conn = body()
        try:
            conn.send(b"(" * 100_000)
        except RecursionError:
            print(conn.state)
        conn.close()
        """
    )
    assert out.strip() == "FAILED"
