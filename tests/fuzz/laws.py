"""What holds for any grammar and any bytes, checked once for each execution of a fuzzer.

There are a million of them, so one looks at a part of what `ohneio.testing.check`
looks at, and the bytes choose the part: how they are cut, or what is built.
"""

import random
import zlib
from contextlib import suppress

from ohneio import BuildError, Limits, ParseError, Parser, State, UsageError, protocol, stream
from ohneio.combinators._notes import Span
from ohneio.core._nodes import nodes
from ohneio.testing import LawBroken, play
from ohneio.testing._outcome import Factory, same
from tests.fuzz.values import bent

#: Low, so that no execution is long, and each of them is met.
LIMITS = Limits(max_buffered=4096, max_depth=32, max_items=1000, max_digits=64, max_backtrack=4096)
#: Longer inputs are not cut at every byte.
SHORT = 24


def run(grammar: Parser[object], data: bytes) -> None:
    """Parse *data*, and cut it another way or build what it holds."""
    rng = random.Random(zlib.crc32(data))  # by the bytes alone: a finding can be run again
    if rng.random() < 0.5:
        does_not_care(connections(grammar), data, cut(data, rng))
        return
    values = parsed(grammar, data)
    for value in rng.sample(values, min(2, len(values))):
        goes_round(grammar, value, data)
        is_refused_or_goes_round(grammar, bent(value, rng), data)


def connections(grammar: Parser[object]) -> Factory:
    """Return a factory of what parses one item, if it may be nothing, or a stream of them."""
    if may_be_nothing(grammar):
        return protocol(limits=LIMITS)(grammar)
    return stream(grammar, limits=LIMITS)


def may_be_nothing(grammar: Parser[object]) -> bool:
    return grammar.facts.nullable is not False


def cut(data: bytes, rng: random.Random) -> list[bytes]:
    if len(data) <= SHORT and rng.random() < 0.3:
        return [data[at : at + 1] for at in range(len(data))]
    places = sorted(rng.choices(range(len(data) + 1), k=rng.randint(1, 4)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def does_not_care(factory: Factory, data: bytes, chunks: list[bytes]) -> None:
    """Hold what becomes of the whole against what becomes of the chunks."""
    whole, parts = play(factory, [data]), play(factory, chunks)
    if not whole.agrees(parts):
        raise LawBroken("chunk invariance", data, "; ".join(whole.differences(parts)))
    if whole.failure is not None:
        expected(whole.failure[0], whole.failure[1], data)


def expected(kind: type[BaseException], text: str, data: bytes) -> None:
    """Let bad bytes be told by a `ParseError`, and an endless loop by a `UsageError`."""
    endless = issubclass(kind, UsageError) and "took nothing" in text
    if not endless and not issubclass(kind, ParseError):
        raise LawBroken("only ParseError", data, f"{kind.__name__}: {text}")


def parsed(grammar: Parser[object], data: bytes) -> list[object]:
    """Return the values in *data*."""
    conn = connections(grammar)()
    with suppress(Exception):  # the connection remembers it
        conn.send(data)
        conn.send_eof()
    if conn.error is not None:
        expected(type(conn.error), str(conn.error), data)
    if may_be_nothing(grammar):
        return [conn.get_result()] if conn.state is State.DONE else []
    return conn.events()


def goes_round(grammar: Parser[object], value: object, data: bytes) -> None:
    """Build a value that was parsed, and parse it again."""
    try:
        comes_back(grammar, value, data)
    except BuildError as error:
        limit = "(max_" in str(error)
        if not limit and grammar.facts.buildable and grammar.facts.unambiguous:
            raise LawBroken("builds what it parses", data, f"{value!r}: {error}") from error


def is_refused_or_goes_round(grammar: Parser[object], value: object, data: bytes) -> None:
    """Build a value that nobody has parsed: it comes back, or it is a `BuildError`."""
    with suppress(BuildError):
        comes_back(grammar, value, data)


def comes_back(grammar: Parser[object], value: object, data: bytes) -> None:
    built = grammar.build(value, limits=LIMITS)
    back = grammar.parse(built)
    # A span's offsets are where the value stood, and a rebuilt value stands elsewhere.
    if not same(back, value) and not any(isinstance(one, Span) for one in nodes(grammar)):
        raise LawBroken("round trip", data, f"{value!r} came back as {back!r}")
