"""Protocols, connections and primitives."""

from collections.abc import Callable, Generator
from typing import assert_type

from ohneio import (
    Buffer,
    Connection,
    Consumer,
    Limits,
    State,
    Steps,
    at_eof,
    emit,
    exactly,
    peek,
    position,
    protocol,
    read,
    read_some,
    stream,
    until,
    wait,
    write,
)
from ohneio.core import Step

# Functions to make protocols of: generator functions, and async functions.


def generating(
    name: str, /, size: int = 1, *more: bytes, mark: bool, **options: float
) -> Steps[str]:
    """Return what it was given."""
    yield from read(size)
    return name


async def awaiting(name: str, /, size: int = 1, *more: bytes, mark: bool, **options: float) -> str:
    """Return what it was given."""
    await read(size)
    return name


def endless() -> Steps[None]:
    """Return nothing."""
    yield from wait()


class Server:
    """Have methods that are protocols."""

    @protocol
    def greet(self, name: str) -> Steps[int]:
        """Return a number."""
        yield from write(name.encode())
        return 1

    @protocol
    async def wave(self, name: str) -> int:
        """Return a number."""
        await write(name.encode())
        return 1


def primitives() -> Steps[None]:
    """Each gives its value by `yield from`."""
    _ = assert_type((yield from read(5)), bytes)
    _ = assert_type((yield from read()), bytes)
    _ = assert_type((yield from peek()), bytes)
    _ = assert_type((yield from peek(5)), bytes)
    _ = assert_type((yield from read_some(5)), bytes)
    _ = assert_type((yield from at_eof()), bool)
    _ = assert_type((yield from position()), int)
    _ = assert_type((yield from exactly(5)), bytes)
    yield from wait()
    yield from write(b"bytes")
    yield from write(bytearray(b"bytes"))
    yield from write(memoryview(b"bytes"))
    yield from emit(object())


async def awaited_primitives() -> None:
    """Each gives its value by `await`."""
    _ = assert_type(await read(5), bytes)
    _ = assert_type(await read(), bytes)
    _ = assert_type(await peek(), bytes)
    _ = assert_type(await peek(5), bytes)
    _ = assert_type(await read_some(5), bytes)
    _ = assert_type(await at_eof(), bool)
    _ = assert_type(await position(), int)
    _ = assert_type(await exactly(5), bytes)
    await wait()
    await write(b"bytes")
    await emit(object())


def steps() -> None:
    """A step is typed by what it gives."""
    _ = assert_type(read(5), Step[bytes])
    _ = assert_type(peek(), Step[bytes])
    _ = assert_type(read_some(5), Step[bytes])
    _ = assert_type(wait(), Step[None])
    _ = assert_type(write(b""), Step[None])
    _ = assert_type(emit(5), Step[None])
    _ = assert_type(at_eof(), Step[bool])
    _ = assert_type(position(), Step[int])


def helper(size: int) -> Steps[tuple[bytes, bool]]:
    """A helper of several steps; its value is that of its `return`."""
    data = yield from read(size)
    end = yield from at_eof()
    return data, end


def helped() -> Steps[int]:
    """`Steps[T]` is what a helper and a protocol return."""
    value = yield from helper(5)
    _ = assert_type(value, tuple[bytes, bool])
    return len(value[0])


def factories() -> None:
    """The parameters are the function's own, the result is what it returns."""
    _ = assert_type(protocol(helped)(), Connection[int, object])
    for factory in (protocol(generating), protocol(awaiting)):
        _ = assert_type(factory("name", mark=True), Connection[str, object])
        _ = assert_type(factory("name", 5, b"", b"", mark=True, x=1.5), Connection[str, object])
    alone = protocol(endless)
    _ = assert_type(alone, Callable[[], Connection[None, object]])
    _ = assert_type(protocol(until(b"\n"))(), Connection[bytes, object])
    _ = assert_type(protocol(awaited_primitives)(), Connection[None, object])
    _ = assert_type(protocol(lambda: helper(5))(), Connection[tuple[bytes, bool], object])


