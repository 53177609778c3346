"""The functions that a grammar becomes: for a stream, for one item, for a whole input."""

import dis
import sys

import pytest

from ohneio import (
    Limits,
    ParseError,
    Parser,
    State,
    UsageError,
    any_byte,
    bind,
    choice,
    commit,
    count_prefixed,
    decimal,
    dispatch,
    emit,
    exactly,
    field,
    forward,
    integer,
    length_prefixed,
    line,
    literal,
    lookahead,
    many,
    many_until,
    optional,
    parser,
    protocol,
    read_some,
    recognize,
    record,
    sep_by,
    seq,
    stream,
    take_while,
    text,
    uint8,
    uint16,
    until,
    wire,
)
from ohneio.core._facts import Facts
from ohneio.core._staged import LATE
from ohneio.core._steps import NOBODY, host
from ohneio.staging import stage, unstaged
from ohneio.staging._forms import ITEM, ITEMS, LANE, ONCE, function
from tests.staging.parsing import agrees, code_of, once

a, b = literal(b"a"), literal(b"b")


MORE = 1


class Perhaps(Parser):
    """A parser of which nobody knows whether it takes nothing."""

    def _parse(self):
        return optional(a)._parse()


def nested():
    whole = forward()
    return whole.become(choice(a, literal(b"(") >> whole << literal(b")")))


