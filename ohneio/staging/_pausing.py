"""Waits inside of an item, where nothing but so many bytes is missing.

The code that takes a token stands in a loop which ends when the token is taken,
by the code or by its node.  Between both is the pause: see `core._pauses`.

    while True:
        if pos + 4 <= stop:
            mask = data[pos:pos + 4]
        elif PAUSES(run, start, pos, pos, 4, ('mask',)):
            yield WAIT
            ...                     # where the bytes are by now
            continue
        else:
            mask = yield from ...   # the node
        break

So what is whole costs nothing more, and is written once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from ..core._pauses import Form, Parts, pauses, pauses_at, pauses_in
from ._code import NOWHERE
from ._late import keep_all_before

if TYPE_CHECKING:
    from ._emitter import Emitter

__all__ = [
    "ELSEWHERE",
    "HELD",
    "cutting",
    "may_pause",
    "pause",
    "pause_begun",
    "pause_behind",
    "pause_for",
    "pause_form",
    "pause_in",
    "pause_to",
    "paused",
    "pausing",
    "when_paused",
    "while_cut",
]


# What no source has in it, strings included, stands for what is not known yet.

#: Stands for the locals for matches, which hold the block, until it is known how many there are.
HELD = "\0held\0"
#: Stands for the question whether somebody else's protocol is at work, where functions are called.
ELSEWHERE = "\0elsewhere\0"


def may_pause(e: Emitter) -> bool:
    """Tell whether the code written here can wait."""
    if e.form.lane:
        return True
    return e.form.emits and not e.leaving and not (e.marks and _keeps(e))


def _keeps(e: Emitter) -> bool:
    return e.recursion is not None and e.recursion.keeps


@contextlib.contextmanager
def pausing(e: Emitter, *, wished: bool = True) -> Generator[bool]:
    """Write what may pause; give whether it does."""
    does = wished and may_pause(e)
    begin = e.code.mark()
    with e.block("while True:") if does else contextlib.nullcontext(), cutting(e):
        yield does
        if does:
            e.line("break")
    if does and e.form.lane:
        shorten(e, begin)


def shorten(e: Emitter, begin: int) -> None:
    """Let a loop in a lane that only asks for one thing be as long as that is not so."""
    head, *body, _ = e.code.lines[begin + 1 :]
    if head.lstrip().startswith("if not ("):
        lines = [head.replace("if not (", "while not (", 1), *body]
        e.code.lines[begin:] = [line[4:] for line in lines]


@contextlib.contextmanager
def cutting(e: Emitter) -> Generator[None]:
    """Write in a loop what leaves a lane or, where it is only cut, goes on with the next chunk."""
    e.exits.append(NOWHERE)
    yield
    e.exits.pop()


def pause(e: Emitter, size: int, *inside: str, sure: bool = False) -> None:
    """Write the pause for *size* bytes from here on, which are in these fields as well.

    If *sure* the code comes here only where they are not there.
    """
    condition = "" if sure else f"{e.at(size)} > stop"
    with when_paused(e, "elif", condition, e.at(size), str(size), *inside):
        e.line("continue")


def pause_to(e: Emitter, end: str) -> None:
    """Write the pause for the bytes up to *end*, a variable that is needed afterwards."""
    e.ends.append(end)
    given = [f"{end} - {_behind(e)}", *path_of(e)]
    with paused(e, "elif", f"{end} > stop", end, pauses, given, far=True):
        e.line("continue")
    e.ends.pop()


def pause_behind(e: Emitter, end: str, literal: bytes) -> None:
    """Write the pause for one more byte of a *literal* that begins at *end*, a variable."""
    size, room = len(literal), f"{end} + {len(literal)}"
    e.ends.append(end)
    begun = f"{end} <= stop and {literal!r}.startswith(data[{end}:{room}])"
    begun += f" and source.limit >= {size}" if size > 1 else ""
    place = path_of(e) or ["()"]
    given = [f"stop - {end} + 1", *place, f"{end} - {_behind(e)}"]
    with paused(e, "elif", begun, room, pauses, given):
        e.line("continue")
    e.ends.pop()


def pause_for(e: Emitter, condition: str, least: int, end: str = "") -> None:
    """Write the pause for one more byte than there is, if a *condition* says so.

    There must be room for at *least* so many bytes, up to *end* if that says more.
    """
    if least > 1:
        condition += f" and source.limit >= {least}"
    end = end or (e.at(least) if least > 1 else "stop + 1")
    with when_paused(e, "elif", condition, end, f"stop - {_behind(e)} + 1"):
        e.line("continue")


def pause_in(e: Emitter, parts: Parts) -> None:
    """Write the pause for the first of some tokens from here on that is not there."""
    end, given = e.at(parts[-1][0]), [e.constant(parts, "parts"), *path_of(e)]
    with paused(e, "elif", f"{end} > stop", end, pauses_in, given):
        e.line("continue")


def pause_form(e: Emitter, form: Form, head: str = "elif") -> None:
    """Write the pause for one more byte of a *form*, if what is there may begin it."""
    given = ["stop", e.constant(form, "form"), *([] if e.form.lane else path_of(e))]
    e.calls = e.calls or bool(form.calls)
    with paused(e, head, "", f"stop + {form.longest}", pauses_at, given):
        e.line("continue")


def pause_begun(e: Emitter, form: Form, condition: str) -> None:
    """Write the pause in a lane for one byte more of what has begun, if a *condition* says so."""
    e.exits.append(e.code.place)
    pause_for(e, condition, form.longest, f"stop + {form.longest}")
    e.exits.pop()


def _behind(e: Emitter) -> str:
    return e.here if e.here == "pos" else f"({e.here})"


@contextlib.contextmanager
def when_paused(
    e: Emitter, head: str, condition: str, end: str, size: str, *inside: str
) -> Generator[None]:
    """Write a pause for *size* bytes, up to *end*, if a *condition* holds; then what is inside."""
    with paused(e, head, condition, end, pauses, [size, *path_of(e, *inside)]):
        yield


def path_of(e: Emitter, *inside: str) -> list[str]:
    """Return how the code says which fields something is in, if it is in any."""
    places = [*e.path, *map(repr, inside)]
    return [f"({', '.join(places)}{',' * (len(places) == 1)})"] if places else []


@contextlib.contextmanager
def paused(
    e: Emitter,
    head: str,
    condition: str,
    end: str,
    function: Callable[..., bool],
    given: list[str],
    *,
    far: bool = False,
) -> Generator[None]:
    if e.form.lane:
        before = e.code.mark()
        yield  # where the code goes on is where it is
        e.code.back_to(before)
        if function is pauses_at:
            cut(e, condition, end, "rests_at", "chunk", e.here, *given)
        else:
            cut(e, condition, end, "rests", end, "chunk", *(["True"] if far else []))
        return
    call = f"{e.constant(function, function.__name__)}(run, start, {_kept_from(e)}, {e.here}"
    conditions = filter(None, [condition, room_in(e, end), f"{call}, {', '.join(given)})"])
    with e.block(f"{head} {' and '.join(conditions)}:"):
        keep_before(e)
        e.line(f"{' = '.join(['data', 'emit', *e.matches.values()])} = None")
        e.line("yield WAIT")
        taken_up(e)
        yield


def room_in(e: Emitter, end: str) -> str:
    """Return the condition that the frame around has room up to *end*, if there is one."""
    outer = e.frames[-1][0] if e.frames else end
    return f"{end} <= {outer}" if outer != end else ""


def while_cut(e: Emitter, end: str | None, more: str = "") -> None:
    """Write how a lane waits for what goes on to *end*, while no byte of that is there.

    If *more* can come, that is.
    """
    with e.block(f"while pos >= stop{more}:"):
        e.exits.append(e.code.place)
        e.leave()
        if end:
            cut(e, "", end, "rests", end, "chunk")
        e.exits.pop()


def cut(e: Emitter, condition: str, end: str, function: str, *given: str) -> None:
    """Write how a lane waits for what goes on to *end*, if a *function* says so."""
    if not all(outer for _, outer in e.frames):  # all of that frame is there
        return
    place, depth = e.exits[-1]
    kept = e.holding[0] if e.holding else "pos"
    call = f"(gone := {function}({', '.join(['run, data, start', kept, *given])})) >= 0"
    head = f"if {' and '.join(filter(None, [condition, room_in(e, end), call]))}:"
    for line in reversed([head, *(f"    {line}" for line in cut_lines(e))]):
        e.code.insert(place, depth, line)


def cut_lines(e: Emitter) -> list[str]:
    """Return what waits in a lane; the bytes that are gone then are in the next block no more."""
    places = dict.fromkeys(["start", *e.ends, *(end for end, _ in e.frames), *e.holding, "pos"])
    moved = [f"{place} - gone" for place in places]
    frames = [
        line for end, outer in e.frames for line in (f"{outer} = stop", f"stop = min({end}, stop)")
    ]
    return [
        f"{', '.join(places)} = {', '.join(moved)}",
        f"{HELD}run = source = emitted = data = chunk = None",
        "run, chunk = yield True",
        "source, emitted = run.input, run.emitted",
        "data = source.data + chunk",
        "stop = len(data)",
        f"if stop - start > source.limit{ELSEWHERE}:",
        "    return leaves(run, data, start)",
        *frames,
        "continue",
    ]


def keep_before(e: Emitter) -> None:
    """Write what keeps the bytes before those that stay unread."""
    if _keeps(e):
        e.line(f"{e.constant(keep_all_before, 'keep_all_before')}(run, kept, keeping)")
    for mark, at in e.marks:
        e.line(f"{mark} = {mark} or run.keep_before(base + {at})")


def taken_up(e: Emitter) -> None:
    """Write where the input is by now: all places in the block have moved."""
    begins = [at for _, at in e.marks]
    for place in dict.fromkeys([*begins, *e.ends, *(one for one, _ in e.frames)]):
        e.line(f"{place} -= source.base - base")
    if begins or e.off or _keeps(e):  # the input stands somewhere else
        e.line("pos -= source.base - base")
        e.line("data, _, stop, base, emit = run.here()")
    else:
        e.look()
    e.stops()


def _kept_from(e: Emitter) -> str:
    """Write from where on the bytes may be wanted again."""
    if _keeps(e):
        return f"keeping[0] - base if keeping else {e.here}"
    return e.marks[0][1] if e.marks else e.here
