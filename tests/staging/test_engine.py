"""When a grammar becomes functions, what that costs, and what is left of it."""

import ast
import copy
import gc
import importlib
import linecache
import pickle
import pkgutil
import re
import sys
import textwrap
import threading
import traceback
import types
import weakref

import attrs
import pytest

import ohneio.staging
from ohneio import (
    ParseError,
    Parser,
    UsageError,
    at_eof,
    choice,
    decimal,
    emit,
    exactly,
    forward,
    length_prefixed,
    literal,
    many,
    parser,
    protocol,
    rest,
    seq,
    stream,
    uint8,
    uint16,
    until,
)
from ohneio.core import _staged
from ohneio.staging import _engine, hand_over, source, stage, unstaged
from ohneio.staging._engine import FORMS, LARGEST, compiled, written
from ohneio.staging._forms import ANEW, ITEMS, NUMBERS
from tests.docs.pages import blocks, run
from tests.processes import ROOT, python
from tests.staging.differing import only

FORM_NAMES = ["items", "lane", "item", "once", "build"]


def grammar():
    """A new one each time."""
    return seq(uint8, length_prefixed(uint16, until(b";")))


@pytest.fixture
def asked():
    """Which grammars were staged, and for what, while those used a second time are."""
    found = []

    def noted(node, form):
        found.append((node, form))
        return _engine.staged(node, form)

    before = [*_staged._stager]
    _staged.stage_with(noted, source, uses=1)
    yield found
    _staged._stager[:] = before


# By itself.


def test_a_grammar_is_staged_when_it_is_used_again(asked):
    """Separately for each way to use it."""
    one, data = grammar(), b"\1\0\2a;"

    @protocol
    def by_hand():
        return (yield from one)

    ways = {
        "once": lambda: one.parse(data),
        "build": lambda: one.build((1, b"a")),
        "item": lambda: one.parse_prefix(data),
        "items": lambda: [*one.parse_stream([data])],
    }
    for form, way in ways.items():
        first = way()
        assert (one, form) not in asked
        assert way() == first
        assert asked[-1] == (one, form)
        assert way() == first
    conn = by_hand()
    conn.send(data)
    assert conn.get_result() == (1, b"a")
    # Behind its first item a stream asks for what takes whole chunks.
    assert asked == [(one, form) for form in [*ways, "lane"]]


def test_a_stream_goes_on_with_functions(asked):
    """Its second item is a second use: also in the first stream, which may live long."""
    one = grammar()
    conn = stream(one)()
    conn.send(b"\1\0\2a;")
    assert asked == []
    conn.send(b"\1\0\2a;" * 3)
    assert conn.events() == [(1, b"a")] * 4
    assert asked == [(one, "item")]


def test_importing_grammars_stages_nothing(asked):
    """Whatever is done to make them."""
    names = ["http1", "messagepack", "mqtt", "resp", "websocket"]
    before = {name: sys.modules.pop(f"examples.{name}", None) for name in names}
    try:
        for name in names:
            importlib.import_module(f"examples.{name}")
    finally:
        for name, module in before.items():
            if module is not None:
                sys.modules[f"examples.{name}"] = module
    assert asked == []


def test_a_grammar_that_is_made_in_a_loop_and_used_once_is_not_staged(asked):
    """However it is used."""
    data = b"\1\0\2a;"
    for _ in range(3):
        assert grammar().parse(data) == (1, b"a")
        assert grammar().parse_prefix(data) == ((1, b"a"), b"")
        assert [*grammar().parse_stream([data])] == [(1, b"a")]
        assert grammar().build((1, b"a")) == data
        conn = stream(grammar())()
        conn.send(data)
        assert conn.events() == [(1, b"a")]
    assert asked == []


