"""The errors: whose fault each is, what each says, and what may be done with one."""

import copy
import pickle

import pytest

from ohneio import (
    BuildError,
    IncompleteInput,
    LimitExceeded,
    NoResult,
    ParseError,
    UsageError,
    choice,
    exactly,
    literal,
    many,
    mqtt_varint,
    sized,
)
from ohneio.core._errors import anew, capped, capped_place, furthest, one_of, show

PATH = ("publish", "payload")

EVERY_KIND = [
    ParseError(),
    ParseError("bad version"),
    ParseError(expected=(b"OK", "a digit"), offset=4, found=b"N", path=PATH),
    IncompleteInput(needed=12, have=5, offset=131, expected=(b"\n",), path=PATH),
    LimitExceeded(limit=8192, name="max", offset=17, path=PATH),
    LimitExceeded(limit=3, name="max_depth", unit="level"),
    BuildError("expected bytes, not int", path=("publish", "properties", 3, "key")),
    UsageError("no"),
    NoResult("not yet"),
]


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (ParseError, (ValueError,)),
        (IncompleteInput, (ParseError,)),
        (LimitExceeded, (ParseError,)),
        (BuildError, (ValueError,)),
        (UsageError, (RuntimeError,)),
        (NoResult, (RuntimeError,)),
    ],
)
def test_each_kind_says_whose_fault_it_is(kind, parents):
    """The peer's and the value's faults are ValueErrors, the caller's RuntimeErrors."""
    assert issubclass(kind, parents)


def test_the_peers_faults_are_not_the_callers():
    """No ParseError is a UsageError or a BuildError, or the other way round."""
    assert not issubclass(ParseError, (RuntimeError, BuildError))
    assert not issubclass(BuildError, ParseError)
    assert not issubclass(UsageError, (ValueError, NoResult))


# What they say.


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            ParseError(expected=(b"\r\n",), offset=131, found=b"\x00", path=PATH),
            r'expected b"\r\n" at offset 131 (in publish > payload), found b"\x00"',
        ),
        (
            IncompleteInput(needed=12, offset=131, path=PATH),
            "need 12 more bytes at offset 131 (in publish > payload) when the input ended",
        ),
        (
            IncompleteInput(needed=1, offset=5, expected=(b"\n",)),
            r'need 1 more byte at offset 5 when the input ended, expected b"\n"',
        ),
        (
            LimitExceeded(limit=8192, name="max", offset=17),
            "more than the 8192 bytes allowed (max) at offset 17",
        ),
        (
            LimitExceeded(limit=1, name="max_depth", unit="level", path=("array",)),
            "more than the 1 level allowed (max_depth) (in array)",
        ),
        (ParseError(), "bad input"),
        (ParseError("bad version"), "bad version"),
        (ParseError("bad version", offset=0), "bad version at offset 0"),
        (ParseError("bad", expected=(b"x",), offset=1), "bad at offset 1"),
        (ParseError("bad", offset=1, found=b""), 'bad at offset 1, found b""'),
        (IncompleteInput("cut short", offset=3), "cut short at offset 3 when the input ended"),
        (LimitExceeded("too many", limit=3, offset=0), "too many at offset 0"),
        (
            ParseError(expected=("a digit", b"-", b"+"), offset=2),
            'expected a digit, b"-" or b"+" at offset 2',
        ),
        (BuildError("no"), "no"),
        (BuildError(), ""),
        (BuildError("no", path=("a", 3, "b", 0)), "a[3].b[0]: no"),
        (BuildError("no", path=(3, "b")), "[3].b: no"),
        (UsageError("no"), "no"),
        (NoResult("not yet"), "not yet"),
    ],
)
def test_the_text_tells_what_where_and_what_was_found(error, text):
    """An error reads as a sentence, with the place and the found bytes at fixed places in it."""
    assert str(error) == text


def test_bytes_are_shown_in_ascii_and_always_in_the_same_quotes():
    """What a terminal could act upon is never in an error's text."""
    assert show(b"a\"b'c\\\x1b\xff\r") == r'''b"a\"b'c\\\x1b\xff\r"'''
    assert all(" " <= letter <= "~" for letter in show(bytes(range(256))))


