"""Staging a grammar of thirty nodes, which happens once for each way to use it.

In multiples of what the compiler alone takes for the source that comes out of
it, and of the five milliseconds that it may take: the one row that a faster
machine can reach.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from ohneio import (
    Parser,
    count_prefixed,
    dispatch,
    exactly,
    field,
    hexadecimal,
    length_prefixed,
    line,
    literal,
    many,
    optional,
    record,
    seq,
    sized,
    take_while,
    text,
    uint8,
    uint16,
    uint32,
    until,
    wire,
)

from .._measuring import Clock, Outcome, Ratio, Special, spread
from .._rows import within

__all__ = ["NAME", "ROWS", "grammar", "timed"]

NAME = "staging a grammar of 30 nodes"


def grammar() -> Parser[Any]:
    """Return a grammar of thirty nodes that nobody has seen yet."""
    string = text(length_prefixed(uint16))
    pair = seq(string, uint32)

    @wire
    class Login:
        name: str = field(string)
        secret: bytes = field(exactly(16))
        options: list[tuple[str, int]] = field(count_prefixed(uint8, pair))

    @wire
    class Event:
        at: int = field(uint32)
        text: bytes = field(until(b"\n"))
        tags: list[bytes] = field(many(literal(b"#") >> until(b" "), max=8))

    kinds: dict[int, Parser[Any]] = {
        1: record(Login),
        2: record(Event),
        3: optional(string) << literal(b";"),
        4: sized(4, seq(uint16, uint16)),
        5: hexadecimal << literal(b"\r\n"),
        6: uint32.verify(bool, "no 0"),
        7: take_while(b"abc", min=1),
        8: line,
    }
    return literal(b"\xf0") >> dispatch(uint8, kinds)


#: The ways to use a grammar, by the names of their functions.
WAYS = {
    "items": "stream(p)",
    "lane": "stream(p), when it has given items",
    "item": "yield from p",
    "once": "p.parse",
    "build": "p.build",
}


def timed(rounds: int, clock: Clock = time.process_time) -> Outcome:
    """Stage a new grammar in each round, and compile the source that it got."""
    from ohneio.staging import _engine

    ratios: list[Ratio] = []
    notes: dict[str, float] = {}
    for form, way in WAYS.items():
        staging: list[float] = []
        compiling: list[float] = []
        for _ in range(rounds):
            parser = grammar()
            start = clock()
            _engine.staged(parser, form)
            staging.append(clock() - start)
            made = _engine.written(parser, _engine.FORMS[form])
            start = clock()
            compile(made.source if made else "", "staged", "exec")
            compiling.append(clock() - start)
        ratios.append(Ratio(way, "compiling the source", *spread(compiling, staging), None, "time"))
        ratios.append(Ratio(way, "5 ms", *spread(staging, [0.005] * rounds), within(1)))
        notes[f"milliseconds, {way}"] = round(1000 * statistics.median(staging), 3)
    return Outcome(NAME, None, rounds, tuple(ratios), notes=notes)


def measure(rounds: int) -> Outcome:
    try:
        return timed(rounds)
    except ImportError:
        return Outcome(NAME, None, rounds, missing={"ours": "there is no ohneio.staging"})


ROWS = [Special(NAME, measure)]
