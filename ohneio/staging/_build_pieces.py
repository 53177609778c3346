"""What is built, in pieces: how code says them, as few of them as there can be.

Pieces are put together while the code is written: constants become one,
neighbours of a fixed size one `struct.Struct`, and a number that is small most
of the time is looked up in a table, together with the constants beside it.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import attrs

from ._code import Code

__all__ = [
    "Constant",
    "Counted",
    "Form",
    "Packed",
    "Piece",
    "Plain",
    "Written",
    "expressions",
    "joined",
    "size_of",
]

#: The longest bytes that are packed with numbers, and constants in a table.
SHORT = 64
#: How many values one `Struct` has.
MOST = 32
#: How many numbers a byte can be.
BYTES = 256


@attrs.frozen
class Constant:
    """Bytes that are known."""

    data: bytes


@attrs.frozen
class Packed:
    """A number of a fixed size: its code for `struct`, and the order of bytes if that matters.

    Attributes:
        value: How the code says the number.
        is_size: Whether it is known to be 0 or more.
    """

    code: str
    value: str
    order: str = ""
    is_size: bool = False


@attrs.frozen
class Counted:
    """Bytes of a known size."""

    value: str
    size: int


@attrs.frozen
class Plain:
    """Bytes of any size."""

    value: str


@attrs.frozen
class Form:
    """How a number is written whose size depends on it.

    Attributes:
        name: What tables of it are called.
        write: What writes it.
        few: Below which numbers are looked up.
        format: Its format for ``%``, if it has one.
        is_byte: Whether those are bytes of this number.
    """

    name: str
    write: Callable[[int], bytes]
    few: int
    format: bytes = b""
    is_byte: bool = False


@attrs.frozen
class Written:
    """A number in a form whose size depends on it."""

    value: str
    form: Form
    is_size: bool = False


Piece: TypeAlias = Constant | Packed | Counted | Plain | Written


def folded(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces, constants beside each other as one."""
    found: list[Piece] = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, Constant) and isinstance(last, Constant):
            found[-1] = Constant(last.data + piece.data)
        elif piece != Constant(b""):
            found.append(piece)
    return found