#: A grammar and bytes for it.
FORMS = {
    "one token": (until(b";"), [b"a;b;c", b""]),
    "what may take nothing": (Perhaps(), [b"aab", b"", b"b"]),
    "what takes nothing": (seq(optional(a), Perhaps()), [b"aaab"]),
    "what could go on": (seq(a, optional(b)), [b"abaab", b"a"]),
    "what could go on, one of two": (choice(seq(a, optional(b)), any_byte), [b"aabx"]),
    "what looks ahead": (seq(lookahead(a), any_byte, optional(lookahead(b))), [b"aab"]),
    "what comes back": (nested(), [b"a((a))(", b"(b"]),
    "what is larger than a limit": (seq(optional(literal(b"abcdef")), uint8), [b"abcdefgx"]),
    "what is judged": (text(until(b";")), [b"a;\xff;"]),
    "what is constant": (a.value(7), [b"aab"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_all_functions_do_what_the_nodes_do(name):
    """Item after item, one by one, and of a whole input; whatever the limits are."""
    grammar, inputs = FORMS[name]
    agrees(grammar, *inputs)
    for size in (0, 1, 5):
        agrees(grammar, inputs[0], limits=Limits(max_buffered=size))
        agrees(grammar, inputs[0], limits=Limits(max_backtrack=size))


def test_each_form_is_a_function_of_its_name():
    """With what it needs to know at its beginning."""
    for form, head in (
        (ITEMS, "def items(run):"),
        (ITEM, "def item(run):"),
        (ONCE, "def once(data, limits):"),
    ):
        made = function(uint8, form)
        assert (made.name, made.source.splitlines()[0]) == (form.name, head)
        compile(made.source, "it", "exec")


def test_a_whole_input_is_taken_or_left():
    """There is nothing to wait for, and so nothing that has to be put back."""
    grammar = seq(uint8, uint16)
    assert once(grammar, b"abc") == (97, 0x6263)
    assert once(grammar, b"abcd") is LATE
    assert once(grammar, b"ab") is LATE
    source = code_of(grammar, "once")
    assert "run" not in source
    assert "yield" not in source


def test_there_is_no_function_of_a_whole_input_that_is_left_in_any_case():
    """It would cost and be of no use; one that is left sometimes is written."""
    late, forth = bind(exactly, uint8), seq(a, commit, uint8)
    for one in (late, forth, seq(uint8, forth)):
        assert function(one, ONCE) is None
        agrees(one, b"a\1b", b"\1a")
    assert once(choice(a, forth), b"a") == b"a"
    assert once(optional(seq(b, late)), b"") is None


def test_a_stream_of_nothing_is_refused():
    """As soon as an item takes nothing."""
    conn = stream(stage(Perhaps()))()
    with pytest.raises(UsageError, match="consumed nothing, and would for ever"):
        conn.send(b"aab")
    assert conn.events() == [b"a", b"a"]
    assert "if base + pos == start:" in code_of(Perhaps())
    assert "== start" not in code_of(uint8)


def test_what_could_have_gone_on_is_told_behind_the_item():
    """By whoever runs it: here a protocol written by hand."""
    item = stage(seq(a, optional(b)))

    @protocol
    def two():
        return (yield from seq(by_itself(item), literal(b"!")))

    conn = two()
    with pytest.raises(Exception, match=r'expected b"b" or b"!" at offset 1'):
        conn.send(b"ax")


@parser
def by_itself(inner):
    return (yield from inner)


def test_a_token_that_is_longer_than_allowed_is_left_to_the_nodes():
    """Where a byte decides against it, nobody else would notice."""
    grammar = seq(optional(literal(b"abcdef")), uint8)
    for form in ("items", "item", "once"):
        assert "max_buffered < 6" in code_of(grammar, form)
        assert "max_buffered" not in code_of(seq(literal(b"abcdef"), uint8), form)


def test_a_list_of_items_that_may_be_empty_is_left_to_the_nodes_where_none_is_allowed():
    """They find one item too many before they see that no byte begins the list."""
    some = sep_by(sep_by(a, literal(b",")), literal(b";"), min=2)
    for grammar in (length_prefixed(uint8, many(some)), seq(optional(some), uint8)):
        for form in ("items", "item", "once"):
            assert "max_items < 1" in code_of(grammar, form)
        for data in (b"\0", b"\1x", b"x", b"\2;a"):
            agrees(grammar, data, limits=Limits(max_items=0))
            agrees(grammar, data, limits=Limits(max_items=1))
    assert "max_items < 1" not in code_of(many(sep_by(a, literal(b","), min=1)), "items")
    assert stage(length_prefixed(uint8, many(some)))._staged["lane"](Limits(max_items=0)) is None


def test_what_is_left_open_is_closed():
    """Marks, depth and path, however the function ends."""
    word = take_while(b"ab", min=1)
    conn = stream(stage(many(text(word << literal(b";"))) << literal(b".")))()
    conn.send(b"a;b")
    assert len(conn._run.marks) > 0
    conn.send(b";.")
    assert conn._run.marks == []
    conn.send(b"b;a")
    conn.close()
    assert (conn._run.marks, conn._run.path, conn._run.depth) == ([], [], 0)


def test_runs_of_bytes_know_their_end():
    """The end of the input is one, in a function that sees all of it."""
    grammar = seq(uint8, take_while(b"a"))
    assert once(grammar, b"xaa") == (120, b"aa")
    assert Perhaps().facts == Facts()


def test_a_name_that_means_something_else_by_now_is_asked_for(monkeypatch):
    """Where a function is written into the code, the functions look whether they still may run."""
    grammar = stage(uint8.map(lambda number: number + MORE))
    assert "MORE" in code_of(grammar)
    agrees(grammar, b"\1\2")
    monkeypatch.setitem(globals(), "MORE", 2)
    conn = stream(grammar)()
    conn.send(b"\1\2")
    assert conn.events() == [3, 4]
    assert grammar.parse(b"\1") == 3


# The lane.


def lane(grammar):
    made = function(grammar, LANE)
    return made and made.source


def test_a_lane_takes_item_after_item_without_a_way_back():
    """It only waits for what a chunk's end has cut; all else is for the protocol's generator."""
    source = lane(seq(uint8, uint16))
    assert "rests(run, data, start, pos, pos + 3, chunk)" in source
    assert "leaves(run, data, start)" in source
    assert "yield from" not in source
    assert "again" not in source
    assert "again" not in lane(seq(lookahead(a), uint16))  # so much is known before
    assert "again = 0" in lane(seq(uint8, lookahead(a), uint16))


def test_where_a_batch_does_better_there_is_no_lane():
    """Nor where an item may take nothing, or all are left to a node."""
    for grammar in (until(b";"), uint16, optional(a), seq(uint8, Unheard())):
        assert function(grammar, LANE) is None
    assert lane(choice(seq(a, Unheard()), b)) is not None  # only some are


class Unheard(Parser):
    """A parser that staging has never heard of."""

    @property
    def facts(self):
        return Facts(least=1, greatest=1, nullable=False)

    def _parse(self):
        return uint8._parse()


def test_a_lane_is_for_limits_with_room_and_for_names_that_are_the_same(monkeypatch):
    """As the function of a stream, it is asked once a connection."""
    grammar = stage(FORMS["what is larger than a limit"][0])
    make = grammar._staged["lane"]
    assert make(Limits(max_buffered=6)) is not None
    assert make(Limits(max_buffered=5)) is None
    guarded = stage(uint16.map(doubled))
    assert guarded._staged["lane"](Limits()) is not None
    monkeypatch.setitem(globals(), "MORE", 2)
    assert guarded._staged["lane"](Limits()) is None


def doubled(number):
    return number + MORE


def test_what_a_function_raises_in_a_lane_is_for_the_generator():
    """There it is raised again, with all that is to be told of it."""
    grammar = seq(uint8, uint8).map(lambda pair: 1 // pair[1])
    agrees(grammar, b"\1\1\1\2\1\0\1\1")


def test_a_function_that_does_more_than_to_return_a_value_does_it_once():
    """In a lane it finds no protocol; nor the one around, where a connection is in another."""

    def noisy(pair):
        emit(("seen", pair))
        return pair

    grammar = stage(seq(uint8, uint16).map(noisy))
    data, numbers = b"\1ab\2cd\3ef\4gh", [(1, 0x6162), (2, 0x6364), (3, 0x6566), (4, 0x6768)]

    def events(size):
        inner = stream(grammar)()
        for at in range(0, len(data), size):
            inner.send(data[at : at + size])
        return inner.events()

    @protocol
    def around():
        for size in range(1, len(data)):
            yield from emit(events(size))

    conn = around()
    conn.send(b"")
    told = [one for pair in numbers for one in (("seen", pair), pair)]
    assert conn.events() == [told] * (len(data) - 1)
    assert events(7) == told


#: Where CPython looks whether there is a signal.
INTERRUPTIBLE = {"RESUME", "CALL", "CALL_KW", "CALL_FUNCTION_EX", "JUMP_BACKWARD"}


@pytest.mark.parametrize("how", [stage, unstaged])
def test_an_interruption_in_a_lane_is_raised(how):
    """As in the protocol: those before it are there, and it has failed."""

    def interrupted(pair):
        if pair == (2, 2):
            raise KeyboardInterrupt
        return pair

    conn = stream(how(seq(uint8, uint8).map(interrupted)))()
    conn.send(b"\1\1\1\1")
    conn.send(b"\1\1")
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            conn.send(b"\1\2\2\2\3")
    assert conn.events() == [(1, 1), (1, 1), (1, 1), (1, 2)]
    assert (conn.state, type(conn.error)) == (State.FAILED, KeyboardInterrupt)
    # In a lane from the item's beginning on: nobody knows how far it had come.
    assert conn.unconsumed == (b"\2\2\3" if how is stage else b"\3")


@pytest.mark.parametrize("grammar", [
    uint8.map(str), seq(uint8, line), seq(uint8, length_prefixed(uint16)),
    count_prefixed(uint8, seq(a, uint16)), seq(uint8, sep_by(a, b)), seq(uint8, many_until(a, b)),
    many(take_while(b"a", min=1) << literal(b";")) << literal(b"."),
    dispatch(lookahead(uint8), {97: uint16, 98: seq(b, until(b";"))}),
], ids=str)  # fmt: skip
def test_wherever_an_interruption_may_come_a_lane_puts_back_what_it_has_not_taken(grammar):
    """Behind a call, and where a loop begins again: all of them are in one `try`, but the first."""
    code = stage(grammar)._staged["lane"].__globals__["take"].__code__
    bytecode = dis.Bytecode(code)
    _, *places = [one for one in bytecode if one.opname in INTERRUPTIBLE]
    inside = [range(one.start, one.end) for one in bytecode.exception_entries]
    assert len(places) > 5
    assert [one for one in places if not any(one.offset in some for some in inside)] == []


def test_what_a_function_raised_late_is_not_taken_twice():
    """An item is none that is to be begun once it was emitted."""
    conn = stream(stage(uint8.label("x")))()
    conn.send(b"\1")
    conn.send(b"\2")

    def interrupt(frame, event, function):
        if event == "c_return" and function.__name__ == "append" and frame.f_code.co_name == "take":
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            conn.send(b"\3\4\5")
    finally:
        sys.setprofile(None)
    assert (conn.events(), conn.unconsumed) == ([1, 2, 3], b"\4\5")


@pytest.mark.parametrize("words", [
    lambda seen: many((take_while(b"abc", min=1) << literal(b",")).map(seen)) << literal(b";"),
    lambda seen: (take_while(b"abc", min=1) << literal(b",;")).map(lambda it: seen(it) or it),
    lambda seen: seq(take_while(b"abc", min=1).map(seen), literal(b",;")),
])  # fmt: skip
def test_what_a_lane_calls_never_finds_the_protocol_that_sends_the_chunk(words):
    """It finds its own, or none: then it is called again."""
    hosts = set()

    def seen(data):
        hosts.add(host.get())
        return data

    inner = stream(stage(words(seen)))()
    outer = protocol(lambda: sends(inner))()
    for at in b"a,;" * 8:
        outer.send(bytes([at]))
    assert len(inner.events()) == 8
    assert hosts == {inner._run, NOBODY}


def test_a_lane_outside_of_a_protocol_goes_on_inside_of_one():
    """And the other way round: where somebody else is at work it is opened anew."""
    words = (take_while(b"abc", min=1) << literal(b";")).map(bytes.upper)
    stage(words)
    conn = stream(words)()
    conn.send(b"a;b")
    outer = protocol(lambda: sends(conn))()
    for chunk in (b"b;", b"c", b"cc;", b"a"):
        outer.send(chunk)
    conn.send(b";b")
    outer.send(b";")
    assert conn.events() == [b"A", b"BB", b"CCC", b"A", b"B"]


def sends(conn):
    """Hand on what comes."""
    while True:
        conn.send((yield from read_some(64)))


@pytest.mark.parametrize("text", [b"(source := ", b"(run := ", b"@held ", b"run = ", b"for a in "])
def test_bytes_are_no_code(text):
    """Whatever they look like: no local is given away for them, and nothing put into them."""
    agrees(literal(text) >> uint8.map(str), (text + b"1") * 3, text[:-1] + b"x")
    agrees(literal(text + b"'\\\"") >> uint8, (text + b"'\\\"1") * 3, text + b"'")


@pytest.mark.parametrize(
    ("name", "grammar", "data", "allowed"),
    [
        ("max_items", count_prefixed(uint8, uint8), b"\3abc", Limits(max_items=2)),
        ("max_digits", integer() << literal(b";"), b"123;", Limits(max_digits=2)),
        ("most_again", lookahead(uint8) >> uint8, b"a", Limits(max_backtrack=0)),
        ("decimals", length_prefixed(decimal << literal(b";")), b"3;abc", Limits(max_digits=0)),
    ],
    ids=["items", "digits", "again", "numbers"],
)
def test_a_field_may_have_any_name(name, grammar, data, allowed):
    """No local of the code's is one of the grammar's: a limit, say, is not what a peer sends."""
    fields = {name: field(uint8), "then": field(grammar)}
    space = {**fields, "__annotations__": dict.fromkeys(fields, object), "__module__": __name__}
    sent = record(wire(type("Sent", (), space)))
    for first in (b"\0", b"\x64"):
        agrees(sent, (first + data) * 2)
        agrees(sent, (first + data) * 2, limits=allowed)


@parser
def committed(inner):
    return (yield from inner)


def test_commit_may_close_what_is_around_a_function():
    """What it looks ahead for is held by nobody then, and what it keeps is let go all the same."""
    grammar = committed(seq(uint8, commit, lookahead(uint8), uint8))
    agrees(many(grammar), b"abcdef", b"abcde")
    inner = stage(recognize(seq(until(b":"), commit, until(b";"), a)))

    @protocol(limits=Limits(max_buffered=8))
    def going_on():
        try:
            yield from choice(committed(inner), uint8)
        except ParseError:
            yield from many(uint8, 20, 20)
        return "all of it"

    conn = going_on()
    for byte in b"x:y;" + b"c" * 20:
        conn.send(bytes([byte]))
    assert conn.get_result() == "all of it"


def test_the_functions_of_a_forward_are_those_of_what_it_stands_for():
    """One level deeper: where there is none left all is for the nodes."""
    inside, around = forward(), forward()
    inside.become(seq(uint8, length_prefixed(uint8, choice(a, b >> around))))
    around.become(inside)
    assert "max_depth - run.depth < 2" in code_of(around)
    assert "limits.max_depth >= 2" in code_of(around, "lane")
    for most in (0, 1, 2, 3):
        agrees(inside, b"1\2b2\1a", b"1\4b2\1a", b"1\1x", limits=Limits(max_depth=most))
        agrees(around, b"1\4b2\1a" * 2, b"1\4b2\2ax", limits=Limits(max_depth=most))


def test_what_was_forgotten_in_a_frame_is_so_for_its_function_alone():
    """Whoever runs it has frames of its own, with ends that may be the same."""
    source = code_of(seq(uint8, length_prefixed(uint8, many(uint16))), "item")
    assert source.index("run._forgotten = None") < source.index("try:")
    assert source.index("run._forgotten = forgotten") > source.index("finally:")
