"""What the tests of the grammars share: outcomes side by side, and the table of differences.

A peer is somebody else's implementation of the same format.  It and ours look
at the same bytes; where they see something else, a row of the test's table
`DIFFERENCES` has to say why, or the test fails.
"""

import re

import attrs

from ohneio import ParseError, Parser, State, protocol
from ohneio.testing._outcome import same


@attrs.frozen
class Seen:
    """What an implementation made of some bytes.

    Attributes:
        kind: "value", "refused" or "more": it waits for more bytes.
        what: The value, or what it said when it refused.
        size: How many bytes the value took.
    """

    kind: str
    what: object = None
    size: int | None = None

    def agrees(self, other: "Seen") -> bool:
        if self.kind != other.kind:
            return False
        sizes = self.size is None or other.size is None or self.size == other.size
        return self.kind != "value" or (sizes and same(self.what, other.what))


@attrs.frozen
class Difference:
    """Why a peer sees something else in some bytes.

    Attributes:
        ours: What kind of outcome ours is, theirs theirs.
        text: A pattern in what the stricter one said, or in the bytes.
        sample: Bytes that show it.
        reason: Who is right, and by which sentence.
        within: A pattern that has to be in the bytes besides.
    """

    ours: str
    theirs: str
    text: str
    sample: bytes
    reason: str
    within: str = ""

    def explains(self, data: bytes, ours: Seen, theirs: Seen) -> bool:
        if (ours.kind, theirs.kind) != (self.ours, self.theirs):
            return False
        if re.search(self.within.encode(), data, re.DOTALL) is None:
            return False
        if ours.kind == theirs.kind == "value" or "refused" not in (ours.kind, theirs.kind):
            return re.search(self.text.encode(), data, re.DOTALL) is not None
        said = ours.what if ours.kind == "refused" else theirs.what
        return re.search(self.text, str(said), re.DOTALL) is not None


def seen(parser: Parser[object], data: bytes) -> Seen:
    """Return what a live connection makes of *data*, of which more might come."""
    conn = protocol(parser)()
    try:
        conn.send(data)
    except ParseError as error:
        return Seen("refused", str(error))
    if conn.state is State.DONE:
        return Seen("value", conn.get_result(), conn.consumed)
    return Seen("more")


def why(
    data: bytes, ours: Seen, theirs: Seen, differences: dict[str, Difference]
) -> list[str] | None:
    """Return the names of the rows that explain the difference, None where there is none.

    Raises:
        AssertionError: No row does.
    """
    if ours.agrees(theirs):
        return None
    names = [name for name, row in differences.items() if row.explains(data, ours, theirs)]
    assert names, f"nobody knows why: {data!r}\n  ours: {ours}\n  theirs: {theirs}"
    return names
