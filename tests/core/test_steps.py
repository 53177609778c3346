"""What a generator says to the driver, and how code finds the host it runs in."""

import inspect

import pytest

from ohneio import (
    Limits,
    ParseError,
    UsageError,
    at_eof,
    emit,
    exactly,
    peek,
    position,
    protocol,
    read,
    read_some,
    wait,
    write,
)
from ohneio.core._steps import CALL, DONE, NOBODY, WAIT, Host, Step, current, host

STEPS = [
    read(2),
    read(),
    peek(),
    peek(2),
    read_some(2),
    wait(),
    write(b"x"),
    at_eof(),
    position(),
    exactly(2),
]


def test_requests_can_be_told_apart():
    """The two things that a generator may yield have names, for whoever debugs one."""
    assert repr(WAIT) == "<request wait>"
    assert repr(CALL) == "<request call>"


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_every_step_can_be_iterated_and_awaited(step):
    """`yield from` uses the one, `await` the other."""
    assert isinstance(step, Step)
    assert hasattr(step, "__iter__")
    assert hasattr(step, "__await__")


def test_python_may_ask_what_stands_for_nobody_for_anything():
    """As whoever looks through a module does; it has nothing of the sort."""
    with pytest.raises(AttributeError, match="__wrapped__"):
        NOBODY.__wrapped__  # noqa: B018  # asking is all


@pytest.mark.parametrize("step", STEPS, ids=repr)
def test_a_step_outside_of_a_protocol_says_so(step):
    """Where there is no host, a step that is iterated or awaited names its homes."""
    with pytest.raises(UsageError, match=r"^used outside of a protocol: primitives and parsers"):
        list(step)
    with pytest.raises(UsageError, match=r"^used outside of a protocol"):
        list(step.__await__())


def test_an_emit_outside_of_a_protocol_says_so():
    """It acts when it is called, and so it fails when it is called."""
    with pytest.raises(UsageError, match=r"^used outside of a protocol"):
        emit(1)


def test_nothing_of_the_outside_can_be_used():
    """Whatever is asked of the host where there is none ends in the same error."""
    for name in ("input", "output", "events", "marks", "pieces"):
        with pytest.raises(UsageError, match="outside of a protocol"):
            getattr(current(), name)


def test_a_step_that_is_no_step_has_no_steps():
    """The base class runs nothing."""
    with pytest.raises(NotImplementedError):
        iter(Step())
    with pytest.raises(NotImplementedError):
        Step().__await__()


def test_a_finished_step_ends_at_once_and_as_often_as_wanted():
    """`DONE` suspends nobody, with `yield from` and with `await`."""

    def generator():
        return [(yield from DONE), (yield from DONE)]

    async def coroutine():
        return [await DONE, await DONE]

    for routine in (generator(), coroutine()):
        with pytest.raises(StopIteration) as stopped:
            routine.send(None)
        assert stopped.value.value == [None, None]
    assert inspect.isawaitable(DONE)


def test_a_user_may_make_steps_of_their_own():
    """A subclass with `__iter__` works with `yield from` and with `await`."""

    class Pair(Step):
        def __iter__(self):
            return (yield from read(1)), (yield from read(1))

    @protocol
    def written():
        return (yield from Pair())

    @protocol
    async def awaited():
        return await Pair()

    for factory in (written, awaited):
        conn = factory()
        conn.send(b"a")
        assert not conn.has_result
        conn.send(b"b")
        assert conn.get_result() == (b"a", b"b")


# Hosts.


def test_the_host_is_set_while_a_protocol_runs_and_only_then():
    """Before, between and after the calls there is none; in it, each has its own."""
    seen = []

    @protocol
    def watched():
        seen.append(host.get())
        yield from read(1)
        seen.append(host.get())

    outside = host.get()
    first, second = watched(), watched()
    for conn in (first, second, first, second):
        conn.send(b"x")
        assert host.get() is outside
    assert seen[0] is seen[1]
    assert seen[2] is seen[3]
    assert len({id(one) for one in seen}) == 2


def test_a_host_that_has_no_depth_of_its_own_cannot_be_too_deep():
    """Parsing and building each say it in their own words."""
    with pytest.raises(NotImplementedError):
        Host(Limits()).too_deep()


def test_a_host_adds_its_path_to_an_error_that_has_none():
    """And leaves alone what an error already says, or where there is no path."""
    bare, inner, outer = Host(Limits()), ParseError("no", path=("inner",)), ParseError("no")
    bare.place(outer)
    assert outer.path == ()
    bare.path.append("outer")
    for error in (inner, outer):
        bare.place(error)
    assert (inner.path, outer.path) == (("inner",), ("outer",))


def test_a_call_hands_its_routine_over_and_gives_back_the_value():
    """The caller holds no child: a long chain of them could not be dropped safely."""
    caller, child = Host(Limits()), object()
    steps = caller.call(child)
    assert next(steps) is CALL
    assert caller.called is child
    assert child not in steps.gi_frame.f_locals.values()
    with pytest.raises(StopIteration) as stopped:
        steps.send(b"value")
    assert stopped.value.value == b"value"
