"""The vocabulary: parsers that are plain data, for both directions."""

from ._byhand import parser
from ._bytes import exactly, literal, until
from ._stream import stream

__all__ = ["exactly", "literal", "parser", "stream", "until"]
