"""Bytes that are text."""

from __future__ import annotations

import codecs
from typing import Any

import attrs

from ..core._building import NOTHING
from ..core._errors import BuildError, UsageError
from ..core._facts import Facts
from ..core._parser import Parser
from ..core._run import Run
from ..core._steps import Steps, current
from ..core._trying import Mark
from ._checks import described, parser_of

__all__ = ["Text", "text"]

#: Encodings in which no two runs of bytes are the same text.
CANONICAL = frozenset({"ascii", "iso8859-1", "utf-8"})


@attrs.frozen(repr=False)
class Text(Parser[str]):
    """See `text`."""

    parser: Parser[Any]
    encoding: str = "utf-8"

    def __repr__(self) -> str:
        encoding = f", {self.encoding!r}" if self.encoding != "utf-8" else ""
        return f"text({self.parser!r}{encoding})"

    def _parse(self) -> Steps[str]:
        run = current()
        mark = run.mark(keeps=True)
        try:
            return self._judged(run, mark, (yield from self.parser._parse()))
        finally:
            run.release(mark)

    def _judged(self, run: Run, mark: Mark, data: object) -> str:
        run.check_held(mark)
        try:
            return self._checked(data).decode(self.encoding)
        except ValueError as error:
            reason = _reason(error)
        raise run.unfit(mark, f"not {self.encoding} ({reason})", f"text in {self.encoding}")

    def _checked(self, data: object) -> bytes:
        if isinstance(data, bytes):
            return data
        raise UsageError(f"{self!r} wants a parser of bytes, not of {type(data).__name__}")

    def _build(self, value: object) -> Steps[None]:
        yield from self.parser._build(value if value is NOTHING else self._encoded(value))

    def _encoded(self, value: object) -> bytes:
        if not isinstance(value, str):
            raise BuildError(f"expected text, not {described(value)}")
        try:
            data = value.encode(self.encoding)
            # Some encodings say two characters alike.
            same = data.decode(self.encoding) == value
        except ValueError:
            data, same = b"", False
        if not same:
            raise BuildError(f"{self.encoding} has no bytes for {described(value)}")
        return data

    def _facts(self) -> Facts:
        facts = self.parser.facts
        known = codecs.lookup(self.encoding).name in CANONICAL
        return facts if known else attrs.evolve(facts, canonical=None)


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"{error.reason} at index {error.start}"
    return str(error)


def text(parser: Parser[bytes], encoding: str = "utf-8") -> Parser[str]:
    """Parse bytes with *parser* and give them as text.

    Decodes when *parser* is done, strictly: a byte that does not fit is a
    mismatch. It has the offset of *parser*'s first byte, as every mismatch, and
    its text says which byte of the value it was. The bytes are kept meanwhile:
    at most ``max_buffered``. Its inverse encodes, and refuses what the encoding
    cannot say.

    Args:

        parser: What gives the bytes.

        encoding: Any text encoding that Python knows.

    Raises:
        UsageError: *parser* is not one, or *encoding* is unknown.

    Also known as: ``GreedyString``, ``PascalString``, ``CString`` (Construct),
    ``utf8`` (scodec), ``from_utf8`` (nom).

    Example:
        >>> from ohneio import text, until
        >>> name = text(until(b"\\0"))
        >>> name.parse(b"Zo\\xc3\\xab\\0") == "Zo\\u00eb"
        True
        >>> name.build("Zo\\u00eb")
        b'Zo\\xc3\\xab\\x00'
    """
    if not _known(encoding):
        raise UsageError(f"no encoding of text: {encoding!r}")
    return Text(parser_of(parser), encoding)


def _known(encoding: str) -> bool:
    """Tell whether *encoding* is one from text to bytes and back."""
    try:
        "a".encode(encoding).decode(encoding)
    except (LookupError, TypeError, ValueError):
        return False
    return True