def runs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the pieces, those together that one `Struct` can pack."""
    run: list[Piece] = []
    for piece in pieces:
        if run and not packs([*run, piece]):
            yield from divided(run)
            run = []
        run.append(piece)
    yield from divided(run)


def packs(pieces: list[Piece]) -> bool:
    """Tell whether a `Struct` can pack them, at least where a number is small."""
    orders = {piece.order for piece in pieces if isinstance(piece, Packed)} - {""}
    sizes = [piece for piece in pieces if isinstance(piece, Written)]
    one_order = len(orders) < 2 and len(sizes) < 2 and len(pieces) <= MOST
    return one_order and all(map(fixed, pieces))


def fixed(piece: Piece) -> bool:
    """Tell whether a `Struct` can pack it."""
    short = isinstance(piece, Counted) and piece.size <= SHORT
    byte = isinstance(piece, Written) and piece.form.is_byte and piece.is_size
    return short or byte or isinstance(piece, Packed | Constant)


def divided(run: list[Piece]) -> Iterator[list[Piece]]:
    """Yield a run, or its pieces one by one where it has no number."""
    if any(isinstance(piece, Packed) for piece in run):
        yield run
    else:
        yield from ([piece] for piece in run)


def expressions(code: Code, pieces: Sequence[Piece]) -> list[str]:
    """Return how the code says the pieces."""
    groups = [*runs(folded(pieces))]
    found: list[str] = []
    at = 0
    while at < len(groups):
        before, number, after = [*groups[at : at + 3], [], []][:3]
        if is_written(before):
            found.append(looked_up(code, [], before[0], number))
            at += 2 if is_constant(number) else 1
        elif is_constant(before) and is_written(number):
            found.append(looked_up(code, before, number[0], after))
            at += 3 if is_constant(after) else 2
        else:
            found.append(expression(code, before))
            at += 1
    return found


def is_constant(group: list[Piece]) -> bool:
    return len(group) == 1 and isinstance(group[0], Constant)


def is_written(group: list[Piece]) -> bool:
    return len(group) == 1 and isinstance(group[0], Written)


def expression(code: Code, group: list[Piece]) -> str:
    """Return how the code says what a `Struct` packs, or any other single piece."""
    first = group[0]
    if len(group) == 1 and isinstance(first, Constant):
        return code.constant(first.data, "literal")
    if len(group) == 1 and isinstance(first, Counted | Plain):
        return first.value
    for size in group:
        if isinstance(size, Written):
            return packed_if_small(code, group, size)
    numbers = [piece for piece in group if isinstance(piece, Packed)]
    rest = [piece for piece in group if isinstance(piece, Counted)]
    if len(numbers) == 1 and not rest and numbers[0].code == "B" and numbers[0].is_size:
        return one_byte(code, group, numbers[0])
    return packed(code, group)


def packed(code: Code, group: list[Piece]) -> str:
    """Return the call that packs a group."""
    order = next((piece.order for piece in group if isinstance(piece, Packed) and piece.order), ">")
    parts = [code_and_value(code, piece) for piece in group]
    pack = struct.Struct(order + "".join(one for one, _ in parts)).pack
    return f"{code.constant(pack, 'pack')}({', '.join(value for _, value in parts)})"


def packed_if_small(code: Code, group: list[Piece], size: Written) -> str:
    """Pack a group of which one number is a byte as long as it is small."""
    small: list[Piece] = [Packed("B", size.value) if one is size else one for one in group]
    at = group.index(size)
    before, after = (expressions(code, side) for side in (group[:at], group[at + 1 :]))
    parts = [*before, slow(code, size.form, size.value, b"", b""), *after]
    return f"{packed(code, small)} if {size.value} < {size.form.few} else {joined(parts)}"


def code_and_value(code: Code, piece: Piece) -> tuple[str, str]:
    """Return what `struct` calls a piece, and its value."""
    match piece:
        case Constant():
            return f"{len(piece.data)}s", code.constant(piece.data, "literal")
        case Counted():
            return f"{piece.size}s", piece.value
        case Packed():
            return piece.code, piece.value
        case _:
            raise TypeError(piece)


def one_byte(code: Code, group: list[Piece], number: Packed) -> str:
    """Look a byte up: one that is too great is no index."""
    at = group.index(number)
    sides = group[:at], group[at + 1 :]
    table = table_of(BYTE, *(b"".join(one.data for one in side) for side in sides))  # type: ignore[union-attr]
    return f"{code.constant(table, 'bytes_of')}[{number.value}]"


def looked_up(code: Code, before: list[Piece], number: Any, after: list[Piece]) -> str:  # noqa: ANN401
    """Write a number, and the constants beside it: from a table if it is small."""
    prefix, suffix = constant_of(before), constant_of(after)
    form, value = number.form, number.value
    seldom = slow(code, form, value, prefix, suffix)
    if len(prefix + suffix) > SHORT:
        return seldom
    table = code.constant(table_of(form, prefix, suffix), f"{form.name}s")
    least = "" if number.is_size else "0 <= "
    return f"{table}[{value}] if {least}{value} < {form.few} else {seldom}"


def constant_of(group: list[Piece]) -> bytes:
    only = group[0] if len(group) == 1 else None
    return only.data if isinstance(only, Constant) else b""


def slow(code: Code, form: Form, value: str, prefix: bytes, suffix: bytes) -> str:
    """Write a number that is not small."""
    if form.format:
        doubled = [one.replace(b"%", b"%%") for one in (prefix, suffix)]
        whole = doubled[0] + form.format + doubled[1]
        return f"{code.constant(whole, 'format')} % {value}"
    written = f"{code.constant(form.write, f'write_{form.name}')}({value})"
    sides = [code.constant(one, "literal") if one else "" for one in (prefix, suffix)]
    return " + ".join(filter(None, [sides[0], written, sides[1]]))


@functools.lru_cache(maxsize=128)
def table_of(form: Form, prefix: bytes, suffix: bytes) -> tuple[bytes, ...]:
    """Return small numbers, written, with constants around them."""
    return tuple(prefix + form.write(number) + suffix for number in range(form.few))


def _byte(number: int) -> bytes:
    return bytes((number,))


BYTE = Form("byte", _byte, BYTES)


def joined(parts: Sequence[str]) -> str:
    """Return how the code says all of some bytes."""
    if len(parts) < 2:
        return parts[0] if parts else "b''"
    if len(parts) == 2:
        return " + ".join(f"({one})" if " if " in one else one for one in parts)
    return f"b''.join(({', '.join(parts)}))"


def size_of(pieces: Sequence[Piece]) -> str:
    """Return how the code says how many bytes there are; none may be a number written."""
    known, unknown = 0, list[str]()
    for piece in pieces:
        match piece:
            case Constant():
                known += len(piece.data)
            case Packed():
                known += struct.calcsize(f">{piece.code}")
            case Counted():
                known += piece.size
            case Plain():
                unknown.append(f"len({piece.value})")
            case _:
                raise TypeError(piece)
    return " + ".join([*unknown, *([str(known)] if known or not unknown else [])])
