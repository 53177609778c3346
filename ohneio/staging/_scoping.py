"""What stands around the code that is written, and what could have stood before it.

Around what runs as a node there may be labels, fields, frames, and values that are
judged when all of them is there.  These are `Scope`s: the code has no trace of them,
they are put up when something is irregular inside.  See `_late`.

An error tells as well what else could have stood there, which may be a parser that was
*skipped*: its first byte did not fit, and so the code went by.

The second layer of an `Emitter`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

import attrs

from ..core._facts import ANY
from ._code import Code
from ._late import behind, framed, labelled, named
from ._writing import Form, Node, Writing

__all__ = ["Scope", "Scoping", "Skipped"]


@attrs.frozen
class Skipped:
    """A parser that could have stood where *at* is, but for its first byte."""

    parser: str
    at: str
    depth: int
    #: The fields that it is in and the code here is not; labels, and where each began.
    inside: tuple[str, ...] = ()
    #: Whether it is not known what it is in: the nodes know, where it matters.
    lost: bool = False

    def known_by(self, at: str) -> Skipped:
        """Return the same, with another variable for where it was."""
        return attrs.evolve(self, at=at)


@attrs.frozen
class Scope:
    """Something that stands around: what puts it up for steps, and its place in a path."""

    around: Callable[[str], str]
    #: How the code says what it adds to the path.
    place: str = ""


class Scoping(Writing):
    """Know what stands around."""

    def __init__(self, form: Form, code: Code) -> None:
        super().__init__(form, code)
        self.scopes: list[Scope] = []
        #: Ends of frames that are about to begin.
        self.ends: list[str] = []
        #: Ends of frames, and the variables that keep what the block's end was.
        self.frames: list[tuple[str, str]] = []
        #: In a lane: places in the block from where on bytes are wanted, outermost first.
        self.holding: list[str] = []
        #: Marks that are set when something is irregular, and where.
        self.marks: list[tuple[str, str]] = []
        #: Where the code was when something began that is kept, and the variable for that.
        self._begun = "", ""
        #: In how many choices between ways the code stands.
        self.choosing = 0
        self.skipped: list[Skipped] = []
        #: Whether nobody asks what was skipped in what is written, since it has a fixed end.
        self.silent = False
        #: Whether a byte may decide against a parser that is then not asked.
        self.skips = False
        #: Parsers that more than a byte may decide against, by identity.
        self.decided: set[int] = set()

    # Labels and fields.

    @contextlib.contextmanager
    def scope(self, around: Callable[[str], str], place: str = "") -> Generator[None]:
        """Let steps that run inside be wrapped by *around*, which adds a *place* to the path."""
        self.scopes.append(Scope(around, place))
        yield
        self.scopes.pop()

    @contextlib.contextmanager
    def named(self, name: str) -> Generator[None]:
        """Let what is inside be in a field of this *name*."""
        skipped = [*self.skipped]
        with self.scope(lambda steps: self.around(repr(name), steps), repr(name)):
            yield
        self._skipped_in(repr(name), skipped)

    @property
    def path(self) -> list[str]:
        """How the code says which fields and labels stand around."""
        return [one.place for one in self.scopes if one.place]

    @contextlib.contextmanager
    def levels(self, fields: str) -> Generator[None]:
        """Let what is inside be in those *fields* that a list has when the code runs."""
        with self.scope(lambda steps: self.around(f"*{fields}", steps), f"*{fields}"):
            yield

    def _skipped_in(self, place: str, before: list[Skipped]) -> None:
        """Say that what was skipped, but for what was *before*, was so in a *place* now left."""
        depth = len(self.scopes)
        self.skipped = [
            one
            if one in before
            else attrs.evolve(one, inside=(*one.inside, place), depth=min(one.depth, depth))
            for one in self.skipped
        ]

    def around(self, place: str, steps: str) -> str:
        """Return *steps* inside a field, or some, as the code says it."""
        return f"{self.constant(named, 'named')}(run, {steps}, {place})"

    @contextlib.contextmanager
    def labelled(self, node: Node, name: str) -> Generator[None]:
        """Let what is inside be in a label of this *name*."""
        if not self.tells:
            yield
            return
        self.settle()
        here, label = self.need(self.code.fresh("here"), "-1"), self.node(node)
        function, skipped = self.constant(labelled, "labelled"), [*self.skipped]
        self.line(f"{here} = base + pos")
        place = f"{label}, {here}, {here!r}"
        with self.scope(lambda steps: f"{function}(run, {steps}, {place})", repr(name)):
            yield
        self._skipped_in(f"({place})", skipped)

    # Frames, and what is kept.

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

    def stops(self) -> None:
        """Write where the block ends in the frames around, after a wait."""
        for end, outer in self.frames:
            self.line(f"{outer} = stop")
            self.line(f"stop = min({end}, stop)")

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

    def keep_around(self) -> None:
        """Keep what was read in the scopes around, unless it is."""
        self._keep(self.marks)

    def _keep(self, marks: list[tuple[str, str]]) -> None:
        for mark, at in marks:
            self.line(f"{mark} = {mark} or run.keep_from(base + {at})")

    # What was skipped.

    @property
    def tells(self) -> bool:
        """Whether it is told what was skipped."""
        return self.form.resumes and not self.silent

    def begin_skip(self, at_first: str = "base + pos") -> str:
        """Note the position, where something may be skipped for its first byte."""
        self.settle()
        self.skips = True
        at = self.code.fresh("at")
        if self.tells:
            self.need(at, "-1")
            self.line(f"{at} = {at_first}")
        return at

    def pass_by(self, at: str) -> None:
        """Note the position anew."""
        if self.tells:
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

    def skip(self, node: Node, at: str, *, judged: bool = False) -> None:
        """Say that *node* may have been skipped *at* a position, for a byte that is *judged*."""
        passed = judged or self.at_end or node.facts.first != ANY or id(node) in self.decided
        if self.tells and passed:
            name = self.code.constant(node, "skipped")
            self.skipped.append(Skipped(name, at, len(self.scopes)))

    def unskip(self, some: list[Skipped]) -> None:
        """Say that none of *some* was skipped: the node around them runs from its beginning."""
        places = dict.fromkeys(one.at for one in some)
        if places:
            self.line(f"{' = '.join(places)} = -1")

    def taken(self, size: int) -> None:
        """Go *size* bytes on."""
        self.off += size
        if size:
            self.skipped.clear()

    def consumed(self, node: Node) -> None:
        """Say that *node* was taken, and with it a byte at least, if that is so."""
        if node.facts.nullable is False:
            self.skipped.clear()

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
