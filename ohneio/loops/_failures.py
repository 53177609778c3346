"""Who is told of a failure, and how."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from ohneio import ParseError

if TYPE_CHECKING:
    from ohneio.loops._sockets import Address

__all__ = ["Failures", "OnError", "missing"]

#: Seconds without accepting when the system has no more descriptors or memory.
PAUSE = 0.1

_FATAL = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK}

#: Called with the peer, the failure and how many bytes of the stream had been
#: taken by then (for a `ParseError`, its own offset).
OnError: TypeAlias = "Callable[[Address, Exception, int], object]"


class Failures:
    """Tell every failure once: to the embedder, else to the log.

    Args:
        loop: The name of the adapter's module, and of its logger.
        on_error: The embedder's function, if there is one.
        network: What this loop raises when the network fails.
    """

    def __init__(
        self,
        loop: str,
        on_error: OnError | None,
        network: tuple[type[Exception], ...] = (OSError,),
    ) -> None:
        self._logger = logging.getLogger(loop)
        self._on_error = on_error
        self._network = network

    def of_network(self, error: Exception) -> bool:
        """Tell whether *error* is the network's, which is nothing new where we closed ourselves."""
        return isinstance(error, self._network)

    def tell(self, peer: Address, error: Exception, consumed: int) -> object:
        """Report *error*; return what the embedder's function returned."""
        offset = _offset(error, consumed)
        if self._on_error is None:
            self._log(peer, error, offset)
            return None
        try:
            return self._on_error(peer, error, offset)
        except Exception as broken:
            self.broken(broken)
            return None

    def broken(self, error: Exception) -> None:
        """Log that *on_error* itself has just failed."""
        self._logger.error("on_error failed", exc_info=error)

    def accepting(self, error: OSError) -> float:
        """Return for how many seconds not to accept, now that it failed.

        None, when only that connection was lost, or another process took it.
        A while, when the system has no room for one more: that is logged.

        Raises:
            OSError: The listening socket itself is of no use any more.
        """
        if error.errno in _FATAL:
            raise error
        if isinstance(error, (BlockingIOError, ConnectionAbortedError)):
            return 0
        self._logger.error("cannot accept now: %s", error)
        return PAUSE

    def _log(self, peer: Address, error: Exception, offset: int) -> None:
        # The peer's fault and the network's are a sentence; a bug of ours is a traceback.
        blameless = isinstance(error, ParseError) or self.of_network(error)
        self._logger.log(
            logging.WARNING if blameless else logging.ERROR,
            "connection from %s:%s failed after %d bytes: %s: %s",
            *peer,
            offset,
            type(error).__name__,
            error,
            exc_info=None if blameless else error,
        )


def _offset(error: Exception, consumed: int) -> int:
    if isinstance(error, ParseError) and error.offset is not None:
        return error.offset
    return consumed


def missing(loop: str) -> str:
    """Say how to install a loop that is not there."""
    return f"ohneio.loops.{loop} needs {loop}, which is not installed: pip install ohneio[{loop}]"
