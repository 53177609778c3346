"""A connection as its documentation says it is: one string, one place in it, and no generators.

`interpreter` is a protocol that does what its input tells it, with every
primitive there is.  `Model` is what a connection that runs it has to be, in
the plainest way: bytes are never cut, a step that cannot go on is begun anew
when something has changed, and the states are as in the table of the docs.
"""

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    NoResult,
    ParseError,
    UsageError,
    at_eof,
    emit,
    exactly,
    literal,
    parser,
    peek,
    position,
    protocol,
    read,
    read_some,
    until,
    wait,
    write,
)

LIMIT = 12
LONGEST = 6
LIMITS = Limits(max_buffered=LIMIT)


@parser
def pair():
    first = yield from exactly(1)
    return first + (yield from exactly(1))


@protocol(limits=LIMITS)
def interpreter():  # noqa: C901  # one case a primitive
    """Do what the input says."""
    try:
        while True:
            match (yield from read(1)):
                case b"e":
                    yield from emit((yield from position()))
                case b"w":
                    yield from write(b"w" * ((yield from read(1))[0] % 40))
                case b"n":
                    yield from emit((yield from read((yield from read(1))[0] % 16)))
                case b"u":
                    yield from emit((yield from until(b"\r\n", max=LONGEST)))
                case b"t":
                    yield from wait()
                    yield from emit("turn")
                case b"a":
                    yield from emit((yield from at_eof()))
                case b"p":
                    yield from emit((yield from peek(3)))
                case b"P":
                    yield from emit((yield from peek()))
                case b"r":
                    yield from emit((yield from read()))
                case b"s":
                    yield from emit((yield from read_some(4)))
                case b"l":
                    yield from emit((yield from literal(b"lit")))
                case b"2":
                    yield from emit((yield from pair))
                case b"c":
                    try:
                        yield from emit((yield from read(5)))
                    except IncompleteInput as error:
                        yield from emit(("short", error.have))
                case b"x":
                    raise ParseError("told to")
                case b"k":
                    raise KeyError("told to")
                case b"d":
                    return (yield from position())
                case other:
                    yield from emit(other)
    finally:
        yield from emit("over")


@protocol(limits=LIMITS)
async def async_interpreter():  # noqa: C901  # likewise
    """The same, of the other flavour."""
    try:
        while True:
            match await read(1):
                case b"e":
                    await emit(await position())
                case b"w":
                    await write(b"w" * ((await read(1))[0] % 40))
                case b"n":
                    await emit(await read((await read(1))[0] % 16))
                case b"u":
                    await emit(await until(b"\r\n", max=LONGEST))
                case b"t":
                    await wait()
                    await emit("turn")
                case b"a":
                    await emit(await at_eof())
                case b"p":
                    await emit(await peek(3))
                case b"P":
                    await emit(await peek())
                case b"r":
                    await emit(await read())
                case b"s":
                    await emit(await read_some(4))
                case b"l":
                    await emit(await literal(b"lit"))
                case b"2":
                    await emit(await pair)
                case b"c":
                    try:
                        await emit(await read(5))
                    except IncompleteInput as error:
                        await emit(("short", error.have))
                case b"x":
                    raise ParseError("told to")
                case b"k":
                    raise KeyError("told to")
                case b"d":
                    return await position()
                case other:
                    await emit(other)
    finally:
        await emit("over")


class Blocked(Exception):
    """A step cannot go on: it waits for this."""


class Failed(Exception):
    """The protocol ends with an error of this class, at this offset."""


