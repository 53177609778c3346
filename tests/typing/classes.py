"""Classes of parsers of one's own."""

from typing import TypeVar, assert_type

import attrs

from ohneio import Parser, Steps, exactly, seq, uint8
from ohneio.core import Step, builder, built, put

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen
class Padded(Parser[T_co]):
    """A length in front, and another parser behind it."""

    inner: Parser[T_co]

    def _parse(self) -> Steps[T_co]:
        """Take the length, and then the value."""
        _ = assert_type((yield from uint8), int)
        return (yield from self.inner)

    def _build(self, value: object) -> Steps[None]:
        """Put the length of what is built behind it."""
        body = yield from built(self.inner, value)
        _ = assert_type(body, bytes)
        yield from put(bytes([len(body)]))
        yield from put(body)


def padded(inner: Parser[T]) -> Parser[T]:
    """Make one."""
    return Padded(inner)


def uses() -> None:
    """It is as good as any other."""
    whole = padded(exactly(3))
    both = seq(whole, padded(uint8))
    _ = assert_type(whole, Parser[bytes])
    _ = assert_type(both, Parser[tuple[bytes, int]])
    _ = assert_type(whole.children(), tuple[Parser[object], ...])
    _ = assert_type(put(b"bytes"), Step[None])
    _ = assert_type(builder().place_of_value, list[str | int])
