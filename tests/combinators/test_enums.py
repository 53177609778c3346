"""What is known beforehand of the numbers that an enum has members for."""

import enum

import pytest

from ohneio.combinators._bit import Always
from ohneio.combinators._enums import faithful, may_begin

WIDTH = 5


class Plain(enum.Enum):
    ONE = 1
    AGAIN = 1  # noqa: PIE796  # which is the point
    TWELVE = 12
    SEVENTEEN = 17


class Whole(enum.IntEnum):
    NOTHING = 0
    THREE = 3


class Named(enum.Enum):
    """Whose value is another one than was written."""

    LOW = ("low", 2)
    HIGH = ("high", 24)

    def __new__(cls, text, number):
        self = object.__new__(cls)
        self._value_ = number
        return self


class Mixed(enum.Enum):
    """Some of whose members no number can be."""

    THREE = 3
    TEXT = "three"
    TUPLE = (3, 4)


class Guessing(enum.Enum):
    LOW = 0

    @classmethod
    def _missing_(cls, value):
        return cls.LOW if value < 20 else None


class Meta(enum.EnumMeta):
    def __call__(cls, value, *args, **kwargs):
        return super().__call__(7, *args, **kwargs)


class Stubborn(enum.Enum, metaclass=Meta):
    SEVEN = 7


class Strict(enum.Flag):
    READ = 1
    WRITE = 4
    BOTH = 5


class Gapped(enum.Flag):
    """Of which one flag has two bits and neither has a name alone."""

    PAIR = 3
    FOUR = 4


class Picky(enum.Flag):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        return None if value == 8 else cls.ONE


class Kept(enum.IntFlag):
    ONE = 1


class Conforming(enum.Flag, boundary=enum.CONFORM):
    ONE = 1


class Ejecting(enum.IntFlag, boundary=enum.EJECT):
    ONE = 1


class Nobody(enum.Enum):
    """Without a member."""


SOBER = [Plain, Whole, Named, Mixed, Strict, Nobody]
OTHERS = [Guessing, Stubborn, Gapped, Picky, Kept, Conforming, Ejecting, int, bool]


def has_value(kind, number):
    try:
        kind(number)
    except (ValueError, TypeError):
        return False
    return True


def beginnings():
    """Yield every number of `WIDTH` bits, of which the last ones are not known and 0."""
    for unseen in range(WIDTH + 1):
        for head in range(0, 1 << WIDTH, 1 << unseen):
            yield head, unseen


@pytest.mark.parametrize("kind", [*SOBER, *OTHERS])
def test_what_has_a_value_may_begin_so(kind):
    """No number is refused before it is all there that would not be refused then."""
    for head, unseen in beginnings():
        if any(has_value(kind, head + more) for more in range(1 << unseen)):
            assert may_begin(kind, head, unseen)


@pytest.mark.parametrize("kind", SOBER)
def test_what_has_no_value_does_not_begin_at_all(kind):
    """An enum that has values for its members alone is known to the last bit."""
    for head, unseen in beginnings():
        if not any(has_value(kind, head + more) for more in range(1 << unseen)):
            assert not may_begin(kind, head, unseen)


def test_what_is_always_the_same_begins_so():
    """A number is refused with the first bits that are not its own."""
    only = Always(WIDTH + 2)
    for head, unseen in beginnings():
        some = range(head, head + (1 << unseen))
        assert may_begin(only, head, unseen) is (only.number in some)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_of_its_own_mind_may_be_anything(kind):
    """It is asked when all of its bits are there."""
    assert all(may_begin(kind, head, unseen) for head, unseen in beginnings())


@pytest.mark.parametrize("kind", [*SOBER, *OTHERS])
def test_whether_two_numbers_may_become_one_value(kind):
    """Not where it is said that they do not."""
    values = [kind(number) for number in range(1 << WIDTH) if has_value(kind, number)]
    if faithful(kind) and kind is not bool:
        assert len({*values}) == len(values)


def test_which_are_known_to_be_faithful():
    """Those that have nothing of their own to say of a number that they do not know."""
    kinds = [Plain, Whole, Named, Strict, Gapped, Kept, Ejecting, Nobody, int, bool]
    assert all(map(faithful, kinds))
    assert not any(map(faithful, [Guessing, Stubborn, Picky, Conforming]))
