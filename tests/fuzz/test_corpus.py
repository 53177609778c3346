"""What fuzzers begin with and what they found, run again; and the harnesses themselves.

A finding goes into `FOUND` with a word about what was wrong: the harness's name
and the bytes, as the run printed them.
"""

import base64

import pytest

from ohneio import Parser
from ohneio.testing import LawBroken
from tests.fuzz import laws
from tests.fuzz.grammars import grammar_and_input
from tests.fuzz.targets import SEEDS, TARGETS
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
    looked = []
    monkeypatch.setattr(laws, "goes_round", lambda grammar, value, data: looked.append(value))
    for data in SEEDS[name]:
        TARGETS[name](data)
    assert len(looked) >= len(SEEDS[name])


@pytest.mark.parametrize("what", FOUND)
def test_findings_stay_mended(what):
    name, data = FOUND[what]
    TARGETS[name](base64.b64decode(data))


def test_grammars_are_many():
    """The bytes choose: a few hundred of them make nearly as many grammars."""
    made = {repr(grammar_and_input(bytes([40, at, *range(at, at + 80)]))[0]) for at in range(170)}
    assert len(made) > 100


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
