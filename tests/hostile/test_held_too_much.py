"""An alternative that holds too much when something else goes wrong in it.

Byte by byte the limit trips while it waits.  In one piece it never waits, and
what goes wrong comes first; the outcome is the same all the same.
"""

import pytest

from ohneio import (
    LimitExceeded,
    Limits,
    ParseError,
    UsageError,
    checksummed,
    choice,
    emit,
    exactly,
    label,
    literal,
    lookahead,
    many,
    not_followed_by,
    optional,
    parser,
    protocol,
    recognize,
    seq,
    try_map,
    uint8,
    until,
    verify,
)
from ohneio.testing import chunkings, play

LIMITS = Limits(max_buffered=4)


def wrong(value):
    raise KeyError(value)


def raises_its_own(value):
    raise ParseError("its own")


def stops(value):
    next(iter(()))


@parser
def emitting():
    yield from emit(1)


@parser
def forgiving():
    """Go on where a function has failed, and say what was seen."""
    try:
        yield from recognize(seq(exactly(3), FAULTS["KeyError"]))
    except KeyError:
        return "KeyError"
    except LimitExceeded as error:
        return error.name
    return "nothing"


FAULTS = {
    "KeyError": exactly(3).map(wrong),
    "its own": exactly(3).map(raises_its_own),
    "StopIteration": exactly(3).map(stops),
    "misuse": seq(exactly(3), emitting),
    "mismatch": seq(exactly(3), literal(b"x")),
    "another limit": seq(exactly(3), until(b";", max=0)),
}
HOLDERS = {
    "choice": lambda fault: choice(fault, exactly(1)),
    "optional": optional,
    "many": many,
    "lookahead": lookahead,
    "not_followed_by": not_followed_by,
    "recognize": recognize,
    "verify": lambda fault: verify(bool, fault),
    "try_map": lambda fault: try_map(len, fault),
    "checksummed": lambda fault: checksummed(fault, len, uint8),
    "nested": lambda fault: label("outer", optional(seq(exactly(1), recognize(fault)))),
    "by hand": lambda fault: parser(lambda: (yield from optional(fault))),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("before", [0, 1, 2, 6])
def test_too_much_is_the_failure_whatever_else_is(holder, fault, before):
    """The same error, with the same bytes left, however the input was cut."""
    grammar = HOLDERS[holder](
        seq(exactly(min(before, 3)), exactly(max(before - 3, 0)), FAULTS[fault])
    )
    factory = protocol(seq(uint8, grammar), limits=LIMITS)
    cuts = chunkings(b"0123456789abc", every=False, pairs=True)
    whole, *others = [play(factory, chunks) for chunks in cuts]
    for other in others:
        assert not whole.differences(other)
    if before > 1 and whole.failure is not None:
        assert whole.failure[0] is LimitExceeded
        assert "(max_buffered) at offset 1" in whole.failure[1]


def test_it_is_the_limit_that_a_hand_written_parser_catches():
    """And not what was raised with too much held, which came only because of how it was cut."""
    factory = protocol(forgiving, limits=LIMITS)
    for chunks in chunkings(b"0123456789"):
        assert play(factory, chunks).result == "max_buffered"
    assert play(protocol(forgiving), [b"0123456789"]).result == "KeyError"


def test_an_interruption_is_not_replaced():
    """Ctrl-C is Ctrl-C, however much is held."""

    def interrupt(value):
        raise KeyboardInterrupt

    conn = protocol(optional(seq(exactly(3), exactly(3).map(interrupt))), limits=LIMITS)()
    with pytest.raises(KeyboardInterrupt):
        conn.send(b"0123456789")


def test_the_limit_comes_without_what_it_replaced():
    """An error holds no other one, and nothing of the frames that it went through."""
    conn = protocol(optional(seq(exactly(3), FAULTS["misuse"])), limits=LIMITS)()
    with pytest.raises(LimitExceeded) as failure:
        conn.send(b"0123456789")
    assert (failure.value.__context__, failure.value.__cause__) == (None, None)
    with pytest.raises(UsageError):
        protocol(optional(seq(exactly(3), FAULTS["misuse"])))().send(b"0123456789")
