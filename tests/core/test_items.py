"""Item after item, until the end of the input: by the nodes, or by a function."""

import pytest

from ohneio import (
    Connection,
    IncompleteInput,
    ParseError,
    Parser,
    UsageError,
    choice,
    exactly,
    parser,
    success,
    until,
)
from ohneio.core._items import items, items_by_nodes
from tests.staging.differing import only

FIELD = until(b";")


@pytest.mark.parametrize("run", [items, items_by_nodes])
def test_every_item_is_emitted_until_the_input_ends(run):
    """As soon as it is complete, and the end between two items is a clean one."""
    conn = Connection(lambda: run(FIELD))
    for chunk, got in ((b"a;b;", [b"a", b"b"]), (b"c", []), (b";", [b"c"])):
        conn.send(chunk)
        assert conn.events() == got
    conn.send_eof()
    assert (conn.get_result(), conn.events(), conn.unconsumed) == (None, [], b"")


def test_an_end_inside_an_item_is_an_error_of_the_items():
    """The items before it are there."""
    conn = Connection(lambda: items_by_nodes(FIELD))
    conn.send(b"a;b")
    with pytest.raises(IncompleteInput):
        conn.send_eof()
    assert conn.events() == [b"a"]


def test_where_there_is_a_function_of_the_items_it_runs():
    """It is given what runs it, and does all."""

    def function(run):
        yield from run.steps(exactly(2))
        run.events.append("all")

    with only(lambda node, form: function if form == "items" else None):
        conn = Connection(lambda: items(until(b"!")))
        conn.send(b"ab")
    assert (conn.get_result(), conn.events()) == (None, ["all"])


def test_no_chunks_are_no_items():
    """The end of the input between two items is a clean one."""
    assert list(FIELD.parse_stream([])) == []
    assert list(FIELD.parse_stream([b""])) == []


def test_an_item_that_takes_nothing_is_refused():
    """It would be taken for ever; the items before it are given."""

    @parser
    def sometimes():
        if (yield from exactly(1)) == b"a":
            return b"a"
        raise ParseError("no a")

    empty = choice(sometimes, success(b""))
    items, got = empty.parse_stream([b"aab"]), []
    with pytest.raises(UsageError, match="consumed nothing, and would for ever"):
        got.extend(iter(lambda: next(items), None))
    assert got == [b"a", b"a"]


def test_an_item_of_nothing_that_nobody_could_foresee_is_refused():
    """Where it was not known before, an item of nothing is misuse and no endless stream."""

    class Nothing(Parser):
        def _parse(self):
            yield from ()
            return 1

    with pytest.raises(UsageError, match="consumed nothing"):
        list(Nothing().parse_stream([b"a"]))
