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

Around what runs as a node there may be labels, fields, frames, and values that
are judged when all of them is there.  These are `Scope`s: the code has no trace
of them, they are put up when something is irregular inside.  See `_late`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import Any, TypeAlias

import attrs

from ..combinators._looking import Lookahead, NotFollowedBy
from ..core._errors import ParseError
from ..core._facts import ANY
from ..core._parser import LATE, Parser, nodes
from ._code import NOWHERE, Code
from ._inlining import Names
from ._late import Irregular, behind, framed, keep_all, labelled, named, nothing, settled
from ._lookup import Found
from ._making import maker
from ._opening import begun, opening
from ._pausing import pause, pause_for, pausing

__all__ = ["NOTHING_KEPT", "Emitter", "Form", "Node", "Rule", "Skipped", "around", "rule", "rules"]

Node: TypeAlias = Parser[Any]

#: What is said where the function lets go of all that it holds.
NOTHING_KEPT = "nothing is kept while it waits"


@attrs.frozen
class Form:
    """Say what kind of function the code is the body of.

    Attributes:
        name: ``items``, ``item`` or ``once``.
        resumes: Whether it can wait, and run nodes.
        emits: Whether it gives item after item.
        lane: Whether it takes a chunk, behind which more may come.
    """

    name: str
    resumes: bool
    emits: bool = False
    lane: bool = False


@attrs.frozen
class Skipped:
    """A parser that could have stood where *at* is, but for its first byte."""

    parser: str
    at: str
    depth: int
    #: The fields that it is in and the code here is not; labels, and where each began.
    inside: tuple[str, ...] = ()

    def known_by(self, at: str) -> Skipped:
        """Return the same, with another variable for where it was."""
        return attrs.evolve(self, at=at)


@attrs.frozen
class Scope:
    """Something that stands around: what puts it up for steps, and its name in a path."""

    around: Callable[[str], str]
    name: str | None = None


