"""Traps that others fell into, as far as parsers can: a test for each.

The numbers are those of the list in `test_traps`.
"""

import threading

import pytest

import ohneio
from ohneio import (
    IncompleteInput,
    LimitExceeded,
    Limits,
    ParseError,
    Parser,
    UsageError,
    decimal,
    eof,
    exactly,
    forward,
    integer,
    label,
    length_prefixed,
    literal,
    lookahead,
    many,
    many_until,
    not_followed_by,
    optional,
    parser,
    protocol,
    read,
    rest,
    sep_by,
    seq,
    sized,
    stream,
    struct_unpack,
    success,
    take_while,
    uint8,
    uint16,
    until,
)
from tests.combinators.cuts import failed, given, told

DIGITS = b"0123456789"


@parser
def counted_by_hand():
    return (yield from read((yield from uint16)))


@pytest.mark.parametrize("frame", [length_prefixed(uint16), uint16.bind(exactly), counted_by_hand])
def test_t01_a_computed_length_of_0_takes_nothing(frame):
    """A body of length 0 is empty, and is no reason to wait or to take the next one."""
    assert list(frame.parse_stream([b"\0\0\0\3abc"])) == [b"", b"abc"]
    assert given(frame, b"\0\0\0\3abc") == (b"", b"\0\3abc", 2)


@parser
def version():
    if (yield from exactly(2)) != b"v2":
        raise ParseError("bad version")


# What happens, in which class, and what its text says.
REASONS = [
    (length_prefixed(uint8), b"\4bc", IncompleteInput, "need 2 more bytes at offset 4"),
    (until(b";", max=2), b"abc;", LimitExceeded, "more than the 2 bytes allowed (max)"),
    (version, b"v1", ParseError, "bad version at offset 3 (in packet)"),
    (version | literal(b"v0"), b"v1", ParseError, "bad version"),
    (uint8 >> (literal(b"b") | literal(b"c")), b"ad", ParseError, 'b"b" or b"c" at offset 2'),
    (many(literal(b"ab")), b"abax", ParseError, 'expected b"ab" or end of input at offset 3'),
    (sized(3, uint16), b"abc", ParseError, "expected end of frame at offset 3"),
]


@pytest.mark.parametrize(("grammar", "data", "kind", "text"), REASONS)
def test_t07_an_error_is_not_replaced_by_a_worse_one(grammar, data, kind, text):
    """It keeps its class and its own words through all that is around it, and gets a place."""
    around = seq(uint8, label("packet", grammar)) << eof
    failure = told(around, b"\0" + data).error
    assert type(failure) is kind
    assert text in str(failure)
    assert failure.offset is not None
    assert failure.__context__ is None


def wrong(value):
    raise ZeroDivisionError(value)


def raises_its_own(value):
    raise ParseError(f"not {value}")


BUGGY = uint8.map(wrong)


@pytest.mark.parametrize(
    "tried",
    [
        BUGGY | uint8,
        optional(BUGGY),
        many(BUGGY),
        sep_by(BUGGY, literal(b",")),
        many_until(BUGGY, literal(b"x")),
        lookahead(BUGGY),
        not_followed_by(BUGGY),
        optional(uint8.verify(wrong)),
        optional(uint8.bind(wrong)),
        optional(uint8.try_map(wrong)),
    ],
)
def test_t08_a_bug_in_a_users_function_is_never_read_as_no_match(tried):
    """It reaches the embedder as it was raised, whatever tried it."""
    with pytest.raises(ZeroDivisionError):
        tried.parse(b"abc")


def test_nor_is_a_parse_error_that_a_users_function_raises():
    """Only what failed to parse is tried otherwise, and not what a function says of a value."""
    with pytest.raises(ParseError, match="not 97"):
        (uint8.map(raises_its_own) | uint8).parse(b"a")


@pytest.mark.parametrize("delimiter", [b";", b"\r\n", b"aab", b"abab", b"\0\0\0\1"])
def test_t11_a_search_that_is_taken_up_again_misses_no_delimiter(delimiter):
    """However it was cut, and whatever was looked for before in the same bytes."""
    data = b"x" + delimiter[:-1] + b"y" + delimiter + b"z"
    value = b"x" + delimiter[:-1] + b"y"
    assert given(until(delimiter), data) == (value, b"z", len(data) - 1)
    both = until(b"never") | until(delimiter)
    assert told(both << eof, data[:-1]).value == value


