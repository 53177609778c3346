"""What a grammar becomes that builds, asked by itself: no error in writing it is passed over."""

import enum
from collections.abc import Callable

import attrs

from ohneio import BuildError, Limits, Parser, bit, field, parser, uint8, uint16, wire
from ohneio.core._limits import DEFAULT_LIMITS
from ohneio.core._staged import LATE
from ohneio.staging._build_forms import BUILD
from ohneio.staging._engine import compiled, written
from tests.staging.differing import staged, unstaged

__all__ = ["Alone", "Bits", "Equal", "Kind", "Left", "Name", "Right", "by_hand", "key"]
__all__ += ["bytes_of", "function_of", "holds", "is_left", "outcome", "source_of", "takes"]


# Values of several kinds, and what tells them apart.


class Kind(enum.IntEnum):
    ONE = 1
    TWO = 2


class Name(enum.Enum):
    A = "a"


@wire
class Left:
    n: int = field(uint8)


@wire
class Right:
    n: int = field(uint16)


@wire
class Bits:
    n: int = bit(8, int)


@attrs.frozen(eq=False)
class Alone:
    n: int = field(uint8)


@attrs.frozen(eq=False)
class Equal:
    """A record that says it is equal to None."""

    n: int = field(uint8)

    def __eq__(self, other):
        return other is None

    __hash__ = object.__hash__


def key(it):
    if it is None:
        raise LookupError("none")
    return {int: 1, bytes: 2, str: 3, tuple: [], float: 4}.get(type(it))


@parser
def by_hand():
    return (yield from uint8.of(lambda it: it))


# A grammar's function, asked by itself.


def function_of(grammar: Parser[object]) -> Callable[[object, Limits], object]:
    """Return the function that builds."""
    made = compiled(grammar, BUILD)
    assert made is not None
    return made


def source_of(grammar: Parser[object]) -> str:
    """Return its source."""
    made = written(grammar, BUILD)
    assert made is not None
    return made.source


def outcome(grammar: Parser[object], value: object, limits: Limits = DEFAULT_LIMITS) -> object:
    """Return the bytes, or all that the error tells."""
    try:
        return grammar.build(value, limits=limits)
    except BuildError as error:
        return type(error), str(error), error.path, error.message, type(error.__cause__)
    except Exception as error:
        return type(error), str(error)


def bytes_of(grammar: Parser[object], value: object, limits: Limits = DEFAULT_LIMITS) -> object:
    """Return what the nodes build, or what they tell."""
    with unstaged(grammar):
        return outcome(grammar, value, limits)


def takes(grammar: Parser[object], *values: object) -> bool:
    """Tell whether the function builds all of these values, as the nodes do."""
    function = function_of(grammar)
    for value in values:
        data = function(value, DEFAULT_LIMITS)
        assert data is not LATE, value
        assert type(data) is bytes
        assert data == bytes_of(grammar, value)
    return True


def is_left(grammar: Parser[object], *values: object, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Tell whether the function leaves all of these values to the nodes."""
    function = function_of(grammar)
    for value in values:
        assert function(value, limits) is LATE, value
    return True


def holds(grammar: Parser[object], fitting: list[object], others: list[object]) -> None:
    """Take the values that fit, where nothing has to be looked at again; leave all others."""
    if grammar.facts.unambiguous:
        takes(grammar, *fitting)
    is_left(grammar, *others)
    with staged():
        found = [outcome(grammar, one) for one in [*fitting, *others]]
    assert found == [bytes_of(grammar, one) for one in [*fitting, *others]]
