"""What the fields of a class are on the wire: `field` and `wire`."""

import copy
import pickle
from typing import ClassVar

import attrs
import pytest

from ohneio import UsageError, bit, exactly, field, record, rest, uint8, uint16, wire
from ohneio.combinators._fields import fields_of, may_refuse


@wire
class Text:
    """Some bytes, their size in front."""

    kind: ClassVar[str] = "text"

    size: int = field(uint8, computed=lambda m: len(m.data))
    data: bytes = field(lambda m: exactly(m.size))

    def shout(self) -> bytes:
        return self.data.upper()


@wire
class Flagged:
    """A field that is there or not, and one computed only then."""

    flag: int = field(uint8)
    check: int = field(uint8, computed=lambda m: m.flag + 1, when=lambda m: m.flag)
    more: int | None = field(uint8, when=lambda m: m.flag, default=None)


@wire
class Base:
    """What others begin with."""

    total: int = field(uint8, computed=lambda m: m.first + 1)
    first: int = field(uint8)


@wire
class Longer(Base):
    """Its own fields come behind."""

    second: int = field(uint8, default=7)
    _hidden: int = field(uint8, default=0, kw_only=True)


@wire
class Wider(Base):
    """A field of the base class defined anew is one of its own."""

    first: int = field(uint16)


@attrs.frozen
class Plain:
    """Made by attrs itself."""

    first: int = field(uint8)
    second: int = attrs.field(init=False, default=0)


@wire
class OfPlain(Plain):
    """Made of what attrs made."""

    third: int = field(uint8)


@wire
class Framed:
    """The size of what stands behind it is nobody's argument, and no attribute."""

    mark: int = bit(8, always=7)
    size: int = field(uint8, frames=True)
    body: bytes = field(rest, verify=lambda m: m.body)


def names(cls: type) -> list[str]:
    return [one.name for one in fields_of(cls)]


# What `wire` makes.


def test_a_wire_class_is_a_frozen_attrs_class():
    """It compares, hashes, prints, evolves and cannot be changed."""
    text = Text(b"abc")

    assert text == Text(data=b"abc") != Text(b"ab")
    assert hash(text) == hash(Text(b"abc"))
    assert repr(text) == "Text(data=b'abc')"
    assert attrs.evolve(text, data=b"x") == Text(b"x")
    assert pickle.loads(pickle.dumps(text)) == copy.copy(text) == text
    with pytest.raises(AttributeError):
        text.data = b"x"


def test_a_wire_class_keeps_its_methods():
    """And whatever else stands in it."""
    assert Text(b"abc").shout() == b"ABC"
    assert Text.kind == "text"
    assert Text.__doc__ == "Some bytes, their size in front."


def test_a_computed_field_is_a_property():
    """It is no argument, and follows from the others."""
    assert Text(b"abc").size == 3
    with pytest.raises(TypeError):
        Text(3, b"abc")
    with pytest.raises(AttributeError):
        Text(b"abc").size = 4
    assert [one.name for one in attrs.fields(Text)] == ["data"]


def test_a_computed_field_that_is_not_there_is_none():
    """As any other that is off."""
    assert Flagged(0).check is None
    assert Flagged(4).check == 5


def test_a_size_and_what_is_always_the_same_are_no_arguments():
    """The one is computed and not kept, the other is known."""
    assert Framed(b"ab").mark == 7
    assert not hasattr(Framed(b"ab"), "size")
    assert not hasattr(Framed, "size")
    assert [(one.constant, one.argued) for one in fields_of(Framed)] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip

    @wire
    class Defaulted:
        size: int = field(uint8, frames=True)
        body: bytes = field(rest, default=b"")

    assert Defaulted() == Defaulted(b"")


def test_defaults_are_those_of_attrs():
    """A value, a new one each time, and arguments that want their name."""

    @wire
    class Defaults:
        one: int = field(uint8, default=1)
        two: list[int] = field(rest.map(list, bytes), factory=list)
        three: int = field(uint8, kw_only=True)

    made = Defaults(three=3)
    assert (made.one, made.two, made.three) == (1, [], 3)
    assert made.two is not Defaults(three=3).two