class Model:
    """What a connection that runs the interpreter has to be."""

    def __init__(self):
        self.data, self.pos, self.eof = b"", 0, False
        self.out, self.given = b"", []
        self.state, self.result, self.error = "RUNNING", None, None
        self.started, self.waits = False, (None, 0)
        self.step, self.released, self.waited_at = self.command, False, None

    # How it stands.

    @property
    def rest(self):
        return self.data[self.pos :]

    @property
    def blocked_on_output(self):
        return self.waits[0] == "output" and bool(self.out)

    @property
    def wants_input(self):
        return self.state == "RUNNING" and not self.eof and not self.blocked_on_output

    @property
    def needed(self):
        kind, number = self.waits
        return {"bytes": max(number - len(self.rest), 0), "delimiter": 1}.get(kind, 0)

    # What its caller may do.

    def send(self, data):
        self.refuse_ended()
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise UsageError
        if len(data):
            full = len(self.rest) + (len(data) if self.state == "DONE" else 0) > LIMIT
            if self.eof or (full and (self.state == "DONE" or self.blocked_on_output)):
                raise UsageError
            self.data += bytes(data)
        self.pump_and_raise()

    def send_eof(self):
        self.refuse_ended()
        if self.state == "RUNNING":
            self.eof = True
            self.pump_and_raise()

    def read(self, n):
        if n < 0:
            raise UsageError
        self.pump()
        taken = b""
        while self.out:
            piece = self.out[: n - len(taken)] if n else self.out
            self.out, taken = self.out[len(piece) :], taken + piece
            if self.out or (n and len(taken) == n):
                break
            self.run()
        return taken

    def events(self):
        self.pump()
        given, self.given = self.given, []
        return given

    def has_result(self):
        self.pump()
        return self.state == "DONE"

    def get_result(self):
        self.pump_and_raise()
        if self.state != "DONE":
            raise NoResult
        return self.result

    def close(self):
        if self.state == "RUNNING":
            self.end("CLOSED")

    def refuse_ended(self):
        if self.state == "CLOSED":
            raise UsageError
        if self.state == "FAILED":
            raise Failed(*self.error)

    # How it goes on.

    def pump_and_raise(self):
        self.pump()
        if self.state == "FAILED":
            raise Failed(*self.error)

    def pump(self):
        self.released = self.waits[0] == "turn"
        begins, self.started = not self.started and self.state == "RUNNING", True
        self.run()
        if begins and self.waits[0] == "turn":
            self.released = True
            self.run()

    def run(self):
        while self.state == "RUNNING":
            self.waits = (None, 0)
            try:
                self.step()
            except Blocked as blocked:
                self.waits = blocked.args
                return
            except Failed as failed:
                self.error = failed.args
                self.end("FAILED")

    def end(self, state):
        if self.started:
            self.given.append("over")
        self.state, self.waits = state, (None, 0)

    def ended(self, needed=1, start=None):
        have = len(self.data) - (self.pos if start is None else start)
        return Failed(IncompleteInput, len(self.data), needed, have)

    def too_much(self, limit, name):
        return Failed(LimitExceeded, self.pos, limit, name)

    # What its steps share.

    def take(self, n, start=None):
        if n > LIMIT:
            raise self.too_much(LIMIT, "max_buffered")
        if len(self.rest) < n:
            raise self.ended(n - len(self.rest), start) if self.eof else Blocked("bytes", n)
        taken, self.pos = self.rest[:n], self.pos + n
        return taken

    def emit(self, value):
        self.given.append(value)
        self.step = self.command

    # Its steps: each does all it does at its end, or nothing.

    def command(self):
        commands = {
            b"e": lambda: self.emit(self.pos),
            b"w": self.size_of_write,
            b"n": self.size_of_read,
            b"u": self.until,
            b"t": self.turn,
            b"a": self.at_eof,
            b"p": lambda: self.emit(self.rest[:3]),
            b"P": lambda: self.emit(self.rest),
            b"r": lambda: self.emit(self.take_all()),
            b"s": self.some,
            b"l": self.literal,
            b"2": self.first_of_pair,
            b"c": self.catching,
            b"x": self.mistake,
            b"k": self.bug,
            b"d": self.done,
        }
        byte = self.take(1)
        self.step = commands.get(byte, lambda: self.emit(byte))

    def size_of_write(self):
        self.out += b"w" * (self.take(1)[0] % 40)
        self.step = self.drain

    def drain(self):
        if self.out:
            raise Blocked("output", 0)
        self.step = self.command

    def size_of_read(self):
        size = self.take(1)[0] % 16
        self.step = lambda: self.emit(self.take(size))

    def until(self):
        at = self.rest.find(b"\r\n")
        if 0 <= at <= LONGEST:
            self.emit(self.take(at + 2)[:-2])
            return
        begun = self.rest.endswith(b"\r")
        if at >= 0 or len(self.rest) - begun > LONGEST:
            raise self.too_much(LONGEST, "max")
        raise self.ended(2 - begun) if self.eof else Blocked("delimiter", 0)

    def turn(self):
        if self.eof and not self.out:
            raise self.ended()
        if self.waited_at == self.pos and len(self.rest) > LIMIT:
            raise self.too_much(LIMIT, "max_buffered")
        self.waited_at, self.released, self.step = self.pos, False, self.turning

    def turning(self):
        if not self.released:
            raise Blocked("turn", 0)
        self.emit("turn")

    def at_eof(self):
        if not self.rest and not self.eof:
            raise Blocked("bytes", 1)
        self.emit(not self.rest)

    def take_all(self):
        taken, self.pos = self.rest, len(self.data)
        return taken

    def some(self):
        if not self.rest:
            raise self.ended() if self.eof else Blocked("bytes", 1)
        self.emit(self.take(min(4, len(self.rest))))

    def literal(self):
        there = self.rest[:3]
        if not b"lit".startswith(there):
            raise Failed(ParseError, self.pos)
        if len(there) < 3:
            raise self.ended(3 - len(there)) if self.eof else Blocked("bytes", len(there) + 1)
        self.emit(self.take(3))

    def first_of_pair(self):
        start = self.pos
        first = self.take(1)
        self.step = lambda: self.emit(first + self.take(1, start))

    def catching(self):
        try:
            self.emit(self.take(5))
        except Failed:
            self.emit(("short", len(self.rest)))

    def mistake(self):
        raise Failed(ParseError, self.pos)

    def bug(self):
        raise Failed(KeyError, None)

    def done(self):
        self.result = self.pos
        self.end("DONE")