def test_what_a_function_makes_each_time_is_not_staged(asked):
    """Such as the parser of a `bind`, which is used once."""
    body = uint8.bind(lambda n: seq(exactly(n)), lambda it: len(it[0]))
    for _ in range(4):
        assert body.parse(b"\2ab") == (b"ab",)
    assert {node for node, _ in asked} == {body}


def test_a_grammar_that_waits_for_its_forward_is_staged_when_it_is_whole(asked):
    """Before that it is neither counted out nor given up."""
    whole = forward()
    one = seq(uint8, whole)
    for _ in range(3):
        with pytest.raises(Exception, match="forward"):
            one.parse(b"ab")
    assert asked == []
    whole.become(uint8)
    for _ in range(2):
        assert one.parse(b"ab") == (97, 98)
    assert (one, "once") in asked


# To force and to forbid it.


def test_to_stage_is_to_make_all_functions_now():
    """And to give the same parser back."""
    one = grammar()
    assert stage(one) is one
    assert [*one._staged] == FORM_NAMES
    assert all(callable(function) for function in one._staged.values())


def test_what_may_not_be_staged_never_is(asked):
    """Unless somebody wants it; grammars that it is in are not concerned."""
    one = grammar()
    assert unstaged(one) is one
    for _ in range(3):
        assert one.parse(b"\1\0\2a;") == (1, b"a")
    assert asked == []
    around = many(one)
    for _ in range(2):
        assert around.parse(b"\1\0\2a;") == [(1, b"a")]
    assert asked == [(around, "once")]
    assert callable(stage(one)._staged["once"])


def test_what_is_too_large_is_not_staged(asked):
    """Nobody would read it: neither by itself nor by force, and there is no source."""
    large = seq(*[seq(uint8) for _ in range(LARGEST)])
    with pytest.raises(UsageError, match="Seq: it has more than 300 nodes"):
        stage(large)
    for _ in range(3):
        assert large.parse(bytes(LARGEST)) == ((0,),) * LARGEST
    assert large._staged["once"] is None
    assert large.source == ""


def test_what_is_not_whole_cannot_be_staged(asked):
    """It is left as it was, and staged when it is whole."""
    whole = forward()
    one = seq(uint8, whole)
    for each in (one, whole):
        with pytest.raises(UsageError, match="in it is not tied yet"):
            stage(each)
    whole.become(uint8)
    for _ in range(2):
        assert one.parse(b"ab") == (97, 98)
    assert asked == [(one, "once")]


@pytest.mark.parametrize("call", [stage, unstaged, source])
def test_only_a_parser_is_staged_or_not(call):
    """Anything else is misuse."""
    with pytest.raises(UsageError, match="expected a parser, not int"):
        call(5)


@attrs.frozen(eq=False)
class Unsound(Parser):
    """A class that proves something of its children."""

    parser: Parser[object]

    def _prove(self):
        raise ValueError("never")

    def _parse(self):
        return self.parser._parse()


def test_what_is_wrong_with_a_node_is_wrong_when_it_runs(asked):
    """Staging proves what the nodes do, and leaves it to them to say so."""
    one = choice(uint8, seq(Unsound(uint8)))
    with pytest.raises(ValueError, match="never"):
        stage(one)
    for _ in range(3):
        assert one.parse(b"a") == 97


@pytest.mark.parametrize(
    ("wish", "staged"),
    [("", [None, True]), ("off", [None, None]), ("OFF", [None, None]), ("always", [True, True])],
)
def test_the_environment_says_when(monkeypatch, wish, staged):
    """On second use, never, or at once."""
    monkeypatch.setenv("OHNEIO_STAGING", wish)
    with only(None):
        hand_over()
        one, found = seq(uint8), []
        for _ in range(2):
            one.parse(b"a")
            found.append(callable(getattr(one, "_staged", {}).get("once")) or None)
        assert found == staged
        assert bool(one.source) == (wish.lower() != "off")
        assert hasattr(stage(seq(uint8)), "_staged") == (wish.lower() != "off")


