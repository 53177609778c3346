"""What fuzzers begin with and what they found, run again; and the harnesses themselves.

A finding goes into `FOUND` with a word about what was wrong: the harness's name
and the bytes, as the run printed them.
"""

import base64
import random

import pytest

from examples.mqtt import Pingreq, Publish, QoS
from examples.websocket import Opcode
from ohneio import Parser, exactly, uint8
from ohneio.testing import LawBroken
from tests.fuzz import laws
from tests.fuzz.grammars import grammar_and_input
from tests.fuzz.targets import SEEDS, TARGETS
from tests.fuzz.values import bent
from tests.processes import python

FOUND = {
    "a lookahead alone cannot build: a rule of the harness": ("generated", "CAE/AAcAAAAOKWFhY2I="),
    "a span rebuilt stands elsewhere: a rule of the harness": (
        "generated",
        "DP////9g/9//AQEAHAAAAAAAAAABYWJhYjA6YQ==",
    ),
    "nothing, where something may stand: not told apart behind a span": (
        "generated",
        "FAH/DgkOQA6NGo32AQ4BAf8BHf8Rev//ig==",
    ),
    "a projection that takes no other branch's values: the grammar's own": (
        "generated",
        "FAE9+/7///////8BAf/+K/oA8/0c//gBAf/++i8A8/3/+A==",
    ),
    "an endless loop that only running shows": (
        "generated",
        "FAEJFAEJiQkJCAEcHByJCQgBHBwcMgBBCf8A",
    ),
}


@pytest.mark.parametrize("name", TARGETS)
def test_seeds(name):
    """Each harness runs, and its seeds keep the laws: whole, cut short and with a byte changed."""
    for data in SEEDS[name]:
        for end in range(0, len(data), 1 + len(data) // 20):
            TARGETS[name](data[:end])
            TARGETS[name](data[:end] + b"\xff" + data[end + 1 :])
        TARGETS[name](data)


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "generated"])
def test_seeds_are_messages(name, monkeypatch):
    """A seed that is refused at once would teach a fuzzer nothing."""
    found = []
    monkeypatch.setattr(laws, "run", lambda grammar, data: found.append(laws.parsed(grammar, data)))
    for data in SEEDS[name]:
        TARGETS[name](data)
    assert len(found) == len(SEEDS[name])
    assert all(found)


@pytest.mark.parametrize("what", FOUND)
def test_findings_stay_mended(what):
    name, data = FOUND[what]
    TARGETS[name](base64.b64decode(data))


def test_grammars_are_many():
    """The bytes choose: hardly two of some hundred are alike, and records are among them."""
    drawn = [bytes([232]) + random.Random(at).randbytes(80) for at in range(170)]
    made = [repr(grammar_and_input(data)[0]) for data in drawn]
    assert len(set(made)) > 120
    assert sum("record(" in one for one in made) > 10


class Wrong(Parser[object]):
    """A parser with a bug."""

    def __init__(self, bug):
        self.bug = bug

    def _parse(self):
        self.bug()
        yield from ()


def test_a_bug_is_found():
    """Anything but a `ParseError` is a finding."""

    def bug():
        raise KeyError("a bug")

    with pytest.raises(LawBroken, match="only ParseError"):
        laws.run(Wrong(bug), b"a")


class Forgetful(Parser[bytes]):
    """A parser that says it is unambiguous, and builds another value than it is given."""

    def _parse(self):
        return (yield from exactly(1)._parse())

    def _build(self, value):
        yield from exactly(1)._build(b"a")

    def _facts(self):
        return exactly(1).facts


def test_a_value_that_does_not_come_back_is_found():
    """What builds is parsed again, also what nobody has parsed before."""
    with pytest.raises(LawBroken, match="round trip"):
        laws.is_refused_or_goes_round(Forgetful(), b"b", b"")
    laws.is_refused_or_goes_round(uint8, 256, b"")  # a BuildError


VALUES = [
    Publish("a/b", b"it", qos=QoS.AT_LEAST_ONCE, packet_id=7),
    [1, 2.5, b"a", "a", True],
    {b"a": (1, [True])},
    Opcode.PING,
]


@pytest.mark.parametrize("value", VALUES)
def test_bent_values_keep_their_types(value):
    """A value is changed in one place in many ways, none of which is another type's."""
    bents = [bent(value, random.Random(seed)) for seed in range(50)]
    assert {type(one) for one in bents} == {type(value)}
    assert len({repr(one) for one in bents}) > 4


def test_bent_values_of_nothing():
    """What has no parts stays as it is."""
    for value in [None, (), [], {}, Pingreq()]:
        assert bent(value, random.Random(0)) == value


def test_without_atheris_it_says_so():
    script = "import sys; sys.modules['atheris'] = None; import tests.fuzz.__main__"
    done = python("-c", script)
    assert done.returncode == 1
    assert "needs atheris" in done.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("name", TARGETS)
def test_a_million_executions(name, tmp_path):
    """As long as it takes, which is an hour or so for each."""
    pytest.importorskip("atheris", reason="atheris is not installed: it is optional")
    done = python("-m", "tests.fuzz", name, "--build", tmp_path, timeout=None)
    assert done.returncode == 0, done.stderr[-4000:]
