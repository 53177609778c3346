"""A grammar that runs twice: node by node, and as the functions that staging makes of it.

Everything that anybody could see is held against each other after every chunk,
so that what is different is found where it begins.
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator

import attrs
import pytest

from ohneio import (
    BuildError,
    Connection,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    State,
    UsageError,
    at_eof,
    emit,
    position,
    protocol,
    read_some,
)
from ohneio.core import _buffer, _input, _run, _staged
from ohneio.core._items import items
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.core._nodes import nodes
from ohneio.staging._engine import staged as stager
from ohneio.testing._outcome import same, shown

__all__ = ["NO_LANES", "Case", "compare", "lanes_behind", "staged", "told", "unstaged"]

Factory = Callable[[], Connection[object, object]]


@attrs.frozen
class Case:
    """A grammar with its limits, some bytes, and the ways to cut them."""

    grammar: Parser[object]
    data: bytes
    chunkings: list[list[bytes]]
    limits: Limits = DEFAULT_LIMITS
    #: Whether chunks stay apart however small they are, as large ones do.
    apart: bool = False
    #: What is built.
    values: list[object] = attrs.Factory(list)


# With and without.


@contextlib.contextmanager
def unstaged(grammar: Parser[object]) -> Iterator[None]:
    """Let *grammar*, and all that is made inside, run node by node."""
    with only(None):
        for node in nodes(grammar):
            forget(node)
        yield


@contextlib.contextmanager
def staged() -> Iterator[list[Parser[object]]]:
    """Let every grammar become functions at its first use; give those that did."""
    seen: list[Parser[object]] = []
    wrong: list[object] = []

    def noted(parser: Parser[object], form: str) -> Callable[..., object] | None:
        seen.append(parser)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                return stager(parser, form)
            except UsageError:  # of the grammar, which is wrong unstaged as well
                raise
            except Exception as error:  # which is passed over otherwise
                wrong.append(error)
                raise
            finally:
                wrong.extend(one.message for one in told)

    with only(noted):
        try:
            yield seen
        finally:
            for parser in seen:
                forget(parser)
    assert wrong == []


@contextlib.contextmanager
def only(one: Callable[..., object] | None) -> Iterator[None]:
    """Let nobody else make functions of grammars."""
    before = [*_staged._stager]
    _staged._stager[:] = [] if one is None else [(one, repr, 0)]
    try:
        yield
    finally:
        _staged._stager[:] = before


@contextlib.contextmanager
def lanes_behind(items: int) -> Iterator[None]:
    """Let streams think of a lane behind so many items."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_run, "FIRST", items)
        yield


@contextlib.contextmanager
def apart_if(wished: bool) -> Iterator[None]:
    """Let no chunk be joined with another: small ones are, and large ones not."""
    with pytest.MonkeyPatch.context() as patch:
        if wished:
            patch.setattr(_buffer, "LARGE", 1)
            patch.setattr(_input, "LARGE", 1)
        yield


def forget(parser: Parser[object]) -> None:
    """Forget what was made of *parser*."""
    with contextlib.suppress(AttributeError):
        object.__delattr__(parser, "_staged")


# What there is to see.


def told(error: BaseException | None) -> object:
    """Return all that an error tells."""
    if error is None:
        return None
    known: tuple[object, ...] = type(error), str(error), type(error.__cause__)
    if isinstance(error, ParseError):
        known += (error.offset, error.path, error.expected, error.found, error.message)
        known += (error._start, error._foreign)
        known += (getattr(error, "needed", None), getattr(error, "have", None))
    if isinstance(error, LimitExceeded):
        known += (error.limit, error.name)
    if isinstance(error, BuildError):
        known += (error.path, error.message)
    return known


def glanced_at(conn: Connection[object, object], raised: object) -> dict[str, object]:
    """Return what can be seen of a connection without anything being asked of its protocol."""
    return {"raised": raised, "events": conn.events(), "state": conn.state}


def seen(conn: Connection[object, object], raised: object) -> dict[str, object]:
    """Return everything that can be seen of a connection, after a call that may have *raised*."""
    return {
        "raised": raised,
        "events": conn.events(),
        "output": conn.read(),
        "state": conn.state,
        "error": told(conn.error),
        "result": conn.get_result() if conn.state is State.DONE else None,
        "needed": conn.needed,
        "waiting": conn.waiting,
        "consumed": conn.consumed,
        "unconsumed": conn.unconsumed,
        "wants_input": conn.wants_input,
    }


