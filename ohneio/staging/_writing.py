"""Lines of code, the names in them, and where in the block it is: an `Emitter`'s first layer."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any, TypeAlias

import attrs

from ..core._parser import Parser
from ._code import Code
from ._names import Names

__all__ = ["Form", "Node", "Writing"]

Node: TypeAlias = Parser[Any]


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


class Writing:
    """Write lines, and know where the code is in the block."""

    def __init__(self, form: Form, code: Code) -> None:
        self.form = form
        self.code = code
        self.off = 0
        # What the function must know first, by the name of the local.
        self.needs: dict[str, str] = {}
        #: Locals for matches of regular expressions, which hold the block.
        self.matches: dict[str, str] = {}
        #: Locals for what looks up in a table, by the name of that.
        self.tables: dict[str, str] = {}
        #: What functions that are written into the code look up.
        self.names = Names(code)
        self._hints: list[str] = []

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

    def table(self, name: str, hint: str) -> str:
        """Return the local for what looks up in the table of a *name*."""
        if name not in self.tables:
            self.tables[name] = self.code.fresh(hint)
        return self.tables[name]

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

    @property
    def most_items(self) -> str:
        """The local for how many items there may be in one loop."""
        return self.need("max_items", f"{self.limits}.max_items")

    # Lines.

    def line(self, text: str) -> None:
        """Add one line."""
        self.code.line(text)

    def block(self, head: str) -> contextlib.AbstractContextManager[None]:
        """Add *head*, and indent what is added inside."""
        return self.code.block(head)

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
