"""What must not pass: each `ignore` is needed, or the checker that it is for says so."""

from ohneio import (
    Buffer,
    BuildError,
    Connection,
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    State,
    Steps,
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
    stream,
    until,
    wait,
    write,
)


@protocol
def greeting(name: str, *, times: int = 1) -> Steps[int]:
    """Have parameters of its own."""
    yield from write(name.encode() * times)
    return times


@protocol
async def awaited_greeting(name: str, *, times: int = 1) -> int:
    """Have parameters of its own."""
    await write(name.encode() * times)
    return times


@parser
def sized(size: int) -> Steps[bytes]:
    """Have a parameter of its own."""
    return (yield from read(size))


@parser
def simple() -> Steps[int]:
    """Be a parser."""
    return len((yield from read(1)))


def parameters() -> None:
    """A factory takes the parameters of its function, and nothing else."""
    greeting()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    greeting(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    greeting("name", 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    greeting("name", time=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    awaited_greeting()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    awaited_greeting(name=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    protocol(until(b"x"))(5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    stream(until(b"x"))(5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    sized()  # type: ignore[call-arg, unused-awaitable]  # pyright: ignore[reportCallIssue]
    sized("5")  # type: ignore[arg-type, unused-awaitable]  # pyright: ignore[reportArgumentType]
    simple()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]


def results(conn: Connection[int, bytes], grammar: Parser[int]) -> None:
    """What comes out has the type that was declared."""
    text: str = conn.get_result()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    events: list[str] = conn.events()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    conn.read("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    conn.send("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    conn.send(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    conn.state = "DONE"  # type: ignore[assignment, misc]  # pyright: ignore[reportAttributeAccessIssue]
    value: str = grammar.parse(b"bytes")  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    grammar.parse("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    grammar.parse(b"bytes", Limits())  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    grammar.build("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    list(grammar.parse_stream(b"bytes"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = text, events, value


def narrow(conn: Connection[object, object], grammar: Parser[object]) -> None:
    """The general does not stand for the special."""
    special: Connection[int, object] = conn  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    parser_of_numbers: Parser[int] = grammar  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    _ = special, parser_of_numbers


def steps() -> Steps[int]:
    """A step gives what it gives; a helper returns what it says."""
    text: str = yield from read(5)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    nothing: bytes = yield from wait()  # type: ignore[assignment, func-returns-value]  # pyright: ignore[reportAssignmentType]
    yield from write("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield from read("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield from write(text)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    count: bytes = yield from position()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    end: str = yield from at_eof()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    yield from emit()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    yield from peek("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield from read_some("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    yield from read_some()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    _ = nothing, count, end
    return text  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def forgotten() -> Steps[bytes]:
    """A step that is yielded is none that was taken."""
    data: bytes = yield read(5)  # type: ignore[assignment, misc]  # pyright: ignore[reportAssignmentType, reportReturnType]
    yield 5  # type: ignore[misc]  # pyright: ignore[reportReturnType]
    return data


async def awaited() -> str:
    """The same, awaited; and what is only called is missed."""
    read(5)  # type: ignore[unused-awaitable]
    text: str = await read(5)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    _ = text
    return await exactly(5)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def ordinary() -> int:
    """No protocol at all."""
    return 5


def factories() -> None:
    """A protocol is a generator function, an async function or a parser."""
    protocol(ordinary)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]
    protocol(5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    protocol(greeting, Limits())  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    protocol(limits=5)(greeting)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    _ = parser(ordinary)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]
    parser(5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]
    parser(exactly(5))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]


def values() -> None:
    """Numbers are numbers and bytes are bytes."""
    _ = exactly("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = until("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = until(b"x", max=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    _ = literal("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Limits(5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Limits(max_buffered="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Limits().max_depth = 5  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    Buffer("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Buffer().read("5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def errors() -> None:
    """Their words are text, what was found is bytes, and there are four states."""
    ParseError(b"bad version")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ParseError("bad version", 5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ParseError(found="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    IncompleteInput(needed="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    LimitExceeded(limit="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    BuildError(path="field")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    place: int = ParseError().offset  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    state: State = State.OPEN  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType]
    _ = place, state  # pyright: ignore[reportUnknownVariableType]
