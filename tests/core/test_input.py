"""The input of a running protocol: searches that go on, going back, and frames."""

import itertools
import random

import pytest

from ohneio import UsageError
from ohneio.core._buffer import LARGE
from ohneio.core._input import NO_END, SMALL, Input, Search


def filled(*chunks):
    """An input with these chunks in it."""
    source = Input(1 << 20)
    for chunk in chunks:
        source.write(chunk)
    return source


def cuts(data):
    """All ways to cut *data* into chunks."""
    for places in itertools.product([False, True], repeat=max(len(data) - 1, 0)):
        bounds = [0, *(n + 1 for n, cut in enumerate(places) if cut), len(data)]
        yield [data[a:b] for a, b in itertools.pairwise(bounds)]


# Searching.


def expected_of(data, delimiter, limit):
    """What a search must say, by trying every place: where it is, and after how many bytes."""
    for fed in range(len(data) + 1):
        place = data[:fed].find(delimiter)
        if 0 <= place <= limit:
            return place, fed
        could_begin = [
            start
            for start in range(fed + 1)
            if delimiter.startswith(data[start:fed]) and start + len(delimiter) > fed
        ]
        if min(could_begin) > limit or place > limit:
            return "exceeded", fed
    return "not yet", len(data)


def outcome(search):
    """The same words for a search."""
    if search.exceeded:
        return "exceeded"
    return search.found if search.found >= 0 else "not yet"


@pytest.mark.parametrize("delimiter", [b"a", b"ab", b"aa", b"aab", b"aba", b"abab"])
@pytest.mark.parametrize("limit", [0, 1, 3, 99])
def test_a_search_finds_what_is_there_at_the_earliest_byte_however_it_is_cut(delimiter, limit):
    """Every string of six letters, whole and byte by byte: place and moment are the same."""
    for letters in itertools.product(b"ab", repeat=6):
        data = bytes(letters)
        wanted, moment = expected_of(data, delimiter, limit)
        whole = Search(delimiter, 0, limit)
        whole.feed(data)
        assert outcome(whole) == wanted
        bytewise = Search(delimiter, 0, limit)
        fed = 0
        while fed < len(data) and not bytewise.over:
            bytewise.feed(data[fed : fed + 1])
            fed += 1
        assert outcome(bytewise) == wanted
        assert fed == max(moment, 1)


@pytest.mark.parametrize("data", [b"aabaab.", b"abababb", b"bbaabab"])
def test_a_search_does_not_depend_on_the_cuts(data):
    """All cuts of seven bytes find the same, also in a `bytearray`."""
    for chunks in cuts(data):
        search = Search(b"abab", 0, 99)
        for chunk in chunks:
            search.feed(bytearray(chunk))
        assert search.found == data.find(b"abab")


@pytest.mark.parametrize("delimiter", [b"a", b"ab", b"aba", b"abaab", b"aaaa"])
def test_a_search_knows_how_much_of_a_delimiter_is_missing(delimiter):
    """The least number of bytes that would complete one, however the input is cut."""
    for size in range(6):
        for letters in itertools.product(b"ab", repeat=size):
            data = bytes(letters)
            begun = max(n for n in range(len(delimiter)) if data.endswith(delimiter[:n]))
            for chunks in cuts(data):
                search = Search(delimiter, 0, 99)
                for chunk in chunks:
                    search.feed(chunk)
                assert delimiter in data or search.missing == len(delimiter) - begun


def test_long_blocks_are_searched_as_short_ones():
    """Whether a block is looked at byte by byte or at once changes nothing."""
    delimiter = b"--ab--"
    for before in (0, 1, 7, 8, 9, 50):
        data = b"-" * before + b"--a" + b"x" * before + delimiter + b"-" * 20
        for cut in range(len(data)):
            for other in range(cut, len(data), 5):
                search = Search(delimiter, 0, 999)
                for chunk in (data[:cut], data[cut:other], data[other:]):
                    search.feed(chunk)
                assert search.found == data.find(delimiter)


