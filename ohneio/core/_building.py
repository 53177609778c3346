"""Building: the inverse of parsing, on the same kind of stack.

A parser's ``_build`` is a generator like its ``_parse``.  It hands bytes to
the `Build` that runs it, in order; they are joined once, at the end.

Where a parser's value is dropped (the left side of ``>>``, say) there is
nothing to build from, and its ``_build`` gets `NOTHING`: a literal builds
itself all the same, a counted run of bytes cannot.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Final, Literal, Never, Protocol, TypeVar

from ._errors import BuildError, ParseError, capped_place
from ._facts import Facts
from ._input import Input
from ._likeness import alike, alike_but_for
from ._limits import Limits
from ._machine import Machine
from ._steps import DONE, Host, Routine, Step, Steps, host

__all__ = [
    "NOTHING",
    "Body",
    "Build",
    "Building",
    "Nothing",
    "apart",
    "build",
    "builder",
    "built",
    "comes_back",
    "from_nothing",
    "inside",
    "piece_of",
    "put",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
V = TypeVar("V")
V_contra = TypeVar("V_contra", contravariant=True)


class Nothing(enum.Enum):
    """The type of `NOTHING`."""

    NOTHING = "nothing"


#: What a parser builds from whose value is dropped.
NOTHING: Final[Literal[Nothing.NOTHING]] = Nothing.NOTHING


#: Another place in a stream, to see what of a value is an offset. Aligned, as formats may want.
ELSEWHERE = 1 << 40


class Building(Protocol[V_contra]):
    """Anything with the steps that build a value."""

    def _build(self, value: V_contra, /) -> Steps[None]: ...


class Backwards(Building[object], Protocol[T_co]):
    """A parser, as far as building knows one."""

    @property
    def facts(self) -> Facts: ...

    def parse(self, data: bytes, *, limits: Limits) -> T_co: ...

    def _parse_at(self, offset: int, data: bytes, limits: Limits) -> T_co: ...


class _NoInput(Input):
    """Stand where the input would be, and have nothing.

    A parser that finds nothing takes its slow path, and only that one has to
    ask whether it should build instead.  Being behind the end there is no room
    even for nothing, for `read(0)` say.
    """

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0)
        self.pos = 1

    @property
    def position(self) -> int:
        raise by_hand("position()")


class Body:
    """Some pieces of which only the size is asked: they are joined with the whole.

    What has a length in front may stand in another that has, and so on: joined
    at each level its bytes would be copied as often as it is deep.
    """

    __slots__ = ("pieces", "size")

    def __init__(self, pieces: list[bytes | Body]) -> None:
        self.pieces = pieces
        self.size = sum(map(len, pieces))

    def __len__(self) -> int:
        return self.size


def joined(pieces: list[bytes | Body]) -> bytes:
    """Join *pieces*, and those that are in them."""
    try:
        return b"".join(pieces)  # type: ignore[arg-type]  # nearly always there are none
    except TypeError:
        return b"".join(_flat(pieces))


def _flat(pieces: list[bytes | Body]) -> Iterator[bytes]:
    stack = [iter(pieces)]
    while stack:
        piece = next(stack[-1], None)
        if piece is None:
            stack.pop()
        elif isinstance(piece, Body):
            stack.append(iter(piece.pieces))
        else:
            yield piece


class Build(Host):
    """Hold the state of one building: the pieces so far, and where in the value it is."""

    __slots__ = ("_again", "_open", "input", "loose", "pieces", "place_of_value", "whole")

    building = True

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.pieces: list[bytes | Body] = []
        # The names and indices on the way to the part of the value being
        # built.  An error leaves them as they are: that is its place.
        self.place_of_value: list[str | int] = []
        # What the hand-written generator that runs now is building.
        self.whole: object = NOTHING
        self.input: Input = _NoInput()
        # Whether offsets in the value were ignored: those of some other stream.
        self.loose = False
        # How many pieces alternatives have built in vain.
        self._again = 0
        # Which recursive parsers build which value, of those that are not done.
        self._open: set[tuple[int, int]] = set()

    def steps(self, parser: Backwards[T]) -> Steps[T]:
        """Build *parser* from nothing, and return what it would parse to."""
        try:
            data = yield from built(parser, NOTHING)
        except BuildError:
            check_silent(parser)  # says more, and takes its time
            raise
        self.pieces.append(data)
        return parsed(parser, data, self.limits)

    def descend(self, parser: Building[V], value: V, routine: Routine[T]) -> Steps[T]:
        """Run *routine*, with which *parser* builds *value*, on the stack.

        Raises:
            BuildError: It would build that of the same again, and would not end.
        """
        passage = id(parser), id(value)
        if passage in self._open:
            routine.close()
            raise BuildError("this value would be built of itself, again and again")
        self._open.add(passage)
        try:
            return (yield from self.call(routine))
        finally:
            self._open.discard(passage)

    def locate(self, error: BuildError) -> None:
        """Add the place to an error that has none."""
        if not error.path:
            error.path = capped_place(self.place_of_value)
            error._depth = len(self.place_of_value)

    def take_back(self, pieces: int, depth: int) -> None:
        """Go back to where there were so many *pieces*, *depth* levels deep in the value.

        Raises:
            BuildError: When too much was built in vain.
        """
        self._again += len(self.pieces) - pieces
        del self.pieces[pieces:], self.place_of_value[depth:]
        if self._again > self.limits.max_backtrack:
            raise final(f"more than {self.limits.max_backtrack} pieces in vain (max_backtrack)")

    def too_deep(self) -> BuildError:
        return final(f"nested more than {self.limits.max_depth} levels deep (max_depth)")

    # What only parsing has, each asked for by the primitives that need it.

    def lacks(self, n: int) -> Never:
        raise by_hand(f"read({n})")

    def byte_or_end(self) -> Never:
        raise by_hand("at_eof()")

    def refuse_in_alternative(self, name: str) -> Never:
        raise by_hand(name)

    @property
    def events(self) -> Never:
        raise by_hand("emit()")

    def __getattr__(self, name: str) -> Never:
        raise by_hand("a step that waits, writes or goes back")


def final(message: str) -> BuildError:
    """Return an error that no other alternative can mend."""
    error = BuildError(message)
    error._final = True
    return error


def by_hand(name: str) -> BuildError:
    """Return the error for a step that only parsing knows."""
    return BuildError(f"{name} cannot build: use a parser, with .of() where it has a choice")


#: The host of code that builds.
builder: Callable[[], Build] = host.get  # type: ignore[assignment]


def put(data: bytes | Body) -> Step[None]:
    """Add *data* to what is being built."""
    builder().pieces.append(data)
    return DONE


def built(parser: Building[V], value: V) -> Steps[bytes]:
    """Build *value* apart from what is being built, and return its bytes."""
    return joined((yield from apart(parser, value)).pieces)


def apart(parser: Building[V], value: V) -> Steps[Body]:
    """Build *value* apart from what is being built, and return its pieces."""
    outer = builder()
    kept, outer.pieces = outer.pieces, []
    try:
        yield from parser._build(value)
        return Body(outer.pieces)
    finally:
        outer.pieces = kept


def from_nothing(parser: Backwards[object]) -> Steps[None]:
    """Build *parser*, whose value is dropped."""
    check_silent(parser)
    return parser._build(NOTHING)


def check_silent(parser: Backwards[object]) -> None:
    """Refuse to build a parser from nothing that is known to have a choice."""
    if parser.facts.silent is False:
        raise BuildError(f"{parser!r} cannot build from nothing: give its value") from None


def inside(key: str | int, parser: Building[V], value: V) -> Steps[None]:
    """Build the part of a value that is called *key*."""
    place = builder().place_of_value
    place.append(key)
    yield from parser._build(value)
    place.pop()  # not after an error, which happened here


def parsed(parser: Backwards[T], data: bytes, limits: Limits, offset: int = 0) -> T:
    """Return what *data* parses to, which *parser* has built."""
    try:
        return (
            parser._parse_at(offset, data, limits) if offset else parser.parse(data, limits=limits)
        )
    except ParseError as error:
        if error._foreign:
            raise
        reason = str(error)
    raise BuildError(f"{parser!r} builds what it cannot parse: {reason}")


def build(parser: Backwards[object], value: object, limits: Limits) -> bytes:
    """Build *value* with *parser*, and see whether it would be parsed again."""
    building = Build(limits)
    data = _joined(building, parser, value)
    if parser.facts.unambiguous is not True:
        back = parsed(parser, data, limits)
        if not _same(value, back) and not (
            building.loose and _same(value, back, parsed(parser, data, limits, ELSEWHERE))
        ):
            raise BuildError(f"{parser!r} would parse what it builds to another value")
    return data


def comes_back(parser: Backwards[object], value: object, data: bytes, limits: Limits) -> bool:
    """Tell whether *data*, which *parser* has built, parses to *value* again."""
    return _same(value, parsed(parser, data, limits))


def piece_of(parser: Building[V], value: V, limits: Limits) -> tuple[bytes, int]:
    """Build a part of a value; return its bytes, and how many pieces were built in vain."""
    building = Build(limits)
    return _joined(building, parser, value), building._again


def _same(value: object, back: object, elsewhere: object = NOTHING) -> bool:
    """Compare *value* with what was parsed; with that *elsewhere*, but for offsets in it."""
    try:
        if elsewhere is NOTHING:
            return alike(value, back)
        return alike_but_for(value, back, elsewhere)
    except RecursionError:
        raise BuildError("nested too deep to be compared with what it would parse to") from None


def _joined(inner: Build, parser: Building[V], value: V) -> bytes:
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
    return joined(inner.pieces)
