"""What holds for any grammar and any bytes, checked once for each execution of a fuzzer.

Cheaper than `ohneio.testing.check`: two ways to cut the bytes instead of all,
for there are a million inputs.
"""

import random

from ohneio import BuildError, ParseError, Parser, State, protocol, stream
from ohneio.testing import LawBroken, play
from ohneio.testing._outcome import same


def run(grammar: Parser[object], data: bytes) -> None:
    """Parse *data* in two chunkings, and build what was parsed."""
    once = grammar.facts.nullable is not False
    factory = protocol(grammar) if once else stream(grammar)
    whole = play(factory, [data])
    parts = play(factory, cut(data))
    if not whole.agrees(parts):
        raise LawBroken("chunk invariance", data, "; ".join(whole.differences(parts)))
    if whole.failure is not None and "took nothing" in whole.failure[1]:
        return  # an endless loop that could not be known before: a `UsageError`, as it should be
    if whole.failure is not None and not issubclass(whole.failure[0], ParseError):
        raise LawBroken("only ParseError", data, repr(whole.failure))
    results = [whole.result] if once and whole.state is State.DONE else []
    for value in [*whole.events, *results][:8]:
        goes_round(grammar, value, data)


def cut(data: bytes) -> list[bytes]:
    """Cut at places that depend on the bytes alone: a finding can be run again."""
    rng = random.Random(len(data) * 257 + sum(data))
    if rng.random() < 0.3:
        return [data[at : at + 1] for at in range(len(data))]
    places = sorted(rng.choices(range(len(data) + 1), k=rng.randint(1, 5)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


def goes_round(grammar: Parser[object], value: object, data: bytes) -> None:
    """Build a value that was parsed, and parse it again."""
    try:
        built = grammar.build(value)
    except BuildError as error:
        if grammar.facts.buildable and grammar.facts.unambiguous:
            raise LawBroken("builds what it parses", data, f"{value!r}: {error}") from error
        return
    back = grammar.parse(built)
    # A span's offsets are where the value stood, and a rebuilt value stands elsewhere.
    if not same(back, value) and "span(" not in repr(grammar):
        raise LawBroken("round trip", data, f"{value!r} came back as {back!r}")