def outcome_of(call: Callable[..., object], *args: object) -> object:
    """Return what *call* returns, or what it raises tells."""
    try:
        return call(*args)
    except Exception as error:
        return told(error)


def moments(
    factory: Factory, chunks: list[bytes], end: str, often: int = 1
) -> list[dict[str, object]]:
    """Feed *chunks* and come to the *end* (of input, a `close`, or none); tell all moments.

    All there is to see is looked at behind one chunk in so many.
    """
    conn = factory()
    found: list[dict[str, object]] = []
    for at, chunk in enumerate(chunks, 1):
        look = glanced_at if at % often else seen
        found.append(look(conn, outcome_of(conn.send, chunk)))
    if end:
        found.append(seen(conn, outcome_of(getattr(conn, end))))
    found.append(seen(conn, outcome_of(conn.get_result)))
    return found


# Ways to use a grammar.


def streamed(grammar: Parser[object], limits: Limits) -> Factory:
    return lambda: Connection(lambda: items(grammar), limits)


def one_item(grammar: Parser[object], limits: Limits) -> Factory:
    return protocol(limits=limits)(grammar)


def by_hand(grammar: Parser[object], limits: Limits) -> Factory:
    """A protocol that takes item after item, goes on behind one that fails, and tells all."""

    @protocol(limits=limits)
    def going_on():
        for _ in range(100):
            if (yield from at_eof()):
                return "the end"
            try:
                yield from emit((yield from grammar))
            except ParseError as error:
                yield from emit((told(error), (yield from position())))
                yield from emit((yield from read_some(1)))

    return going_on


WAYS = {"streamed": streamed, "one item": one_item, "by hand": by_hand}
#: What is called with all the bytes.
WHOLE = {"parse", "parse_prefix", "parse_stream"}
#: So many items has nobody.
NO_LANES = 1 << 30
#: How often each end is looked at: a close only here and there.
ENDS = ["send_eof", "send_eof", "", "close"]


def runs(case: Case) -> Iterator[tuple[str, object]]:
    """Run *case* in all ways, and tell each with its name."""
    grammar, limits = case.grammar, case.limits
    yield "parse", outcome_of(lambda: grammar.parse(case.data, limits=limits))
    yield "parse_prefix", outcome_of(lambda: grammar.parse_prefix(case.data, limits=limits))
    for number, chunks in enumerate(case.chunkings):
        end = ENDS[number % len(ENDS)]
        for name, way in [*WAYS.items()][: 3 - number % 2]:
            yield f"{name}, {end or 'open'}, {chunks}", moments(way(grammar, limits), chunks, end)
        with lanes_behind(0):  # which nobody may be in who looks at all that there is
            lane = moments(streamed(grammar, limits), chunks, end, often=2 + number)
        yield f"in a lane, {end or 'open'}, {chunks}", lane
    chunks = case.chunkings[-1]
    yield "parse_stream", outcome_of(lambda: [*grammar.parse_stream(chunks, limits=limits)])
    for value in case.values:
        yield f"build {value!r}", outcome_of(lambda: grammar.build(value, limits=limits))  # noqa: B023


def compare(*cases: Case) -> int:
    """Run *cases* of one grammar both ways; return how many cuts these were.

    All that can be seen of the one is held against all that can be seen of the other.
    """
    with unstaged(cases[0].grammar):
        plain = [one for case in cases for one in known(case)]
    with staged():
        flat = [one for case in cases for one in known(case)]
    for (case, name, one), (_, _, other) in zip(plain, flat, strict=True):
        if not same(one, other):
            raise AssertionError(story(case, name, one, other))
    return sum(len(case.chunkings) for case in cases)


def known(case: Case) -> list[tuple[Case, str, object]]:
    """Return what becomes of *case*, by the names of its runs."""
    with apart_if(case.apart), lanes_behind(NO_LANES):
        return [(case, name, one) for name, one in runs(case)]


def story(case: Case, name: str, one: object, other: object) -> str:
    """Say what is different, and where it begins."""
    lines = [f"{case.grammar!r} with {case.limits!r}", f"{case.data!r} by {name}:"]
    if name in WHOLE or not isinstance(one, list) or not isinstance(other, list):
        return "\n".join([*lines, f"plain:  {shown(one)}", f"staged: {shown(other)}"])
    for at, (mine, theirs) in enumerate(zip(one, other, strict=False)):
        for key in mine if isinstance(mine, dict) else ():
            if not same(mine[key], theirs[key]):
                lines.append(f"  {at}: {key}: plain {mine[key]!r}")
                lines.append(f"  {at}: {key}: staged {theirs[key]!r}")
    return "\n".join(lines[:20])
