"""What is computed of a record's object, and has to be what was parsed."""

import attrs

from ohneio import bit, exactly, field, record, uint8, uint16, until, wire
from tests.staging.parsing import agrees, code_of


def kind(one):
    if one.body:
        return len(one.body)
    return 0


def loud(one):
    if one.body == b"k":
        raise KeyError("k")
    return len(one.body)


@wire
class Short:
    size: int = field(uint8, computed=kind)
    same: int = field(uint8, computed=lambda m: m.size + 1)
    body: bytes = field(until(b";"))


@wire
class Maybe:
    """What is there or not, and computed if it is."""

    flag: int = field(uint8)
    size: int | None = field(uint8, when=lambda m: m.flag, computed=lambda m: len(m.body))
    other: int | None = field(uint8, when=lambda m: m.flag & 2, computed=lambda m: m.flag + 1)
    loud: int | None = field(uint8, when=lambda m: m.flag & 4, computed=loud)
    body: bytes = field(until(b";"))


@wire
class Loud:
    size: int = field(uint8, computed=lambda m: loud(m) or 0)
    odd: int = field(uint8, computed=lambda m: 10 // m.flag)
    body: bytes = field(until(b";"))
    flag: int = field(uint8)


@wire
class Typed:
    """What is equal, and yet something else to whoever asks for it."""

    on: bool = bit(8, int, computed=lambda m: m.body == b"a")
    kind: int = field(uint8, computed=lambda m: int(m.on is True))
    body: bytes = field(until(b";"))


@wire
class Later:
    """What is computed of what is computed behind it, of what is constant, and of a frame."""

    one: int = field(uint8, computed=lambda m: m.two)
    two: int = field(uint8, computed=lambda m: len(m.body) + m.always)
    always: int = bit(8, always=2)
    size: int = field(uint8, frames=True)
    body: bytes = field(until(b";"))


@wire
class Framed:
    one: int = field(uint8, computed=lambda m: m.size)
    size: int = field(uint8, frames=True)
    body: bytes = field(until(b";"))


@wire
class Unknown:
    """What is of any type, and what depends on that."""

    size: int = field(uint8, computed=lambda m: SIZES.get(m.body, 0))
    more: int | None = field(uint8, when=lambda m: m.size, computed=lambda m: len(m.body))
    body: bytes = field(until(b";"))


SIZES = {b"a": 1}


class Own(Short):
    """Another way to compute a field."""

    @property
    def size(self):
        return len(self.body) + 5


@wire
class Refusing:
    size: int = field(uint8, computed=lambda m: len(m.body))
    odd: int = field(uint8, computed=lambda m: 10 // len(m.body))
    body: bytes = field(until(b";"))

    def __attrs_post_init__(self):
        if self.body == b"no":
            raise ValueError("no")


def test_what_is_computed_is_written_into_the_code():
    """And, once it is known to be the same, said by the field's name."""
    source = code_of(record(Short))
    assert "if body:" in source
    assert "(size + 1 == same)" in source
    agrees(record(Short), b"\2\3ab;\0\1;", b"\2\2ab;", b"\1\2ab;")


def test_what_may_be_off_is_compared_where_it_is_there():
    """Both ask the same function of the same fields."""
    assert "maybe2.loud" in code_of(record(Maybe))  # which has to be called
    agrees(record(Maybe), b"\1\2ab;", b"\0ab;", b"\2\3a;", b"\3\1\4a;", b"\4\1a;", b"\4\1k;")
    alone = record_without("loud")
    assert "(not flag or len(body) == size)" in code_of(record(alone))
    assert "(not flag & 2 or flag + 1 == other)" in code_of(record(alone))
    agrees(record(alone), b"\1\2ab;", b"\0ab;", b"\2\3a;\2\4a;", b"\3\1\4a;\3\1\5a;")


def record_without(name):
    space = {"__annotations__": {}}
    for one, parser, when, computed in MAYBE:
        if one != name:
            given = {"when": when, "computed": computed} if when else {}
            space[one] = field(parser, **given)
            space["__annotations__"][one] = object
    return wire(type("Maybe", (), space))


MAYBE = [
    ("flag", uint8, None, None),
    ("size", uint8, lambda m: m.flag, lambda m: len(m.body)),
    ("other", uint8, lambda m: m.flag & 2, lambda m: m.flag + 1),
    ("loud", uint8, lambda m: m.flag & 4, loud),
    ("body", until(b";"), None, None),
]


def test_where_something_is_raised_the_node_says_so():
    """As any function of a user's it may raise what it likes."""
    assert "except Exception:" in code_of(record(Loud))
    agrees(record(Loud), b"\1\5a;\2", b"\1\5k;\2", b"\1\5a;\0", b"\1\4a;\2")
    agrees(record(Refusing), b"\1\x0aa;", b"\2\5no;", b"\0\0;")


@wire
class Certain:
    """Of two computed fields one cannot be anything else."""

    size: int = field(uint8, computed=lambda m: len(m.body))
    twice: int = field(uint8, computed=lambda m: 2 * len(m.body))
    body: bytes = field(lambda m: exactly(m.size))


def test_what_follows_from_how_it_was_read_is_not_compared():
    """A body of so many bytes has that length."""
    for form in ("items", "lane", "once"):
        assert "(2 * size == twice)" in code_of(record(Certain), form)
        assert "== size" not in code_of(record(Certain), form)
    agrees(record(Certain), b"\1\2a\0\0\2\4ab", b"\1\1a", b"\2\4a")


def test_what_is_of_any_type_is_compared_as_well():
    """By whatever it means by that."""
    assert "except Exception:" in code_of(record(Unknown))
    agrees(record(Unknown), b"\1\1a;\0b;", b"\1b;", b"\1\2a;")


def test_what_is_equal_is_not_always_the_same():
    """A number is no truth, though it may be equal to one."""
    agrees(record(Typed), b"\1\1a;\0\0b;", b"\1\0a;")


def test_what_is_computed_of_what_is_not_known_is_asked_for():
    """Of the object: nobody else knows."""
    assert "= later2.one" in code_of(record(Later)) or "later.one" in code_of(record(Later))
    agrees(record(Later), b"\3\3\2\2a;", b"\3\4\2\2a;", b"\4\3\2\2a;")
    agrees(record(Framed), b"\2\2a;")


def test_another_way_to_compute_a_field_is_asked():
    """A subclass's own property, and any class that does more than to store."""
    assert "= own2.size" in code_of(record(Own))
    agrees(record(Own), b"\7\x08ab;", b"\2\3ab;")
    with_more = wire(type("More", (Short,), {"__getattribute__": object.__getattribute__}))
    agrees(record(with_more), b"\2\3ab;")


def test_a_class_that_is_changed_is_asked():
    """What was written in is no more what it says."""

    @wire
    class Changed:
        size: int = field(uint16, computed=lambda m: len(m.body))
        body: bytes = field(exactly(1))

    one = record(Changed)
    assert [one.parse(b"\0\1a") for _ in range(3)] == [Changed(b"a")] * 3
    Changed.size = property(lambda self: 2)
    assert one.parse(b"\0\2a") == Changed(b"a")
    assert attrs.fields(Changed)