def test_a_search_that_is_over_looks_at_nothing_more():
    """What was found first stays found, what is exceeded stays so."""
    found, exceeded = Search(b";", 10, 5), Search(b";", 0, 0)
    found.feed(b"ab;")
    found.feed(b";")
    exceeded.feed(b"a")
    exceeded.feed(b";")
    assert (found.found, exceeded.exceeded, exceeded.found) == (12, True, -1)


@pytest.mark.parametrize("limit", [0, 1, 5])
def test_a_delimiter_at_the_limit_is_found_and_one_behind_it_is_not(limit):
    """A limit trips at limit + 1 exactly."""
    inside, outside = Search(b"\r\n", 0, limit), Search(b"\r\n", 0, limit)
    inside.feed(b"x" * limit + b"\r\n")
    outside.feed(b"x" * (limit + 1) + b"\r\n")
    assert (inside.found, inside.exceeded) == (limit, False)
    assert (outside.found, outside.exceeded) == (-1, True)


def test_a_search_does_not_wait_for_bytes_that_could_change_nothing():
    """With the limit reached, half a delimiter is waited for and anything else is not."""
    half, wrong = Search(b"\r\n", 0, 3), Search(b"\r\n", 0, 3)
    half.feed(b"xxx\r")
    wrong.feed(b"xxxx")
    assert (half.over, wrong.exceeded) == (False, True)


def test_seek_looks_through_all_that_is_there():
    """The block being read from where it is read, and every block behind it."""
    source = filled(b";ab", b"cd", b"e" * LARGE, b"f;")
    assert source.take(1) == b";"
    assert source.seek(b";", 1 << 20).found == 1 + 4 + LARGE + 1


def test_seek_looks_no_further_than_it_must():
    """Found in one block, it leaves the others alone."""
    source = filled(b"a;", b"b" * LARGE, b"c" * LARGE)
    search = source.seek(b";", 99)
    assert (search.found, search.reach) == (1, 2)


def test_a_block_that_was_seen_is_not_looked_at_again():
    """Only its end counts, where a delimiter could begin."""
    source = filled(b"ab;\r", b"\n")
    assert source.seek(b"\r\n", 99, seen=True).found == 3
    source = filled(b"ab;cdefghijklm\r", b"\n;")
    assert source.seek(b"\r\n", 99, seen=True).found == 14
    assert source.seek(b";", 99, seen=True).found == 16


def test_a_seen_block_counts_towards_the_limit():
    """It is exceeded where no delimiter can begin in time any more."""
    assert filled(b"abc").seek(b";", 2, seen=True).exceeded
    assert not filled(b"abc").seek(b";", 3, seen=True).over


def test_a_search_that_is_set_goes_on_with_every_write():
    """Each chunk is looked at once, when it arrives."""
    source = filled(b"ab")
    search = source.search = source.seek(b";;", 99)
    for chunk in (b"c;", b"", b";d"):
        assert source.search is search
        source.write(chunk)
    assert search.found == 3
    assert source.search is None


def test_an_input_that_is_written_to_checks_as_a_buffer_does():
    """What is not bytes-like reaches no search."""
    source = filled(b"ab")
    source.search = source.seek(b";", 99)
    with pytest.raises(UsageError):
        source.write("cd;")
    assert not source.search.over
    assert source.read() == b"ab"


# Looking ahead.


def test_a_window_is_what_comes_next_in_one_block():
    """At least a byte where one is there, never more than asked, nothing behind the end."""
    data = b"ab" + b"cdef" + b"g" * LARGE + b"hijk"
    for chunks in (
        [b"_" + data],
        [b"_", data],
        [b"_", b"ab", b"cdef", b"g" * LARGE, b"hijk"],
        [b"_a", b"bcdef" + b"g" * LARGE + b"h", b"ijk"],
        [b"_abcdef", b"g" * 100, b"g" * (LARGE - 100) + b"hijk"],
    ):
        source = filled(*chunks)
        source.take(1)
        for offset in (*range(8), 99, 100, 101, LARGE, *range(LARGE + 4, LARGE + 10)):
            piece = source.window(offset, 3)
            assert piece
            assert data[offset : offset + 3].startswith(piece)
        assert source.window(len(data), 3) == b""
        assert source.window(len(data) + 5, 3) == b""


