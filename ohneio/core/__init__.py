"""The generator runtime, and the base of all parsers.

It knows no concrete combinator, no I/O and no clock.  ``ohneio/combinators``
stands on it, and everything else on those two.
"""

from ._buffer import Buffer
from ._building import builder, built, put
from ._connection import Connection
from ._driver import State
from ._errors import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    NoResult,
    ParseError,
    UsageError,
)
from ._limits import Limits
from ._parser import Parser
from ._primitives import at_eof, emit, peek, position, read, read_some, wait, write
from ._protocol import protocol
from ._steps import Step, Steps

#: The name of 0.9.
Consumer = Connection

__all__ = [
    "Buffer",
    "BuildError",
    "Connection",
    "Consumer",
    "IncompleteInput",
    "LimitExceeded",
    "Limits",
    "NoResult",
    "ParseError",
    "Parser",
    "State",
    "Step",
    "Steps",
    "UsageError",
    "at_eof",
    "builder",
    "built",
    "emit",
    "peek",
    "position",
    "protocol",
    "put",
    "read",
    "read_some",
    "wait",
    "write",
]
