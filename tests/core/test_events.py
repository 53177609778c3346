"""What stands for the list of events where there is more to do than to append."""

import pytest

from ohneio import UsageError, choice, emit, literal, protocol
from ohneio.core._events import Later
from ohneio.core._steps import current


def test_while_an_alternative_is_open_the_events_ask_whether_one_may():
    """So it is where bytes are only kept."""

    @protocol
    def emitting():
        run = current()
        kept = run.mark(keeps=True)
        yield from emit("kept")
        tried = run.mark()
        with pytest.raises(UsageError, match=r"^emit\(\) inside an alternative: "):
            yield from emit("tried")
        run.release(tried)
        run.release(kept)
        yield from emit("behind")

    conn = emitting()
    conn.send(b"")
    assert conn.events() == ["kept", "behind"]


def test_events_may_be_taken_while_an_alternative_is_open():
    """And emitted again when it is closed."""

    @protocol
    def emitting():
        yield from emit("before")
        yield from choice(literal(b"ab"), literal(b"ac"))
        yield from emit("behind")

    conn = emitting()
    conn.send(b"a")
    assert conn.events() == ["before"]
    conn.send(b"c")
    assert conn.events() == ["behind"]


def test_events_may_be_made_when_somebody_asks():
    """Once, and before all that comes behind them."""
    made = []
    later = Later(made.append(one) or one for one in "ab")
    assert made == []
    assert later  # there is something
    later.append("c")
    assert made == ["a", "b"]
    later += ["d"]
    assert later.all() == ["a", "b", "c", "d"]
    again = Later(iter("ab"))
    again += "c"
    assert (again.all(), Later("ab").all()) == (["a", "b", "c"], ["a", "b"])