class Emitter:
    """Write the code of one function."""

    def __init__(self, form: Form, code: Code) -> None:
        self.form = form
        self.code = code
        self.off = 0
        # What the function must know first, by the name of the local.
        self.needs: dict[str, str] = {}
        # Where irregular code goes: none in a form that resumes, unless inside
        # of something that is tried.
        self.leaving = 0 if form.resumes else 1
        #: What the function is written for.
        self.outermost: Node | None = None
        #: Whether a function of the author's is called.
        self.calls = False
        #: In how many choices between ways the code stands.
        self.choosing = 0
        self.scopes: list[Scope] = []
        #: Ends of frames that are about to begin.
        self.ends: list[str] = []
        #: Ends of frames, and the variables that keep what the block's end was.
        self.frames: list[tuple[str, str]] = []
        #: In a lane: places in the block from where on bytes are wanted, outermost first.
        self.holding: list[str] = []
        #: Marks that are set when something is irregular, and where.
        self.marks: list[tuple[str, str]] = []
        #: Locals for matches of regular expressions, which hold the block.
        self.matches: dict[str, str] = {}
        #: Where the code was when something began that is kept, and the variable for that.
        self._begun = "", ""
        #: The line that an item begins with, in a lane.
        self.first = ""
        #: The last line that took all there was of a frame, and how deep it stands.
        self.full: tuple[str, int] = "", 0
        #: In a lane: where the code leaves, of what may as well be cut by the chunk's end.
        self.exits: list[tuple[int, int]] = []
        self.skipped: list[Skipped] = []
        #: Whether a byte may decide against a parser that is then not asked.
        self.skips = False
        self.looks_ahead = False
        #: Numbers that are looked up before it is known that they are there, by their node.
        self.found: dict[int, Found] = {}
        #: The largest of its tokens that are never smaller.
        self.largest = 0
        self._hints: list[str] = []
        #: What a `Forward` stands for, by identity: where a grammar comes back to itself.
        self.targets: frozenset[int] = frozenset()
        #: The grammar that is being written as a loop around itself.
        self.recursion: Any = None
        #: What functions that are written into the code look up.
        self.names = Names(code)
        #: Whether something that every item has is left to its node.
        self.unknown = False

    # Names.

    def constant(self, value: object, hint: str = "it") -> str:
        """Return how the code says *value*."""
        return self.code.constant(value, hint)

    def node(self, node: Node) -> str:
        """Return the name of *node*."""
        return self.code.constant(node, self._hints[-1] if self._hints else type(node).__name__)

    def hint(self, otherwise: str) -> str:
        """Return the name of the field or label around, if there is one."""
        return self._hints[-1] if self._hints else otherwise

    def fresh(self, hint: str) -> str:
        """Return a new local; named as the field or label around it, if there is one."""
        return self.code.fresh(self.hint(hint))

    def match(self, hint: str) -> str:
        """Return the local for matches of a kind: each is looked at before there is another."""
        if hint not in self.matches:
            self.matches[hint] = self.code.fresh(hint)
        return self.matches[hint]

    @contextlib.contextmanager
    def called(self, hint: str) -> Generator[None]:
        """Name values inside after *hint*."""
        self._hints.append(hint)
        yield
        self._hints.pop()

    def need(self, name: str, expression: str) -> str:
        """Let the function begin with ``name = expression``."""
        self.needs[name] = expression
        return name

    @property
    def limits(self) -> str:
        """How the function says the limits."""
        return "run.limits" if self.form.resumes else "limits"

    # Writing.

    def line(self, text: str) -> None:
        """Add one line."""
        self.code.line(text)

    def block(self, head: str) -> contextlib.AbstractContextManager[None]:
        """Add *head*, and indent what is added inside."""
        return self.code.block(head)

    def value(self, node: Node, *, wanted: bool = True) -> str:
        """Write the code for *node*; return how it says the value, if that is *wanted*."""
        if not self.code.has_room:
            return unknown(self, node, wanted)
        if self.recursion is None and (self.leaving == 0 or not self.form.resumes):
            for applies, write in around:
                if applies(self, node):
                    return write(self, node)
        return rules.get(type(node), unknown)(self, node, wanted)

    # The position.

    @property
    def here(self) -> str:
        """The position."""
        return self.at(0)

    def at(self, offset: int) -> str:
        """Return the position *offset* bytes further on."""
        offset += self.off
        return "pos" if not offset else f"pos {'+' if offset > 0 else '-'} {abs(offset)}"

    def settle(self) -> None:
        """Let ``pos`` be the position."""
        if self.off:
            self.line(f"pos += {self.off}")
            self.off = 0

    def moved(self, expression: str) -> None:
        """Go to *expression*."""
        self.line(f"pos = {expression}")
        self.off = 0

    def taken(self, size: int) -> None:
        """Go *size* bytes on."""
        self.off += size
        if size:
            self.skipped.clear()

    def consumed(self, node: Node) -> None:
        """Say that *node* was taken, and with it a byte at least, if that is so."""
        if node.facts.nullable is False:
            self.skipped.clear()

    @property
    def at_end(self) -> str:
        """The condition that no byte can come behind ``stop``, if that can be."""
        if not self.form.resumes and not self.form.lane:
            return "True"
        return f"stop == {self.frames[-1][0]}" if self.frames else ""

    def or_end(self, condition: str) -> str:
        """Return the condition that *condition* holds, or that no more bytes can come."""
        if self.at_end == "True":
            return ""
        return f"({condition} or {self.at_end})" if self.at_end else condition

    def make(self, cls: type, values: dict[str, str], *, refusing: bool = False) -> str:
        """Write the code that makes an object of *cls*; return the variable it is in."""
        target, setters = self.fresh(cls.__name__), maker(cls)
        if setters is None or set(setters) != set(values):
            given = ", ".join(f"{name}={value}" for name, value in values.items())
            self.call(target, f"{self.constant(cls, cls.__name__)}({given})", refusing=refusing)
            return target
        new = self.constant(object.__new__, "new")
        self.line(f"{target} = {new}({self.constant(cls, cls.__name__)})")
        for name, value in values.items():
            self.line(f"{self.constant(setters[name], 'set_' + name)}({target}, {value})")
        return target

    def call(self, target: str, expression: str, *, refusing: bool = False) -> None:
        """Call a user's function: what it raises is no mismatch.

        If *refusing* a `ValueError` is: then *target* is ``LATE``.
        """
        self.calls = True
        if self.form.resumes:
            self.line(f"source.pos = {self.here}")
        with self.block("try:"):
            self.line(f"{target} = {expression}")
        with self.block("except ParseError as error:"):
            self.line("error._foreign = True")
            self.line("raise")
        if refusing:
            with self.block("except ValueError:"):
                self.leave() if self.leaving else self.line(f"{target} = LATE")

    # What is irregular.

    def regular(self, condition: str) -> contextlib.AbstractContextManager[None]:
        """Write code for when *condition* holds; what else there is, see `otherwise`.

        Inside of what is tried nothing else needs to be written.
        """
        if self.leaving:
            self.leave_unless(condition)
            return contextlib.nullcontext()
        return self.block(f"if {condition}:")

    def leave_unless(self, condition: str) -> None:
        """Leave where *condition* does not hold."""
        with self.block(f"if not ({condition}):"):
            if self.exits and self.exits[-1] is NOWHERE:
                self.exits[-1] = self.code.place
            self.leave()

    def leave(self) -> None:
        """Go to where what is tried began, or give up the whole function."""
        if self.form.lane:
            self.line("return leaves(run, data, start)")
        else:
            self.line("raise Irregular" if self.form.resumes else "return LATE")

    def token(
        self,
        node: Node,
        condition: str,
        target: str,
        expression: str,
        size: int,
        may_begin: str = "",
    ) -> None:
        """Take a token of *size* bytes.

        Nothing is decided before all are there, unless *may_begin* is the condition that what
        is there is a beginning of it.
        """
        if condition == "pos < stop" and self.begins:
            condition = ""
        with pausing(self, wished=bool(condition)) as may_pause:
            with self.regular(condition) if condition else contextlib.nullcontext():
                if target:
                    self.line(f"{target} = {expression}")
            if may_pause:
                if may_begin:
                    pause_for(self, may_begin, size)
                else:
                    pause(
                        self,
                        size,
                        sure=condition in (f"{self.here} < stop", f"{self.at(size)} <= stop"),
                    )
            if not self.leaving:
                with self.block("else:"):
                    self.late(self.steps(node), target, after=self.off + size)
        self.taken(size)

    @property
    def begins(self) -> bool:
        """Whether nothing of an item was looked at yet, in a lane, of which there is a byte."""
        return self.code.lines[-1] is self.first

    def begin_with(self, place: tuple[int, int], line: str) -> None:
        """Let an item, of which nothing was looked at before *place*, begin with another *line*."""
        index, depth = place
        self.code.put(index - 1, depth, line)
        self.first = self.code.lines[index - 1]

    def otherwise_at(self, steps: str, target: str, before: int = 0) -> None:
        """Run *steps* where it was not as usual, from *before* bytes behind ``pos`` on."""
        if not self.leaving:
            with self.block("else:"):
                self.off = before
                self.late(steps, target)
                self.off = 0

    def steps(self, node: Node) -> str:
        """Return the steps of a node."""
        return f"{self.node(node)}._parse()"

    def late(self, steps: str, target: str, *, after: int = 0) -> None:
        """Run *steps* from here and go on behind them: the position is *after* behind ``pos``."""
        self.late_all([(steps, target)], after=after)

    def late_all(self, runs: list[tuple[str, str]], *, after: int = 0) -> None:
        """Run some steps, one after the other, and go on behind them."""
        self._put_down()
        for index, (steps, target) in enumerate(runs):
            whole = self._around(steps, first=not index)
            self.line(f"{target + ' = ' if target else ''}yield from {whole}")
        self._take_up(after)

    def _put_down(self) -> None:
        holding = " = ".join(
            ["data", *(["emit"] if self.form.emits else []), *self.matches.values()]
        )
        if self.form.emits:
            self.line(f"{holding} = run.hand_over(start, {self.here})")
        else:
            self.line(f"source.pos, {holding} = {self.here}, None  # {NOTHING_KEPT}")
        if self.looks_ahead:
            self.line("run._again = again")
        if self.recursion is not None:
            self.line("run.depth = depth + len(stack)")
            if self.recursion.keeps:
                self.line(f"{self.constant(keep_all, 'keep_all')}(run, kept, keeping)")
        self._keep(self.marks)

    def look(self) -> None:
        """Write where the input and the events are by now, after a wait."""
        if self.form.emits:
            self.line("data, pos, stop, base, emit = run.here()")
        else:
            self.line("data, pos, stop, base = source.here()")

    def _take_up(self, after: int) -> None:
        for place in [*self.ends, *(end for end, _ in self.frames)]:
            self.line(f"{place} -= source.base - base")
        self.look()
        if after:
            self.line(f"pos -= {after}")
        self.stops()
        if self.looks_ahead:
            self.line("again = run._again")

    def stops(self) -> None:
        """Write where the block ends in the frames around, after a wait."""
        for end, outer in self.frames:
            self.line(f"{outer} = stop")
            self.line(f"stop = min({end}, stop)")

    def _around(self, steps: str, *, first: bool) -> str:
        """Return *steps* in the scopes around, the *first* ones behind what was skipped here."""
        for depth in range(len(self.scopes), -1, -1):
            if first:
                steps = self._behind(steps, depth)
            if depth:
                steps = self.scopes[depth - 1].around(steps)
        return steps

    def _behind(self, steps: str, depth: int) -> str:
        for one in reversed(self.skipped):
            if min(one.depth, len(self.scopes)) == depth:
                function = self.constant(behind, "behind")
                steps = f"{function}({', '.join(['run', steps, one.parser, one.at, *one.inside])})"
        return steps

    def begin_skip(self, at_first: str = "base + pos") -> str:
        """Note the position, where something may be skipped for its first byte."""
        self.settle()
        self.skips = True
        at = self.code.fresh("at")
        if self.form.resumes:
            self.need(at, "-1")
            self.line(f"{at} = {at_first}")
        return at

    def pass_by(self, at: str) -> None:
        """Note the position anew."""
        if self.form.resumes:
            self.line(f"{at} = base + pos")

    @contextlib.contextmanager
    def ways(self) -> Generator[Callable[[], None]]:
        """Write code of which one way is taken; call what this gives at the head of each.

        Behind them may have been skipped what was so at the end of any.
        """
        before, ends, begun = [*self.skipped], list[Skipped](), list[bool]()

        def another() -> None:
            ends.extend(one for one in self.skipped if begun and one not in ends)
            self.skipped = [*before]
            begun.append(True)

        self.choosing += 1
        yield another
        self.choosing -= 1
        another()
        self.skipped = ends

    def skip(self, node: Node, at: str) -> None:
        """Say that *node* may have been skipped *at* a position."""
        if self.form.resumes and (self.at_end or node.facts.first != ANY):
            name = self.code.constant(node, "skipped")
            self.skipped.append(Skipped(name, at, len(self.scopes)))

    def unskip(self, some: list[Skipped]) -> None:
        """Say that none of *some* was skipped: the node around them runs from its beginning."""
        places = dict.fromkeys(one.at for one in some)
        if places:
            self.line(f"{' = '.join(places)} = -1")

    def tell_skipped(self) -> None:
        """Let whoever goes on behind code that knows of none learn what could have stood here."""
        if self.skipped:
            self.settle()
            places = dict.fromkeys(one.at for one in self.skipped)
            with self.block(f"if {' or '.join(f'base + pos == {at}' for at in places)}:"):
                self.late(f"{self.constant(nothing, 'nothing')}()", "")

    # What is tried.

    @contextlib.contextmanager
    def tried(self, target: str, begins: str) -> Generator[None]:
        """Write code that may leave; then *target* is ``LATE`` and ``pos`` is *begins*."""
        place = self.code.place
        with self.block("try:"):
            self.leaving += 1
            yield
            self.settle()
            self.leaving -= 1
        stop = ""
        if any("stop = " in line for line in self.code.lines[place[0] :]):  # it left in a frame
            stop = self.code.fresh("whole")
            self.code.insert(*place, f"{stop} = stop")
        with self.block("except Irregular:"):
            self.line(f"pos, {target} = {begins}, LATE")
            if stop:
                self.line(f"stop = {stop}")

    def region(self, node: Node, wanted: bool, body: Callable[[], str], steps: str = "") -> str:
        """Write *body* as one whole: where it is irregular *node* runs from its beginning."""
        if self.leaving:
            return body()
        self.settle()
        target, begins = self.fresh("value"), self.code.fresh("begins")
        skipped, looks = [*self.skipped], self.looks_ahead and looking(node)
        opens = opening(node)
        with pausing(self, wished=opens is not None) as may_pause:
            self.line(f"{begins} = pos")
            if looks:
                self.line("looked = again")
            with self.tried(target, begins):
                value = body()
                self.line(f"{target} = {value if wanted else None}")
            after, self.skipped = self.skipped, skipped
            with self.block(f"if {target} is LATE:"):
                if looks:
                    self.line("again = looked")
                self.unskip([one for one in after if one not in skipped])
                if may_pause and opens:
                    begun(self, node, opens)
                self.late(steps or self.steps(node), target)
        self.skipped = after
        return target

    # What stands around.

    @contextlib.contextmanager
    def scope(self, around: Callable[[str], str], name: str | None = None) -> Generator[None]:
        """Let steps that run inside be wrapped by *around*; the field or label has a *name*."""
        self.scopes.append(Scope(around, name))
        yield
        self.scopes.pop()

    @contextlib.contextmanager
    def named(self, name: str) -> Generator[None]:
        """Let what is inside be in a field of this *name*."""
        skipped = [*self.skipped]
        with self.scope(lambda steps: self.around(name, steps), name):
            yield
        self._skipped_in(repr(name), skipped)

    @property
    def path(self) -> tuple[str, ...]:
        """The fields and labels that stand around."""
        return tuple(one.name for one in self.scopes if one.name is not None)

    def _skipped_in(self, place: str, before: list[Skipped]) -> None:
        """Say that what was skipped, but for what was *before*, was so in a *place* now left."""
        depth = len(self.scopes)
        self.skipped = [
            one
            if one in before
            else attrs.evolve(one, inside=(*one.inside, place), depth=min(one.depth, depth))
            for one in self.skipped
        ]

    def around(self, name: str, steps: str) -> str:
        """Return *steps* inside a field of this *name*."""
        return f"{self.constant(named, 'named')}(run, {steps}, {name!r})"

    @contextlib.contextmanager
    def labelled(self, node: Node, name: str) -> Generator[None]:
        """Let what is inside be in a label of this *name*."""
        if not self.form.resumes:
            yield
            return
        self.settle()
        here, label = self.need(self.code.fresh("here"), "-1"), self.node(node)
        function, skipped = self.constant(labelled, "labelled"), [*self.skipped]
        self.line(f"{here} = base + pos")
        with self.scope(lambda steps: f"{function}(run, {steps}, {label}, {here})", name):
            yield
        self._skipped_in(f"({label}, {here})", skipped)

    @contextlib.contextmanager
    def in_frame(self, end: str) -> Generator[None]:
        """Let what is inside end at *end*, a place in the block or behind it."""
        kept = self.code.fresh("outer")
        function = self.constant(framed, "framed")
        self.line(f"{kept} = stop")
        with self.block(f"if {end} < stop:"):
            self.line(f"stop = {end}")
        self.frames.append((end, kept))
        with self.scope(lambda steps: f"{function}(run, {steps}, base + {end}, {end!r})"):
            yield
        self.frames.pop()
        self.line(f"stop = {kept}")

    @contextlib.contextmanager
    def inside(self, end: str) -> Generator[None]:
        """Let what is inside end at *end*, where ``stop`` is already; only in what may leave."""
        self.frames.append((end, ""))
        yield
        self.frames.pop()

    @contextlib.contextmanager
    def held(self, place: str) -> Generator[None]:
        """Let the bytes from a *place* on be there behind what is inside, in what may leave."""
        self.holding.append(place)
        yield
        self.holding.pop()

    @contextlib.contextmanager
    def kept(self) -> Generator[tuple[str, str]]:
        """Let the bytes of what is inside be kept; give the mark, and where it began.

        Not in what may leave, which begins anew where something is irregular.
        """
        self.settle()
        mark, begins = self.code.fresh("mark"), self._beginning()
        self.line(f"{mark} = None")
        self.marks.append((mark, begins))
        self._begun = self.code.lines[-1], begins
        yield mark, begins
        self.marks.pop()

    def _beginning(self) -> str:
        """Return the variable for where what is kept begins; two that begin together have one."""
        line, begins = self._begun
        if line is not self.code.lines[-1]:
            begins = self.code.fresh("begins")
            self.line(f"{begins} = pos")
        return begins

    def keep(self, mark: str, begins: str) -> None:
        """Keep what was read since *begins*, and in the scopes around, unless it is."""
        self._keep([*self.marks, (mark, begins)])

    def _keep(self, marks: list[tuple[str, str]]) -> None:
        for mark, at in marks:
            self.line(f"{mark} = {mark} or run.keep_from(base + {at})")

    def judged(
        self, scope: tuple[str, str], condition: str, judge: str, value: str, given: str = ""
    ) -> None:
        """Where *condition* does not hold, or *scope* has a mark, let *judge* decide."""
        mark, begins = scope
        unless = f" or not ({condition})" if condition else ""
        with self.block(f"if {mark} is not None{unless}:"):
            self.keep(mark, begins)
            function = self.constant(settled, "settled")
            self.late(f"{function}(run, {mark}, {judge}, {given or value})", value)


def looking(node: Node) -> bool:
    """Tell whether something in *node* looks ahead, which counts as reading again."""
    return any(map(looks, nodes(node)))


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
    e.late(steps or e.steps(node), target)
    e.off = 0
    e.consumed(node)
    return target or "None"


#: What generated code finds under these names.
ALWAYS = {"LATE": LATE, "Irregular": Irregular, "ParseError": ParseError}
