"""Numbers that the peer names: whatever they are, they are a `ParseError` at most."""

from collections.abc import Callable

import pytest

from ohneio import (
    IncompleteInput,
    LimitExceeded,
    ParseError,
    Parser,
    exactly,
    field,
    integer,
    length_prefixed,
    literal,
    many,
    record,
    rest,
    sep_by,
    sized,
    take_while,
    uint8,
    uint64,
    wire,
)

# Python refuses to render a number of more than 4300 digits, with a ValueError.
DIGITS = 2_000
HUGE = exactly(DIGITS).map(int.from_bytes, inverse=lambda number: number.to_bytes(DIGITS))
NEGATIVE = HUGE.map(lambda number: -number)
# A peer's number needs not be that long to be more than anything here is made for.
LARGE = uint8.map(lambda _: 1 << 32)


@wire
class Body:
    size: int = field(NEGATIVE)
    data: bytes = field(lambda m: exactly(m.size))


USES: list[Callable[[int], Parser[object]]] = [
    exactly,
    lambda n: sized(n, many(uint8)),
    lambda n: sized(n, sized(n + 1, rest)),
    lambda n: many(uint8, min=n),
    lambda n: sep_by(uint8, literal(b","), min=n),
    lambda n: take_while(b"\xff", min=n),
    lambda n: integer(10, digits=n),
]
GRAMMARS = [number.bind(use) for number in (HUGE, NEGATIVE, LARGE) for use in USES]


@pytest.mark.parametrize("behind", [b"", b"\xff", b"0"])
@pytest.mark.parametrize("grammar", [*GRAMMARS, record(Body), length_prefixed(NEGATIVE)])
def test_no_number_of_the_peer_raises_anything_but_a_parse_error(
    grammar: Parser[object], behind: bytes
) -> None:
    """It can be told, too: its text renders no number that Python will not render."""
    with pytest.raises(ParseError) as failure:
        grammar.parse(b"\xff" * DIGITS + behind)
    assert len(str(failure.value)) <= 512


def test_a_run_that_must_be_longer_than_the_limit_is_refused_before_it_arrives() -> None:
    """As a count would be, though its first byte is wrong."""
    long = uint8 >> LARGE.bind(lambda n: take_while(b"a", min=n))
    with pytest.raises(LimitExceeded) as failure:
        long.parse(b"\0\0;")
    assert (failure.value.name, failure.value.offset) == ("max_buffered", 2)


@pytest.mark.parametrize("size", [(1 << 62) + off for off in range(-9, 2)])
def test_no_size_makes_a_frame_that_is_none(size: int) -> None:
    """Wherever it ends: it is refused, or waited for, as any other that is too large."""
    data = size.to_bytes(8) + b"abc"
    for frame, kind in (
        (length_prefixed(uint64), LimitExceeded),
        (length_prefixed(uint64, many(uint8)), IncompleteInput),
        (length_prefixed(uint64, sized(size, rest)), LimitExceeded),
        (uint64.bind(lambda n: sized(n, uint8 >> rest)), LimitExceeded),
    ):
        for _ in range(3):
            with pytest.raises(ParseError) as failure:
                frame.parse(data)
            assert type(failure.value) is kind
