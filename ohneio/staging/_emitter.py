"""How code comes out of a grammar: positions, what is irregular, what stands around.

Each class of parsers has a rule, a function that gets an `Emitter` and a node,
writes the code that takes one item of it, and returns how that code says its
value.  The rules share these conventions:

The position is ``pos`` plus a number that is known while the code is written:
taking four bytes writes nothing, and only makes the number greater.

A rule writes what happens when all is as usual: the bytes are in the current
block, and they fit.  For everything else (short, wrong, too long, unknown) the
node itself runs, as it would without staging, and the code goes on behind it.
So what is irregular is neither fast nor different.  Where the code has already
gone too far for the node to begin, as inside an alternative, it *leaves*: it
goes back to where the alternative began, and that one runs as a node.

An `Emitter` stands on three layers, each of which adds to the one below: `Writing` has
lines, names and the position, `Scoping` what stands around what is written, and `Leaving`
the ways to a node and back.  Here are the rules, and what rules are made of.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeAlias

from ..combinators._looking import Lookahead, NotFollowedBy
from ..core._errors import ParseError
from ..core._staged import LATE
from ._code import Code
from ._failing import tried
from ._late import Irregular
from ._leaving import Leaving
from ._lookup import Found, leading
from ._opening import begun, opening
from ._pausing import pause, pause_for, pausing
from ._writing import Form, Node

__all__ = ["Emitter", "Rule", "around", "rule", "rules"]


class Emitter(Leaving):
    """Write the code of one function."""

    #: What the function is written for, behind any forwards.
    outermost: Node

    def __init__(self, form: Form, code: Code) -> None:
        super().__init__(form, code)
        #: How many levels of ``max_depth`` these forwards take.
        self.level = 0
        #: The line that an item begins with, in a lane.
        self.first = ""
        #: The last line that took all there was of a frame, and how deep it stands.
        self.full: tuple[str, int] = "", 0
        #: Numbers that are looked up before it is known that they are there, by their node.
        self.found: dict[int, Found] = {}
        #: The largest of its tokens that are never smaller.
        self.largest = 0
        #: Whether a list may begin with an item of no bytes.
        self.has_empty = False
        #: What a `Forward` stands for, by identity: where a grammar comes back to itself.
        self.targets: frozenset[int] = frozenset()
        #: What is known of them: how they come back, for code that may leave and for other code.
        self.known_ways: dict[tuple[int, bool], Any] = {}
        #: How many forwards that only stand for something are around, and were at most.
        self.passed = self.deepest = 0
        #: Loops in a whole input behind which comes what their item may begin with, by identity.
        self.followed: set[int] = set()
        #: Whether neighbours are taken at once where one regular expression can.
        self.fuses = True
        #: Whether something that every item has is left to its node.
        self.unknown = False

    def value(self, node: Node, *, wanted: bool = True) -> str:
        """Write the code for *node*; return how it says the value, if that is *wanted*."""
        if not self.code.has_room:
            return unknown(self, node, wanted)
        for applies, write in around:
            if applies(self, node):
                return write(self, node)
        return rules.get(type(node), unknown)(self, node, wanted)

    def token(
        self,
        node: Node,
        condition: str,
        target: str,
        expression: str,
        size: int,
        may_begin: str = "",
        fits: str = "",
    ) -> None:
        """Take a token of *size* bytes.

        Nothing is decided before all are there, unless *may_begin* is the condition that what
        is there is a beginning of it.  Where they are there they must be as *fits* says.
        """
        there = f"{self.here} < stop", f"{self.at(size)} <= stop"
        apart = self.branch is not None and fits and self.at_end != "True"
        if apart:
            condition = there[size > 1]
        if condition == "pos < stop" and self.begins:
            condition = ""
        with pausing(self, wished=bool(condition)) as may_pause:
            with self.regular(condition, refusing=True) if condition else contextlib.nullcontext():
                self._put("" if apart else target, expression)
            if may_pause and may_begin:
                pause_for(self, may_begin, size)
            elif may_pause:
                pause(self, size, sure=condition in there)
            if not self.leaving:
                with self.block("else:"):
                    self.late(self.steps(node), target, after=self.off + size)
        if apart:
            self.refuse_unless(fits)
            self._put(target, expression)
        self.taken(size)

    def _put(self, target: str, expression: str) -> None:
        if target:
            self.line(f"{target} = {expression}")

    @property
    def begins(self) -> bool:
        """Whether nothing of an item was looked at yet, in a lane, of which there is a byte."""
        return self.code.lines[-1] is self.first

    def begin_with(self, place: tuple[int, int], line: str) -> None:
        """Let an item, of which nothing was looked at before *place*, begin with another *line*."""
        index, depth = place
        self.code.put(index - 1, depth, line)
        self.first = self.code.lines[index - 1]

    def region(self, node: Node, wanted: bool, body: Callable[[], str], steps: str = "") -> str:
        """Write *body* as one whole: where it is irregular *node* runs from its beginning."""
        if self.leaving:
            return body()
        self.settle()
        target, begins = self.fresh("value"), self.code.fresh("begins")
        skipped, opens = [*self.skipped], opening(node)
        with pausing(self, wished=opens is not None) as may_pause:
            self.line(f"{begins} = pos")
            with self.tried(target, begins), tried(self):
                value = body()
                self.line(f"{target} = {value if wanted else None}")
            after, self.skipped = self.skipped, skipped
            with self.block(f"if {target} is LATE:"):
                self.unskip([one for one in after if one not in skipped])
                if may_pause and opens:
                    begun(self, node, opens)
                self.late(steps or self.steps(node), target)
        self.skipped = after
        return target


def looks(node: Node) -> bool:
    return isinstance(node, (Lookahead, NotFollowedBy))


Rule: TypeAlias = Callable[[Emitter, Any, bool], str]

#: How each class of parsers is written.
rules: dict[type[Node], Rule] = {}


#: What may write a node, rules aside: a question, and who does it then.
around: list[tuple[Callable[[Emitter, Any], bool], Callable[[Emitter, Any], str]]] = []


def rule(*kinds: type[Node]) -> Callable[[Rule], Rule]:
    """Register a rule for these classes."""

    def register(function: Rule) -> Rule:
        rules.update(dict.fromkeys(kinds, function))
        return function

    return register


def unknown(e: Emitter, node: Node, wanted: bool, steps: str = "") -> str:
    """Write the code for what nothing is known of: the node itself runs, or these *steps* of it."""
    if e.leaving:
        e.unknown = e.unknown or not e.choosing
        e.leave()
        return "None"
    target = e.fresh("value") if wanted else ""
    e.found.pop(id(leading(node)), None)  # it takes its number itself
    e.late(steps or e.steps(node), target)
    e.off = 0
    e.consumed(node)
    return target or "None"


#: What generated code finds under these names.
ALWAYS = {"LATE": LATE, "Irregular": Irregular, "ParseError": ParseError}
