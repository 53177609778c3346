"""How the code that builds comes out of a grammar.

Each class of parsers has a rule, a function that gets a `Builder`, a node and
how the code says the value.  It writes the code that checks the value and takes
it apart, and puts the pieces that it becomes; they are written down as late as
possible, so that neighbours become one: see `_build_pieces`.

The function that comes out of it returns the bytes, or ``LATE``.  Only what is
as usual is built: a value of a subclass, say, or one that does not fit at all,
is left to the grammar's own nodes, which begin again and tell what is wrong.
So the checks here may refuse too much, never too little, and need no words.

While nothing repeats itself the pieces are one expression.  In loops, and in
what is recursive, they go to a list, which is joined once.
"""

from __future__ import annotations

import contextlib
import enum
import functools
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeAlias

import attrs

from ..combinators._recursion import Forward
from ..core._building import NOTHING, piece_of
from ..core._errors import BuildError
from ..core._limits import DEFAULT_LIMITS, Limits
from ..core._nodes import nodes
from ..core._parser import Parser
from ._build_pieces import Constant, Counted, Piece, Plain, Written, expressions, joined, size_of
from ._code import Code, function_name

__all__ = [
    "PLAIN",
    "Builder",
    "Sink",
    "Node",
    "alone",
    "builds",
    "constant",
    "rules",
    "unknown",
    "unstaged",
]

Node: TypeAlias = Parser[Any]


@attrs.define
class Sink:
    """Where pieces go: those that are not written down yet, and a list for the others."""

    pieces: list[Piece] = attrs.field(factory=list["Piece"])
    out: str = ""


