"""Values that nobody has parsed: one that was, with a part of it changed.

A part keeps its type, for what a grammar's own functions make of another is
their author's to say.
"""

import enum
import random
from collections.abc import Callable

import attrs

INTS = [-1, 0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 31, 1 << 32, 1 << 63, 1 << 64, -(1 << 63)]
FLOATS = [0.0, -0.0, 1.5, 1e39, float("inf"), float("nan")]
BYTES = [b"", b"\0", b"a", b"\r\n", b"\xff\xfe", b"12", b":", bytes(126), bytes(300)]
TEXTS = ["", "\0", "a", "\r\n", "\ud800", "é", " a", "+/#", ":", "a" * 128, "é" * 200]


def bent(value: object, rng: random.Random) -> object:
    """Return *value* with one part changed, or itself where nothing in it can be."""
    kind = next((kind for kind in BENDERS if isinstance(value, kind)), None)
    if kind is not None:
        return BENDERS[kind](value, rng)
    return bent_record(value, rng) if attrs.has(type(value)) else value


def bent_record(value, rng):
    names = [one for one in attrs.fields(type(value)) if one.init]
    if not names:
        return value
    name = rng.choice(names)
    return attrs.evolve(value, **{name.alias: bent(getattr(value, name.name), rng)})


def bent_tuple(value, rng):
    if not value:
        return value
    at = rng.randrange(len(value))
    return (*value[:at], bent(value[at], rng), *value[at + 1 :])


def bent_list(value, rng):
    """One element changed, left out or there twice."""
    if not value:
        return value
    at = rng.randrange(len(value))
    one = value[at]
    return [*value[:at], *rng.choice([[], [one, one], [bent(one, rng)]]), *value[at + 1 :]]


def bent_dict(value, rng):
    return dict(bent_list(list(value.items()), rng))


#: The first that fits: an enumeration's member may be an integer, and so is a boolean.
BENDERS: dict[type, Callable[..., object]] = {
    enum.Enum: lambda value, rng: rng.choice(list(type(value))),
    bool: lambda value, _: not value,
    int: lambda value, rng: rng.choice([*INTS, value + 1]),
    float: lambda _, rng: rng.choice(FLOATS),
    bytes: lambda value, rng: rng.choice([*BYTES, value[1:], value * 2]),
    str: lambda value, rng: rng.choice([*TEXTS, value[1:], value * 2]),
    tuple: bent_tuple,
    list: bent_list,
    dict: bent_dict,
}
