"""An explicit stack of generators.

Helpers that use ``yield from`` nest on Python's own stack, and every resume
passes through all of them.  Recursion must not: a peer that sends a hundred
thousand opening brackets would end it in a ``RecursionError``, or worse.  So
passages through `forward` and `@parser` become entries of a list, and a resume
costs the same at any depth.

Parents do not hold their children (a request hands the child over), and the
list is dropped from its end: CPython 3.13.0 crashes when a long chain of
suspended generators is dropped from its beginning.
"""

from __future__ import annotations

from collections.abc import Coroutine
from contextvars import copy_context
from types import CoroutineType, GeneratorType, TracebackType
from typing import cast

from ._errors import ParseError, UsageError
from ._steps import CALL, WAIT, Host, Routine, Step, host

__all__ = ["Machine"]

#: How many passages of a traceback are kept: all of a hundred thousand would
#: be some megabytes of text.
MAX_LEVELS = 20
#: Whose frames are not to blame when a protocol awaits an event loop.
LOOPS = frozenset({"asyncio", "trio", "twisted", "tornado", "anyio", "curio"})


class Machine:
    """Run a stack of generators until it waits or ends."""

    __slots__ = ("_host", "stack")

    def __init__(self, host: Host, *routines: Routine[object]) -> None:
        self._host = host
        self.stack = list(routines)

    def __del__(self) -> None:
        # Python would unwind them all the same, but in whatever host is current
        # where they are dropped: a `write` would end up in another connection.
        # In a context of its own: CPython 3.11 collects garbage inside of
        # ContextVar.set(), which another one in the same context then breaks.
        if self.stack:
            copy_context().run(self.close)

    def resume(self, error: BaseException | None = None) -> object:
        """Run on: return `WAIT` when suspended, or the value of the first generator.

        With *error*, that is raised where the last generator is suspended.

        Raises:
            BaseException: Whatever came out of the first generator.
        """
        stack = self.stack
        value: object = None
        kept: TracebackType | None = None
        levels = 0
        try:
            while True:
                try:
                    top = stack[-1]
                    # Not its truth, which a user's exception may deny.
                    request = top.send(value) if error is None else top.throw(error)  # type: ignore[arg-type]
                except StopIteration as stop:
                    value, error, levels = stop.value, None, 0
                    stack.pop()
                    if not stack:
                        return value
                    self._host.depth -= 1
                except BaseException as raised:
                    stack.pop()
                    self._host.depth -= len(stack) > 0
                    levels = levels + 1 if raised is error else 0
                    kept = _shortened(raised, levels, kept)
                    error = self._passed_on(raised)
                    if not stack:
                        raise
                else:
                    value, error, levels = None, None, 0
                    if request is WAIT:
                        return WAIT
                    error = self._push() if request is CALL else misuse(top, request)
        finally:
            # A traceback holds this frame, which would hold the error in turn.
            error = kept = None

    def close(self) -> None:
        """Unwind everything, last in first out; the first error is raised at the end."""
        outer = self._host.outer
        self._host.closing, self._host.outer = True, host.get()
        token = host.set(self._host)
        first: BaseException | None = None
        try:
            while self.stack:
                raised = self._closed(self.stack.pop())
                first = raised if first is None else first
                del raised
            if first is not None:
                raise first
        finally:
            host.reset(token)
            self._host.outer = outer
            del first  # or it would be held by its own traceback

    def _closed(self, routine: Routine[object]) -> BaseException | None:
        """Unwind *routine*, which may still run others, and return what came out of it."""
        machine = Machine(self._host, routine)
        try:
            ended = machine.resume(GeneratorExit()) is not WAIT
        except GeneratorExit:
            return None
        except BaseException as error:  # it is raised when all are unwound
            return error
        machine.stack.clear()
        return None if ended else UsageError("the protocol ignores that it is being closed")

    def _passed_on(self, error: BaseException) -> BaseException:
        if isinstance(error, ParseError):
            self._host.place(error)
        return error

    def _push(self) -> BaseException | None:
        called, self._host.called = self._host.called, None
        if called is None:
            return UsageError("a request was yielded twice")
        host = self._host
        if host.depth >= host.limits.max_depth:
            called.close()
            return host.too_deep()
        host.depth += 1
        self.stack.append(called)
        return None


def _shortened(
    error: BaseException, levels: int, kept: TracebackType | None
) -> TracebackType | None:
    """Keep only the innermost levels of the traceback of an error on its way up."""
    if levels < MAX_LEVELS:
        return error.__traceback__
    error.__traceback__ = kept
    return kept


def misuse(top: Routine[object], value: object) -> UsageError:
    """Return the error for a yielded *value* that is no request, naming the line."""
    name, line = _culprit(top)
    text = f"{name}() in line {line} yielded {_described(value)}: did you mean `yield from`?"
    if isinstance(top, CoroutineType) or hasattr(value, "add_done_callback"):
        text += " No event loop is here: only ohneio's primitives and parsers can be awaited"
    if isinstance(value, Coroutine):
        value.close()  # it will never be awaited, and should not warn of that
    return UsageError(text)


def _culprit(top: object) -> tuple[str, int]:
    """Find the innermost function of the user in a chain of ``yield from`` or ``await``."""
    name, line = type(top).__qualname__, 0
    while isinstance(top, (GeneratorType, CoroutineType)):
        if isinstance(top, GeneratorType):
            frame, inner = top.gi_frame, cast("object", top.gi_yieldfrom)
        else:
            frame, inner = top.cr_frame, top.cr_await
        if frame and frame.f_globals.get("__name__", "").partition(".")[0] not in LOOPS:
            name, line = top.__qualname__, frame.f_lineno
        top = inner
    return name, line


def _described(value: object) -> str:
    if isinstance(value, (GeneratorType, CoroutineType)):
        return f"{value.__qualname__}()"
    if isinstance(value, Step):
        return str(value)  # pyright: ignore[reportUnknownArgumentType]
    if value is None:
        return "nothing"
    return f"an object of {type(value).__qualname__}"
