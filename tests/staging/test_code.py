"""Source that is being written: lines, blocks, names, and how much of them there may be."""

from contextlib import ExitStack

import pytest

from ohneio.staging._code import (
    DEEP,
    LONG,
    SHORT,
    WIDE,
    Code,
    folded,
    function_name,
    is_not,
    is_one,
)


def test_lines_stand_as_deep_as_their_block():
    """What is not in it stands where it stood before."""
    code = Code()
    with code.block("while True:"):
        code.line("x = 1")
        with code.block("if x:"):
            code.line("break")
    code.line("y = 2")
    assert code.source == "while True:\n    x = 1\n    if x:\n        break\ny = 2\n"


def test_an_empty_block_says_so():
    """Python wants at least one line in it."""
    code = Code()
    with code.block("if x:"):
        pass
    assert code.source == "if x:\n    pass\n"


def test_lines_can_be_taken_back_filled_in_and_put_between():
    """What is known only later is written where it belongs."""
    code = Code()
    with code.block("def f():"):
        place = code.place
        mark = code.mark()
        code.line("oh")
        code.back_to(mark)
        code.line("x = @@")
    code.fill("@@", "1")
    code.insert(*place, "y = 2")
    assert code.source == "def f():\n    y = 2\n    x = 1\n"


def test_what_was_written_since_a_mark_can_be_asked():
    """Not what stands before it."""
    code = Code()
    code.line("x = 1")
    mark = code.mark()
    code.line("y = 2")
    assert (code.says("y =", mark), code.says("x =", mark), code.says("x =", 0)) == (
        True,
        False,
        True,
    )


def test_what_cannot_be_reached_is_not_there():
    """Behind a line that leaves its block, which may be folded; but for what makes a generator."""
    code = Code()
    with code.block("while True:"):
        with code.block("if x:"):
            code.line("raises = 1")
            code.line(f"return f({', '.join(['wide'] * 30)})")
            code.line(f"y = f({', '.join(['wide'] * 30)})")
            with code.block("if y:"):
                code.line("z = 1")
        with code.block("else:"):
            code.line("break")
            code.line("yield")
        code.line("z = 2")
    assert [line.split()[0] for line in code.source.splitlines()] == (
        ["while", "if", "raises", "return", "wide,", "else:", "break", "yield", "z"]
    )


@pytest.mark.parametrize(
    ("hint", "names"),
    [
        ("size", ["size", "size2", "size3"]),
        ("Content Length", ["content_length", "content_length2"]),
        ("7bit", ["_7bit", "_7bit2"]),
        ("--", ["it", "it2"]),
        ("class", ["class2", "class3"]),
        ("len", ["len2"]),
        ("stop", ["stop2"]),
        ("ﬁ", ["fi", "fi2"]),  # read as two letters, by the compiler as well
        ("m²", ["m2", "m22"]),
        ("größe", ["größe", "größe2"]),
        ("₧", ["it", "it2"]),
    ],
)
def test_a_name_is_like_its_hint_and_nobody_elses(hint, names):
    """Neither Python's own, nor one that is reserved, nor one that was given before."""
    code = Code()
    code.reserve("stop")
    assert [code.fresh(hint) for _ in names] == names


@pytest.mark.parametrize("value", [7, b"\r\n", True, None, 10 ** (SHORT - 1)])
def test_what_is_short_and_plain_is_written_out(value):
    """So that the code can be read."""
    code = Code()
    assert code.constant(value, "it") == repr(value)
    assert code.namespace == {}


@pytest.mark.parametrize("value", [10**SHORT, b"a" * SHORT, 1.5, "a", (1,), object()])
def test_what_is_long_or_an_object_has_a_name(value):
    """The same one each time, in the module that the code will live in."""
    code = Code()
    assert code.constant(value, "the value") == code.constant(value, "other") == "THE_VALUE"
    assert code.namespace == {"THE_VALUE": value}
    assert code.constant([], "the value") == "THE_VALUE2"
    assert code.constant([], "?") == "IT"


def test_the_namespace_keeps_what_has_a_name():
    """An object that was gone could give its place, and so its name, to another one."""
    code = Code()
    names = {code.constant([number], "it") for number in range(100)}
    assert len(names) == 100


def test_there_is_room_until_it_is_deep_or_long():
    """Python nests twenty blocks, and nobody reads thousands of lines."""

    def deeper(depth):
        if not depth:
            return code.has_room
        with code.block("if x:"):
            return deeper(depth - 1)

    code = Code()
    assert deeper(DEEP - 1)
    assert not deeper(DEEP)
    while len(code.lines) < LONG:
        assert code.has_room
        code.line("x = 1")
    assert not code.has_room


def test_a_users_function_keeps_its_name_if_it_has_one():
    """Whatever may be called is a function; not all have a name that code could use."""
    assert function_name(int) == "int"
    assert function_name(lambda: 0) == "function"
    assert function_name(object()) == "function"


@pytest.mark.parametrize("value", ["value", "b", "value.text", "body[1:]"])
def test_what_is_a_variable_is_asked(value):
    """Whether it is one of the constants that there is one object of."""
    assert is_one(value, None) == f"{value} is None"
    assert is_not(value, True) == f"{value} is not True"


@pytest.mark.parametrize("value", [repr(b"a"), repr(b"'"), repr("a"), "0", "-1"])
def test_what_is_written_out_is_never_asked(value):
    """The compiler warns of such a question."""
    assert is_one(value, None) == "False"
    assert is_not(value, None) == "True"


def test_a_line_that_is_too_wide_is_folded():
    """In brackets, at a comma or before ``and``; what has none of these stays as it is."""
    names = [f"name{number}" for number in range(40)]
    for text in (f"call({', '.join(names)})", f"if not ({' and '.join(names)}):"):
        parts = folded(text)
        assert len(parts) > 1
        assert max(map(len, parts)) <= WIDE + 8
        assert " ".join(part.strip() for part in parts) == text
    for text in (
        " + ".join(names),
        f"({' + '.join(names)})",
        f"{', '.join(names)} = 1",
        "a = (1, 2)",
    ):
        assert folded(text) == [text]
    code = Code()
    code.line(f"call({', '.join(names)})")
    code.insert(0, 0, "first")
    assert code.source.startswith("first\ncall(name0, ")


def test_a_line_may_take_the_place_of_another():
    """As deep as it is told."""
    code = Code()
    with code.block("if a:"):
        place, depth = code.place
        code.line("b")
    code.put(place, depth, "c")
    assert code.source == "if a:\n    c\n"


def test_what_is_deeper_may_go_on():
    """Inside of a loop around a grammar in itself, but no deeper than Python nests blocks."""
    code = Code(2)
    with code.block("if 1:"), code.block("if 2:"):
        assert not code.has_room
        with code.deeper():
            assert code.has_room
            with ExitStack() as stack:
                for _ in range(7):
                    stack.enter_context(code.block("if 3:"))
                assert code.has_room
                stack.enter_context(code.block("if 4:"))
                assert not code.has_room
    assert code.has_room


def test_pythons_own_blocks_are_counted_apart():
    """It nests so many of them in each other that are no `if`."""
    code, size = Code(50), 0
    with ExitStack() as stack:
        while code.has_room:
            stack.enter_context(code.block("while True:"))
            stack.enter_context(code.block("if True:"))
            size += 1
        code.line("pass")
    assert 12 < size < 20
    compile(code.source, "it", "exec")