# Which fields there are.


def test_fields_stand_in_the_order_in_which_they_are_written():
    """Computed ones among the others."""
    assert names(Text) == ["size", "data"]
    assert names(Flagged) == ["flag", "check", "more"]


def test_the_fields_of_a_base_class_come_first():
    """With the computed ones; one defined anew is where it is defined."""
    assert names(Longer) == ["total", "first", "second", "_hidden"]
    assert names(Wider) == ["total", "first"]
    assert [one.argument for one in fields_of(Longer)][2:] == ["second", "hidden"]
    assert Wider(1).total == 2


def test_a_subclass_without_fields_of_its_own_has_those_of_its_base():
    """Whether it was made by `wire` or not."""

    class Same(Longer):
        pass

    assert names(Same) == names(Longer)


def test_classes_of_attrs_have_fields_too():
    """What is no argument of theirs is not on the wire; the two kinds mix."""

    @attrs.frozen
    class Over(Longer):
        third: int = field(uint8, default=0)

    assert names(Plain) == ["first"]
    assert names(OfPlain) == ["first", "third"]
    assert names(Over) == [*names(Longer), "third"]


def test_a_class_whose_arguments_can_change_is_known():
    """A validator, a converter, a hook or a constructor of one's own."""

    class Hooked:
        one: int = field(uint8)

        def __attrs_post_init__(self):
            pass

    class Constructed:
        one: int = field(uint8)

        def __init__(self, one):
            self.__attrs_init__(one + 1)

    @attrs.frozen
    class Validated:
        one: int = attrs.field(validator=attrs.validators.instance_of(int))

    @attrs.frozen
    class Converted:
        one: int = attrs.field(converter=int)

    assert not may_refuse(Text)
    for cls in (wire(Hooked), wire(Constructed), Validated, Converted):
        assert may_refuse(cls)


# Misuse.


def test_an_argument_without_a_parser_is_refused():
    """All that makes an object must be on the wire."""

    class Half:
        one: int = field(uint8)
        two: int = 2

    with pytest.raises(UsageError, match=r"Half.two has no parser: use field\(...\)"):
        wire(Half)
    with pytest.raises(UsageError, match=r"Half.two has no parser"):
        record(attrs.frozen(Half))


def test_a_computed_field_wants_a_wire_class():
    """Nothing else makes it a property."""

    @attrs.frozen
    class Computed:
        one: int = field(uint8, computed=lambda _: 1)

    with pytest.raises(UsageError, match=r"Computed\.one is computed: that wants @wire"):
        record(Computed)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: field(5),
        lambda: field(b"x"),
        lambda: field(uint8, computed=len, default=1),
        lambda: field(uint8, computed=len, factory=int),
        lambda: field(uint8, computed=len, kw_only=True),
        lambda: field(uint8, frames=True, default=1),
        lambda: field(uint8, frames=True, computed=len),
        lambda: field(uint8, frames=True, when=len),
        lambda: field(uint8, frames=True, verify=len),
        lambda: record(int),
    ],
)
def test_misuse_is_found_at_once(wrong):
    """Before any byte is."""
    with pytest.raises(UsageError):
        wrong()


# What is known beforehand.


def test_the_facts_of_a_field_are_those_of_its_parser():
    """Unknown where it depends, and unknown whether it is empty where it can be off."""
    size, data = fields_of(Text)
    more = fields_of(Flagged)[2]

    assert size.facts == uint8.facts
    assert (data.facts.greatest, data.facts.nullable, data.facts.buildable) == (None, None, None)
    assert (more.facts.least, more.facts.greatest, more.facts.nullable) == (0, 1, None)
    assert more.facts.unambiguous


def test_what_is_judged_may_be_refused_when_it_is_empty():
    """Nor does it build from nothing, where it would have to be judged too."""
    body = fields_of(Framed)[2]
    assert rest.facts.nullable is True
    assert (body.facts.nullable, body.facts.silent) == (None, False)
    assert rest.facts.silent is True
