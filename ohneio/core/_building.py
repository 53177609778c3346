"""Building: the inverse of parsing, on the same kind of stack.

A parser's ``_build`` is a generator like its ``_parse``.  It hands bytes to
the `Build` that runs it, in order; they are joined once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ._errors import BuildError
from ._input import Input
from ._limits import Limits
from ._machine import Machine
from ._steps import DONE, Host, Step, Steps, host

__all__ = ["Build", "build", "built", "builder", "put"]

V_contra = TypeVar("V_contra", contravariant=True)


class Building(Protocol[V_contra]):
    """Anything with the steps that build a value."""

    def _build(self, value: V_contra, /) -> Steps[None]: ...


class Build(Host):
    """Hold the state of one building: the pieces so far."""

    __slots__ = ("input", "pieces")

    building = True

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.pieces: list[bytes] = []
        # For ever empty: a parser that finds nothing there takes its slow
        # path, and only that one has to ask whether it should build instead.
        self.input = Input(0)

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


def built(parser: Building[V_contra], value: V_contra) -> Steps[bytes]:
    """Build *value* apart from what is being built, and return its bytes."""
    outer = builder()
    kept, outer.pieces = outer.pieces, []
    try:
        yield from parser._build(value)
        return b"".join(outer.pieces)
    finally:
        outer.pieces = kept


def build(parser: Building[V_contra], value: V_contra, limits: Limits) -> bytes:
    """Build *value* with *parser* from beginning to end."""
    inner = Build(limits)
    inner.outer = host.get()
    machine = Machine(inner)
    machine.stack.append(parser._build(value))
    token = host.set(inner)
    try:
        machine.resume()
    finally:
        host.reset(token)
    return b"".join(inner.pieces)
