"""Ways out of code that takes all to be as usual: to a node and back, or to where it began.

The third layer of an `Emitter`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from ._code import NOWHERE, Code
from ._families import node_of
from ._late import keep_all, nothing, settled
from ._making import maker
from ._scoping import Scoping
from ._writing import Form, Node

if TYPE_CHECKING:
    from ._failing import Branch, Failed

__all__ = ["NOTHING_KEPT", "Leaving"]

#: What is said where the function lets go of all that it holds.
NOTHING_KEPT = "nothing is kept while it waits"


class Leaving(Scoping):
    """Let something else run where something is irregular."""

    def __init__(self, form: Form, code: Code) -> None:
        super().__init__(form, code)
        # Where irregular code goes: none in a form that resumes, unless inside
        # of something that is tried.
        self.leaving = 0 if form.resumes else 1
        #: In a lane: where the code leaves, of what may as well be cut by the chunk's end.
        self.exits: list[tuple[int, int]] = []
        #: Whether a function of the author's is called.
        self.calls = False
        self.looks_ahead = False
        #: Whether it is counted what is read again, where nothing looks ahead.
        self.counts = False
        #: What goes on with something else where a token does not fit.
        self.branch: Branch | None = None
        #: What is tried in a form that resumes; whether something has failed in place in there.
        self.failed: Failed | None = None
        #: The grammar that is being written as a loop around itself.
        self.recursion: Any = None
        #: How many such loops there are.
        self.loops = 0

    # What is irregular.

    def regular(
        self, condition: str, *, refusing: bool = False, size: int = 0
    ) -> contextlib.AbstractContextManager[None]:
        """Write code for when *condition* holds; what else there is, see `otherwise_at`.

        Inside of what is tried nothing else needs to be written.  If *refusing* bytes are missing
        or wrong where it does not hold, which is a mismatch where no more can come.
        """
        if not self.leaving:
            return self.block(f"if {condition}:")
        if condition == "True":
            return contextlib.nullcontext()
        if refusing and self.at_end == "True":
            self.refuse_unless(condition, size)
        else:
            self.leave_unless(condition)
        return contextlib.nullcontext()

    def leave_unless(self, condition: str) -> None:
        """Leave where *condition* does not hold."""
        with self.block(f"if not ({condition}):"):
            if self.exits and self.exits[-1] is NOWHERE:
                self.exits[-1] = self.code.place
            self.leave()

    def refuse_unless(self, condition: str, size: int = 0, *, whole: bool = False) -> None:
        """Where *condition* does not hold bytes do not match: see `refuse`."""
        if self.branch is None:
            self.leave_unless(condition)
            return
        with self.block(f"if not ({condition}):"):
            self.refuse(size, whole=whole)

    def refuse(self, size: int = 0, *, whole: bool = False) -> None:
        """Go to what is tried next, since bytes do not match, up to *size* behind here; or leave.

        Of a *whole* branch, all of which will not do, nothing is read again.
        """
        if self.branch is None:
            self.leave()
            return
        self.branch.failed(self, self.off + size, whole=whole)
        self.line("break")

    @property
    def begins_branch(self) -> bool:
        """Whether nothing of a branch was written yet that may fail in place."""
        return self.branch is not None and self.code.lines[-1] is self.branch.line

    @contextlib.contextmanager
    def trying(self, branch: Branch | None) -> Generator[None]:
        """Let what does not match inside end this *branch*; if there is none it leaves."""
        around, self.branch = self.branch, branch
        yield
        self.branch = around

    def block(self, head: str) -> contextlib.AbstractContextManager[None]:
        """Add *head*, and indent what is added inside: no loop in a branch can end that."""
        block = super().block(head)
        if self.branch is None or not head.startswith(("while ", "for ")):
            return block
        return self._apart(block)

    @contextlib.contextmanager
    def _apart(self, block: contextlib.AbstractContextManager[None]) -> Generator[None]:
        with block, self.trying(None):
            yield

    def read_again(self, size: str) -> None:
        """Count what was read again, and leave where that is too much."""
        self.counts = True
        self.line(f"again += {size}")
        self.leave_unless(f"again <= {self.need('most_again', f'{self.limits}.max_backtrack')}")

    def leave(self) -> None:
        """Go to where what is tried began, or give up the whole function."""
        if self.form.lane:
            self.line("return leaves(run, data, start)")
        else:
            self.line("raise Irregular" if self.form.resumes else "return LATE")

    @contextlib.contextmanager
    def tried(self, target: str, begins: str) -> Generator[None]:
        """Write code that may leave; then *target* is ``LATE`` and ``pos`` is *begins*.

        So the frames that it left in are over, and what it had counted as read again is taken
        back: whoever begins anew counts that as well.
        """
        place = self.code.place
        with self.block("try:"):
            self.leaving += 1
            yield
            self.settle()
            self._leave_lost()
            self.leaving -= 1
        before: dict[str, str] = {}
        if self.code.says("stop = ", place[0]):
            before["stop"] = self.code.fresh("whole")
        if self.looks_ahead and self.code.says("again += ", place[0]):
            before["again"] = "looked"
        for name, kept in before.items():
            self.code.insert(*place, f"{kept} = {name}")
        with self.block("except Irregular:"):
            self.line(f"pos, {target} = {begins}, LATE")
            for name, kept in before.items():
                self.line(f"{name} = {kept}")

    def _leave_lost(self) -> None:
        """Leave where something could have stood here that cannot be told."""
        places = [*dict.fromkeys(one.at for one in self.skipped if one.lost)]
        if places:
            self.leave_unless(" and ".join(f"base + pos != {at}" for at in places))
        self.skipped = [one for one in self.skipped if not one.lost]

    # Nodes.

    def otherwise_at(self, steps: str, target: str, before: int = 0) -> None:
        """Run *steps* where it was not as usual, from *before* bytes behind ``pos`` on."""
        if not self.leaving:
            with self.block("else:"):
                self.off = before
                self.late(steps, target)
                self.off = 0

    def steps(self, node: Node) -> str:
        """Return the steps of a node, of those of a family that of the tag."""
        return f"{node_of(node) or self.node(node)}._parse()"

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
            self.line(f"run.depth = depth + {self.recursion.depth}")
        self.keep_around()

    def _keep(self, marks: list[tuple[str, str]]) -> None:
        """Keep what was read, from the outermost mark on: those of a loop are inside of some."""
        recursion = self.recursion
        if recursion is None or not recursion.keeps:
            super()._keep(marks)
            return
        super()._keep(marks[: recursion.around])
        self.line(f"{self.constant(keep_all, 'keep_all')}(run, kept, keeping)")
        super()._keep(marks[recursion.around :])

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
        if self.recursion is not None:
            self.line("run.depth = depth")  # what comes behind the loop is no deeper than it

    def tell_skipped(self) -> None:
        """Let whoever goes on behind code that knows of none learn what could have stood here."""
        if self.skipped:
            self.settle()
            places = dict.fromkeys(one.at for one in self.skipped)
            with self.block(f"if {' or '.join(f'base + pos == {at}' for at in places)}:"):
                self.late(f"{self.constant(nothing, 'nothing')}()", "")

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

    # Functions.

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

    def call(self, target: str, expression: str, *, refusing: bool = False, size: int = 0) -> None:
        """Call a user's function: what it raises is no mismatch.

        If *refusing* a `ValueError` is, up to *size* behind here: then *target* is ``LATE``.
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
                self.refuse(size) if self.leaving else self.line(f"{target} = LATE")
