"""What users test their own protocols with."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar, assert_type

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ohneio import Connection, Parser, State, Steps, protocol, uint8
from ohneio.testing import (
    Dialogue,
    Finding,
    LawBroken,
    Outcome,
    Work,
    check,
    chunkings,
    count_work,
    dialogue,
    lint,
    mutated,
    play,
    register,
    roundtrip,
    values,
    wire,
)

T_co = TypeVar("T_co", covariant=True)


@attrs.frozen
class Own(Parser[T_co], Generic[T_co]):
    """A class of parsers that the kit has never heard of."""

    inner: Parser[T_co]

    def _parse(self) -> Steps[T_co]:
        """Do as the one inside."""
        return (yield from self.inner)


def laws(grammar: Parser[int], factory: Callable[[], Connection[int, bytes]]) -> None:
    """A parser or a factory of connections is checked, with examples."""
    check(grammar, [b"", b"a"])
    check(factory, [b"a"])
    check(protocol(grammar), (b"a",))
    _ = assert_type(chunkings(b"abc"), Iterator[list[bytes]])
    _ = assert_type(lint(grammar), list[Finding])
    for finding in lint(grammar):
        _ = assert_type(finding.node, Parser[object])


def played(factory: Callable[[], Connection[int, bytes]]) -> tuple[LawBroken, Work]:
    """What came of some chunks, and what it cost."""
    outcome = play(factory, [b"a", b"b"], eof=False)
    _ = assert_type(outcome, Outcome)
    _ = assert_type(outcome.state, State)
    _ = assert_type(outcome.agrees(outcome), bool)
    work = count_work(factory())
    _ = assert_type(work.total, int)
    return LawBroken("a law", b"data", "a story"), work


def spoken(conn: Connection[int, bytes]) -> Dialogue[int, bytes]:
    """A conversation goes on in one expression."""
    begun = dialogue(conn)
    _ = assert_type(begun, Dialogue[int, bytes])
    return (
        begun.feed(b"a", b"b")
        .feed_bytewise(b"cd")
        .expect(b"out")
        .expect_events(b"event")
        .expect_needed(1)
        .eof()
        .expect_error(ValueError)
        .expect_unconsumed(b"d")
        .expect_state(State.FAILED)
    )


def drawn(grammar: Parser[int]) -> None:
    """Strategies know what is drawn from them."""
    numbers = values(grammar)
    hinted = values(grammar, {grammar: st.integers()})
    _ = assert_type(numbers, SearchStrategy[int])
    _ = assert_type(hinted, SearchStrategy[int])
    _ = assert_type(wire(grammar), SearchStrategy[bytes])
    _ = assert_type(mutated(uint8), SearchStrategy[bytes])
    _ = assert_type(roundtrip(grammar), Callable[[], None])


def registered() -> None:
    """Rules get the node, and what makes the strategies of its children."""
    register(
        Own, values=lambda node, child: child(node.inner), wire=lambda node, child: st.binary()
    )
