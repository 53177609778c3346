"""The errors, and whose fault each is.

ParseError(ValueError)        the peer's fault: the bytes do not fit
  IncompleteInput             the input ended inside an item
  LimitExceeded               something is longer, deeper or more than allowed
BuildError(ValueError)        the value does not fit the grammar
UsageError(RuntimeError)      the caller's fault: misuse, found before any harm
NoResult(RuntimeError)        the result is not there yet, or never will be

Bad input gives a ``ParseError`` and nothing else, ever.  Any other exception
that comes out of bad bytes is a bug of ours: please report it.

Errors are cheap to make and are rendered only when somebody looks.  They hold
no buffer and no connection, so keeping one keeps nothing else alive.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TypeVar

E = TypeVar("E", bound=Exception)

#: Longest text of an error, in characters.
MAX_TEXT = 512
#: Most bytes of input that an error shows.
MAX_FOUND = 32
#: Most bits of a number that an error shows in full: 39 digits.
MAX_BITS = 128
#: Most names of a path that an error keeps, from each end.
PATH_ENDS = 16


class ParseError(ValueError):
    """Report bytes that do not fit what was expected.

    Hand-written code may raise one with a message alone; the driver then adds
    the offset and the path.

    Attributes:
        offset: Where in the stream it went wrong, in bytes from its beginning.
        found: The bytes from there to the one that decided, at most 32.
        path: The names of the labels and fields around the place, outermost first.

    Example:
        >>> str(ParseError(expected=(b"OK",), offset=4, found=b"NO"))
        'expected b"OK" at offset 4, found b"NO"'
    """

    offset: int | None
    found: bytes | None
    path: tuple[str, ...]
    # The first byte of the token that failed: what `unconsumed` begins with.
    # It differs from `offset` only where the input ended inside a token.
    _start: int | None
    _expected: tuple[str | bytes, ...]
    # Raised by a function that a user handed to a combinator: never "no match".
    _foreign: bool
    # Where reading had got to, if that is behind the offset.
    _read_to: int
    # There was no room for the token in a sized frame.
    _at_frame_end: bool

    def __init__(
        self,
        message: str = "",
        *,
        offset: int | None = None,
        expected: tuple[str | bytes, ...] = (),
        found: bytes | None = None,
        path: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.offset = offset
        self.found = None if found is None else bytes(found[:MAX_FOUND])
        self.path = path
        self._start = offset
        self._expected = expected
        self._foreign = False
        self._read_to = -1
        self._at_frame_end = False

    @property
    def message(self) -> str:
        """The text it was raised with, without place or expectation."""
        return str(self.args[0]) if self.args else ""

    @property
    def expected(self) -> tuple[str, ...]:
        """What could have stood there, each as one readable phrase."""
        return tuple(show(one) for one in self._expected)

    def __str__(self) -> str:
        return clip(self._headline() + self._place() + self._trailer())

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (type(self), self.args, dict(self.__dict__))

    def _headline(self) -> str:
        if self.message:
            return self.message
        return f"expected {one_of(self.expected)}" if self._expected else "bad input"

    def _place(self) -> str:
        where = "" if self.offset is None else f" at offset {shown_number(self.offset)}"
        return where + inside(self.path)

    def _trailer(self) -> str:
        if self._at_frame_end:
            return ", where the frame ends"
        return "" if self.found is None else f", found {show(self.found)}"


class IncompleteInput(ParseError):
    """Report that the input ended inside an item.

    Attributes:
        offset: Where the input ended.
        needed: The least number of bytes that were missing.
        have: How many bytes of the item (the outermost parser, or the
            primitive) were there; 0 is the quiet goodbye between two items.

    Example:
        >>> str(IncompleteInput(offset=131, needed=12, have=5, path=("publish",)))
        'need 12 more bytes at offset 131 (in publish) when the input ended'
    """

    needed: int
    have: int

    def __init__(
        self,
        message: str = "",
        *,
        needed: int = 1,
        have: int = 0,
        offset: int | None = None,
        expected: tuple[str | bytes, ...] = (),
        path: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, offset=offset, expected=expected, path=path)
        self.needed = needed
        self.have = have

    def _headline(self) -> str:
        return self.message or f"need {counted(self.needed, 'more byte')}"

    def _trailer(self) -> str:
        wanted = f", expected {one_of(self.expected)}" if self._expected else ""
        return " when the input ended" + wanted


class LimitExceeded(ParseError):
    """Report that something is longer, deeper or more than its limit.

    It is raised as soon as the length is known, before the bytes arrive, and
    ends the whole item: no other alternative is tried.

    Attributes:
        offset: The start of what is too long.
        limit: The bound that was passed.
        name: What the bound is called: ``max``, ``max_buffered``, ``max_depth``, …

    Example:
        >>> str(LimitExceeded(limit=8192, name="max", offset=17))
        'more than the 8192 bytes allowed (max) at offset 17'
    """

    limit: int
    name: str

    def __init__(
        self,
        message: str = "",
        *,
        limit: int = 0,
        name: str = "max",
        unit: str = "byte",
        offset: int | None = None,
        path: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, offset=offset, path=path)
        self.limit = limit
        self.name = name
        self._unit = unit

    def _headline(self) -> str:
        bound = f"more than the {counted(self.limit, self._unit)} allowed ({self.name})"
        return self.message or bound


class BuildError(ValueError):
    """Report a value that does not fit the grammar it should be built with.

    Attributes:
        path: The value's own place, outermost first: ``("properties", 3, "key")``.

    Example:
        >>> str(BuildError("expected bytes, not int", path=("publish", "properties", 3, "key")))
        'publish.properties[3].key: expected bytes, not int'
    """

    path: tuple[str | int, ...]
    # How deep in the value it arose, and whether no other alternative may be
    # tried: a limit ends the whole.
    _depth: int
    _final: bool

    def __init__(self, message: str = "", *, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path
        self._depth = len(path)
        self._final = False

    @property
    def message(self) -> str:
        """The text it was raised with, without the place."""
        return str(self.args[0]) if self.args else ""

    def __str__(self) -> str:
        place = dotted(self.path)
        return clip(f"{place}: {self.message}" if place else self.message)

    def __reduce__(self) -> tuple[object, ...]:
        return _remake, (type(self), self.args, dict(self.__dict__))


class _Clipped(RuntimeError):
    def __str__(self) -> str:
        return clip(super().__str__())


class UsageError(_Clipped):
    """Report misuse by the caller, found before anything was changed."""


class NoResult(_Clipped):
    """Report that the protocol has no result: it still runs, or was closed."""


def furthest(first: ParseError | None, second: ParseError) -> ParseError:
    """Return the failure that got further into the input.

    How far one got is where its token begins; for a value that would not do it
    is the end of the value, all of which was read before. Two at the same place
    are one: their expectations are joined, and the end of the input wins over a
    mismatch, since more bytes could still have helped.
    """
    if first is None or _reach(second) > _reach(first):
        return second
    if _reach(first) > _reach(second):
        return first
    return _merged(first, second)


def _reach(error: ParseError) -> tuple[int, int]:
    if error._at_frame_end and error._start is not None:
        # The frame may end where nothing is yet, and nothing was read up to there.
        return error._start, error._start
    offset = -1 if error.offset is None else error.offset
    return max(offset, error._read_to), offset


def _merged(first: ParseError, second: ParseError) -> ParseError:
    kept, other = (first, second) if _says_more(first, second) else (second, first)
    merged = anew(kept)
    merged._expected = tuple(dict.fromkeys(first._expected + second._expected))
    merged.path = _shared(first.path, second.path)
    if isinstance(merged, IncompleteInput) and isinstance(other, IncompleteInput):
        merged.needed = min(merged.needed, other.needed)
    if not isinstance(merged, IncompleteInput):
        merged.found = None if merged._at_frame_end else _longer(first.found, second.found)
    return merged


def _longer(first: bytes | None, second: bytes | None) -> bytes | None:
    # Of an error at a frame's end nothing was found; the other's stands elsewhere.
    return second if first is None else max(first, second or b"", key=len)


def _says_more(first: ParseError, second: ParseError) -> bool:
    if isinstance(first, IncompleteInput) or isinstance(second, IncompleteInput):
        return isinstance(first, IncompleteInput)
    if bool(first.message) is not bool(second.message):
        return bool(first.message)
    # Whoever had no room had read more; which of them was tried first is no matter.
    return first._at_frame_end and not second._at_frame_end


def _shared(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return tuple(one for one, _ in pairs)


def anew(error: E) -> E:
    """Return an equal error that has never been raised."""
    cls, args, state = type(error), error.args, dict(error.__dict__)
    return _remake(cls, args, state)


def _remake(cls: type[E], args: tuple[object, ...], state: dict[str, object]) -> E:
    # Not through __init__, whose parameters a subclass may have changed.
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def capped(path: list[str]) -> tuple[str, ...]:
    """Return *path* as a tuple of bounded length, with its middle left out."""
    if len(path) <= 2 * PATH_ENDS:
        return tuple(path)
    return (*path[:PATH_ENDS], "…", *path[-PATH_ENDS:])


def capped_place(place: list[str | int]) -> tuple[str | int, ...]:
    """Return the place of a value as a tuple of bounded length."""
    if len(place) <= 2 * PATH_ENDS:
        return tuple(place)
    return (*place[:PATH_ENDS], "…", *place[-PATH_ENDS:])


def inside(path: tuple[str, ...]) -> str:
    """Render a path of labels as it stands in an error's text."""
    return f" (in {' > '.join(path)})" if path else ""


