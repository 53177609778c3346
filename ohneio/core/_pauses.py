"""Waits of code that goes on where it was, with what it has taken still unread.

Staged code that finds a token cut by the end of a chunk could let the token's
own parser wait, with all that stands around it.  Mostly nothing of that is
needed: so many bytes are missing, and until they come nobody can see more of
the wait than how it is described.  So the code itself waits, and leaves the
bytes from the beginning of what it may have to go back to where they are: they
are few, and are joined with the next chunk, in which the code goes on.

What can be seen from outside is as if it had been read: see `Run.ahead`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from ._input import SMALL
from ._run import Run
from ._waiting import PAUSE

__all__ = ["Form", "Parts", "pauses", "pauses_at", "pauses_in"]

#: The ``match`` of a pattern.
Match: TypeAlias = "Callable[[bytes, int, int], re.Match[bytes] | None]"
#: Where each of some tokens ends, from where they begin, and the fields that it is in.
Parts: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]


def pauses(
    run: Run,
    start: int,
    at: int,
    pos: int,
    size: int,
    inside: tuple[str, ...] = (),
    ahead: int = 0,
) -> bool:
    """Tell whether to `WAIT` for *size* bytes, having made ready for it.

    So it may be while no bound is near, and little of the item that began at *start* is unread.

    Args:
        run: The state.
        start: The offset of the item.
        at: From where on bytes are still wanted: they stay unread, or are to be kept by the
            caller where there are too many of them.
        pos: Where the code will go on.
        size: How many bytes the token has.
        inside: The fields that it is in.
        ahead: How far behind *pos* it begins.
    """
    source, first = run.input, at
    data = source.data
    if run.marks:  # what stands before is kept
        at, first = pos, run.marks[0].position - source.base
        if not all(mark.keeps for mark in run.marks):
            return False
    elif len(data) - at > SMALL:  # more than would be joined
        at = pos
    if (
        len(data) - at > SMALL
        or pos + ahead + size - first > source.limit
        or source.free is not data
        or source._behind
        or source.eof
    ):
        return False
    if run.item != start:
        run.begin(start)
    source.pos = at
    run.ahead, run.inside = pos + ahead - at, inside
    run.waiting, run.want = PAUSE, pos + ahead + size - at
    return True


def pauses_in(
    run: Run, start: int, at: int, pos: int, parts: Parts, inside: tuple[str, ...] = ()
) -> bool:
    """As `pauses`, for the first of some *parts* from *pos* on that is not there."""
    there, begin = len(run.input.data) - pos, 0
    for end, names in parts:
        if end > there:
            return pauses(run, start, at, pos, end - begin, inside + names, begin)
        begin = end
    return False


def pauses_at(
    run: Run,
    start: int,
    at: int,
    pos: int,
    stop: int,
    form: Form,
    inside: tuple[str, ...] = (),
) -> bool:
    """As `pauses`, for one byte more where what is there may be the beginning of a *form*."""
    found = begins(run, run.input.data, pos, stop, form)
    if found is None:
        return False
    number = found.lastindex or 1
    begin, inside = found.start(number), inside + form.inside[number // 2]
    return pauses(run, start, at, pos, stop - begin + 1, inside, begin - pos)


def begins(run: Run, data: bytes, pos: int, stop: int, form: Form) -> re.Match[bytes] | None:
    """Return the match of what is there of a *form*, if that may be its beginning."""
    found = form.begun(data, pos, stop)
    if found is None or run.input.limit < form.longest or run.limits.max_digits < form.digits:
        return None
    return found if not form.calls or form.answers(found, found.lastindex or 1) else None


def begun_in(either: bytes, tokens: list[tuple[bytes, bytes]]) -> bytes:
    """Return a pattern of what may be there of *tokens*, *either* a part or one and the rest."""
    pattern = b"(?!)"
    for whole, part in reversed(tokens):
        pattern = either % (part, whole, pattern)
    return pattern


class Form:
    """Tokens in a row, each of which ends where its bytes say so, and what may be there of them.

    Args:
        tokens: A pattern for each token, and one for what may be there of it but not all.
        inside: The fields that each is in.
        calls: Functions that are called when a token is there, with the text of another one.
        longest: The size that the longest of them has at least: there must be room for that.
        digits: How many digits a number among them may have.
    """

    __slots__ = ("_tokens", "begun", "calls", "digits", "inside", "longest")

    #: The match of what is there: its last group is of the token that is not whole.
    begun: Match

    def __init__(
        self,
        tokens: list[tuple[bytes, bytes]],
        inside: list[tuple[str, ...]],
        calls: list[tuple[int, int, Callable[[bytes], object]]],
        longest: int,
        digits: int = 0,
    ) -> None:
        self._tokens = tokens
        self.inside = inside
        self.calls = calls
        self.longest = longest
        self.digits = digits

    def __getattr__(self, name: str) -> Match:
        """Make `begun`, which is seldom asked for, and slow to make."""
        if name != "begun":
            raise AttributeError(name)
        pattern = begun_in(rb"(?:(%b)\Z|(%b)%b)", self._tokens)
        self.begun = re.compile(pattern, re.DOTALL).match
        return self.begun

    @property
    def silent(self) -> bytes:
        """A pattern of what may be there of it while none of its functions was to be called."""
        called = min((token for token, _, _ in self.calls), default=len(self._tokens))
        return begun_in(rb"(?:(?:%b)\Z|(?:%b)%b)", self._tokens[: called + 1])

    def answers(self, found: re.Match[bytes], number: int) -> bool:
        """Tell whether the functions on tokens before group *number* raise nothing."""
        try:
            for last, token, function in self.calls:
                if 2 * last + 1 < number:
                    function(found[2 * token + 2])
        except Exception:  # it is for the node to raise it
            return False
        return True
