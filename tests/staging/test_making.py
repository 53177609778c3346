"""Objects that are made without their `__init__`: only where nobody could tell."""

import attrs
import pytest

from ohneio import bit, bits, field, length_prefixed, record, uint8, wire
from ohneio.staging._making import maker
from tests.staging.parsing import agrees, code_of


def more(parser, **options):
    """A field with what attrs can do besides."""
    return attrs.field(metadata=field(parser).metadata, **options)


@wire
class Plain:
    kind: int = field(uint8)
    body: bytes = field(length_prefixed(uint8))


@attrs.define
class Private:
    _hidden: int = field(uint8)
    other: int = more(uint8, alias="another")


@attrs.frozen
class Positive:
    n: int = more(uint8, validator=attrs.validators.gt(0))


@attrs.frozen
class Converted:
    n: int = more(uint8, converter=str)


@attrs.frozen
class Before:
    n: int = field(uint8)

    def __attrs_pre_init__(self):
        pass


@attrs.frozen
class After:
    n: int = field(uint8)

    def __attrs_post_init__(self):
        object.__setattr__(self, "n", self.n + 1)


@attrs.frozen(cache_hash=True)
class Hashed:
    n: int = field(uint8)


@attrs.frozen(slots=False)
class Open:
    n: int = field(uint8)


@attrs.frozen(init=False)
class ByHand:
    n: int = field(uint8)

    def __init__(self, n):
        self.__attrs_init__(n + 1)


@attrs.frozen
class New:
    n: int = field(uint8)

    def __new__(cls, *_, **__):
        return object.__new__(cls)


class Meta(type):
    def __call__(cls, *args, **kwargs):
        return super().__call__(*args, **kwargs)


@attrs.frozen
class OfAMeta(metaclass=Meta):
    n: int = field(uint8)


@attrs.define
class Setting:
    n: int = field(uint8)

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value + 1)


@wire
class Computed:
    size: int = field(uint8, computed=lambda m: len(m.body))
    body: bytes = field(length_prefixed(uint8))


@wire
class Packed:
    high: int = bit(4, int)
    low: int = bit(4, int)


def test_what_only_stores_is_stored():
    """Each argument by the name that `__init__` has for it."""
    for cls, names in ((Plain, ["kind", "body"]), (Private, ["hidden", "another"])):
        setters = maker(cls)
        assert [*setters] == names
        made = object.__new__(cls)
        for number, store in enumerate(setters.values()):
            store(made, number)
        assert made == cls(0, 1)


@pytest.mark.parametrize(
    "cls",
    [Positive, Converted, Before, After, Hashed, Open, ByHand, New, OfAMeta, Setting, int, object],
)
def test_what_does_more_is_called(cls):
    """Who has anything to do when an object is made does it."""
    assert maker(cls) is None


@pytest.mark.parametrize("cls", [Plain, Private, Positive, Converted, Before, After, Hashed])
def test_objects_are_as_without_staging(cls):
    """However they are made."""
    agrees(record(cls), b"\1\2ab", b"\0\0", b"")


@pytest.mark.parametrize("cls", [Open, ByHand, New, OfAMeta, Setting, Computed])
def test_so_are_those_of_odd_classes(cls):
    """What is not known of a class is not assumed."""
    agrees(record(cls), b"\1\1a", b"\0\0")


def test_the_code_stores_or_calls():
    """A class that only stores has no call in the code."""
    assert "SET_KIND(plain, kind)" in code_of(record(Plain))
    assert "SET_HIGH(packed, high)" in code_of(bits(Packed))
    assert "POSITIVE(n=n)" in code_of(record(Positive))
