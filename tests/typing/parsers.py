"""Parsers, and those that are written by hand."""

from collections.abc import Callable, Iterator
from typing import assert_type

from ohneio import Limits, Parser, Steps, exactly, literal, parser, read, until


@parser
def netstring() -> Steps[bytes]:
    """A generator function without parameters is a parser."""
    size = int((yield from until(b":", max=9)))
    data = yield from exactly(size)
    yield from literal(b",")
    return data


@parser
async def awaited_netstring() -> bytes:
    """An async function without parameters is a parser."""
    size = int(await until(b":", max=9))
    data = await exactly(size)
    await literal(b",")
    return data


@parser
def defaulted(size: int = 5) -> Steps[int]:
    """One whose parameters all have defaults is a parser too."""
    return len((yield from read(size)))


@parser
async def awaited_defaulted(size: int = 5) -> int:
    """The same, awaited."""
    return len(await read(size))


@parser
def sized(size: int, mark: bool = False) -> Steps[list[bytes]]:
    """One with a required parameter makes parsers."""
    return [(yield from read(size))]


@parser
async def awaited_sized(size: int, *, mark: bool) -> list[bytes]:
    """The same, awaited."""
    return [await read(size)]


def by_hand() -> None:
    """What `parser` makes of each."""
    _ = assert_type(netstring, Parser[bytes])
    _ = assert_type(awaited_netstring, Parser[bytes])
    _ = assert_type(defaulted, Parser[int])
    _ = assert_type(awaited_defaulted, Parser[int])
    _ = assert_type(sized(5), Parser[list[bytes]])
    _ = assert_type(sized(size=5, mark=True), Parser[list[bytes]])
    _ = assert_type(awaited_sized(5, mark=True), Parser[list[bytes]])


def tokens() -> None:
    """The first of the vocabulary."""
    _ = assert_type(exactly(5), Parser[bytes])
    _ = assert_type(until(b"\n"), Parser[bytes])
    _ = assert_type(until(b"\n", include=True, max=5), Parser[bytes])
    _ = assert_type(until(bytearray(b"\n"), True, 5), Parser[bytes])
    _ = assert_type(literal(b"OK"), Parser[bytes])
    _ = assert_type(literal(memoryview(b"OK")), Parser[bytes])


def uses(grammar: Parser[int]) -> None:
    """To parse and to build, with and without limits."""
    _ = assert_type(grammar.parse(b"bytes"), int)
    _ = assert_type(grammar.parse(bytearray(b"bytes"), limits=Limits()), int)
    _ = assert_type(grammar.parse_prefix(b"bytes"), tuple[int, bytes])
    _ = assert_type(grammar.parse_prefix(b"bytes", limits=Limits()), tuple[int, bytes])
    _ = assert_type(grammar.parse_stream([b"bytes"]), Iterator[int])
    _ = assert_type(grammar.parse_stream(iter([bytearray()]), limits=Limits()), Iterator[int])
    _ = assert_type(grammar.build(5), bytes)
    _ = assert_type(grammar.build(True, limits=Limits()), bytes)


def inside(grammar: Parser[int]) -> Steps[None]:
    """`yield from` gives its value."""
    _ = assert_type((yield from grammar), int)
    _ = assert_type((yield from netstring), bytes)
    _ = assert_type((yield from sized(5)), list[bytes])


async def inside_async(grammar: Parser[int]) -> None:
    """And so does `await`."""
    _ = assert_type(await grammar, int)
    _ = assert_type(await awaited_netstring, bytes)
    _ = assert_type(await awaited_sized(5, mark=False), list[bytes])


def variance(grammar: Parser[bool]) -> Parser[object]:
    """A parser may stand where one of a more general value is wanted."""
    general: Parser[int] = grammar
    return general


def makers(make: Callable[[int], Parser[list[bytes]]]) -> Parser[list[bytes]]:
    """What makes parsers is a function with the parameters of the one that was decorated."""
    return make(5)


_ = makers(sized)
