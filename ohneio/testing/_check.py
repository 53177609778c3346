"""Every law that applies to a parser or a protocol, in one call.

No test runner is needed: a law that does not hold raises `LawBroken`, an
`AssertionError` that names the law and the smallest input found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from ..combinators._notes import Span
from ..core import (
    BuildError,
    Connection,
    IncompleteInput,
    LimitExceeded,
    ParseError,
    Parser,
    State,
    UsageError,
)
from ..core._buffer import owned
from ..core._nodes import nodes
from ._chunkings import chunkings
from ._outcome import Factory, LawBroken, Outcome, play, same, shown
from ._work import counted

__all__ = ["check"]

#: Most bytes of an example of which every prefix is tried.
MAX_PREFIXES = 256


def check(
    subject: Parser[object] | Factory, examples: Iterable[bytes], *, every: bool = True
) -> None:
    """Check every law that applies to *subject* on each of *examples*.

    For parsers and protocols alike: the same bytes give the same outcome
    however they are cut; what is decided after some bytes does not depend on
    how they came; the truth about failures (repeated alike, nothing lost, a
    short text); the work is linear. For parsers also: only `ParseError` comes
    out, trailing bytes are left alone, every truncation is noticed, what was
    parsed builds and parses again, and the facts hold.

    Args:

        subject: A parser, or what makes connections: what `protocol` and
            `stream` return.

        examples: Inputs, valid or not.

        every: Cut examples of up to 14 bytes in every way there is. Under
            hypothesis, where many are drawn, some of the ways will do.

    Raises:
        LawBroken: A law does not hold; the error names law and input.
        UsageError: *subject* is neither of the two, or an example is not bytes.

    Example:
        >>> from ohneio import until
        >>> check(until(b";"), [b"", b"a;", b"ab;c;"])
    """
    parser, factory = _both(subject)
    for data in map(owned, examples):
        _chunk_invariance(factory, data, every=every)
        for law in _PROTOCOL_LAWS:
            law(factory, data)
        if parser is not None:
            for parser_law in _PARSER_LAWS:
                parser_law(parser, data)


def _both(subject: object) -> tuple[Parser[object] | None, Factory]:
    """Return the parser, if it is one, and what makes connections."""
    if isinstance(subject, Parser):
        parser = cast("Parser[object]", subject)
        return parser, _once(parser)
    if callable(subject):
        return None, cast("Factory", subject)
    raise UsageError(f"expected a parser or a protocol, not {type(subject).__name__}")


def _once(parser: Parser[object]) -> Factory:
    return lambda: Connection[object, object](parser.__iter__)


# Laws of protocols.


def _chunk_invariance(factory: Factory, data: bytes, *, every: bool) -> None:
    whole = play(factory, [data])
    for chunks in chunkings(data, every=every):
        other = play(factory, chunks)
        if not whole.agrees(other):
            raise LawBroken("chunk invariance", data, _cut(chunks, whole, other))


def _cut(chunks: Iterable[bytes], whole: Outcome, other: Outcome) -> str:
    differences = "".join(f"\n    {line}" for line in whole.differences(other))
    return f"cut as {shown(list(chunks))} instead of whole{differences}"


def _moment(factory: Factory, data: bytes) -> None:
    """What was decided after some bytes is the same, had they come one by one."""
    conn = factory()
    events: list[object] = []
    output = b""
    for end in range(1, min(len(data), MAX_PREFIXES) + 1):
        _quietly(conn.send, data[end - 1 : end])
        events += conn.events()
        output += conn.read()
        _same_moment(factory, data[:end], conn, tuple(events), output)
        if conn.state is not State.RUNNING:
            break


def _same_moment(
    factory: Factory,
    data: bytes,
    conn: Connection[object, object],
    events: tuple[object, ...],
    output: bytes,
) -> None:
    whole = play(factory, [data], eof=False)
    seen = (events, output, conn.state, conn.consumed)
    expected = (whole.events, whole.output, whole.state, whole.consumed)
    if not same(seen, expected):
        story = f"byte by byte {shown(seen)}, at once {shown(expected)}"
        raise LawBroken("moment of decision", data, story)


def _honest_failure(factory: Factory, data: bytes) -> None:
    conn = factory()
    if not (_quietly(conn.send, data) or _quietly(conn.send_eof)):
        return
    error = conn.error
    if data[conn.consumed :] != conn.unconsumed:
        story = f"{conn.consumed} consumed and {len(conn.unconsumed)} not, of {len(data)}"
        raise LawBroken("nothing lost", data, story)
    for _ in range(5):
        again = _quietly(conn.send, b"")
        if type(again) is not type(error) or str(again) != str(error):
            raise LawBroken("failure stays", data, f"{error!r} became {again!r}")
    if len(str(error)) > 512:
        raise LawBroken("short text", data, f"{len(str(error))} characters")


def _linear_work(factory: Factory, data: bytes) -> None:
    # What alternatives read again they read again in one piece as well.
    whole, _ = counted(factory, [data])
    work, messages = counted(factory, [data[at : at + 1] for at in range(len(data))])
    bound = max(whole, len(data)) * 3 + 64 * (messages + 1)
    if work > bound:
        story = f"{work} bytes were scanned or copied, more than {bound}, fed byte by byte"
        raise LawBroken("linear work", data, story)


_PROTOCOL_LAWS = (_moment, _honest_failure, _linear_work)


# Laws of parsers.


def _only_parse_errors(parser: Parser[object], data: bytes) -> None:
    for end in range(min(len(data), MAX_PREFIXES) + 1):
        try:
            parser.parse_prefix(data[:end])
        except UsageError:
            raise  # the grammar's author is told, not the peer
        except ParseError as error:
            _offset_inside(error, data[:end])
        except Exception as error:
            story = f"{type(error).__name__}: {error}"
            raise LawBroken("only ParseError", data[:end], story) from error


def _offset_inside(error: ParseError, data: bytes) -> None:
    offset, found = error.offset, error.found
    # A frame that is too small for what is in it may end where nothing is yet.
    ahead = error._at_frame_end
    if offset is None or offset < 0 or (offset > len(data) and not ahead):
        raise LawBroken("offset inside", data, f"offset {offset} of {error!r}")
    if found is not None and data[offset : offset + len(found)] != found:
        raise LawBroken("found is there", data, f"{found!r} at {offset}")


def _trailing(parser: Parser[object], data: bytes) -> None:
    value, size = _valid(parser, data)
    if size is None or not parser.facts.self_delimiting:
        return
    for junk in (b"\x00", b"\xff", data[:1] or b"\n"):
        try:
            again, rest = parser.parse_prefix(data[:size] + junk)
        except ParseError as error:
            story = f"with {junk!r} behind it it fails: {error}"
            raise LawBroken("trailing bytes", data[:size], story) from error
        if not same(value, again) or rest != junk:
            story = f"with {junk!r} behind it {shown((again, rest))}, not {shown((value, junk))}"
            raise LawBroken("trailing bytes", data[:size], story)


def _truncation(parser: Parser[object], data: bytes) -> None:
    _, size = _valid(parser, data)
    if size is None or not parser.facts.self_delimiting:
        return
    for end in range(min(size, MAX_PREFIXES)):
        error = _quietly(parser.parse, data[:end])
        if not isinstance(error, (IncompleteInput, LimitExceeded)):
            story = f"cut at {end} of {size} it gave {error!r}, not IncompleteInput"
            raise LawBroken("truncation", data[:end], story)


def _round_trip(parser: Parser[object], data: bytes) -> None:
    value, size = _valid(parser, data)
    if size is None or parser.facts.buildable is False or _has_offsets(parser):
        return
    try:
        built = parser.build(value)
    except BuildError as error:
        # An ambiguous grammar looks at what it builds, and may refuse it.
        if parser.facts.buildable and parser.facts.unambiguous:
            story = f"{shown(value)} was parsed, and cannot be built: {error}"
            raise LawBroken("builds what it parses", data, story) from error
        return
    try:
        back = parser.parse(built)
    except ParseError as error:
        story = f"{shown(value)} built {shown(built)}, which cannot be parsed: {error}"
        raise LawBroken("round trip", data, story) from error
    if not same(back, value):
        raise LawBroken("round trip", data, f"{shown(value)} came back as {shown(back)}")
    if parser.facts.canonical and built != data[:size]:
        raise LawBroken("canonical", data[:size], f"built again it is {shown(built)}")


def _has_offsets(parser: Parser[object]) -> bool:
    """Tell whether values have places in them, which are those of some other stream."""
    return any(isinstance(node, Span) for node in nodes(parser))


def _facts_hold(parser: Parser[object], data: bytes) -> None:
    _, size = _valid(parser, data)
    if size is None:
        return
    facts = parser.facts
    broken = [
        ("least", size < facts.least),
        ("greatest", facts.greatest is not None and size > facts.greatest),
        ("nullable", facts.nullable is False and size == 0),
        ("first", facts.first is not None and size > 0 and data[0] not in facts.first),
    ]
    for name, is_broken in broken:
        if is_broken:
            story = f"{size} bytes from {data[:1]!r}, but {name} is {getattr(facts, name)!r}"
            raise LawBroken(f"fact {name}", data[:size], story)


_PARSER_LAWS = (_only_parse_errors, _trailing, _truncation, _round_trip, _facts_hold)


def _valid(parser: Parser[object], data: bytes) -> tuple[object, int | None]:
    """Return the value at the beginning of *data* and its size, None if there is none."""
    try:
        value, rest = parser.parse_prefix(data)
    except ParseError:
        return None, None
    return value, len(data) - len(rest)


def _quietly(call: Callable[..., object], *args: object) -> Exception | None:
    try:
        call(*args)
    except Exception as error:
        return error
    return None
