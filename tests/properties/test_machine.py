"""A connection is compared with a simple model.

Every public method, in every state, in any order.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ohneio import IncompleteInput, LimitExceeded, NoResult, UsageError
from tests.properties.model import Failed, Model, async_interpreter, interpreter

#: Told more often than others: what makes it wait, write and look.
COMMANDS = [b"e", b"w\x09", b"n\x03", b"n\x0d", b"u", b"t", b"a", b"p", b"P", b"r", b"s"]
COMMANDS += [b"l", b"lit", b"2", b"c", b"\r\n", b"\r", b"\n", b"zzzz", b"w\x00", b"w", b"n"]
ENDINGS = [b"x", b"k", b"d"]

chunks = st.one_of(
    st.lists(st.sampled_from(COMMANDS), max_size=6).map(b"".join),
    st.lists(st.sampled_from(COMMANDS), max_size=6).map(b"".join),
    st.sampled_from(ENDINGS),
    st.binary(max_size=8),
)


def told(error):
    """An error as the model tells it."""
    if isinstance(error, IncompleteInput):
        return IncompleteInput, error.offset, error.needed, error.have
    if isinstance(error, LimitExceeded):
        return LimitExceeded, error.offset, error.limit, error.name
    return type(error), getattr(error, "offset", None)


class ConnectionMachine(RuleBasedStateMachine):
    """Do the same to a connection and to its model."""

    @initialize(factory=st.sampled_from([interpreter, async_interpreter]))
    def begin(self, factory):
        self.conn, self.model = factory(), Model()

    def both(self, call, *args):
        """Call both, and see that they return or raise the same."""
        expected = seen = None
        try:
            expected = ("returned", call(self.model, *args))
        except (UsageError, NoResult) as error:
            expected = (type(error), None)
        except Failed as failed:
            expected = failed.args
        try:
            seen = ("returned", call(self.conn, *args))
        except Exception as error:
            seen = told(error)
        assert seen == expected

    @rule(data=chunks, kind=st.sampled_from([bytes, bytes, bytearray, memoryview]))
    def send(self, data, kind):
        self.both(lambda conn: conn.send(kind(data)))

    @rule(data=st.binary(min_size=1, max_size=1))
    def send_a_byte(self, data):
        self.both(lambda conn: conn.send(data))

    @rule()
    def send_nothing(self):
        self.both(lambda conn: conn.send(b""))

    @rule(wrong=st.sampled_from(["text", None, 7]))
    def send_what_is_not_bytes(self, wrong):
        self.both(lambda conn: conn.send(wrong))

    @rule()
    def send_eof(self):
        self.both(lambda conn: conn.send_eof())

    @rule(n=st.integers(-1, 60))
    def read(self, n):
        self.both(lambda conn: conn.read(n))

    @rule()
    def read_all(self):
        self.both(lambda conn: conn.read(0))

    @rule()
    def events(self):
        self.both(lambda conn: conn.events())

    @rule()
    def has_result(self):
        self.both(lambda conn: conn.has_result() if isinstance(conn, Model) else conn.has_result)

    @rule()
    def get_result(self):
        self.both(lambda conn: conn.get_result())

    @rule()
    def close(self):
        self.both(lambda conn: conn.close())

    @invariant()
    def stands_alike(self):
        """All that can be seen without letting it go on."""
        if not hasattr(self, "conn"):
            return
        conn, model = self.conn, self.model
        assert conn.state == model.state
        assert (conn.consumed, conn.unconsumed) == (model.pos, model.rest)
        assert (conn.pending_input, conn.pending_output) == (len(model.rest), len(model.out))
        assert conn.wants_input is model.wants_input
        assert conn.needed == model.needed
        assert (told(conn.error) if conn.error else None) == model.error
        assert conn.waiting


TestConnection = ConnectionMachine.TestCase
# Some two hundred runs; twenty thousand in the nightly profile.
TestConnection.settings = settings(max_examples=settings().max_examples * 2, stateful_step_count=30)


def test_the_model_knows_every_command():
    """What the interpreter can be told is told by the machine."""
    told_of = {command[:1] for command in COMMANDS + ENDINGS}

    assert set(b"ewnutapPrsl2cxkd") <= {command[0] for command in told_of}


@pytest.mark.parametrize("factory", [interpreter, async_interpreter])
def test_the_machine_would_notice(factory):
    """A model that is wrong in one place is told from a connection."""
    machine = ConnectionMachine()
    machine.begin(factory)
    machine.model.given.append("was never emitted")
    with pytest.raises(AssertionError):
        machine.events()
