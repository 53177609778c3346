"""What a grammar becomes that parses: its code, and whether it does what the nodes do."""

from collections.abc import Iterator

from hypothesis import settings

from ohneio import Limits, Parser, stream
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.core._staged import LATE
from ohneio.core._waiting import Waiting
from ohneio.staging._engine import FORMS, compiled, written
from tests.staging.differing import NO_LANES, Case, compare, lanes_behind, staged

__all__ = ["agrees", "code_of", "once", "pauses"]

#: At how many places an input is cut in two, about.
PLACES = 6 if settings().max_examples > 20 else 2


def code_of(grammar: Parser[object], form: str = "items") -> str:
    """Return the source of one function."""
    made = written(grammar, FORMS[form])
    assert made is not None
    return made.source


def once(grammar: Parser[object], data: bytes, limits: Limits = DEFAULT_LIMITS) -> object:
    """Return what the function of a whole input returns: a value, or ``LATE``."""
    made = compiled(grammar, FORMS["once"])
    assert made is not None
    return made(data, limits)


def agrees(
    grammar: Parser[object],
    *inputs: bytes,
    limits: Limits = DEFAULT_LIMITS,
    late: bool | None = None,
) -> None:
    """Do with each of *inputs*, however it is cut, what is done without staging.

    As a whole all of them are *late*, left to the nodes, or at least one is not: if that is said.
    """
    if late is not None:
        assert late is all(once(grammar, data, limits) is LATE for data in inputs)
    joined = [Case(grammar, one, [[one], [*bytewise(one)]], limits) for one in inputs]
    apart = [Case(grammar, one, [*few(one)], limits, apart=True) for one in inputs]
    compare(*joined, *apart)


def pauses(grammar: Parser[object], data: bytes) -> set[int]:
    """Return behind how many of the bytes of *data*, as one chunk, the staged code pauses."""
    found = set[int]()
    with staged(), lanes_behind(NO_LANES):
        for size in range(1, len(data)):
            conn = stream(grammar)()
            conn.send(data[:size])
            if conn._run.waiting is Waiting.PAUSE:
                found.add(size)
    return found


def bytewise(data: bytes) -> Iterator[bytes]:
    return (data[at : at + 1] for at in range(len(data)))


def few(data: bytes) -> Iterator[list[bytes]]:
    """Yield some ways to cut *data*: at some places, in small pieces, and with nothing between."""
    yield [*bytewise(data)]
    places = range(1, len(data), 1 + len(data) // PLACES)
    yield from ([data[:at], data[at:]] for at in places)
    yield [data[:1], b""] + [data[at : at + 3] for at in range(1, len(data), 3)]