@pytest.mark.parametrize("number", [decimal, integer(10), take_while(DIGITS).map(int)])
def test_t12_a_run_does_not_end_where_the_bytes_that_are_there_do(number):
    """`123` in two pieces is not 12."""
    conn = protocol(number)()
    conn.send(b"12")
    assert not conn.has_result
    conn.send(b"3;")
    assert conn.get_result() == 123
    assert given(number, b"123;") == (123, b";", 4)


@pytest.mark.parametrize("delimiter", [b";", b"\r\n", b"---"])
@pytest.mark.parametrize("size", [2, 3, 4, 9])
def test_t13_a_limit_does_not_depend_on_how_the_bytes_are_cut(delimiter, size):
    """It is on the value, without its delimiter, and trips at one more than it says."""
    data = b"a" * size + delimiter
    outcome = told(until(delimiter, max=3), data)  # which compares every way to cut it
    assert outcome.value == (b"a" * size if size <= 3 else None)
    assert isinstance(outcome.error, LimitExceeded) == (size > 3)


def test_t14_a_declared_length_is_refused_before_its_bytes_arrive():
    """Nothing is buffered first for what will be refused anyway."""
    text, _, after = failed(length_prefixed(uint16), b"\0\5abcde", max_buffered=4)
    assert text.startswith("more than the 4 bytes allowed (max_buffered)")
    assert after == 2


@pytest.mark.parametrize(
    ("grammar", "data", "value"),
    [
        (literal(b"abc") | literal(b"x"), b"x", b"x"),
        (many(uint8, max=2), b"ab", [97, 98]),
        (sep_by(uint8, literal(b","), max=2), b"a,b", [97, 98]),
        (many_until(uint8, literal(b";")), b"ab;", [97, 98]),
        (lookahead(literal(b"a")), b"a", b"a"),
        (not_followed_by(literal(b"abc")), b"ax", None),
        (optional(literal(b"abc")) >> literal(b"x"), b"x", b"x"),
        (take_while(DIGITS, max=2), b"12", b"12"),
    ],
)
def test_t16_what_is_decided_waits_for_no_byte_that_may_never_come(grammar, data, value):
    """The last byte of what is needed is the last that is waited for."""
    assert given(grammar, data)[::2] == (value, len(data))


@pytest.mark.parametrize(
    "grammar",
    [
        sep_by(decimal, literal(b",")),
        many(literal(b"ab") | literal(b"a")),
        length_prefixed(uint8, many(uint16)),
        optional(until(b";")) >> rest,
        seq(take_while(DIGITS), optional(literal(b"--"), default=b""), rest),
    ],
)
@pytest.mark.parametrize(
    "data", [b"", b"1,22,3", b"abaab", b"\4\0\1\0\2", b"12-", b"1;--", b"\3abc"]
)
def test_t22_streaming_and_one_shot_agree(grammar, data):
    """All of it at once is the same engine, fed once and then told of the end."""
    outcome = told(grammar, data)
    if outcome.error is None:
        assert grammar.parse_prefix(data) == (outcome.value, data[outcome.consumed :])
    else:
        with pytest.raises(type(outcome.error)) as failure:
            grammar.parse_prefix(data)
        assert str(failure.value) == str(outcome.error)


def test_t27_feeding_works_without_anybody_iterating():
    """What is sent is parsed while it is sent."""
    seen = []
    conn = stream(uint8.map(lambda number: seen.append(number) or number))()
    conn.send(b"ab")
    assert seen == [97, 98]


@pytest.mark.parametrize("empty", [b"\r\n", b"\r\nnext\r\n"])
def test_t28_an_empty_line_is_a_line(empty):
    """A delimiter right at the beginning ends an empty value, and does not block the stream."""
    assert given(until(b"\r\n"), empty)[0] == b""
    chunks = [empty[at : at + 1] for at in range(len(empty))]
    assert list(until(b"\r\n").parse_stream(chunks)) == empty.split(b"\r\n")[:-1]


def test_t29_whether_the_delimiter_belongs_to_the_value_is_said():
    """By default it does not; either way it is taken, and either way it builds the same bytes."""
    without, within = until(b"\r\n"), until(b"\r\n", include=True)
    assert given(without, b"a\r\nb") == (b"a", b"b", 3)
    assert given(within, b"a\r\nb") == (b"a\r\n", b"b", 3)
    assert without.build(b"a") == within.build(b"a\r\n") == b"a\r\n"