def test_the_environment_says_nothing_else(monkeypatch):
    """A word that nobody knows is no wish."""
    monkeypatch.setenv("OHNEIO_STAGING", "never")
    with pytest.raises(UsageError, match="off, always or nothing, not 'never'"):
        hand_over()


def test_importing_it_hands_it_over():
    """So nobody has to do anything."""
    script = "import ohneio; print(ohneio.uint8.source)"
    assert python("-c", script, check=True).stdout == source(uint8) + "\n"


def test_the_source_says_what_each_function_is_for():
    """In a comment before it."""
    heads = re.findall(r"^# (.*)\ndef (\w+)", source(uint8), re.MULTILINE)
    assert dict(heads).keys() == {"stream(p)", "yield from p", "p.parse(data)", "p.build(value)"}


# Where it fails.


@pytest.mark.parametrize("error", [ValueError, RecursionError, MemoryError, SyntaxError])
def test_a_stager_that_fails_leaves_the_nodes_running(monkeypatch, error):
    """It is asked once; nothing else is different."""
    calls = []

    def failing(node, form):
        calls.append(form.name)
        raise error

    monkeypatch.setattr(_engine, "written", failing)
    with only(_engine.staged):
        one = grammar()
        for _ in range(3):
            assert one.parse(b"\1\0\2a;") == (1, b"a")
            assert one.build((1, b"a")) == b"\1\0\2a;"
            assert [*one.parse_stream([b"\1\0", b"\2a;"])] == [(1, b"a")]
            assert one.parse_prefix(b"\1\0\2a;b") == ((1, b"a"), b"b")
    # Nobody asks for a lane but the function of a stream.
    assert sorted(calls) == sorted({*FORM_NAMES} - {"lane"})


def test_a_grammar_that_does_not_build_has_one_function_less():
    """Its source says so as well."""
    one = stage(uint8.map(bool))
    assert one._staged["build"] is None
    assert "def once" in source(one)
    assert "def build" not in source(one)


# What is left of it.


