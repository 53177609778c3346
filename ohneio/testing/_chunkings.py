"""Ways to cut bytes into chunks, as a network might.

A protocol must not care how its bytes were cut.  There are ``2 ** (n - 1)``
ways to cut n bytes; all of them are tried while that is some thousands.
Beyond, nearly every mistake shows with one cut or two in the wrong places, and
the rest with many small chunks and empty ones in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, combinations, pairwise
from random import Random

__all__ = ["chunkings"]

#: Inputs up to this long are cut in every way there is.
EVERY = 14
#: Inputs up to this long are cut at every place, or at every two.
PAIRS = 256
#: How many random ways there are for each input.
RANDOM = 16


def chunkings(
    data: bytes, *, every: bool = True, pairs: bool = False, seed: int = 0
) -> Iterator[list[bytes]]:
    """Yield lists of chunks that joined are *data*, in the ways that find mistakes.

    Whole; byte by byte; up to 14 bytes in every way there is; up to 256 bytes
    at every place; and at random, with empty chunks in between. The same
    arguments give the same lists.

    Args:

        data: What is cut.

        every: Cut up to 14 bytes in every way; else they are cut as longer ones are.

        pairs: Cut up to 256 bytes at every two places as well: some 32,000
            lists for 256 bytes.

        seed: Picks the random ones.

    Example:
        >>> list(chunkings(b"abc"))[:4]
        [[b'abc'], [b'a', b'b', b'c'], [b'a', b'bc'], [b'ab', b'c']]
    """
    yield [data]
    yield cut(data, range(1, len(data)))
    if every and len(data) <= EVERY:
        yield from cut_with(data, range(1, len(data) - 1))
    elif len(data) <= PAIRS:
        yield from cut_with(data, [1, 2] if pairs else [1])
    yield from at_random(data, Random(seed))


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Cut *data* at these places, which do not descend."""
    return [data[start:end] for start, end in pairwise([0, *places, len(data)])]


def cut_with(data: bytes, numbers: Iterable[int]) -> Iterator[list[bytes]]:
    """Yield every way to cut *data* at so many places, for each of the *numbers*."""
    places = range(1, len(data))
    chosen = chain.from_iterable(combinations(places, number) for number in numbers)
    return (cut(data, one) for one in chosen)


def at_random(data: bytes, random: Random) -> Iterator[list[bytes]]:
    """Yield cuts at random places, few or many; where two fall together a chunk is empty."""
    for _ in range(RANDOM):
        places = random.choices(range(len(data) + 1), k=random.randint(1, len(data) + 2))
        yield cut(data, sorted(places))
