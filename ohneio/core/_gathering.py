"""Chunks that are put aside until a token is whole, in a lane.

Where an item goes on for so many bytes more, nobody can say anything of it before
they are there.  So nobody looks at them: each chunk is put aside, and they are joined
once, when the last of them has come, for the lane to go on.  Who looks meanwhile sees the
input as it would be without (`Run.leave_lane`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._run import Run, Take

__all__ = ["Gathering"]


class Gathering:
    """Puts chunks aside until so many bytes have come as a lane lacks, which then takes them all.

    Args:
        take: The lane.
        lacks: How many bytes.
    """

    __slots__ = ("lacks", "pieces", "take")

    def __init__(self, take: Take, lacks: int) -> None:
        self.take = take
        self.lacks = lacks
        self.pieces: list[bytes] = []

    def __call__(self, given: tuple[Run, bytes]) -> bool:
        """Take a chunk."""
        run, chunk = given
        if len(chunk) < self.lacks:
            self.lacks -= len(chunk)
            self.pieces.append(chunk)
            return True
        source = run.input
        there, base = source.data, source.base
        whole = b"".join((there, *self.pieces, chunk))
        try:
            source.data, run.lane = b"", self.take
            return self.take((run, whole))
        except BaseException:
            if run.lane is self.take and source.base == base and not source.data:
                source.data, run.lane = there, self  # interrupted before it was taken
            raise

    def put_back(self, run: Run) -> None:
        """Let the input have what was put aside."""
        run.input.data = b"".join((run.input.data, *self.pieces))
