"""Errors, told with their place in the input: the first layer of a `Run`."""

from __future__ import annotations

from ._errors import IncompleteInput, LimitExceeded, ParseError, capped
from ._input import Input
from ._limits import Limits
from ._steps import Host

__all__ = ["Failing"]


class Failing(Host):
    """Hold an input, and tell what is wrong with it where it is read."""

    __slots__ = ("input", "item")

    def __init__(self, limits: Limits, source: Input) -> None:
        super().__init__(limits)
        self.input = source
        # Where the outermost parser began, or None between items.
        self.item: int | None = None

    def place(self, error: ParseError) -> None:
        if error._foreign:
            return
        if error.offset is None:
            error.offset = error._start = self.input.position
        super().place(error)

    def mismatch(self, *expected: str | bytes, found: int = 1) -> ParseError:
        """Return the error for a token that begins here, decided by its *found*-th byte."""
        return ParseError(
            expected=expected,
            offset=self.input.position,
            found=self.input.peek(found) if found else None,
            path=capped(self.path),
        )

    def ended(self, needed: int, *expected: str | bytes) -> IncompleteInput:
        """Return the error for an input that ended *needed* bytes too early."""
        source = self.input
        start, end = source.position, source.position + len(source)
        first = start if self.item is None else self.item
        error = IncompleteInput(
            needed=needed, have=end - first, offset=end, expected=expected, path=capped(self.path)
        )
        error._start = start
        return error

    def frame_ended(self, *expected: str | bytes) -> ParseError:
        """Return the error for a token that the frame has no room for."""
        error = ParseError(
            "" if expected else "need more bytes",
            expected=expected,
            offset=self.input.end,
            path=capped(self.path),
        )
        error._start = self.input.position
        error._at_frame_end = True
        return error

    def over_limit(
        self, limit: int, name: str, unit: str = "byte", start: int | None = None
    ) -> LimitExceeded:
        """Return the error for something too long that begins here, or at *start*."""
        offset = self.input.position if start is None else start
        return LimitExceeded(
            limit=limit, name=name, unit=unit, offset=offset, path=capped(self.path)
        )

    def too_deep(self) -> LimitExceeded:
        return self.over_limit(self.limits.max_depth, "max_depth", "level")
