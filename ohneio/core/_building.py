"""Building: the inverse of parsing, on the same kind of stack.

A parser's ``_build`` is a generator like its ``_parse``.  It hands bytes to
the `Build` that runs it, in order; they are joined once, at the end.

Where a parser's value is dropped (the left side of ``>>``, say) there is
nothing to build from, and its ``_build`` gets `NOTHING`: a literal builds
itself all the same, a counted run of bytes cannot.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final, Literal, Protocol, TypeVar

from ._errors import BuildError, capped_place
from ._input import Input
from ._limits import Limits
from ._machine import Machine
from ._steps import DONE, Host, Step, Steps, host

__all__ = ["NOTHING", "Build", "Building", "Nothing", "build", "builder", "built", "inside", "put"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")
V_contra = TypeVar("V_contra", contravariant=True)


class Nothing(enum.Enum):
    """The type of `NOTHING`."""

    NOTHING = "nothing"


#: What a parser builds from whose value is dropped.
NOTHING: Final[Literal[Nothing.NOTHING]] = Nothing.NOTHING


class Building(Protocol[V_contra]):
    """Anything with the steps that build a value."""

    def _build(self, value: V_contra, /) -> Steps[None]: ...


class Backwards(Building[object], Protocol[T_co]):
    """A parser, as far as building knows one."""

    def parse(self, data: bytes) -> T_co: ...


class Build(Host):
    """Hold the state of one building: the pieces so far, and where in the value it is."""

    __slots__ = ("input", "pieces", "place_of_value", "whole")

    building = True

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.pieces: list[bytes] = []
        # The names and indices on the way to the part of the value being
        # built.  An error leaves them as they are: that is its place.
        self.place_of_value: list[str | int] = []
        # What the hand-written generator that runs now is building.
        self.whole: object = NOTHING
        # For ever empty: a parser that finds nothing there takes its slow
        # path, and only that one has to ask whether it should build instead.
        self.input = Input(0)

    def steps(self, parser: Backwards[T]) -> Steps[T]:
        """Build *parser* from nothing, and return what it would parse to."""
        data = yield from built(parser, NOTHING)
        self.pieces.append(data)
        return parser.parse(data)

    def locate(self, error: BuildError) -> None:
        """Add the place to an error that has none."""
        if not error.path:
            error.path = capped_place(self.place_of_value)

    def too_deep(self) -> BuildError:
        return BuildError(f"nested more than {self.limits.max_depth} levels deep (max_depth)")

    def __getattr__(self, name: str) -> object:
        # What only parsing has: waiting, output, events, alternatives.
        raise BuildError("reads, waits or writes by hand, and cannot build")


#: The host of code that builds.
builder: Callable[[], Build] = host.get  # type: ignore[assignment]


def put(data: bytes) -> Step[None]:
    """Add *data* to what is being built."""
    builder().pieces.append(data)
    return DONE


def built(parser: Building[V], value: V) -> Steps[bytes]:
    """Build *value* apart from what is being built, and return its bytes."""
    outer = builder()
    kept, outer.pieces = outer.pieces, []
    try:
        yield from parser._build(value)
        return b"".join(outer.pieces)
    finally:
        outer.pieces = kept


def inside(key: str | int, parser: Building[V], value: V) -> Steps[None]:
    """Build the part of a value that is called *key*."""
    place = builder().place_of_value
    place.append(key)
    yield from parser._build(value)
    place.pop()  # not after an error, which happened here


def build(parser: Building[V], value: V, limits: Limits) -> bytes:
    """Build *value* with *parser* from beginning to end."""
    inner = Build(limits)
    inner.outer = host.get()
    machine = Machine(inner)
    token = host.set(inner)
    try:
        machine.stack.append(parser._build(value))
        machine.resume()
    except BuildError as error:
        inner.locate(error)
        raise
    finally:
        host.reset(token)
    return b"".join(inner.pieces)