def test_a_window_may_be_in_any_of_many_blocks():
    """Found from the nearer end."""
    letters = [bytes([letter]) for letter in b"abcdef"]
    source = filled(*(letter * LARGE for letter in letters))
    for index, letter in enumerate(letters):
        assert source.window(index * LARGE + 1, 2) == letter * 2


def test_since_gives_back_what_is_held():
    """Whole or in part, across blocks."""
    data = b"abc" + b"d" * LARGE + b"ef" + b"g" * LARGE
    source = filled(b"abc", b"d" * LARGE, b"ef", b"g" * LARGE)
    source.hold()
    source.take(len(data) - 1)
    for start in (0, 1, 3, 10, LARGE + 3, LARGE + 4, len(data) - 1):
        assert source.since(start) == data[start:-1]


# Coming in.


@pytest.mark.parametrize(
    ("left", "chunk", "joined"),
    [
        (0, 1, True),
        (1, 1, True),
        (2, 1, False),  # or feeding byte by byte would copy what is there each time
        (SMALL, LARGE - 1, True),
        (SMALL + 1, LARGE - 1, False),
        (1, LARGE, False),  # large ones are kept as they are
    ],
)
def test_a_little_that_is_left_is_joined_with_a_small_chunk(left, chunk, joined):
    """So that what began there is found in one block; positions stay."""
    source = filled(b"_" + b"a" * left)
    source.take(1)
    source.write(b"b" * chunk)
    assert (source.stop - source.pos == left + chunk) is joined
    assert source.position == 1
    assert source.peek() == b"a" * left + b"b" * chunk


def test_what_is_held_is_joined_and_comes_back_as_it_was():
    """What was read of the block is held by itself, without a copy."""
    source = filled(b"ab")
    source.hold()
    source.take(1)
    source.write(b"cd")
    assert (source.data, source.since(0)) == (b"bcd", b"a")
    assert source.take(3) == b"bcd"
    assert source.since(0) == b"abcd"
    source.move_to(0)
    assert source.take(4) == b"abcd"


def test_what_is_joined_again_and_again_is_all_held():
    """In as many pieces; nothing is held of a block of which nothing was read."""
    source = filled(b"abc")
    source.hold(1)
    for chunk in (b"defg", b"hijk", b"lmno"):
        source.write(chunk)
        source.skip(4)
    assert [*map(bytes, source._held)] == [b"abcd", b"efgh"]
    assert source.since(1) == b"bcdefghijkl"
    source.move_to(1)
    assert (source.position, source.peek()) == (1, b"bcdefghijklmno")


def test_what_is_held_begins_late_in_a_large_block():
    """What stands before is let go of when the rest is joined, and when all of it was read."""
    source = filled(b"_" * 3000 + b"ab")
    source.hold(3000)
    source.skip(3001)
    source.write(b"cd")
    assert [*map(bytes, source._held)] == [b"a"]
    source.move_to(3000)
    assert source.peek() == b"abcd"


# Going back.


@pytest.mark.parametrize("seed", range(10))
def test_going_back_and_on_is_as_in_one_string(seed):
    """While it holds, any place between the mark and what is there can be gone to."""
    rng = random.Random(seed)
    source, data = Input(1 << 20), b""
    source.hold()
    for _ in range(60):
        match rng.randrange(4):
            case 0:
                chunk = rng.randbytes(rng.choice([1, 3, 50, LARGE]))
                source.write(chunk)
                data += chunk
            case 1:
                n = rng.randint(0, len(source))
                start = source.position
                assert source.take(n) == data[start : start + n]
            case 2:
                source.move_to(rng.randint(0, len(data)))
            case 3:
                source.settle()
        assert source.position + len(source) == len(data)
        assert source.peek() == data[source.position :]
        assert source.since(0) == data[: source.position]


