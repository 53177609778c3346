"""From a protocol to a factory of connections."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Never, ParamSpec, Protocol, TypeVar, cast, overload

from ._connection import Connection
from ._errors import UsageError
from ._limits import DEFAULT_LIMITS, Limits
from ._parser import Parser
from ._steps import Routine, Steps

__all__ = ["protocol"]

P = ParamSpec("P")
R = TypeVar("R")
E_co = TypeVar("E_co", covariant=True)


class _Decorator(Protocol[E_co]):
    """What `protocol` gives when it is called with options alone."""

    @overload
    def __call__(self, function: Parser[R], /) -> Callable[[], Connection[R, E_co]]: ...

    @overload
    def __call__(
        self, function: Callable[P, Coroutine[object, Never, R]], /
    ) -> Callable[P, Connection[R, E_co]]: ...

    @overload
    def __call__(self, function: Callable[P, Steps[R]], /) -> Callable[P, Connection[R, E_co]]: ...


@overload
def protocol(function: Parser[R], /) -> Callable[[], Connection[R, object]]: ...


@overload
def protocol(
    function: Callable[P, Coroutine[object, Never, R]], /
) -> Callable[P, Connection[R, object]]: ...


@overload
def protocol(function: Callable[P, Steps[R]], /) -> Callable[P, Connection[R, object]]: ...


@overload
def protocol(*, limits: Limits = ..., events: type[E_co]) -> _Decorator[E_co]: ...


@overload
def protocol(*, limits: Limits = ...) -> _Decorator[object]: ...


def protocol(
    function: object = None,
    /,
    *,
    limits: Limits = DEFAULT_LIMITS,
    events: object = None,  # noqa: ARG001  # for type checkers alone
) -> object:
    """Turn a generator function, an async function or a parser into a factory of connections.

    Calling the factory binds the arguments and runs nothing: the protocol
    starts with the connection's first call that lets it go on.

    Args:

        function: The protocol: a generator function that uses ``yield from``,
            an ``async def`` that uses ``await``, or a parser, of which the
            connection parses one.

        limits: The bounds of each connection.

        events: The type of what the protocol emits, for type checkers alone.

    Returns:
        A function with the same parameters that returns a `Connection`.

    Raises:
        UsageError: *function* is none of these; nothing was made. (The
            factory raises `TypeError` for arguments that do not fit.)

    Example:
        >>> from ohneio import protocol, until
        >>> @protocol
        ... def greeting(prefix):
        ...     return prefix + (yield from until(b"!"))
        >>> conn = greeting(b"> ")
        >>> conn.send(b"Hello!")
        >>> conn.get_result()
        b'> Hello'
    """
    if function is None:
        return functools.partial(_factory, limits=limits)
    return _factory(function, limits=limits)


def _factory(function: object, /, *, limits: Limits) -> Callable[..., Connection[object, object]]:
    if isinstance(function, Parser):
        parser = cast("Parser[object]", function)
        return _parsing(parser, limits)
    if callable(function):
        return _connecting(cast("Callable[..., Routine[object]]", function), limits)
    raise UsageError(
        "a protocol is a generator function, an async function or a parser, "
        f"not {type(function).__name__}"
    )


def _parsing(parser: Parser[R], limits: Limits) -> Callable[[], Connection[R, object]]:
    def connect() -> Connection[R, object]:
        return Connection(parser.__iter__, limits)

    return connect


def _connecting(
    function: Callable[P, Routine[R]], limits: Limits
) -> Callable[P, Connection[R, object]]:
    eager = inspect.isgeneratorfunction(function)
    signature = None if eager else inspect.signature(function)

    @functools.wraps(function)
    def connect(*args: P.args, **kwargs: P.kwargs) -> Connection[R, object]:
        if signature is None:
            return _eager(function, limits, *args, **kwargs)
        signature.bind(*args, **kwargs)
        # A coroutine that is dropped before it ran would warn; make it late.
        return Connection(functools.partial(function, *args, **kwargs), limits)

    return connect


def _eager(
    function: Callable[P, Routine[R]], limits: Limits, *args: P.args, **kwargs: P.kwargs
) -> Connection[R, object]:
    # The connection is made first: of garbage in a cycle the collector ends what
    # is older first, and the connection has to unwind the generator in its own
    # host.  Making a generator binds the arguments and runs nothing.
    made: list[Routine[R]] = []
    conn: Connection[R, object] = Connection(made.pop, limits)
    made.append(function(*args, **kwargs))
    return conn
