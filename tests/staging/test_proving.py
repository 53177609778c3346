"""What follows from how a record's fields were read, so that nobody has to ask."""

import ast
import enum
import math

import pytest
from hypothesis import given

from ohneio.staging._proving import Known, Some, narrowed
from tests.strategies import conditions


class Kind(enum.IntEnum):
    LOW = 3


class Named(enum.IntEnum):
    """What is another number if it is asked for one."""

    HIGH = 5

    def __int__(self):
        return 100


class Other(enum.Enum):
    LOW = 3


class Odd(enum.IntEnum):
    LOW = 3

    def __lt__(self, other):
        raise KeyError


CONSTANTS = {
    "LIMIT": 126,
    "KIND": Kind.LOW,
    "OTHER": Other.LOW,
    "NAMED": Named.HIGH,
    "ODD": Odd.LOW,
    "ANY": "x",
}


def tree(text):
    return ast.parse(text, mode="eval").body


def known():
    """What WebSocket's frames are known by, and a signed number besides."""
    return Known(
        CONSTANTS,
        numbers={
            "short": Some("short", 0, 127),
            "signed": Some("signed", -5, 5),
            "large": Some("large", 0),
        },
        truths={"masked", "other"},
        maybe={
            "medium": (tree("short == 126"), Some("medium", 126, 0xFFFF)),
            "long": (tree("short == 127"), Some("long", 0x10000, (1 << 63) - 1)),
            "mask": (tree("masked"), Some("mask", number=False)),
        },
        made={"size": tree("long or medium or short"), "same": tree("short")},
    )


PROVED = [
    "(size if size < 126 else 126 if size < 1 << 16 else 127) == short",
    "not short == 126 or size == medium",
    "not short == 127 or size == long",
    "(mask is not None) == masked",
    "(None is mask) != masked",
    "same == short",
    "short < 128",
    "-1 < short <= 127",
    "0 <= short",
    "128 > short and 127 >= short",
    "short != 128",
    "large >= 0",
    "signed < 0 or signed == 0 or 0 < signed",
    "size > 125 or short == size",
    "medium is None or medium >= LIMIT",
    "short + 0 == 3 if False else KIND == 3",
    "2 + 3 * 2 - 1 == 7",
    "NAMED == 5",
    "None is None",
    "medium is None or medium == medium",
    "long or short != 127",
    "masked or not masked",
]

#: Not proved: some are wrong, of others nothing is known here.
OPEN = [
    "short == 126",
    "short < 127",
    "size == short",
    "signed",
    "signed < 5",
    "not signed",
    "mask == mask and mask",
    "mask == 3",
    "large < 1 << 63",
    "masked == other",
    "short == large",
    "nobody == nobody",
    "OTHER == 3",
    "ODD < 4",
    "ANY == 3",
    "'x' == 'x'",
    "short is short",
    "medium < 5",
    "short in (1, 2)",
    "short in short",
    "short < large",
    "LIMIT is short",
    "len(mask) == 4",
    "-short < 1",
    "short + 1 > short",
    "1 << 1000 > short",
    "(1 << 63) * 4 > short",
    "3 // 2 == 1",
    "ANY",
    "(mask is not None) == other",
]


@pytest.mark.parametrize("condition", PROVED)
def test_what_is_true_whatever_the_fields_are_is_proved(condition):
    """Part by part: what is so for each part of the numbers is so."""
    assert known().proves(tree(condition))


@pytest.mark.parametrize("condition", OPEN)
def test_all_else_is_left_open(condition):
    """What is wrong for one value, or depends on something unknown."""
    assert not known().proves(tree(condition))


def test_some_may_be_given():
    """As the values of a byte, of which each is tried."""
    some = Known(CONSTANTS, numbers={"short": Some("short", 0, 127)})
    allowed = tree("kind < LIMIT or short <= 125")
    assert some.proves(allowed, {"kind": 3})
    assert not some.proves(allowed, {"kind": 126})
    assert not some.proves(allowed, {"kind": Other.LOW})
    assert some.proves(tree("kind < LIMIT"), {"kind": Kind.LOW})


def test_what_has_too_many_parts_is_left_open():
    """Each more doubles the work."""
    names = [f"n{number}" for number in range(7)]
    some = Known({}, truths=set(names))
    assert some.proves(tree(" and ".join(f"({one} or not {one})" for one in names[:6])))
    assert not some.proves(tree(" and ".join(f"({one} or not {one})" for one in names)))


def test_what_is_nested_too_deep_is_left_open():
    """Whoever wrote that is not helped by an exception."""
    deep = tree("short")
    for _ in range(5000):
        deep = ast.UnaryOp(ast.Not(), deep)
    one = Known({}, numbers={"short": Some("short", 1, 1)}, made={"size": deep})
    assert not one.proves(tree("size"))


@pytest.mark.parametrize(
    ("condition", "least", "most"),
    [
        ("it > 125", 126, 0xFFFF),
        ("it >= 125", 125, 0xFFFF),
        ("it < 125", 0, 124),
        ("it <= 125", 0, 125),
        ("125 < it < LIMIT * 2", 126, 251),
        ("200 > it >= 100", 100, 199),
        ("it > 5 and it < 9", 6, 8),
        ("it > 5 or it < 9", 0, 0xFFFF),
        ("it != 5", 0, 0xFFFF),
        ("5 != it", 0, 0xFFFF),
        ("it < it", 0, 0xFFFF),
        ("it < large", 0, 0xFFFF),
        ("other < 5", 0, 0xFFFF),
        ("it > -5", 0, 0xFFFF),
        ("it < 1 << 63", 0, 0xFFFF),
        ("not it", 0, 0xFFFF),
    ],
)
def test_a_predicate_narrows_a_number(condition, least, most):
    """By what it is compared with: the rest of it says nothing here."""
    found = narrowed(Some("it", 0, 0xFFFF), "it", tree(condition), known())
    assert (found.least, found.most) == (least, most)
    assert not math.isnan(found.most)


@given(conditions(["short", "signed", "masked", "medium", "long", "size", "same", "mask"]))
def test_nothing_is_proved_that_is_not_so(condition):
    """Whatever may be: each is true for all values that the fields can have."""
    if not known().proves(tree(condition)):
        return
    code = compile(condition, "condition", "eval")
    for values in all_values():
        assert eval(code, {**CONSTANTS, **values})


def all_values():
    """Fields as they may be, the edges of all numbers among them."""
    for short in (0, 1, 2, 3, 4, 5, 6, 124, 125, 126, 127):
        for signed in (-5, -1, 0, 1, 5):
            for size in (126, 127, 0xFFFF) if short == 126 else (0x10000, (1 << 63) - 1):
                for masked in (False, True):
                    some = {
                        "short": short,
                        "signed": signed,
                        "masked": masked,
                        "medium": size if short == 126 else None,
                        "long": size if short == 127 else None,
                        "mask": b"" if masked else None,
                    }
                    some["size"] = some["long"] or some["medium"] or short
                    yield {**some, "same": short}
