"""Parsers written by hand, as generator functions or async functions.

The same function serves both directions.  To build, it runs while its bytes are
still to be made: a step that says with ``of`` where its value lives in the whole
is built from there, and gives that value as if it had been parsed; any other
step must be buildable from nothing.  What the function returns in the end is
compared with the value that was to be built, so a wrong projection is found.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Coroutine
from operator import attrgetter
from typing import Any, Never, ParamSpec, TypeVar, cast, overload

import attrs

from ..core._building import NOTHING, Build, builder
from ..core._errors import BuildError, ParseError, UsageError
from ..core._likeness import alike, difference
from ..core._parser import Parser
from ..core._steps import Routine, Step, Steps, current
from ._calling import answered, name_of
from ._checks import described, parser_of

__all__ = ["ByHand", "Of", "of", "parser"]

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@attrs.frozen(repr=False)
class ByHand(Parser[T_co]):
    """See `parser`."""

    function: Callable[..., Routine[T_co]]
    args: tuple[object, ...] = ()
    kwargs: tuple[tuple[str, object], ...] = ()

    def __repr__(self) -> str:
        given = [repr(one) for one in self.args]
        given += [f"{name}={one!r}" for name, one in self.kwargs]
        name = name_of(self.function)
        return f"{name}({', '.join(given)})" if _makes_parsers(self.function) else name

    def __reduce__(self) -> tuple[object, ...]:
        if _is_found(self.function):
            place = self.function.__module__, self.function.__qualname__
            return _remade, (*place, self.args, self.kwargs)
        return ByHand, (self.function, self.args, self.kwargs)

    def heads(self) -> tuple[Parser[object], ...]:
        # Nobody knows when it runs the parsers that it was given.
        return ()

    def _routine(self) -> Routine[T_co]:
        return self.function(*self.args, **dict(self.kwargs))

    def _parse(self) -> Steps[T_co]:
        # On the driver's stack, so that it may recurse as deep as is allowed; made
        # only when it runs, since Python warns of a coroutine that never did.
        return (yield from current().call(self._routine()))

    def _build(self, value: object) -> Steps[None]:
        host = builder()
        outer, host.whole = host.whole, value
        try:
            returned = yield from self._backwards(host, value)
        finally:
            host.whole = outer
        if value is not NOTHING and not alike(value, returned):
            raise self._unlike(value, returned)

    def _backwards(self, host: Build, value: object) -> Steps[T_co]:
        try:
            return (yield from host.descend(self, value, self._routine()))
        except ParseError as error:
            if error._foreign:
                raise
            reason = str(error)  # raised by hand, for what this value cannot be
        raise BuildError(reason)

    def _unlike(self, value: object, returned: object) -> BuildError:
        """Return the error for a function that returns another value than it was to build."""
        key, one, other = difference(value, returned) or (None, value, returned)
        if key is not None:
            builder().place_of_value.append(key)
        text = f"{self!r} returns {described(other)}, and not {described(one)}"
        return BuildError(f"{text}: is an .of() missing, or wrong?")


def _is_found(function: Callable[..., object]) -> bool:
    """Tell whether what has the function's name is what `parser` made of it."""
    try:
        found = _found(function.__module__, function.__qualname__)
    except (ImportError, AttributeError):
        return False
    return found is not function and _undecorated(found) is function


def _found(module: str, name: str) -> object:
    return attrgetter(name)(importlib.import_module(module))


def _undecorated(found: object) -> Callable[..., Routine[Any]]:
    attribute = "function" if isinstance(found, ByHand) else "__wrapped__"
    return getattr(found, attribute)  # type: ignore[no-any-return]


def _remade(
    module: str, name: str, args: tuple[object, ...], kwargs: tuple[tuple[str, object], ...]
) -> ByHand[object]:
    return ByHand(_undecorated(_found(module, name)), args, kwargs)


@attrs.frozen(repr=False)
class Of(Step[T_co]):
    """See `Parser.of`: a step that knows where its value lives in the whole."""

    projection: Callable[[Any], object]
    parser: Parser[T_co]

    def __repr__(self) -> str:
        return f"{self.parser!r}.of({name_of(self.projection)})"

    def __iter__(self) -> Steps[T_co]:
        return self._built() if current().building else self.parser.__iter__()

    def _built(self) -> Steps[T_co]:
        host = builder()
        if host.whole is NOTHING:
            return (yield from host.steps(self.parser))
        value = answered(self.projection, host.whole)
        yield from self.parser._build(value)
        return cast("T_co", value)


def of(projection: Callable[[Any], object], parser: Parser[T]) -> Of[T]:
    """Return *parser* as a step of a function that can build: see `parser`."""
    return Of(projection, parser_of(parser))


# A function without required parameters fits the general overloads as well; the
# checkers take the first one that fits, which is the one meant.
@overload
def parser(  # pyright: ignore[reportOverlappingOverload]
    function: Callable[[], Coroutine[object, Never, T]], /
) -> Parser[T]: ...


@overload
def parser(  # pyright: ignore[reportOverlappingOverload]
    function: Callable[[], Steps[T]], /
) -> Parser[T]: ...


@overload
def parser(  # type: ignore[overload-cannot-match]
    function: Callable[P, Coroutine[object, Never, T]], /
) -> Callable[P, Parser[T]]: ...


@overload
def parser(  # type: ignore[overload-cannot-match]
    function: Callable[P, Steps[T]], /
) -> Callable[P, Parser[T]]: ...


def parser(function: Callable[..., object], /) -> object:
    """Turn a generator function, or an async function, into a parser.

    Without required parameters the result *is* a parser; else it makes
    parsers, from arguments that should be immutable and hashable. It can be
    used wherever a parser can, also recursively: each passage counts towards
    ``max_depth`` and none towards Python's own recursion limit.

    To build, the function runs once more. A step ``p.of(projection)`` builds
    ``projection(whole)`` with ``p`` and gives that value; what the projection
    raises is a `BuildError`, as for any value that does not fit. A step without
    ``of`` is built from nothing; `read`, `peek`, `wait` and `at_eof` cannot be
    built. The function must return a value equal to the one that was to be
    built, else it is a `BuildError` that names the part which differs.

    Raises:
        UsageError: *function* is neither of the two.

    Example:
        >>> from ohneio import parser, read
        >>> @parser
        ... def netstring():
        ...     size = int((yield from until(b":", max=9)))
        ...     data = yield from exactly(size)
        ...     yield from literal(b",")
        ...     return data
        >>> from ohneio import exactly, literal, until
        >>> netstring.parse(b"5:hello,")
        b'hello'
        >>> @parser
        ... def sized_text():
        ...     size = yield from uint8.of(len)
        ...     data = yield from exactly(size).of(str.encode)
        ...     return data.decode()
        >>> from ohneio import uint8
        >>> sized_text.build("hello")
        b'\\x05hello'
    """
    if not (inspect.isgeneratorfunction(function) or inspect.iscoroutinefunction(function)):
        raise UsageError(
            f"@parser wants a generator function or an async function, not {function!r}"
        )
    routine = cast("Callable[..., Routine[object]]", function)
    if not _makes_parsers(function):
        return ByHand(routine)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def make(*args: object, **kwargs: object) -> Parser[object]:
        bound = signature.bind(*args, **kwargs)
        return ByHand(routine, bound.args, tuple(bound.kwargs.items()))

    return make


def _makes_parsers(function: Callable[..., object]) -> bool:
    """Tell whether *function* has a parameter that must be given."""
    kinds = inspect.Parameter
    return any(
        one.default is kinds.empty and one.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)
        for one in inspect.signature(function).parameters.values()
    )
