"""Staged functions whose regular expressions and structs count what they look at.

What a function does by methods and slices of its block the block counts itself: see
`ohneio.testing.count_work`.  What it hands to C is counted here.
"""

import contextlib
import functools
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

from ohneio import Parser
from ohneio.core._lanes import Lane, Whole
from ohneio.core._run import Run, Take
from ohneio.staging import _engine
from ohneio.testing._work import Watched
from tests.staging.differing import forget, only

__all__ = ["counting"]


@contextlib.contextmanager
def counting() -> Iterator[None]:
    """Let every grammar become functions that count, at its first use."""
    seen: list[Parser[object]] = []
    written = _engine.written

    def watched(node: Parser[object], form: Any) -> Any:
        made = written(node, form)
        for name, value in made.namespace.items() if made else ():
            made.namespace[name] = counted(value)
        return made

    def noted(node: Parser[object], form: str) -> Callable[..., object] | None:
        seen.append(node)
        return _engine.staged(node, form)

    _engine.written = watched
    try:
        with only(noted):
            yield
    finally:
        _engine.written = written
        for node in seen:
            forget(node)


def counted(value: object) -> object:
    """Return *value*; a lane, or a method of an expression or a struct, so that it counts."""
    if isinstance(value, Lane):
        return Lane(functools.partial(taken, value), value.search, value.size)
    if isinstance(value, Whole):
        return Whole(functools.partial(watching, value.made))
    owner, name = getattr(value, "__self__", None), getattr(value, "__name__", "")
    if isinstance(owner, re.Pattern) and name in ("match", "findall"):
        return lambda data, pos, stop: looked(data, pos, stop, value(data, pos, stop))
    if isinstance(owner, struct.Struct) and name == "unpack_from":
        return lambda data, pos=0: looked(data, pos, pos + owner.size, value(data, pos))
    if isinstance(owner, struct.Struct) and name == "iter_unpack":
        return lambda view: looked(view.obj, 0, view.nbytes, value(view))
    return value


def watching(made: Callable[[], Any]) -> Any:
    """Return what makes a lane for some limits: one that is given chunks that count."""
    make = made()
    return make and (lambda limits: (take := make(limits)) and functools.partial(watched, take))


def watched(take: Take, given: tuple[Run, bytes]) -> bool:
    """Give the lane of a grammar a chunk that counts; what it looks at again counts once more."""
    run, chunk = given
    work = run.input.work
    return take((run, chunk if isinstance(chunk, Watched) else Watched(chunk, work)))


def taken(lane: Lane, given: tuple[Run, bytes]) -> bool:
    """Give a lane a chunk that counts, which nobody has done for it as the input does."""
    run, chunk = given
    work = run.input.work
    if lane.search is None:  # records, which are all looked at
        work.scanned += len(run.input.data) + len(chunk)
    return lane.take((run, Watched(chunk, work)))


def looked(data: object, pos: int, stop: int, found: Any) -> Any:
    """Count what a method looked at: up to the end of a match, else as far as it might."""
    if isinstance(found, re.Match):
        stop = found.end()
    if isinstance(data, Watched):
        data.work.scanned += max(stop - pos, 0)
    return found
