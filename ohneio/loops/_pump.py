"""What to do next for one connection, told to whoever does the I/O.

Seven loops, one order of events. `Pump.step` returns what is to be done now:

    a list          events, to be handed over in order
    bytes           output, to be sent whole before the next step
    ``Next.INPUT``  nothing is owed: read from the peer and `Pump.feed` it
    ``Next.END``    the protocol has ended and all it left was handed over

Every rule about order, back-pressure and bounded memory lives here, once:

* Events come before output, so an event is delivered before what was written
  after it; output comes before input, so a peer that does not read is not
  read from.
* Output is taken in bounded pieces: a protocol may write for ever.
* A failure is kept until the events and the output from before it are gone.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from ohneio import IncompleteInput
from ohneio.core import State

if TYPE_CHECKING:
    from ohneio import Connection

__all__ = ["BURST", "CHUNK", "LINGER", "Next", "Pump"]

R = TypeVar("R")
E = TypeVar("E")

#: Most bytes that are read, or taken as output, at a time.
CHUNK = 65536

#: Most transfers of one connection in a row before others have their turn, where
#: the loop itself does not see to it.
BURST = 16

#: Most seconds that a connection whose protocol has ended waits for the peer
#: to close too. Closing while the peer still sends would reset the connection,
#: and the peer might never see the last of our output.
LINGER = 2.0


class Next(Enum):
    """What is to be done when there is nothing to hand over."""

    INPUT = "read from the peer"
    END = "close"


class Pump(Generic[R, E]):
    """Drive one connection, without doing any I/O.

    Args:
        conn: The connection.
        watched: Whether somebody wants the events. Else they are dropped, and
            output need not be taken write by write to find them in time.
    """

    __slots__ = ("_eof", "_error", "_held", "_watched", "conn")

    def __init__(self, conn: Connection[R, E], *, watched: bool = True) -> None:
        self.conn = conn
        self._watched = watched
        self._eof = False
        self._error: BaseException | None = None
        self._held: list[E] = []  # emitted after the output that was taken last

    @property
    def running(self) -> bool:
        """Whether the protocol has neither ended nor been closed."""
        return self.conn.state is State.RUNNING

    @property
    def eof(self) -> bool:
        """Whether the peer has said that no more will come."""
        return self._eof

    def step(self) -> list[E] | bytes | Next:
        """Return what is to be done now."""
        while True:
            running = self.running
            if events := self._events():
                return events
            if output := self._output():
                return output
            if not running:
                return Next.END
            if self.running:  # else it has just ended, and may have left something
                return Next.INPUT if self.conn.wants_input else Next.END

    def _events(self) -> list[E]:
        if self._held:
            held, self._held = self._held, []
            return held
        events = self.conn.events()
        return events if self._watched else []

    def _output(self) -> bytes:
        return self._output_before_events() if self._watched else self.conn.read(CHUNK)

    def _output_before_events(self) -> bytes:
        """Take one write after the other, until something was emitted."""
        taken: list[bytes] = []
        size = 0
        while not self._held and size < CHUNK and (pending := self.conn.pending_output):
            taken.append(self.conn.read(min(pending, CHUNK - size)))
            size += len(taken[-1])
            self._held = self.conn.events()
        return b"".join(taken)

    def feed(self, data: bytes) -> None:
        """Take what was read from the peer; nothing read is the end of input."""
        try:
            if data:
                self.conn.send(data)
            else:
                self._eof = True
                self.conn.send_eof()
        except Exception as error:
            if self.running:  # misuse of the connection: no failure of the protocol
                raise
            self._error = error

    def check(self) -> None:
        """Raise what the protocol failed with, unless it was the quiet goodbye.

        To be called once, at the end.
        """
        error, self._error = self._error or self.conn.error, None
        try:
            if error is not None and not self._quiet(error):
                raise error
        finally:
            del error  # its traceback holds this frame

    def _quiet(self, error: BaseException) -> bool:
        return self._eof and isinstance(error, IncompleteInput) and error.have == 0

    def close(self) -> list[bytes]:
        """Unwind the protocol and return what it had written, in pieces."""
        self.conn.close()
        return list(iter(lambda: self.conn.read(CHUNK), b""))