def test_phrases_are_joined_as_a_person_would():
    """No phrase, one, two or more."""
    assert [one_of(tuple("abc"[:n])) for n in range(4)] == ["", "a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    "error",
    [
        ParseError("x" * 1000),
        ParseError(expected=("x" * 1000,), offset=1, found=b"\xff" * 32, path=("y" * 400,)),
        IncompleteInput(expected=(b"\xff" * 1000,), offset=1),
        LimitExceeded(limit=1, path=("x" * 1000,)),
        BuildError("x" * 1000, path=("y" * 300,)),
        BuildError("x", path=("y" * 1000,)),
        UsageError("x" * 1000),
        NoResult("x" * 1000),
    ],
)
def test_a_text_is_cut_at_512_characters(error):
    """However much the peer or the caller put into it, an error's text fits a log line."""
    assert len(str(error)) == 512
    assert str(error).endswith("…")


def test_a_text_of_512_characters_is_not_cut():
    """The bound itself is allowed."""
    assert str(ParseError("x" * 512)) == "x" * 512
    assert str(UsageError("x" * 512)) == "x" * 512


def test_at_most_32_found_bytes_are_kept_and_always_as_bytes():
    """An error keeps no large piece of the input alive."""
    error = ParseError(found=memoryview(bytearray(100)))
    assert error.found == bytes(32)
    assert type(error.found) is bytes


def test_expectations_are_given_as_readable_phrases():
    """`expected` is for people: bytes are rendered as in the text."""
    assert ParseError(expected=(b"\n", "a digit")).expected == ('b"\\n"', "a digit")
    assert ParseError("bad").expected == ()


def test_the_message_is_the_text_it_was_raised_with():
    """`message` has neither place nor expectation; without any it is empty."""
    assert ParseError("bad", offset=3).message == "bad"
    assert ParseError(offset=3).message == ""
    error = ParseError()
    error.args = ()
    assert (error.message, str(error)) == ("", "bad input")


def test_a_build_error_without_arguments_says_nothing():
    """Also one whose arguments somebody took away can be rendered."""
    error = BuildError("no")
    error.args = ()
    assert str(error) == ""


def test_a_path_keeps_its_ends():
    """Of a path of more than 32 names the middle is left out."""
    names = [str(n) for n in range(40)]
    assert capped(names[:32]) == tuple(names[:32])
    assert capped(names[:33]) == (*names[:16], "…", *names[17:33])
    assert capped_place([*range(32)]) == tuple(range(32))
    assert capped_place([*range(40)]) == (*range(16), "…", *range(24, 40))


def test_offset_path_and_find_of_a_real_failure_stand_in_its_text():
    """What the driver fills in is what the text shows."""

    def publish(last):
        return (exactly(100) >> (exactly(31) >> last).label("payload")).label("publish")

    with pytest.raises(ParseError) as wrong:
        publish(literal(b"\r\n")).parse(b"x" * 131 + b"\x00yz")
    assert str(wrong.value) == (
        r'expected b"\r\n" at offset 131 (in publish > payload), found b"\x00"'
    )
    with pytest.raises(IncompleteInput) as short:
        publish(exactly(12)).parse(b"x" * 131)
    assert str(short.value) == (
        "need 12 more bytes at offset 131 (in publish > payload) when the input ended"
    )


# Copies.


@pytest.mark.parametrize("error", EVERY_KIND, ids=repr)
@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error)), anew],
    ids=["copy", "deepcopy", "pickle", "anew"],
)
def test_copies_and_pickles_are_equal_in_all_that_is_public(error, again):
    """Class, text, arguments and attributes survive copying and pickling."""
    other = again(error)
    assert other is not error
    assert (type(other), str(other), other.args) == (type(error), str(error), error.args)
    assert other.__dict__ == error.__dict__


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_of_pickle_will_do(protocol):
    """Old pickles are no exception."""
    error = EVERY_KIND[3]
    assert pickle.loads(pickle.dumps(error, protocol)).__dict__ == error.__dict__


class Versioned(ParseError):
    """An error of a user's own, whose constructor wants what no copy has."""

    def __init__(self, version, *, peer):
        super().__init__(f"version {version} of {peer}", offset=3)
        self.version = version


def test_a_subclass_with_a_constructor_of_its_own_is_copied_without_it():
    """What users add to a ParseError does not keep it from being raised again."""
    error = Versioned(7, peer="them")
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error)), anew(error)):
        assert (type(other), str(other)) == (Versioned, "version 7 of them at offset 3")
        assert other.version == 7


