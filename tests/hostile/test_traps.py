"""The list of traps that others fell into: each has one test that is named after its number."""

import re
from pathlib import Path

HERE = Path(__file__).parent

#: What went wrong elsewhere.
TRAPS = {
    1: "`read(0)` that means everything",
    2: "`write` that hides input and result until somebody reads",
    3: "`wait` that is no wait",
    4: "user code that runs in the constructor",
    5: "a result of None that never comes",
    6: "exceptions that are lost",
    7: "errors that are replaced by worse ones",
    8: "`except Exception` around alternatives",
    9: "re-entrancy",
    10: "quadratic buffers",
    11: "a search that is taken up again in the wrong place",
    12: "a run that ends where the bytes that are there do",
    13: "a limit that depends on the cuts",
    14: "a limit that is checked after buffering",
    15: "going on after a line that was too long",
    16: "looking ahead for a byte that never comes",
    17: "an empty chunk that means the end",
    18: "an end of input that the protocol cannot see",
    19: "a clean end that wants a marker",
    20: "leftovers that are lost or refused",
    21: "plaintext that crosses into TLS",
    22: "streaming and one-shot that differ",
    23: "the caller's buffer, aliased",
    24: "results that are mutable",
    25: "a small slice that keeps a large chunk",
    26: "a bare `yield`",
    27: "feeding that is itself a generator",
    28: "a delimiter at the very beginning",
    29: "a delimiter that is or is not part of the value",
    30: "names that mirror each other",
    31: "`has_result` that does not pump where `get_result` does",
    32: "global state",
    33: "numbers in the machine's own order",
    34: "recursion",
    35: "loops without progress",
    36: "cleanup left to the garbage collector",
    37: "cancellation that loses bytes",
    38: "one huge chunk that starves the loop",
    39: "a driver that costs more than the parser",
    40: "no way to say that there is no more",
}


def test_each_trap_has_one_test_and_no_other():
    """`test_t17_...` is the test of trap 17, in one of the files beside this one."""
    named = re.compile(r"^def test_t(\d+)_", re.MULTILINE)
    files = [path.read_text() for path in sorted(HERE.glob("test_*.py"))]
    found = [int(number) for text in files for number in named.findall(text)]
    assert sorted(found) == sorted(TRAPS)
