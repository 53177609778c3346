"""From a protocol to a factory of connections."""

import functools
import inspect

import pytest

from ohneio import (
    Connection,
    LimitExceeded,
    Limits,
    State,
    UsageError,
    emit,
    exactly,
    protocol,
    read,
    until,
    write,
)


def greeting(name, /, times=1, *more, mark=b"!", **options):
    """Greet as often as told."""
    for _ in range(times):
        yield from write(name + mark)
    return name, times, more, mark, options


async def awaited_greeting(name, /, times=1, *more, mark=b"!", **options):
    """Greet as often as told."""
    for _ in range(times):
        await write(name + mark)
    return name, times, more, mark, options


class Callable:
    """An object that can be called as a protocol."""

    def __call__(self, name, /, times=1, *more, mark=b"!", **options):
        return greeting(name, times, *more, mark=mark, **options)

    def __bool__(self):
        return False


BOTH = pytest.mark.parametrize("function", [greeting, awaited_greeting])
ANY = pytest.mark.parametrize("function", [greeting, awaited_greeting, Callable()])


@ANY
def test_the_factory_takes_the_parameters_of_the_function(function):
    """Positions, keywords and defaults, each time for a new connection."""
    factory = protocol(function)
    conn = factory(b"a", 2, 3, mark=b"?", key=4)
    assert isinstance(conn, Connection)
    assert conn.read() == b"a?a?"
    assert conn.get_result() == (b"a", 2, (3,), b"?", {"key": 4})
    other = factory(b"b")
    assert other.read() == b"b!"
    assert other.get_result() == (b"b", 1, (), b"!", {})


@ANY
@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), ((), {"times": 1}), ((b"a", 1), {"times": 1})]
)
def test_the_factory_binds_the_arguments(function, args, kwargs):
    """Those that do not fit are a TypeError from the factory, not from the first call."""
    with pytest.raises(TypeError):
        protocol(function)(*args, **kwargs)


@ANY
def test_the_factory_runs_no_user_code(function):
    """Not a line, until the first call that pumps; nor when the connection is dropped."""
    ran = []

    @protocol
    @functools.wraps(function)
    def recorded(*args, **kwargs):
        ran.append(1)
        return function(*args, **kwargs)

    conn = recorded(b"a")
    assert (ran, conn.state) == ([], State.RUNNING)
    conn.send(b"")
    assert ran == [1]


@BOTH
def test_the_factory_looks_like_the_function(function):
    """Name, docstring and signature are the function's own."""
    factory = protocol(function)
    assert factory.__name__ == function.__name__
    assert factory.__doc__ == "Greet as often as told."
    assert factory.__wrapped__ is function
    assert inspect.signature(factory) == inspect.signature(function)


@BOTH
def test_options_come_in_brackets_or_as_a_call(function):
    """With and without options, as a decorator and as a function."""
    limits = Limits(max_buffered=1)
    for factory in (
        protocol(function),
        protocol()(function),
        protocol(limits=limits)(function),
        protocol(function, limits=limits),
        protocol(events=int)(function),
        protocol(limits=limits, events=int)(function),
    ):
        assert factory(b"a").read() == b"a!"


def test_limits_are_those_of_each_connection():
    """Of a generator function, an async function and a parser alike."""

    async def awaiting():
        return await read(5)

    def generating():
        return (yield from read(5))

    for function in (generating, awaiting, exactly(5)):
        small = protocol(limits=Limits(max_buffered=4))(function)()
        with pytest.raises(LimitExceeded):
            small.send(b"")
        conn = protocol(function)()
        conn.send(b"abcde")
        assert conn.get_result() == b"abcde"


def test_events_are_for_type_checkers_alone():
    """Nothing is checked when it runs."""

    @protocol(events=int)
    def emitting():
        yield from emit("text")

    assert emitting().events() == ["text"]


def test_a_parser_is_a_protocol_that_parses_one_item():
    """The result is the item; the rest is left over, and may be the next connection's."""
    factory = protocol(until(b";"))
    conn = factory()
    conn.send(b"ab;cd;")
    assert (conn.get_result(), conn.unconsumed) == (b"ab", b"cd;")


@pytest.mark.parametrize(("args", "kwargs"), [((1,), {}), ((), {"limits": Limits()})])
def test_the_factory_of_a_parser_takes_no_arguments(args, kwargs):
    """A parser has no parameters."""
    with pytest.raises(TypeError):
        protocol(until(b";"))(*args, **kwargs)


def test_a_method_can_be_a_protocol():
    """`self` is the object that the factory was looked up on; static and class methods too."""

    class Server:
        name = b"class"

        def __init__(self, name):
            self.name = name

        @protocol
        def greet(self, mark):
            yield from write(self.name + mark)

        @protocol
        async def wave(self):
            await write(self.name)

        @staticmethod
        @protocol
        def static():
            yield from write(b"static")

        @classmethod
        @protocol
        def of_class(cls):
            yield from write(cls.name)

    server = Server(b"me")
    assert server.greet(b"!").read() == b"me!"
    assert server.wave().read() == b"me"
    assert server.static().read() == b"static"
    assert Server.of_class().read() == b"class"


def test_what_returns_a_generator_will_do():
    """A partial, a lambda, a bound method, a decorated function."""

    @functools.wraps(greeting)
    def decorated(*args):
        return greeting(*args)

    for function, args in (
        (functools.partial(greeting, b"a"), ()),
        (functools.partial(awaited_greeting, b"a"), ()),
        (lambda name: greeting(name, 1), (b"a",)),
        (decorated, (b"a",)),
        (Callable().__call__, (b"a",)),
    ):
        assert protocol(function)(*args).read() == b"a!"


@pytest.mark.parametrize("value", [5, "name", b"", object(), [], greeting(b"x")], ids=repr)
def test_what_cannot_be_called_is_no_protocol(value):
    """It is refused when the decorator is applied."""
    with pytest.raises(UsageError) as caught:
        protocol(value)
    assert str(caught.value) == (
        "a protocol is a generator function, an async function or a parser, "
        f"not {type(value).__name__}"
    )


def test_the_decorator_takes_one_function_by_position():
    """Options have names."""
    with pytest.raises(TypeError):
        protocol(greeting, Limits())
    with pytest.raises(TypeError):
        protocol(function=greeting)