def dotted(path: tuple[str | int, ...]) -> str:
    """Render the place of a value: names with dots, indices in brackets."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def show(what: str | bytes) -> str:
    """Render one expectation, or found bytes, in ASCII and on one line."""
    return what if isinstance(what, str) else 'b"' + "".join(map(_SHOWN.__getitem__, what)) + '"'


# As `repr` does it, but always in the same quotes.
_SHOWN = tuple({34: '\\"', 39: "'"}.get(byte, repr(bytes([byte]))[2:-1]) for byte in range(256))


def one_of(phrases: tuple[str, ...]) -> str:
    """Join phrases as a person would: ``a``, ``a or b``, ``a, b or c``."""
    if len(phrases) < 2:
        return "".join(phrases)
    return f"{', '.join(phrases[:-1])} or {phrases[-1]}"


def counted(number: int, noun: str) -> str:
    """Say a number of things: ``1 byte``, ``12 bytes``."""
    return f"{shown_number(number)} {noun}" if number == 1 else f"{shown_number(number)} {noun}s"


def shown_number(number: int) -> str:
    """Render a number, which a peer may have made longer than Python renders any."""
    size = number.bit_length()
    return str(number) if size <= MAX_BITS else f"at least 2**{size - 1}"


def clip(text: str) -> str:
    """Shorten *text* to what an error may say."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