def test_nothing_is_released_while_it_is_held():
    """`settle` waits until the last alternative is closed."""
    source = filled(b"x" * 100_000)
    source.hold()
    source.take(90_000)
    source.settle()
    source.move_to(0)
    assert len(source) == 100_000
    source.take(90_000)
    source.let_go()
    source.settle()
    assert len(source.data) == 10_000


def test_letting_go_forgets_what_was_held():
    """Both what lay in blocks of its own and the wish to hold more."""
    source = filled(b"a", b"b" * LARGE, b"c")
    source.hold()
    source.take(LARGE + 2)
    assert source._held
    source.let_go()
    source.let_go()
    assert not source._held
    source.write(b"d")
    source.take(1)
    assert not source._held


def test_going_back_from_the_end_of_all_that_was_there():
    """Where no block is being read, none is put back either."""
    source = filled(b"ab", b"c" * LARGE)
    source.hold()
    assert source.take(2 + LARGE) == b"ab" + b"c" * LARGE
    source.move_to(1)
    assert source.read() == b"b" + b"c" * LARGE


def test_what_is_not_held_cannot_be_gone_back_to():
    """It is gone; holding begins where it was asked for first."""
    source = filled(b"ab", b"c" * LARGE)
    source.take(3)
    with pytest.raises(UsageError, match="what was read there is not held"):
        source.move_to(0)
    source = filled(b"ab", b"c" * LARGE)
    source.hold()
    source.take(3)
    source.hold()
    source.move_to(0)
    assert source.take(2) == b"ab"


def test_a_small_held_block_goes_back_before_others_and_alone():
    """With and without unread blocks behind it."""
    for last in ((), (b"z" * LARGE,)):
        source = filled(b"ab", b"c" * LARGE, *last)
        source.hold()
        source.take(3)
        source.move_to(0)
        assert source.read() == b"ab" + b"c" * LARGE + b"".join(last)


# Frames.


def test_going_back_bounds_tokens_anew():
    """What could be read further on may be too far from here."""
    source = Input(3)
    source.write(b"abcde")
    source.hold()
    assert source.take(2) == b"ab"
    source.refresh()
    assert source.here() == (b"abcde", 2, 5, 0)
    source.move_to(0)
    assert source.here() == (b"abcde", 0, 3, 0)


def test_no_more_than_one_token_is_read_at_once():
    """`stop` is never further ahead than the limit, from where `refresh` was called last."""
    source = Input(3)
    source.write(b"abcdef")
    assert source.stop == 3
    source.pos = 2
    source.refresh()
    assert source.stop == 5
    source.frame(4)
    assert source.stop == 4
    source.pos = 3
    source.refresh()
    assert source.stop == 4


def test_the_block_is_free_where_only_its_end_bounds_a_token():
    """Not behind a limit or a frame's end, and empty at first."""
    source = Input(3)
    assert source.free == b""
    source.write(b"abcdef")
    assert source.free == b""
    source.take(3)
    source.refresh()
    assert source.free is source.data
    source.frame(5)
    assert source.free == b""
    source.frame(6)
    assert source.free is source.data


def test_a_frame_cuts_off_what_is_visible():
    """Nothing behind its end is seen, whichever block it lies in; the old end comes back."""
    source = filled(b"abcd", b"e" * LARGE)
    assert (source.visible, source.stop) == (4 + LARGE, 4)
    assert source.frame(2) == NO_END
    assert (source.visible, source.stop) == (2, 2)
    assert source.frame(6) == 2
    assert (source.visible, source.stop) == (6, 4)
    source.take(5)
    assert (source.visible, source.stop) == (1, 2)
    assert source.frame(NO_END) == 6
    assert source.visible == LARGE - 1


