"""What the names in a function mean, and what is asked before it is believed."""

import ast
import builtins

import pytest

from ohneio import Parser, exactly, field, many, record, seq, uint8, wire
from ohneio.staging import stage
from ohneio.staging._code import Code
from ohneio.staging._names import Names, Naming, NotWritten, Reference, Shown
from ohneio.staging._saying import spelled

LIMIT = 5
NOWHERE = None


def half(it):
    """Two of these are one."""
    return it // 2


def meant(function, name="name", **known):
    """What a name in a function means, and the conditions for that."""
    names = Names(Code())
    found = Naming(function, names, known).name(ast.Name(name))
    return str(found), [*names.conditions]


def test_a_parameter_means_what_is_given():
    """If that is a value: what else is given is none that could be said."""
    assert meant(half, "it", it=spelled("a + 1")) == ("a + 1", [])
    for other in (Shown({}), Reference(len)):
        with pytest.raises(NotWritten):
            meant(half, "it", it=other)


def test_a_name_of_the_module_is_looked_up_there_again():
    """Where it means None, not to be there would look the same."""
    assert meant(half, "LIMIT") == ("LIMIT", ["NAMES.get('LIMIT') is LIMIT"])
    said, conditions = meant(half, "NOWHERE")
    assert conditions == [f"NAMES.get('NOWHERE', NAMES) is {said}"]


def test_a_builtin_means_itself_while_the_module_has_none_of_its_name():
    """What nobody has means nothing."""
    assert meant(half, "len") == ("len", ["NAMES.get('len', len) is len"])
    with pytest.raises(NotWritten):
        meant(half, "nowhere")


def test_a_variable_around_a_function_is_looked_up_in_its_cell():
    """If it is there yet."""

    def function():
        return limit, later

    limit = 3
    assert meant(function, "limit") == ("LIMIT", ["CELL.cell_contents is LIMIT"])
    with pytest.raises(ValueError, match="empty"):
        meant(function, "later")
    later = 4
    assert meant(function, "later")[0] == "LATER"


def test_a_variable_that_has_no_value_yet_means_nothing():
    """Its own, also one that a lambda sees."""

    def function():
        one = 1
        other = 2
        return one, lambda: other

    for name in ("one", "other"):
        with pytest.raises(NotWritten):
            meant(function, name)


# In a grammar.


@wire
class Bounded:
    size: int = field(uint8, verify=lambda m: m.size < LIMIT)
    body: bytes = field(lambda m: exactly(half(m.size)))


def test_names_that_mean_something_else_are_asked_again(monkeypatch):
    """When a connection begins: then the functions are called."""
    one: Parser[Bounded] = stage(record(Bounded))
    assert one.parse(b"\4ab") == Bounded(4, b"ab")
    monkeypatch.setitem(globals(), "LIMIT", 9)
    assert one.parse(b"\7abc") == Bounded(7, b"abc")
    assert [*one.parse_stream([b"\7abc"])] == [Bounded(7, b"abc")]
    monkeypatch.setitem(globals(), "half", lambda it: 1)
    assert one.parse_prefix(b"\7abc") == (Bounded(7, b"a"), b"bc")


def test_a_name_that_is_gone_means_nothing(monkeypatch):
    """Not even None, which it meant."""
    one = stage(uint8.map(lambda _: NOWHERE is None))
    assert one.parse(b"\1") is True
    monkeypatch.delitem(globals(), "NOWHERE")
    with pytest.raises(NameError):
        one.parse(b"\1")


def test_an_underscore_of_everybodys_is_not_the_codes_own(monkeypatch):
    """As `gettext.install` puts it there."""
    monkeypatch.setattr(builtins, "_", str, raising=False)
    one = seq(uint8.map(lambda n: _(n)), many(exactly(1)))  # noqa: F821, PLW0108
    assert stage(one).parse_prefix(b"\1\2") == (("1", [b"\2"]), b"")


def test_what_stands_around_a_function_may_change():
    """A variable of the function that it was made in, or a builtin's name."""
    limit = 3
    one = stage(uint8.verify(lambda it: it < limit))
    assert one.parse_prefix(b"\2") == (2, b"")
    limit = 9
    assert one.parse_prefix(b"\7") == (7, b"")
