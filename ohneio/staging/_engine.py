"""From source to functions: when it is worth it, and where tracebacks find the lines."""

from __future__ import annotations

import itertools
import linecache
import os
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from ..combinators._checks import parser_of
from ..core._errors import UsageError
from ..core._nodes import nodes
from ..core._parser import Parser
from ..core._staged import set_staged, stage_with
from . import (
    _ahead,
    _bits,
    _choices,
    _flow,
    _frames,
    _itself,
    _loops,
    _many,
    _optional,
    _packets,
    _records,
    _separated,
    _sequences,
    _tags,
    _tokens,
    _transforms,
    _turns,
    _whole,
    _whole_records,
)
from ._build_forms import BUILD, building
from ._forms import ITEM, ITEMS, LANE, ONCE, Form, Function, function
from ._writing import Node

__all__ = ["compiled", "hand_over", "source", "stage", "unstaged", "written"]

T = TypeVar("T")

#: The modules whose rules are registered when they are imported.
RULES = (
    _ahead, _bits, _choices, _flow, _frames, _itself, _loops, _many, _optional, _packets,
    _records, _separated, _sequences, _tags, _tokens, _transforms, _turns, _whole, _whole_records,
)  # fmt: skip
FORMS = {form.name: form for form in (ITEMS, LANE, ITEM, ONCE, BUILD)}
#: What each is for.
USES = {
    "items": "stream(p)",
    "lane": "stream(p): the chunks that come while it sleeps",
    "item": "yield from p",
    "once": "p.parse(data)",
    "build": "p.build(value)",
}
#: How many nodes a grammar may have: one that a program has put together is too long to read.
LARGEST = 300
#: So that each function has a file name of its own.
_count = itertools.count(1)


def written(node: Node, form: Form) -> Function | None:
    """Return the source for a grammar, if there is any."""
    return building(node) if form is BUILD else function(node, form)


def compiled(node: Node, form: Form) -> Callable[..., Any] | None:
    """Return the function for a grammar; tracebacks show its lines while it lives."""
    made = written(node, form)
    if made is None:
        return None
    filename = f"<ohneio {made.name} {next(_count)}>"
    namespace: dict[str, Any] = {**made.namespace, "__name__": "ohneio.staging.generated"}
    exec(compile(made.source, filename, "exec"), namespace)  # noqa: S102  # our own source
    result: Callable[..., Any] = namespace.pop(made.name)
    linecache.cache[filename] = len(made.source), None, made.source.splitlines(True), filename
    weakref.finalize(result, linecache.cache.pop, filename, None).atexit = False
    return result


def staged(parser: Node, form: str) -> Callable[..., Any] | None:
    """Return the function of a grammar, or None for one that is too large or not whole."""
    parts = parts_of(parser)
    if obstacle(parts):
        return None
    for node in parts:
        node._ready()
    return compiled(parser, FORMS[form])


def parts_of(parser: Node) -> list[Node]:
    """Return the nodes of a grammar, or so many that it is too large."""
    return [*itertools.islice(nodes(parser), LARGEST + 1)]


def obstacle(parts: list[Node]) -> str:
    """Return why a grammar of these nodes is not staged, if it is not."""
    if len(parts) > LARGEST:
        return f"it has more than {LARGEST} nodes"
    return "" if all(node._tied for node in parts) else "a forward() in it is not tied yet"


def stage(parser: Parser[T]) -> Parser[T]:
    """Stage *parser* now, for every way to use it, and return it.

    Wanted before a server listens, so that its first clients need not wait for
    the compiler, and in tests, to have the functions from the first byte on.
    Nothing else changes: it would have been staged when it was used again.
    Where ``OHNEIO_STAGING`` is ``off`` nothing changes at all. What was
    `unstaged` is staged again.

    Args:
        parser: The whole grammar. Its parts are not staged for uses of their own.

    Raises:
        UsageError: It is no parser, has more than 300 nodes, or has a
            ``forward()`` that is not tied yet. It is left as it was then.

    Example:
        >>> from ohneio import length_prefixed, uint16
        >>> from ohneio.staging import stage
        >>> message = stage(length_prefixed(uint16))
        >>> message.parse(b"\\0\\2hi")
        b'hi'
    """
    why = obstacle(parts_of(parser_of(parser)))
    if why:
        raise UsageError(f"cannot stage {type(parser).__name__}: {why}")
    if wish() == "off":
        return parser
    functions = {form: staged(parser, form) for form in FORMS}
    for form, made in functions.items():
        set_staged(parser, form, made)
    return parser


def unstaged(parser: Parser[T]) -> Parser[T]:
    """Never stage *parser* by itself, and return it; grammars that it is in may be.

    Wanted for what is made anew each time and used twice, so that the compiler
    would cost more than it saves; and where a test replaces what generated code
    believes to stay, such as the ``__init__`` of a class. It holds for this very
    object, wherever in the process it is used, until somebody says `stage`. A
    connection keeps the functions that it has begun with.

    Args:
        parser: The whole grammar. What a ``@parser`` function uses inside, and
            what a ``forward()`` stands for, are grammars too, and may be staged.

    Raises:
        UsageError: It is no parser.

    Example:
        >>> from ohneio import exactly
        >>> from ohneio.staging import unstaged
        >>> def body(size):
        ...     return unstaged(exactly(size))
        >>> body(2).parse(b"hi")
        b'hi'
    """
    for form in FORMS:
        set_staged(parser_of(parser), form, None)
    return parser


def source(parser: Parser[object]) -> str:
    """Return the source of the functions that *parser* becomes, each with what it is for.

    It is written anew, and not compiled: whether *parser* is staged by now, or
    is `unstaged`, makes no difference. So it is where ``OHNEIO_STAGING`` is
    ``off``, but for `Parser.source`, which is empty then.

    Args:
        parser: The whole grammar. A ``forward()`` is looked through, one level
            of ``max_depth`` aside.

    Returns:
        One function or more for each way to use it, as far as there are any;
        nothing where the grammar has more than 300 nodes.

    Raises:
        UsageError: A ``forward()`` in it is not tied yet.

    Example:
        >>> from ohneio import until
        >>> from ohneio.staging import source
        >>> [line for line in source(until(b";")).splitlines() if line.startswith("#")]
        ['# stream(p)', '# yield from p', '# p.parse(data)', '# p.build(value)']
    """
    if len(parts_of(parser_of(parser))) > LARGEST:
        return ""
    made = {use: written(parser, FORMS[form]) for form, use in USES.items()}
    return "\n\n".join(f"# {use}\n{one.source}" for use, one in made.items() if one is not None)


def wish() -> str:
    """Return what ``OHNEIO_STAGING`` says."""
    said = os.environ.get("OHNEIO_STAGING", "").lower()
    if said not in ("", "off", "always"):
        raise UsageError(f"OHNEIO_STAGING is off, always or nothing, not {said!r}")
    return said


def hand_over() -> None:
    """Let grammars that are used again be staged, unless ``OHNEIO_STAGING`` is ``off``.

    ``import ohneio`` does this, and nobody else has to. Grammars that are staged
    already stay so, whatever the environment says by now.

    Raises:
        UsageError: ``OHNEIO_STAGING`` is neither ``off`` nor ``always`` nor empty.

    Example:
        >>> from ohneio.staging import hand_over
        >>> hand_over()
    """
    said = wish()
    if said != "off":
        stage_with(staged, source, uses=0 if said == "always" else 1)
