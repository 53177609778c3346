"""Grammars that refer to themselves.

A `Forward` stands for a parser that comes later.  Passing through one puts a
generator on the driver's stack, so that nesting is bounded by ``max_depth`` and
by nothing of Python's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, TypeVar, cast

from ..core._building import builder
from ..core._errors import UsageError
from ..core._facts import UNKNOWN, Facts
from ..core._nodes import nodes
from ..core._parser import Parser
from ..core._run import Run
from ..core._solving import supposing
from ..core._steps import Steps, current
from ..core._waiting import Waiting
from ._checks import parser_of

__all__ = ["Forward", "forward"]

T = TypeVar("T")

#: What the `repr` that is being written has shown already.
_shown: ContextVar[set[int] | None] = ContextVar("ohneio repr", default=None)


class Forward(Parser[T], Generic[T]):
    """See `forward`. Compared by identity."""

    __slots__ = ("__weakref__", "_proven", "_target")

    _target: Parser[T] | None
    # Whether the target was looked at, and will stay.
    _proven: bool

    def __init__(self) -> None:
        self._target = None
        self._proven = False

    def __repr__(self) -> str:
        shown = _shown.get()
        if shown is None:
            token = _shown.set(set())
            try:
                return repr(self)
            finally:
                _shown.reset(token)
        if self._target is None or id(self) in shown:
            return "forward()" if self._target is None else "forward(...)"
        shown.add(id(self))  # once is enough, and keeps the text as long as the grammar
        return f"forward({self._target!r})"

    def __reduce__(self) -> tuple[object, ...]:
        # The target as the state, which may refer to what has it.
        return Forward, (), self._target

    def __setstate__(self, target: Parser[T]) -> None:
        self._target = target
        self._proven = True

    @property
    def target(self) -> Parser[T]:
        """The parser that this one was tied to.

        Raises:
            UsageError: It was not tied yet.
        """
        if self._target is None:
            raise UsageError("a forward() was used before become() tied it to a parser")
        return self._target

    def become(self, parser: Parser[T]) -> Parser[T]:
        """Tie this to *parser*, once, and return *parser*.

        Raises:
            UsageError: It is tied already; or *parser* would call it again
                before it takes a byte (left recursion); or a loop in *parser*
                has an item that can succeed on nothing, as is known only now.
                It is not tied then.
        """
        if self._target is not None:
            raise UsageError("this forward() is tied already")
        self._target = parser_of(parser)
        try:
            with supposing(self):
                for node in nodes(self):
                    node._prove()
            self._proven = True
        finally:
            if not self._proven:
                self._target = None
        return parser

    def children(self) -> tuple[Parser[object], ...]:
        return () if self._target is None else (cast("Parser[object]", self._target),)

    @property
    def _tied(self) -> bool:
        return self._proven

    def _prove(self) -> None:
        if _comes_back(self):
            raise UsageError(f"left recursion: {self!r} would call itself before it takes a byte")

    def _steps(self) -> Steps[T]:
        return self._called(self.target._steps)

    def _parse(self) -> Steps[T]:
        # Where a value is judged all is told that was tried in it, which only the nodes know.
        judged = any(mark.keeps or mark.fixed for mark in current().marks)
        return self._called(self.target._parse if judged else self.target._steps)

    def _called(self, steps: Callable[[], Steps[T]]) -> Steps[T]:
        self._ready()
        run = current()
        if run.depth >= run.limits.max_depth:
            return self._one_too_many(run)
        # On the driver's stack: see `ohneio.core._machine`.
        return run.call(_made_deeper(run, steps))

    def _one_too_many(self, run: Run) -> Steps[T]:
        """Refuse a level more, if one begins here; where none does, fail as at any depth.

        So what ends a list on the last level that is allowed is seen to end it.
        """
        facts = self.facts
        if facts.nullable is not False or facts.first is None:
            raise run.too_deep()  # it may begin with anything
        while not run.input.visible and not run.at_end():
            yield run.sleep(Waiting.BYTES, 1)
        byte = run.input.window(0, 1)
        if byte and byte[0] in facts.first:
            raise run.too_deep()
        return (yield from self.target._parse())

    def _build(self, value: object) -> Steps[None]:
        self._ready()
        return builder().descend(self, value, self.target._build(value))

    def _facts(self) -> Facts:
        return UNKNOWN if self._target is None else self._target.facts


def _made_deeper(run: Run, steps: Callable[[], Steps[T]]) -> Steps[T]:
    """Return the steps as they are one level deeper, where a forward in front asks for its own."""
    run.depth += 1
    try:
        return steps()
    finally:
        run.depth -= 1


def _comes_back(start: Parser[object]) -> bool:
    """Tell whether *start* is reached from itself before a byte is taken."""
    seen: set[int] = set()
    todo = [*start.heads()]
    while todo:
        node = todo.pop()
        if node is start:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            todo.extend(node.heads())
    return False


def forward() -> Forward[T]:  # pyright: ignore[reportInvalidTypeVarUse]
    """Return a parser that will be tied to another one by its method ``become``.

    It then is that parser: it takes, waits, fails and builds as that one does.
    Each passage counts towards ``max_depth``, when parsing (`LimitExceeded`) and
    when building (`BuildError`), and none towards Python's recursion limit. One
    that its first byte shows to be none does not count.
    Compared by identity. Using one before it was tied is a `UsageError`.

    For type checkers annotate what it will give: ``tree: Forward[list] = forward()``.

    Also known as: ``forward_declaration`` (parsy), ``fix`` (angstrom), ``lazily``
    (scodec), ``LazyBound`` (Construct), ``Forward`` (pyparsing).

    Example:
        >>> from ohneio import forward, literal, many
        >>> tree = forward()
        >>> _ = tree.become(literal(b"(") >> many(tree) << literal(b")"))
        >>> tree.parse(b"(()(()))")
        [[], [[]]]
        >>> tree.build([[], [[]]])
        b'(()(()))'
    """
    return Forward()
