"""What the functions of a record's fields are given: the fields so far."""

from ohneio import exactly, field, record, uint8, wire
from tests.staging.parsing import agrees, code_of


@wire
class Methods:
    """Functions that ask for more than fields."""

    size: int = field(uint8)
    one: bytes = field(lambda m: exactly(m.half()))
    two: int | None = field(uint8, when=lambda m: m.large)
    three: int | None = field(uint8, when=lambda m: 10 // m.size)

    def half(self):
        return self.size // 2

    @property
    def large(self):
        return self.size > 2


def test_methods_and_properties_are_there_as_well():
    """Of an object that shows the fields so far, told only what is new."""
    source = code_of(record(Methods))
    assert source.count("= SEEN()") == 1
    assert source.index("view.size = size") < source.index("view.one = one")
    assert "VIEW(RECORD, {'size': size, 'one': one, 'two': two})" in source
    agrees(record(Methods), b"\1\2a\4abc", b"\7")


def test_what_is_asked_too_early_is_told_as_ever():
    """A field that stands behind."""
    early = wire(type("Early", (), {**EARLY, "__annotations__": dict.fromkeys(EARLY, int)}))
    agrees(record(early), b"ab")


EARLY = {"n": field(lambda m: exactly(m.later)), "later": field(uint8)}
