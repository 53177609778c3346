"""The vocabulary: parsers that are plain data, for both directions."""

from collections.abc import Callable

from ..core._algebra import install as _install
from ._bit import (
    bit,
)
from ._bits import (
    bits,
)
from ._byhand import of as _of
from ._byhand import parser
from ._bytes import exactly, literal, until
from ._checksums import checksummed
from ._choice import choice, optional
from ._classes import any_byte, none_of, one_of, take_while
from ._digits import (
    decimal,
    hexadecimal,
    integer,
)
from ._dispatch import dispatch
from ._example import example as _example_of
from ._fields import field, wire
from ._framing import count_prefixed, delimited, length_prefixed, sized
from ._lines import line, rest
from ._looking import commit, eof, lookahead, not_followed_by
from ._notes import label, recognize, span
from ._numbers import (
    float32,
    float32le,
    float64,
    float64le,
    int8,
    int16,
    int16le,
    int32,
    int32le,
    int64,
    int64le,
    struct_unpack,
    uint8,
    uint16,
    uint16le,
    uint32,
    uint32le,
    uint64,
    uint64le,
)
from ._records import record
from ._recursion import Forward, forward
from ._repetition import many, many_until, sep_by, skip
from ._sequence import before as _before
from ._sequence import seq
from ._sequence import then as _then
from ._stream import stream
from ._text import (
    text,
)
from ._transform import bind, try_map, verify
from ._transform import (
    map as map,  # noqa: A004  # as the built-in takes its arguments; not for `*`
)
from ._values import fail, success, value
from ._varints import (
    leb128,
    mqtt_varint,
    quic_varint,
    sleb128,
    zigzag,
)

_functions: dict[str, Callable[..., object]] = {
    "before": _before,
    "bind": bind,
    "choice": choice,
    "example": _example_of,
    "label": label,
    "map": map,
    "of": _of,
    "then": _then,
    "try_map": try_map,
    "value": value,
    "verify": verify,
}
_install(_functions)

__all__ = [
    "Forward",
    "any_byte",
    "bind",
    "bit",
    "bits",
    "checksummed",
    "choice",
    "commit",
    "count_prefixed",
    "decimal",
    "delimited",
    "dispatch",
    "eof",
    "exactly",
    "fail",
    "field",
    "float32",
    "float32le",
    "float64",
    "float64le",
    "forward",
    "hexadecimal",
    "int16",
    "int16le",
    "int32",
    "int32le",
    "int64",
    "int64le",
    "int8",
    "integer",
    "label",
    "leb128",
    "length_prefixed",
    "line",
    "literal",
    "lookahead",
    "many",
    "many_until",
    "mqtt_varint",
    "none_of",
    "not_followed_by",
    "one_of",
    "optional",
    "parser",
    "quic_varint",
    "recognize",
    "record",
    "rest",
    "sep_by",
    "seq",
    "sized",
    "skip",
    "sleb128",
    "span",
    "stream",
    "struct_unpack",
    "success",
    "take_while",
    "text",
    "try_map",
    "uint16",
    "uint16le",
    "uint32",
    "uint32le",
    "uint64",
    "uint64le",
    "uint8",
    "until",
    "value",
    "verify",
    "wire",
    "zigzag",
]
