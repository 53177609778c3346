"""Lines of code, the names in them, and where in the block it is."""

from ohneio import uint8, uint16
from ohneio.staging._code import Code
from ohneio.staging._emitter import Emitter
from ohneio.staging._forms import ITEM, ITEMS, ONCE


def written(write, form=ITEMS):
    """Return what some of the conventions write."""
    e = Emitter(form, Code())
    write(e)
    return e.code.source


def test_matches_of_a_kind_share_a_variable():
    """Each is looked at before there is another, and none is held for longer than that."""

    def write(e):
        assert [e.match("found"), e.match("block"), e.match("found")] == ["found", "block", "found"]

    assert written(write) == "\n"


def test_look_ups_in_a_table_share_a_variable():
    """Which no field has, whatever it is called."""
    e = Emitter(ITEMS, Code())
    e.code.reserve("decimals")
    assert [
        e.table("ONE", "decimals"),
        e.table("OTHER", "decimals"),
        e.table("ONE", "decimals"),
    ] == [
        "decimals2",
        "decimals3",
        "decimals2",
    ]


def test_names_are_those_of_the_fields_and_labels_around():
    """The innermost, if there is any."""
    e = Emitter(ITEM, Code())
    with e.called("size"):
        assert e.fresh("data") == "size"
        assert e.node(uint8) == "SIZE"
    assert e.fresh("data") == "data"
    assert e.node(uint16) == "NUMBER"
    assert (e.limits, Emitter(ONCE, Code()).limits) == ("run.limits", "limits")
    assert Emitter(ONCE, Code()).most_items == "max_items"


def test_taking_bytes_writes_nothing():
    """The position is a variable and a number, until it has to be one."""

    def write(e):
        assert (e.here, e.at(2)) == ("pos", "pos + 2")
        e.taken(3)
        assert (e.here, e.at(-4), e.at(-3)) == ("pos + 3", "pos - 1", "pos")
        e.settle()
        e.settle()
        e.moved("end")

    assert written(write) == "pos += 3\npos = end\n"


def test_what_is_needed_and_named_is_known_before_the_lines_run():
    """By the names that lines and blocks use."""
    e = Emitter(ITEM, Code())
    with e.block(f"if {e.constant(KeyError)} is {e.need('depth', 'run.depth')}:"):
        e.line("pass")
    assert e.code.source == "if IT is depth:\n    pass\n"
    assert e.code.namespace["IT"] is KeyError
    assert e.needs == {"depth": "run.depth"}