def options() -> None:
    """They are given by name; the events' type is told to the checker alone."""
    limits = Limits(max_buffered=5, max_depth=5, max_items=5, max_digits=5, max_backtrack=5)
    _ = assert_type(protocol()(helped)(), Connection[int, object])
    _ = assert_type(protocol(limits=limits)(helped)(), Connection[int, object])
    _ = assert_type(protocol(events=bytes)(helped)(), Connection[int, bytes])
    _ = assert_type(protocol(events=bytes, limits=limits)(helped)(), Connection[int, bytes])
    _ = assert_type(protocol(events=int)(generating)("name", mark=True), Connection[str, int])
    _ = assert_type(protocol(events=int)(awaiting)("name", mark=True), Connection[str, int])
    _ = assert_type(protocol(events=int)(exactly(1))(), Connection[bytes, int])


@protocol
def decorated(size: int) -> Steps[bytes]:
    """A decorated generator function."""
    return (yield from read(size))


@protocol(events=bytes)
async def decorated_async(size: int) -> bytes:
    """A decorated async function."""
    return await read(size)


def decorators() -> None:
    """A decorated function is a factory; a decorated method is one that is bound."""
    _ = assert_type(decorated(5), Connection[bytes, object])
    _ = assert_type(decorated(size=5), Connection[bytes, object])
    _ = assert_type(decorated_async(5), Connection[bytes, bytes])
    _ = assert_type(Server().greet("name"), Connection[int, object])
    _ = assert_type(Server().wave(name="name"), Connection[int, object])


def connections(conn: Connection[int, bytes]) -> None:
    """Every method and property."""
    conn.send(b"bytes")
    conn.send(bytearray(b"bytes"))
    conn.send(memoryview(b"bytes"))
    conn.send_eof()
    conn.close()
    _ = assert_type(conn.read(), bytes)
    _ = assert_type(conn.read(5), bytes)
    _ = assert_type(conn.events(), list[bytes])
    _ = assert_type(conn.has_result, bool)
    _ = assert_type(conn.get_result(), int)
    _ = assert_type(conn.state, State)
    _ = assert_type(conn.error, BaseException | None)
    _ = assert_type(conn.needed, int)
    _ = assert_type(conn.waiting, str)
    _ = assert_type(conn.wants_input, bool)
    _ = assert_type(conn.consumed, int)
    _ = assert_type(conn.unconsumed, bytes)
    _ = assert_type(conn.pending_input, int)
    _ = assert_type(conn.pending_output, int)
    with conn as same:
        _ = assert_type(same, Connection[int, bytes])


def variance(conn: Connection[bool, bytes]) -> Connection[int, object]:
    """A connection may stand where one of a more general result and events is wanted."""
    alias: Consumer[int, object] = conn
    return alias


def streams() -> None:
    """The events are the items, the result is None."""
    factory = stream(until(b"\n"), limits=Limits())
    _ = assert_type(factory, Callable[[], Connection[None, bytes]])
    _ = assert_type(factory().events(), list[bytes])
    _ = assert_type(factory().get_result(), None)


def buffers() -> None:
    """What is written is bytes-like, what is read is bytes."""
    buffer = Buffer(b"bytes", bytearray(b"bytes"), memoryview(b"bytes"))
    buffer.write(b"bytes")
    _ = assert_type(buffer.read(), bytes)
    _ = assert_type(buffer.read(5), bytes)
    _ = assert_type(buffer.peek(5), bytes)
    _ = assert_type(len(buffer), int)
    _ = assert_type(buffer.position, int)


def states(conn: Connection[int, bytes]) -> str:
    """A match over the states is complete with four."""
    match conn.state:
        case State.RUNNING:
            return conn.waiting
        case State.DONE | State.FAILED | State.CLOSED:
            return "over"


def plain_generators() -> Generator[object, object, None]:
    """The requests are private, and what is sent back is nobody's business."""
    yield from read(5).__iter__()
