"""What a protocol's generator says to the driver, and how code finds its host.

A generator yields one of two requests and nothing else; both are private:

WAIT   "resume me when my wake condition holds"; the condition itself stands in
       the host, where it can be checked without touching the generator
CALL   "run this other generator on the stack, and resume me with its value";
       it stands in the host too

The host (a `Run` while parsing, a `Build` while building) is found through a
context variable that is set around each pump: no object is passed around,
connections may be nested, and each thread has its own.
"""

from __future__ import annotations

import types
from collections.abc import Coroutine, Generator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, Never, TypeAlias, TypeVar, cast

from ._errors import ParseError, UsageError, capped
from ._limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._run import Run

__all__ = [
    "CALL",
    "DONE",
    "NOBODY",
    "WAIT",
    "Host",
    "Request",
    "Routine",
    "Step",
    "Steps",
    "current",
    "host",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Request:
    """Name one thing that a generator may ask of the driver."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"<request {self._name}>"


WAIT = Request("wait")
CALL = Request("call")

#: The return annotation of a protocol, a parser or a helper written as a
#: generator function: ``def greeting() -> Steps[bytes]``.
Steps: TypeAlias = Generator[Request, object, T]

#: What the machine runs: either flavour of a protocol's body.
Routine: TypeAlias = Generator[Request, object, T] | Coroutine[object, Never, T]


class Step(Generic[T_co]):
    """Describe one action of a protocol: run it by ``yield from`` or ``await``."""

    __slots__ = ()

    def __iter__(self) -> Steps[T_co]:
        raise NotImplementedError

    def __await__(self) -> Steps[T_co]:
        return self.__iter__()


@types.coroutine
def _nothing() -> Steps[None]:
    return
    yield


def _finished() -> Step[None]:
    steps = cast("Steps[None]", _nothing())
    next(steps, None)
    return cast("Step[None]", steps)


#: A step that is over.  Delegating to a generator that has ended is the
#: cheapest way CPython has to suspend for nothing, with ``yield from`` and with
#: ``await``; since it has ended, everybody can share it.
DONE = _finished()


class Host:
    """Hold what both parsing and building keep about the code they run."""

    __slots__ = ("called", "closing", "depth", "limits", "outer", "path")

    #: Whether values are turned into bytes rather than bytes into values.
    building = False

    called: Routine[object] | None
    outer: Host | None
    path: list[str]

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        # What a CALL wants run, the names of the labels around the code that
        # runs now, and the host within whose code this one is being pumped.
        self.called = None
        self.path = []
        self.outer = None
        # How many passages are under way: those on the machine's stack, and
        # those on the stacks that staged functions keep for themselves.
        self.depth = 0
        # While its code is being unwound: nothing more will come to wait for.
        self.closing = False

    def call(self, routine: Routine[T]) -> Steps[T]:
        """Run *routine* on the stack instead of on Python's own."""
        self.called = routine
        del routine  # see `_machine`: the parent must not hold its child
        value: T = yield CALL  # type: ignore[assignment]
        return value

    def too_deep(self) -> Exception:
        """Return the error for one passage more than ``max_depth``."""
        raise NotImplementedError

    def place(self, error: ParseError) -> None:
        """Add offset and path to an error that was raised by hand."""
        if error.path == () and self.path:
            error.path = capped(self.path)


class _Outside(Host):
    """Stand for the host where there is none, and say so when it is used."""

    __slots__ = ()

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # Python itself asks, or who looks through modules
            raise AttributeError(name)
        raise UsageError(
            "used outside of a protocol: primitives and parsers run inside a connection, "
            "parsers also through parse() and build()"
        )


#: What stands where there is no host.
NOBODY = _Outside(Limits())

#: The host of the code that runs now.
host: ContextVar[Host] = ContextVar("ohneio", default=NOBODY)  # inert

#: The same for code that parses. A bound method of C: some nine nanoseconds.
current: Callable[[], Run] = host.get  # type: ignore[assignment]
