"""Parsers written by hand, as generator functions or async functions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Never, ParamSpec, TypeVar, cast, overload

import attrs

from ..core._errors import UsageError
from ..core._parser import Parser
from ..core._steps import Routine, Steps, current

__all__ = ["ByHand", "parser"]

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
        name = self.function.__qualname__
        return f"{name}({', '.join(given)})" if _makes_parsers(self.function) else name

    def _parse(self) -> Steps[T_co]:
        # On the driver's stack, so that it may recurse as deep as is allowed.
        return current().call(self.function(*self.args, **dict(self.kwargs)))


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
        signature.bind(*args, **kwargs)
        return ByHand(routine, args, tuple(kwargs.items()))

    return make


def _makes_parsers(function: Callable[..., object]) -> bool:
    """Tell whether *function* has a parameter that must be given."""
    kinds = inspect.Parameter
    return any(
        one.default is kinds.empty and one.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)
        for one in inspect.signature(function).parameters.values()
    )
