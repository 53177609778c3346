"""Protocols of several kinds, each with inputs that it should stay the same for.

They are small and they do what protocols do: echo, count, nest, answer, fail,
return early.  `SAMPLES` holds each with bytes that fit and bytes that do not.
"""

from collections.abc import Callable

import attrs

from examples.line_echo import protocol as line_echo
from ohneio import (
    Connection,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    at_eof,
    emit,
    exactly,
    literal,
    parser,
    peek,
    position,
    protocol,
    read,
    stream,
    until,
    wait,
    write,
)

# Line echoes.


@protocol
def echo_of_2016():
    """The getting-started of 2016, with `pos >= 0`."""
    while True:
        while (pos := (yield from peek()).find(b"\n")) < 0:
            yield from wait()
        yield from write((yield from read(pos + 1)))


@protocol(limits=Limits(max_buffered=24))
def echo():
    """From parsers, with limits that a line may pass."""
    line = until(b"\r\n", include=True, max=16)
    while not (yield from at_eof()):
        yield from write((yield from line))


# Counted.


@parser
def netstring():
    size = (yield from until(b":", max=5)) or b"none"
    if not size.isdigit():
        raise ParseError("not a length")
    data = yield from exactly(int(size))
    yield from literal(b",")
    return data


@protocol
def records():
    """A byte that says how many bytes follow; an empty record ends it, and its bytes are left."""
    total = 0
    while size := (yield from exactly(1))[0]:
        yield from emit((yield from exactly(size)))
        total += size
    return total, (yield from position())


# Nested.


@parser
def brackets():
    """A list of lists: ``[[][[]]]``."""
    found = []
    yield from literal(b"[")
    while (head := (yield from exactly(1))) == b"(":
        found.append((yield from round_brackets))
    if head != b"]":
        raise ParseError("not a bracket")
    return found


@parser
def round_brackets():
    inside = yield from brackets
    yield from literal(b")")
    return inside


# Of the other flavour.


@protocol
async def commands():
    """A greeting, then pairs of a name and a counted value until the end."""
    await literal(b"HELO ")
    peer = await until(b"\n")
    await write(b"hello " + peer + b"\n")
    while not await at_eof():
        name = await until(b"=")
        size = await read(2)
        await emit((name, await read(int(size) if size.isdigit() else 0)))
    return peer


# Those that catch.


@parser
def number():
    word = yield from until(b";", max=6)
    if not word.isdigit():
        raise ParseError("not a number")
    return int(word)


@protocol
def answering():
    """Answer every number, and every mistake; say goodbye at the end."""
    total = 0
    try:
        while not (yield from at_eof()):
            try:
                total += yield from number
                yield from write(b"%d;" % total)
            except IncompleteInput as error:
                yield from write(b"ended %d too early;" % error.offset)
                raise
            except LimitExceeded as error:
                yield from emit(str(error))
                yield from exactly(6)
            except ParseError as error:
                yield from write(b"error at %d;" % error.offset)
    finally:
        yield from write(b"bye")
    return total


# All of them.


@attrs.frozen
class Sample:
    """A protocol, the bytes that it pays attention to, and inputs for it, some of which fit.

    Of the inputs one has up to 14 bytes, some fewer than 12, one about 100 and one up to 256.
    """

    name: str
    factory: Callable[[], Connection]
    alphabet: bytes
    short: bytes
    tiny: tuple[bytes, ...]
    medium: bytes
    long: bytes

    @property
    def corpus(self):
        return [self.short, *self.tiny, self.medium, self.long]


def text(*sizes, end=b"\n"):
    """Lines of these lengths."""
    return b"".join(b"x" * size + end for size in sizes)


def netstrings(*sizes):
    return b"".join(b"%d:%s," % (size, b"x" * size) for size in sizes)


SAMPLES = (
    Sample(
        "echo of 2016",
        echo_of_2016,
        b"x\n",
        b"Hello\nWor\nA",
        (b"\n\n\n", b"no end", b"a\n\nb\n"),
        text(0, 30, 0, 40),
        text(0, 80, 3, 0, 160),
    ),
    Sample(
        "echo of the examples",
        line_echo.echo,
        b"x\n",
        b"Hello\nWorld\nA",
        (b"\na\n\n", b"", b"\n"),
        text(50, 0, 1, 40) + b"xxx",
        text(100, 0, 1, 140),
    ),
    Sample(
        "echo of the examples by hand",
        line_echo.echo_by_hand,
        b"x\n",
        b"Hello\nWor\nA",
        (b"\na\n\n", b"", b"\n"),
        text(50, 0, 1, 40) + b"xxx",
        text(100, 0, 1, 140),
    ),
    Sample(
        "echo with limits",
        echo,
        b"x\r\n",
        b"Hello\r\n\r\nWo\r\n",
        (b"\r\r\n\n\r", b"a\rb\n\r\n"),
        text(16, 0, 16, 3, 16, end=b"\r\n") + b"\r" * 17,
        text(*[16] * 10, 3, 17, 2, end=b"\r\n"),
    ),
    Sample(
        "netstrings",
        stream(netstring),
        b"019:,x",
        b"3:abc,0:,2:de,",
        (b"2:abc,", b"x:", b"123456:", b":", b"1:a,9:12"),
        netstrings(50, 0, 30) + b"9:123456789;",
        netstrings(100, 0, 99, 1),
    ),
    Sample(
        "records",
        records,
        b"\x00\x01\x02\x20",
        b"\x01a\x03bcd\x00left",
        (b"\x00", b"\x05abc", b"\x01\x00\x00\x00\x00"),
        b"\x28" + b"a" * 40 + b"\x14" + b"b" * 20 + b"\x00" + b"left over" * 3,
        b"\x64" + b"a" * 100 + b"\x32" + b"b" * 50 + b"\x00" + b"left over" * 3,
    ),
    Sample(
        "brackets",
        stream(brackets),
        b"[]()",
        b"[([]))[][]x",
        (b"[([([x", b"[([])([]))]", b"[]["),
        b"[([])]" * 4 + b"[(" * 20,
        b"[(" * 60 + b"[]" + b")]" * 60,
    ),
    Sample(
        "commands",
        commands,
        b"HELO \n=012",
        b"HELO m\na=01b",
        (b"HELP", b"HELO \n=00", b"HELO a\nb=9"),
        b"HELO somebody\n" + b"name=20" + b"v" * 20 + b"empty=00n=40" + b"v" * 40,
        b"HELO somebody\n" + b"name=20" + b"v" * 20 + b"empty=00n=99" + b"v" * 99 + b"n=99",
    ),
    Sample(
        "answering",
        answering,
        b"0123;;;x",
        b"1;x;1234567;",
        (b"1;2;30;", b"12", b"1234567;1;"),
        b"123456;" * 5 + b"nonsense;1;" + b"123456;" * 2 + b"1234567;9",
        b"123456;" * 10 + b"nonsense;" * 5 + b"654321;" * 10 + b"1234567;9",
    ),
)