def test_a_renewed_error_has_never_been_raised():
    """`anew` gives no traceback, no cause and no context."""
    try:
        try:
            raise KeyError
        except KeyError:
            raise ParseError("bad") from OSError()
    except ParseError as raised:
        other = anew(raised)
    assert (other.__traceback__, other.__cause__, other.__context__) == (None, None, None)


def test_a_number_that_a_peer_made_too_long_is_rendered_in_short():
    """Python itself refuses to render a number of more than some thousand digits."""
    error = IncompleteInput(needed=10**5000, offset=2**128)
    assert str(error) == (
        "need at least 2**16609 more bytes at offset at least 2**128 when the input ended"
    )
    assert "offset 340282366920938463463374607431768211455 " in str(
        IncompleteInput(offset=2**128 - 1)
    )


# The furthest failure.


def test_the_furthest_failure_is_the_one_reported():
    """Between two failures the greater offset wins; none at all loses."""
    near, far, nowhere = ParseError(offset=1), ParseError(offset=2), ParseError()
    assert furthest(None, near) is near
    assert furthest(near, far) is far
    assert furthest(far, near) is far
    assert furthest(nowhere, near) is near


def test_failures_at_one_offset_are_one():
    """Their expectations are joined once each, and the longer find and the common path stay."""
    first = ParseError(expected=(b"a", b"b"), offset=1, found=b"x", path=("m", "a"))
    second = ParseError(expected=(b"b", b"c"), offset=1, found=b"xy", path=("m", "c"))
    merged = furthest(first, second)
    assert merged.expected == ('b"a"', 'b"b"', 'b"c"')
    assert (merged.offset, merged.found, merged.path) == (1, b"xy", ("m",))
    assert merged is not first
    assert merged is not second


def test_a_find_is_kept_where_the_other_failure_has_none():
    """A failure without found bytes takes nothing away from one with some."""
    found = ParseError(offset=1, found=b"x")
    assert furthest(ParseError(offset=1), found).found == b"x"
    assert furthest(found, ParseError(offset=1)).found == b"x"


def test_what_a_frame_had_no_room_for_found_nothing_wherever_the_other_stood():
    """Joined with a mismatch at its beginning, a failure at a frame's end finds no bytes there."""
    short = sized(3, mqtt_varint)
    for two in (many(short) << literal(b"\0"), choice(short, literal(b"\0"))):
        with pytest.raises(ParseError) as failure:
            two.parse(b"\xab\xff\xc3")
        assert (failure.value.offset, failure.value.found) == (3, None)


@pytest.mark.parametrize("turned", [False, True])
def test_at_one_offset_the_end_of_input_wins_over_a_mismatch(turned):
    """More bytes could still have helped, and that is what the error says."""
    ended = IncompleteInput(needed=2, offset=1, expected=(b"ab",))
    wrong = ParseError(expected=(b"c",), offset=1)
    merged = furthest(wrong, ended) if turned else furthest(ended, wrong)
    assert type(merged) is IncompleteInput
    assert merged.needed == 2
    assert set(merged.expected) == {'b"ab"', 'b"c"'}


def test_of_two_ends_of_input_the_lesser_need_is_told():
    """The least number of missing bytes is that of the branch that misses least."""
    merged = furthest(IncompleteInput(needed=5, offset=1), IncompleteInput(needed=2, offset=1))
    assert isinstance(merged, IncompleteInput)
    assert merged.needed == 2


def test_a_token_that_a_frame_has_no_room_for_says_so():
    """Shortage in a sized frame is a plain ParseError at the frame's end."""
    error = ParseError(expected=(b"ab",), offset=4)
    error._at_frame_end = True
    assert str(error) == 'expected b"ab" at offset 4, where the frame ends'


def test_at_a_frames_end_it_does_not_matter_which_was_tried_first():
    """More room could have helped: that says more than a mismatch at the same place."""
    short = ParseError(expected=(b";",), offset=6)
    short._at_frame_end, short._start = True, 1
    other = ParseError(expected=(b"a",), offset=1, found=b"x")
    for merged in (furthest(short, other), furthest(other, short)):
        assert (merged.offset, merged.found, set(merged._expected)) == (6, None, {b"a", b";"})