class Builder:
    """Write the code that builds."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.sink = Sink()
        #: What is known of locals: their exact type, and that they are sizes.
        self.known: dict[str, type] = {}
        self.sizes: set[str] = set()
        #: Locals that were compared with what a node wants already.
        self.compared: set[str] = set()
        #: What the function must know first, by the name of the local.
        self.needs: dict[str, str] = {}
        #: What must not be so with the limits, wherever it matters.
        self.tight: set[str] = set()
        #: The functions of what is recursive, and those of which the code is to be written.
        self.functions: dict[int, str] = {}
        self.waiting: list[tuple[Forward[Any], str]] = []
        #: How many passages there may still be, in a function of what is recursive.
        self.left = ""
        self._refused: list[str] = []
        # Whether the block has ended already: what follows is not written.
        self._over = False

    # Writing.

    def line(self, text: str) -> None:
        """Add one line, behind the checks that were asked for."""
        self.settle()
        if not self._over:
            self.code.line(text)

    @contextlib.contextmanager
    def block(self, head: str) -> Generator[None]:
        """Add *head*, and indent what is added inside; what is known there is forgotten."""
        self.settle()
        known, compared = {**self.known}, {*self.compared}
        over, mark = self._over, self.code.mark()
        with self.code.block(head):
            yield
            self.settle()
        if over:
            self.code.back_to(mark)
        self.known, self.compared, self._over = known, compared, over

    def settle(self) -> None:
        """Write the checks that were asked for."""
        refused, self._refused = self._refused, []
        if refused and not self._over:
            with self.code.block(f"if {' or '.join(refused)}:"):
                self.code.line(self._leave)

    def refuse(self, condition: str) -> None:
        """Leave it to the nodes where *condition* holds."""
        self._refused.append(condition)

    def give_up(self) -> None:
        """Leave it to the nodes."""
        self.line(self._leave)
        self._over = True

    @property
    def _leave(self) -> str:
        return "raise Irregular" if self.left else "return LATE"

    def constant(self, value: object, hint: str) -> str:
        """Return how the code says *value*."""
        return self.code.constant(value, hint)

    def function(self, function: object) -> str:
        """Return what the code calls a user's function."""
        return self.code.constant(function, function_name(function))

    def local(self, expression: str, hint: str) -> str:
        """Give a name to the value of an expression."""
        name = self.code.fresh(hint)
        self.line(f"{name} = {expression}")
        return name

    def size(self, expression: str, hint: str = "size") -> str:
        """Give a name to a number that is known to be 0 or more."""
        if expression.isdigit():
            self.known[expression] = int
            self.sizes.add(expression)
            return expression
        name = self.local(expression, hint)
        self.known[name] = int
        self.sizes.add(name)
        return name

    def need(self, name: str, expression: str) -> str:
        """Let the function begin with ``name = expression``."""
        self.needs[name] = expression
        return name

    def exact(self, value: str, kind: type) -> None:
        """Refuse what is not exactly of this type."""
        if self.known.get(value) is not kind:
            name = kind.__name__ if kind.__module__ == "builtins" else ""
            self.refuse(f"type({value}) is not {name or self.constant(kind, kind.__name__)}")
            self.known[value] = kind

    def whole(self, value: str) -> None:
        """Refuse what is no `int`, nor as good as one."""
        if self.known.get(value) is not int:
            like = self.constant(like_int, "like_int")
            self.refuse(f"type({value}) is not int and not {like}({value})")
            self.known[value] = int

    # What is built.

    def build(self, node: Node, value: str) -> None:
        """Write the code for *node*, whose value is *value*."""
        rule = rules.get(type(node), unknown) if self.code.has_room else unknown
        rule(self, node, value)

    def nothing(self, node: Node) -> None:
        """Write the code for *node*, whose value is dropped."""
        if node.facts.silent is False:
            self.give_up()
        elif (data := constant(node, NOTHING)) is not None:
            self.put(Constant(data))
        else:
            unknown(self, node, self.constant(NOTHING, "nothing"))

    def put(self, *pieces: Piece) -> None:
        """Add pieces."""
        self.sink.pieces += pieces

    def ends_with(self, end: bytes) -> bool:
        """Tell whether the last of the pieces is a constant with this *end*."""
        last = self.sink.pieces[-1] if self.sink.pieces else None
        return isinstance(last, Constant) and last.data.endswith(end)

    def drop(self, end: bytes) -> None:
        """Take the *end* of the last piece away, which is known to have it."""
        last = self.sink.pieces[-1] if end else None
        if isinstance(last, Constant):
            self.sink.pieces[-1] = Constant(last.data.removesuffix(end))

    def flush(self) -> None:
        """Write down the pieces so far: from now on they are in a list."""
        parts, self.sink.pieces = expressions(self.code, self.sink.pieces), []
        if not self.sink.out:
            self.sink.out = self.local(f"[{', '.join(parts)}]", "pieces")
            return
        for part in parts:  # faster than all at once, which makes a tuple first
            self.line(f"{self.sink.out}.append({part})")

    def apart(self, node: Node, value: str) -> list[Piece]:
        """Write the code for *node*; return the pieces, whose size can be asked."""
        return self.aside(lambda: self.build(node, value))

    def aside(self, write: Callable[[], None]) -> list[Piece]:
        """Let *write* put some pieces; return them, so that their size can be asked."""
        outer, self.sink = self.sink, Sink()
        write()
        pieces = [self._sized(piece) for piece in self._all()]
        self.sink = outer
        return pieces

    def bytes_of(self, node: Node, value: str, hint: str) -> str:
        """Write the code for *node*; return how it says all the bytes of it."""
        pieces = self.apart(node, value)
        if len(pieces) == 1 and isinstance(pieces[0], Plain | Counted):
            return pieces[0].value
        return self.local(joined(expressions(self.code, pieces)), hint)

    def measured(self, pieces: Sequence[Piece]) -> str:
        """Return how the code says how many bytes there are in *pieces*."""
        return self.size(size_of(pieces))

    def all_of_it(self) -> str:
        """Return how the code says all the bytes."""
        return joined(expressions(self.code, self._all()))

    def _all(self) -> list[Piece]:
        """Return the pieces of this sink, those in its list as one."""
        if not self.sink.out:
            return self.sink.pieces
        self.flush()
        return [Plain(self.local(f"b''.join({self.sink.out})", "body"))]

    def _sized(self, piece: Piece) -> Piece:
        if isinstance(piece, Written):
            (expression,) = expressions(self.code, [piece])
            return Plain(self.local(expression, "written"))
        return piece

    def branches(self, arms: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Write the first of the arms whose condition holds; without one what there is else."""
        before, part = self.sink, ""
        if not before.out:
            part = self.code.fresh("part")
        for index, (condition, body) in enumerate(arms):
            head = f"{'el' if index else ''}if {condition}:" if condition else "else:"
            with self.block(head) if condition or index else contextlib.nullcontext():
                self.sink = Sink() if part else Sink([*before.pieces], before.out)
                body()
                if part:
                    self.line(f"{part} = {self.all_of_it()}")
                else:
                    self.flush()
        self.sink = before
        if part:
            self.put(Plain(part))
        else:
            before.pieces = []


Rule: TypeAlias = Callable[[Builder, Any, str], None]

#: How each class of parsers is written.
rules: dict[type[Node], Rule] = {}
#: Classes that neither call a user's function to build, nor ask for a limit.
PLAIN: set[type[Node]] = set()


def builds(*kinds: type[Node], plain: bool = True) -> Callable[[Rule], Rule]:
    """Register a rule for these classes, and whether they are `PLAIN`."""

    def register(function: Rule) -> Rule:
        rules.update(dict.fromkeys(kinds, function))
        PLAIN.update(kinds if plain else ())
        return function

    return register


#: What an enum of numbers leaves to `int`.
LEFT = [name for name in vars(int) if getattr(enum.IntEnum, name) is getattr(int, name)]


def like_int(value: object) -> bool:
    """Tell whether *value* is a number of another class that does what an `int` does."""
    kind = type(value)
    return kind is bool or (issubclass(kind, enum.IntEnum) and counts(kind))


@functools.lru_cache(maxsize=64)
def counts(kind: type) -> bool:
    """Tell whether a *kind* of numbers does all as an `int` does it."""
    found: Any = kind
    return all(getattr(found, name) is getattr(int, name) for name in LEFT)


# What the nodes themselves build.


def unknown(b: Builder, node: Node, value: str) -> None:
    """Write the code for what nothing is known of: the node itself builds."""
    if b.left:  # inside of what is recursive it could come back there
        b.give_up()
        return
    hint = type(node).__name__
    b.put(Plain(b.local(alone(b, b.constant(node, hint), value), hint)))


def alone(b: Builder, node: str, value: str) -> str:
    """Return how the code says what a node itself builds."""
    function, vain = b.constant(unstaged, "unstaged"), b.need("vain", "[0]")
    return f"{function}({node}, {value}, limits, {vain})"


def unstaged(node: Node, value: object, limits: Limits, vain: list[int]) -> bytes:
    """Let *node* build by itself, and count what alternatives in it built in vain."""
    data, again = piece_of(node, value, limits)
    vain[0] += again
    return data


def constant(node: Node, value: object) -> bytes | None:
    """Return what *node* always builds of *value*, if that depends on nothing else."""
    if not all(type(one) in PLAIN for one in nodes(node)):
        return None
    try:
        data, again = piece_of(node, value, DEFAULT_LIMITS)
    except BuildError:
        return None
    return None if again else data