def test_a_staged_grammar_is_the_same_as_before():
    """Its functions are no part of it: not of what it is equal to, and not of what is kept."""
    one, other = stage(grammar()), grammar()
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert pickle.dumps(one) == pickle.dumps(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert not hasattr(pickle.loads(pickle.dumps(one)), "_staged")
    assert copy.copy(one) is copy.deepcopy(one) is one
    assert attrs.evolve(one) == one
    assert not hasattr(attrs.evolve(one), "_staged")


def test_a_grammar_that_is_dropped_is_gone_with_its_functions():
    """The functions know the grammar, and it knows them: nobody else does."""
    one = stage(seq(uint8, until(b";")))
    functions = [weakref.ref(function) for function in one._staged.values()]
    inner = weakref.ref(one.parts[1])
    assert len([name for name in linecache.cache if name.startswith("<ohneio")]) >= 4
    for form, data in (("once", b"a;"), ("build", (1, b"b"))):
        one.parse(data) if form == "once" else one.build(data)
    one = None
    gc.collect()
    assert [function() for function in functions] == [None] * 5
    assert inner() is None


def test_thousands_of_grammars_leave_nothing_behind():
    """Neither in `linecache`, nor as objects that the garbage collector sees."""

    def many_of_them(count):
        for _ in range(count):
            compiled(seq(uint8, literal(b"a")), FORMS["once"])
        gc.collect()
        return len(linecache.cache), len(gc.get_objects())

    many_of_them(50)
    lines, objects = many_of_them(10)
    more_lines, more_objects = many_of_them(2000)
    assert more_lines == lines
    assert abs(more_objects - objects) < 500


def raising(_):
    raise KeyError("no")


@pytest.mark.parametrize("form", ["once", "items", "item", "build"])
def test_tracebacks_show_the_lines_of_the_code(form):
    """As those of any other module."""
    one = stage((decimal << literal(b";")).map(raising, raising))
    ways = {
        "once": lambda: one.parse(b"7;"),
        "items": lambda: [*one.parse_stream([b"7;"])],
        "item": lambda: one.parse_prefix(b"7;"),
    }
    if form == "build":
        made = compiled(one, FORMS["build"])
        filename, line = made.__code__.co_filename, made.__code__.co_firstlineno
        assert linecache.getline(filename, line) == "def build(value, limits):\n"
        return
    with pytest.raises(KeyError) as caught:
        ways[form]()
    shown = "".join(traceback.format_exception(caught.value))
    assert f'File "<ohneio {form} ' in shown
    assert "value2 = RAISING(number2)" in shown
    assert "    raise KeyError" in shown


def test_a_traceback_outlives_the_grammar():
    """Who has the one has the other: the lines are there as long as it is."""
    with pytest.raises(KeyError) as caught:
        stage(seq(uint8, uint8).map(raising)).parse(b"ab")
    gc.collect()
    assert "RAISING(" in "".join(traceback.format_exception(caught.value))


# Side by side.


def test_two_threads_may_stage_one_grammar_at_once():
    """Each works with a whole function, whoever was first."""
    barrier, made = threading.Barrier(2, timeout=60), []

    def slow(node, form):
        barrier.wait()
        function = _engine.staged(node, form)
        made.append(function)
        barrier.wait()
        return function

    one, results = grammar(), []

    def use():
        results.append(one.parse(b"\1\0\2a;"))

    with only(slow):
        threads = [threading.Thread(target=use) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [(1, b"a")] * 2
    assert one._staged["once"] in made
    assert one.parse(b"\2\0\1;") == (2, b"")


@pytest.mark.parametrize("cut", range(6))
def test_a_connection_in_the_middle_goes_on_as_it_was(cut):
    """Whether the grammar is staged meanwhile or not, new ones and old ones do the same."""
    data = b"\1\0\2a;" * 2
    one = unstaged(grammar())
    old = stream(one)()
    old.send(data[:cut])
    stage(one)
    new = stream(one)()
    new.send(data[:cut])
    for conn in (old, new):
        conn.send(data[cut:])
        with pytest.raises(ParseError, match="where the frame ends"):
            conn.send(b"\1\0\1x")
    assert old.events() == new.events() == [(1, b"a")] * 2
    assert str(old.error) == str(new.error)
    assert old.error.offset == new.error.offset
    assert old.unconsumed == new.unconsumed


def test_many_connections_share_the_functions():
    """A function keeps all that it knows in its own locals."""
    one = stage(seq(uint8, until(b";")))
    conns = [stream(one)() for _ in range(5)]
    for number, conn in enumerate(conns):
        conn.send(bytes([number]) + b"a" * number)
    for conn in conns:
        conn.send(b";")
    assert [conn.events() for conn in conns] == [[(n, b"a" * n)] for n in range(5)]


@parser
def by_hand():
    """A parser that uses others."""
    while not (yield from at_eof()):
        yield from emit((yield from until(b";")))


def test_what_is_written_by_hand_runs_as_it_is():
    """Its own function is nobody's to write anew."""
    one = stage(seq(uint8, exactly(1)))

    @protocol
    def using():
        first = yield from one
        try:
            yield from one
        except ParseError as error:
            return first, error.offset

    conn = using()
    conn.send(b"\1ab")
    conn.send_eof()
    assert conn.get_result() == ((1, b"a"), 3)


def test_the_package_says_what_it_has():
    """Four functions, of which two are for everybody."""
    assert set(ohneio.staging.__all__) == {"hand_over", "source", "stage", "unstaged"}
    assert isinstance(source(rest), str)


# To be read.


def shown(text, source):
    """Tell whether the lines of *text* stand in *source* in order, where ``...`` is any of them."""
    flat, wanted = (re.sub(r"^ +", "", one, flags=re.MULTILINE) for one in (source, text))
    parts = re.split(r"^\.\.\.\n", wanted, flags=re.MULTILINE)
    return re.search(r".*?".join(re.escape(part.strip("\n")) for part in parts), flat, re.DOTALL)


def test_the_essay_shows_what_is_generated():
    """Its three nodes become these very lines."""
    essay = ohneio.staging.__doc__
    text = essay[essay.index("    start = base") : essay.index("``data`` is the block")]
    assert shown(text, source(length_prefixed(uint8, rest)))
    assert not shown(text.replace("end2 <= stop", "end2 < stop"), source(length_prefixed(uint8)))
    lane = essay[
        essay.index("    while True:\n        if pos >= stop") : essay.index("Where a chunk's end")
    ]
    assert shown(lane, source(length_prefixed(uint8, rest)))


def test_the_essay_says_where_everything_is():
    """Each module, and no other."""
    essay = ohneio.staging.__doc__
    index = essay[essay.index("Where things are:") : essay.index("A grammar is staged when")]
    modules = {found.name for found in pkgutil.iter_modules(ohneio.staging.__path__)}
    assert set(re.findall(r"``(_\w+)``", index)) == modules


@pytest.mark.parametrize("page", ["explanation/staging.md", "howto/see-and-steer-staging.md"])
def test_the_pages_show_what_is_generated(page, monkeypatch):
    """Of the parsers that they have made by then."""
    module = types.ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", module)
    for block in blocks(ROOT / "docs" / page):
        if block.language == "python":
            run(block, module)
        if block.language == "text":
            made = [one for one in vars(module).values() if isinstance(one, Parser)]
            assert any(shown(block.code, source(one)) for one in made)


EXAMPLES = ["http1", "messagepack", "mqtt", "resp", "websocket"]


def grammars():
    """Yield the grammars of the examples, by their names."""
    for name in EXAMPLES:
        module = importlib.import_module(f"examples.{name}")
        for each, one in vars(module).items():
            if isinstance(one, Parser) and type(one).__name__ not in ("ByHand", "Number"):
                yield f"{name}.{each}", one


@pytest.mark.parametrize("one", [pytest.param(one, id=name) for name, one in grammars()])
def test_the_code_of_real_grammars_can_be_read(one):
    """No line is too long for a screen, and no variable is there for nothing."""
    text = source(one)
    compile(text, "it", "exec")
    assert max(len(line.strip()) for line in text.splitlines()) <= WIDEST
    assert {name for name in unused(text) if not name.startswith("once.")} == set()


@pytest.mark.parametrize("one", [pytest.param(one, id=name) for name, one in grammars()])
def test_nothing_of_an_item_is_held_while_the_next_one_is_waited_for(one):
    """Every local that is set in the loop, but for numbers, is let go of where it idles."""
    before, start, behind = written(one, ITEMS).source.partition("            start = base + pos")
    body = ast.parse(textwrap.dedent(start + behind.partition("\n    except ParseError")[0]))
    inner = [each for each in ast.walk(body) if isinstance(each, ast.comprehension)]
    of_its_own = {name.id for each in inner for name in ast.walk(each.target) if is_set(name)}
    names = {each.id for each in ast.walk(body) if is_set(each)} - of_its_own - ANEW
    values = {name for name in names if name.rstrip("0123456789") not in NUMBERS}
    assert values <= set(re.findall(r"(\w+) = ", before))


def is_set(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


#: Of a line of code, but for how deep it stands.
WIDEST = 125


def unused(text):
    """Return the locals that are set by an assignment of their own, and never read."""
    found = set()
    for function in ast.parse(text).body:
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        firsts = [node.targets[0] for node in assigned if len(node.targets) == 1]
        targets = {node.id for node in firsts if isinstance(node, ast.Name)}
        found |= {f"{function.name}.{name}" for name in targets - read}
    return found