def test_t32_one_parser_serves_many_connections_and_threads_at_once():
    """Parsers are immutable: what one connection is in the middle of is nobody else's."""
    grammar = sep_by(decimal, literal(b",")) << literal(b"\n")
    one, two = protocol(grammar)(), protocol(grammar)()
    for first, second in zip(b"1,23,4\n", b"77,8,9\n", strict=True):
        one.send(bytes([first]))
        two.send(bytes([second]))
    assert (one.get_result(), two.get_result()) == ([1, 23, 4], [77, 8, 9])

    results = {}

    def work(index):
        data = b",".join(b"%d" % (index * at) for at in range(200)) + b"\n"
        conn = protocol(grammar)()
        for byte in data:
            conn.send(bytes([byte]))
        results[index] = conn.get_result()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {index: [index * at for at in range(200)] for index in range(8)}


NUMBERS = [name for name in ohneio.__all__ if name + "le" in ohneio.__all__]


@pytest.mark.parametrize("name", NUMBERS)
def test_t33_numbers_are_in_network_order_unless_their_name_says_otherwise(name):
    """None is in the order of the machine that it happens to run on."""
    big, little = getattr(ohneio, name), getattr(ohneio, name + "le")
    data = bytes(range(1, big.facts.least + 1))
    assert big.parse(data) == little.parse(data[::-1]) != little.parse(data)


def test_nor_is_a_format_in_the_order_of_the_machine():
    """`struct_unpack` is in network order too, and refuses the prefixes for the machine's."""
    assert struct_unpack("H").parse(b"\0\1") == (1,)
    for machine in ("@H", "=H"):
        with pytest.raises(UsageError):
            struct_unpack(machine)


def test_t34_nesting_is_bounded_by_a_limit_and_not_by_the_stack():
    """A bomb of brackets is a limit exceeded; below a raised limit it is parsed."""
    value = forward()
    value.become(literal(b"[") >> optional(value) << literal(b"]"))
    deep = b"[" * 20_000 + b"]" * 20_000
    with pytest.raises(LimitExceeded) as failure:
        value.parse(deep)
    assert failure.value.name == "max_depth"
    assert value.parse(deep, limits=Limits(max_depth=20_001, max_backtrack=1 << 30)) is None


@pytest.mark.slow
def test_neither_failing_ending_closing_building_nor_being_dropped_uses_the_stack():
    """At 20,000 levels, where the limit allows them, nothing ever uses the stack for them."""
    size = 20_000
    limits = Limits(max_depth=size + 2, max_backtrack=1 << 40)
    chain = forward()
    chain.become(seq(uint8, optional(literal(b"[") >> chain)))
    deep = b"a[" * size + b"a"  # the levels are size + 1, and one more where one fails
    for wrong, kind in ((deep + b"[", IncompleteInput), (deep + b"]", ParseError)):
        with pytest.raises(kind) as failure:
            chain.parse(wrong, limits=limits)
        assert len(str(failure.value)) <= 512
    conns = [protocol(chain, limits=limits)() for _ in range(2)]
    for conn in conns:
        conn.send(deep)
    conns.pop().close()
    conns.clear()
    value = None
    for _ in range(size + 1):
        value = (97, value)
    assert chain.build(value, limits=limits) == deep
    while value:  # which Python itself would drop by recursion, in some of its versions
        value = value[1]


@pytest.mark.parametrize("loop", [many, lambda p: sep_by(p, success(None))])
@pytest.mark.parametrize("idle", [success(1), optional(uint8), take_while(DIGITS), rest, eof])
def test_t35_a_loop_over_nothing_is_refused_when_it_is_made(loop, idle):
    """It would not end."""
    with pytest.raises(UsageError, match="can succeed on nothing"):
        loop(idle)


@parser
def looks_busy():
    yield from read(0)


def test_where_it_cannot_be_known_the_first_idle_turn_is_refused():
    """A parser that is written by hand shows only when it runs that it took nothing."""
    loops: list[Parser[object]] = [many(looks_busy), many(success(0).bind(success))]
    for loop in loops:
        with pytest.raises(UsageError, match="took nothing"):
            loop.parse(b"a")
