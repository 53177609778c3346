"""Python source that is being written, and the objects that it names.

Generated code is read by people: in `Parser.source`, and in tracebacks.  So
names are the grammar's own where it has any, numbers and bytes stand in the
code, and everything else is a name in the module that the code will live in.
"""

from __future__ import annotations

import builtins
import contextlib
import itertools
import keyword
import re
import unicodedata
from collections.abc import Generator, Iterator

__all__ = ["NOWHERE", "WRITTEN", "Code", "function_name", "is_not", "is_one"]

#: What is written into the code as it is.
PLAIN = (int, bytes, bool, type(None))
#: The longest constant that is written out.
SHORT = 60
#: Names that no local may have.
TAKEN = frozenset({*keyword.kwlist, *dir(builtins)})
#: Numbers, bytes and text as `repr` writes them.
WRITTEN = re.compile(r"""-?\d|b?['"]""").match
#: How deep blocks may stand in blocks, in a lane as well, and how much deeper in a loop around a
#: grammar in itself; and how many lines there may be.
DEEP, DEEP_IN_LANES, DEEPER = 13, 15, 8
LONG = 2000
#: CPython has room for 20 blocks in blocks that are no `if`: so many are left for one more rule.
NESTED = 16
IFS = ("if ", "elif ", "else:")
#: A place where nothing is.
NOWHERE = -1, 0
#: How wide a line should be, what stands before it aside.
WIDE = 108
#: How a line begins that leaves its block.
LEAVING = r"(?:return|raise|continue|break)\b"
LEAVES = re.compile(LEAVING).match
#: Finds a line that may stand behind such a one, and in the same block.
BEHIND = re.compile(rf"\n( *+){LEAVING}.*\n(?:\1 .*\n)*\1\S").search
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
#: What folds are found by, and strings, in which none of it counts.
TOKENS = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[][(){},]|\b(?:and|or)\b""").finditer


def is_one(value: str, known: object) -> str:
    """Return the condition that *value* is *known*, which is None, True or False.

    Asked that of a constant which is written out the compiler would warn.
    """
    return "False" if WRITTEN(value) else f"{value} is {known}"


def is_not(value: str, known: object) -> str:
    """Return the condition that *value* is not *known*."""
    return "True" if WRITTEN(value) else f"{value} is not {known}"


class Block:
    """A block of code: see `Code.block`. A generator would take four times as long."""

    __slots__ = ("_code", "_head", "_size")

    def __init__(self, code: Code, head: str) -> None:
        self._code = code
        self._head = head
        self._size = 0

    def __enter__(self) -> None:
        code = self._code
        code.line(self._head)
        code._depth += 1
        code._nested += not self._head.startswith(IFS)
        self._size = len(code.lines)

    def __exit__(self, *raised: object) -> None:
        code = self._code
        if len(code.lines) == self._size:
            code.line("pass")
        code._depth -= 1
        code._nested -= not self._head.startswith(IFS)


class Code:
    """Collect lines of source, and the names that they use.

    Args:
        deep: How deep blocks may stand in blocks.
    """

    def __init__(self, deep: int = DEEP) -> None:
        self._deep = deep
        self.lines: list[str] = []
        self.namespace: dict[str, object] = {}
        self._depth = 0
        self._nested = 0
        self._names: dict[int, str] = {}
        self._taken: set[str] = {*TAKEN}

    def line(self, text: str) -> None:
        """Add one line, as deep as the block it stands in."""
        if len(text) <= WIDE:  # nearly all
            self.lines.append("    " * self._depth + text)
        else:
            self.lines += ["    " * self._depth + part for part in folded(text)]

    @property
    def has_room(self) -> bool:
        """Whether it may still grow: Python nests no deeper, and nobody reads so much."""
        shallow = self._depth < self._deep and self._nested <= NESTED
        return shallow and len(self.lines) < LONG

    @contextlib.contextmanager
    def deeper(self) -> Generator[None]:
        """Let what is inside go on as deep as if it stood less deep."""
        self._deep += DEEPER
        yield
        self._deep -= DEEPER

    @property
    def place(self) -> tuple[int, int]:
        """Where the next line will stand, and how deep."""
        return len(self.lines), self._depth

    def mark(self) -> int:
        """Return what `back_to` needs to forget the lines from here on, and `says` to read them."""
        return len(self.lines)

    def back_to(self, mark: int) -> None:
        """Forget the lines since `mark`."""
        del self.lines[mark:]

    def says(self, text: str, mark: int) -> bool:
        """Tell whether *text* stands in a line since `mark`."""
        return any(text in line for line in self.lines[mark:])

    def fill(self, mark: str, text: str) -> None:
        """Put *text* where *mark* stands."""
        self.lines[:] = [line.replace(mark, text) for line in self.lines]

    def insert(self, index: int, depth: int, text: str) -> None:
        """Add a line where `place` once was."""
        self.lines[index:index] = ["    " * depth + part for part in folded(text)]

    def put(self, index: int, depth: int, text: str) -> None:
        """Put a line in the place of another."""
        self.lines[index] = "    " * depth + text

    def block(self, head: str) -> Block:
        """Add *head*, and indent what is added inside; an empty block says ``pass``."""
        return Block(self, head)

    def fresh(self, hint: str) -> str:
        """Return a name like *hint* that nothing else has."""
        return self._free(words(hint).lower() or "it")

    def constant(self, value: object, hint: str) -> str:
        """Return how the code says *value*: written out, or as a name."""
        if type(value) in PLAIN and len(repr(value)) <= SHORT:
            return repr(value)
        return self.named(value, hint)

    def named(self, value: object, hint: str) -> str:
        """Return the name by which the code knows *value*."""
        if id(value) not in self._names:
            name = self._free(words(hint).upper() or "IT")
            self._names[id(value)] = name
            self.namespace[name] = value  # which also keeps its id its own
        return self._names[id(value)]

    def reserve(self, *names: str) -> None:
        """Let nobody else have *names*."""
        self._taken.update(names)

    def _free(self, stem: str) -> str:
        stem = unicodedata.normalize("NFKC", stem)  # as the compiler reads it
        if not stem.isidentifier():
            stem = f"_{stem}" if f"_{stem}".isidentifier() else "it"
        name, number = stem, 2
        while name in self._taken:
            name, number = f"{stem}{number}", number + 1
        self._taken.add(name)
        return name

    @property
    def source(self) -> str:
        """All of it that can be reached."""
        whole = "\n".join(self.lines) + "\n"
        return "\n".join(reached(self.lines)) + "\n" if BEHIND(whole) else whole


def reached(lines: list[str]) -> Iterator[str]:
    """Yield *lines* but for those behind one that always leaves the block it is in.

    What decides that a branch always fails need not know what is written behind it.
    """
    end, over = 0, False
    for line in lines:
        depth = len(line) - len(line.lstrip())
        over = end > 0 and (depth == end or (over and depth > end))  # deeper is a folded line
        if not over or line.endswith(" yield"):  # by which a function is a generator
            yield line
        if depth < end or not end:
            end = depth if LEAVES(line, depth) else 0


def words(hint: str) -> str:
    """Return what of a hint a name may have in it."""
    if hint.isascii() and hint.isidentifier():  # nearly all
        return hint.strip("_")
    return re.sub(r"\W+", "_", hint).strip("_")


def function_name(function: object) -> str:
    """Return what to call a user's function in the code."""
    name = getattr(function, "__name__", "function")
    return name if name.isidentifier() else "function"


def folded(text: str) -> list[str]:
    """Return a line as some, where it is too long for a screen: only in brackets, at a comma."""
    if len(text) <= WIDE:
        return [text]
    lines, begins = list[str](), 0
    for before, place in itertools.pairwise([*folds(text), len(text) + WIDE]):
        if place - begins > WIDE:
            lines.append(text[begins:before].rstrip())
            begins = before
    return [line if not at else f"        {line}" for at, line in enumerate(lines)] or [text]


def folds(text: str) -> Iterator[int]:
    """Yield where a line may be folded, and its end."""
    depth = 0
    for token in TOKENS(text):
        what = token[0]
        if what in OPENING:
            depth += 1
        elif what in CLOSING:
            depth -= 1
        elif depth and what == ",":
            yield token.end()
        elif depth and what in ("and", "or"):
            yield token.start()
    yield len(text)
