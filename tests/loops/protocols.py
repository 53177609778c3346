"""Small protocols for the suite, each as simple as what it shows."""

from ohneio import ParseError, at_eof, emit, peek, protocol, read, read_some, stream, until, write

line = until(b"\n", max=1 << 20)
lines = stream(line)


@protocol
def echo():
    """Write every line back."""
    while not (yield from at_eof()):
        yield from write((yield from line) + b"\n")


@protocol
def copy():
    """Write every byte back, in the pieces they come in; the result is how many."""
    total = 0
    while not (yield from at_eof()):
        data = yield from read_some(1 << 20)
        total += len(data)
        yield from write(data)
    return total


@protocol
def endless():
    """Write for ever."""
    while True:
        yield from write(b"y" * 10_000)


@protocol
def shout():
    """Collect until the end of input, then write a mebibyte for each byte."""
    data = bytearray()
    while not (yield from at_eof()):
        data += yield from read_some(1000)
    for byte in data:
        yield from write(bytes([byte]) * (1 << 20))


@protocol
def greeting():
    """Speak first."""
    yield from write(b"hello\n")
    yield from write((yield from line) + b"\n")


@protocol
def two_then_fail():
    """Emit and write two lines, then refuse the third with its own text."""
    for _ in range(2):
        text = yield from line
        yield from emit(text)
        yield from write(text + b"\n")
    yield from write(b"no more\n")
    raise ParseError("two are enough")


@protocol
def two_then_bug():
    """Write two lines, then fail as a programming error would."""
    for _ in range(2):
        yield from write((yield from line) + b"\n")
    raise ZeroDivisionError("a bug")


@protocol
def sum_of_two():
    """Emit two numbers; the result is their sum, and what follows is nobody's."""
    total = 0
    for _ in range(2):
        number = int((yield from line))
        yield from emit(number)
        total += number
    yield from write(b"%d\n" % total)
    return total


@protocol
def sizes():
    """Emit how many bytes came at once."""
    while not (yield from at_eof()):
        data = yield from peek()
        yield from read(len(data))
        yield from emit(len(data))


def watched(factory, seen):
    """A factory that remembers every connection it makes."""

    def make():
        conn = factory()
        seen.append(conn)
        return conn

    return make
