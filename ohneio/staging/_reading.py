"""What a function of a grammar's author says, read from its source.

A call costs as much as three or four comparisons, and most functions that a grammar
calls are one.  So where a function is short, what it says is written into the
generated code.  Its source is looked for where the function says that it stands, and
believed only if that compiles to the very same code: same instructions, same
constants, same names.  No source, or another one, and the function is called.
"""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import linecache
import textwrap
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import cast

import attrs

__all__ = ["Written", "written"]

#: How long a function may be, in lines: what is longer is no matter of a call.
LONGEST = 20
#: How many names it may take of what was imported, to call what they have.
MOST_IMPORTED = 3
#: What must be the same of two functions, constants aside.
SAME = (
    "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_argcount",
    "co_posonlyargcount", "co_kwonlyargcount", "co_exceptiontable",
)  # fmt: skip
#: Functions that take more than their arguments, or do more than to return.
ODD = (
    inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR
    | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
)  # fmt: skip


@attrs.frozen(eq=False)
class Written:
    """The source of a function: its parameters, and its body as a syntax tree."""

    parameters: tuple[str, ...]
    body: tuple[ast.stmt, ...]

    @property
    def statements(self) -> list[ast.stmt]:
        """What it does: the body without a docstring."""
        first, *rest = self.body
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            return rest
        return [first, *rest]


def written(function: FunctionType) -> Written | None:
    """Return what *function* says, if that is known for certain."""
    if function.__defaults__ or function.__kwdefaults__:
        return None
    return _read(function.__code__)


@functools.lru_cache(maxsize=512)
def _read(code: CodeType) -> Written | None:
    if code.co_flags & ODD or code.co_kwonlyargcount:
        return None
    try:
        made = _lambda(code) if code.co_name == "<lambda>" else _definition(code)
        same = made is not None and any(_alike(code, one) for one in _compiled(made, code))
    except (SyntaxError, ValueError, IndexError):  # no source, or not that of a function
        return None
    return _body(made, code) if made and same else None


def _body(made: ast.Lambda | ast.FunctionDef, code: CodeType) -> Written:
    body = [ast.Return(made.body)] if isinstance(made, ast.Lambda) else made.body
    return Written(code.co_varnames[: code.co_argcount], tuple(body))


# Where it stands.


def _lambda(code: CodeType) -> ast.Lambda | None:
    """Return the lambda whose body stands where the instructions say."""
    text = _text_of(code)
    names = ", ".join(code.co_varnames[: code.co_argcount])
    found = ast.parse(f"(lambda {names}: (\n{text}\n))", mode="eval").body
    return found if isinstance(found, ast.Lambda) else None


def _text_of(code: CodeType) -> str:
    """Return the text that all instructions of *code* come from."""
    begins, ends = set[tuple[int, int]](), set[tuple[int, int]]()
    for line, last_line, column, last_column in code.co_positions():
        if line and last_line and column is not None and last_column:
            begins.add((line, column))
            ends.add((last_line, last_column))
    (first, start), (last, stop) = min(begins), max(ends)
    if last - first >= LONGEST:
        raise ValueError("too long")
    lines = [line.encode() for line in linecache.getlines(code.co_filename)[first - 1 : last]]
    lines[-1] = lines[-1][:stop]
    lines[0] = lines[0][start:]
    return b"".join(lines).decode()


def _definition(code: CodeType) -> ast.FunctionDef | None:
    """Return the definition that begins where the code says."""
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    block = inspect.getblock(lines)
    if len(block) > LONGEST:
        return None
    found = ast.parse(textwrap.dedent("".join(block))).body[0]
    return _bare(found) if isinstance(found, ast.FunctionDef) else None


def _bare(found: ast.FunctionDef) -> ast.FunctionDef:
    """Take away what is no part of the function itself."""
    found.decorator_list, found.returns = [], None
    for one in (*found.args.posonlyargs, *found.args.args):
        one.annotation = None
    return found


# Whether it is the function's.


def _compiled(made: ast.Lambda | ast.FunctionDef, code: CodeType) -> Iterator[CodeType]:
    """Yield what it may be compiled to: a call on what was imported is another one."""
    calls = [one.func for one in ast.walk(made) if isinstance(one, ast.Call)]
    names = {ast.unparse(one.value) for one in calls if isinstance(one, ast.Attribute)}
    some = sorted(names & {*code.co_names})
    for number in range(min(len(some), MOST_IMPORTED) + 1):
        for imported in itertools.combinations(some, number):
            yield from _codes(_whole(made, code, imported))


def _whole(
    made: ast.Lambda | ast.FunctionDef, code: CodeType, imported: tuple[str, ...]
) -> CodeType:
    """Compile it, inside of a function that has the variables which it takes from around it."""
    whole = ast.parse(f"def outer({', '.join(code.co_freevars)}): return")
    outer = cast("ast.FunctionDef", whole.body[0])
    outer.body = [ast.Expr(made) if isinstance(made, ast.Lambda) else made]
    whole.body[:0] = [ast.Import([ast.alias(one)]) for one in imported]
    return compile(ast.fix_missing_locations(whole), "<read>", "exec")


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield all code in *code*."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _alike(one: CodeType, other: CodeType) -> bool:
    same = all(getattr(one, name) == getattr(other, name) for name in SAME)
    return same and _same(one.co_consts, other.co_consts)


def _same(one: object, other: object) -> bool:
    """Tell whether two constants are the same, of the same type."""
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return _alike(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        some: list[tuple[object, ...]] = [one, other]
        return len(some[0]) == len(some[1]) and all(map(_same, *some))
    return _equal([one, other])


def _equal(some: list[object]) -> bool:
    one, other = some
    return type(one) is type(other) and one == other and repr(one) == repr(other)