def test_a_window_ends_with_the_frame():
    """What stands behind the frame is not looked at, in whichever block it lies."""
    for chunks in ([b"abcdef"], [b"ab", b"cdef"], [b"abc", b"def"]):
        source = filled(*chunks)
        source.frame(3)
        assert b"abc".startswith(source.window(0, 6))
        assert source.window(2, 6) == b"c"
        assert source.window(3, 6) == b""
        assert source.window(5, 6) == b""


def test_a_frame_holds_for_blocks_that_come_later():
    """Also for the first one, and for one wholly behind the end."""
    source = Input(99)
    source.frame(3)
    source.write(b"abcdef")
    assert (source.visible, source.stop) == (3, 3)
    source.take(3)
    source.settle()
    assert source.visible == 0
    source = filled(b"ab", b"c" * LARGE)
    source.frame(1)
    source.take(3)
    assert source.stop == 0


@pytest.mark.parametrize("before", [0, 10, 2000, 70_000])
@pytest.mark.parametrize("inside", [0, 10, 3000])
@pytest.mark.parametrize("behind", [0, 1, 50, 5000])
def test_what_is_not_held_is_let_go_and_what_is_can_come_back(before, inside, behind):
    """Going to sleep in the middle keeps no more than a little of what was read before."""
    first = bytes(before) + b"h" * inside + b"n" * behind
    source = Input(1 << 20)
    source.write(first)
    source.skip(before)
    source.hold()
    source.skip(inside)
    source.settle()
    assert source.position == before + inside
    assert len(source.data) <= 2 * (inside + behind) + 1024
    for chunk in (b"m" * 5000, b"o" * 10):
        source.write(chunk)
    source.skip(behind + 4000)  # into another block
    source.settle()
    assert sum(map(len, source._held)) <= 2 * (inside + behind) + 1024
    source.move_to(before)
    rest = b"h" * inside + b"n" * behind + b"m" * 5000 + b"o" * 10
    assert (source.position, source.peek(len(rest)), len(source)) == (before, rest, len(rest))


# Staged code goes on in the next block by itself.


def test_it_advances_to_the_next_block_where_this_one_is_consumed():
    """And stays where it is while bytes are left, or where there is no more."""
    first, second = b"a" * LARGE, b"b" * LARGE
    source = filled(first, second)
    source.advance()
    assert (source.data, source.pos) == (first, 0)
    source.pos = LARGE
    source.advance()
    assert (source.data, source.pos, source.stop, source.position) == (second, 0, LARGE, LARGE)
    source.pos = LARGE
    source.advance()
    assert (len(source), source.position) == (0, 2 * LARGE)


def test_what_is_held_may_begin_before_here():
    """Where the code that reads it notices late that it may have to go back."""
    source = filled(b"a" * LARGE, b"b")
    source.skip(LARGE)
    source.move_to(LARGE)
    source = filled(b"a" * LARGE, b"b")
    source.skip(10)
    source.hold(4)
    source.skip(LARGE - 10 + 1)
    source.move_to(4)
    assert (source.position, len(source)) == (4, LARGE - 3)


def test_of_a_block_before_all_that_is_held_nothing_is_kept():
    """It was read to its end when holding began."""
    source = filled(b"a" * LARGE, b"b" * LARGE)
    source.skip(LARGE - 1)
    source.pos += 1
    source.hold()
    source.advance()
    assert (source.data[:1], source._held) == (b"b", [])


def test_no_frame_ends_where_an_input_without_one_does():
    """A peer may name any size: it is a frame all the same, and larger than all there is."""
    source = filled(b"abc")
    assert source.enter(NO_END) == NO_END
    assert source.end == NO_END + 1
    assert source.enter(2) == NO_END + 1
    assert (source.end, source.stop) == (2, 2)
