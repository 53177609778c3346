"""Each kind of finding, and where there is none."""

import pytest

from ohneio import (
    commit,
    eof,
    exactly,
    forward,
    line,
    literal,
    many,
    optional,
    parser,
    read,
    sep_by,
    seq,
    sized,
    take_while,
    uint8,
    until,
)
from ohneio.core._nodes import nodes
from ohneio.testing import Finding, lint

A, B, AB = literal(b"a"), literal(b"b"), literal(b"ab")


def found(one):
    """Kind and node of each finding."""
    return [(finding.kind, finding.node) for finding in lint(one)]


@parser
def hand():
    return (yield from read(1))


@pytest.mark.parametrize(
    "clean",
    [
        A,
        until(b";"),
        line,
        seq(uint8, exactly(2)),
        A | B,
        many(A, min=2, max=2),
        optional(A) << B,
        many(A) << B,
        sized(3, many(A)),
        hand,
        seq(A, commit),
    ],
    ids=repr,
)
def test_nothing_is_found_in_what_cannot_surprise(clean):
    """Of what ends by itself, and of what nothing is known."""
    assert lint(clean) == []


@pytest.mark.parametrize(
    ("waiting", "node"),
    [
        (many(A), many(A)),
        (seq(B, optional(A)), optional(A)),
        (seq(B, many(A)).label("it"), many(A)),
        (take_while(b"a"), take_while(b"a")),
        (B >> (optional(A) | B), optional(A)),
        (sep_by(B, A), sep_by(B, A)),
        (eof, eof),
    ],
    ids=repr,
)
def test_what_waits_at_the_end(waiting, node):
    """The finding names the innermost node at the end that one can do something about."""
    first = lint(waiting)[0]
    assert (first.kind, first.node) == ("waits", node)
    assert f"{node!r} at the end waits for a byte" in first.message


def test_a_grammar_that_waits_for_itself_is_walked_once():
    """A recursive one has an innermost node too."""
    nested = forward()
    nested.become(seq(A, optional(nested)))
    assert "waits" in {finding.kind for finding in lint(nested)}


@pytest.mark.parametrize(
    ("hidden", "hiding"),
    [(AB, A), (A, A), (B, many(A)), (B, optional(A)), (uint8, uint8)],
    ids=repr,
)
def test_an_alternative_that_is_never_reached(hidden, hiding):
    """The finding names both: an earlier one matches whatever it would."""
    findings = [one for one in lint(hiding | hidden) if one.kind == "unreachable"]
    assert [one.node for one in findings] == [hidden]
    assert findings[0].message == (
        f"{hidden!r} is never reached: {hiding!r} before it always matches there"
    )


def test_it_is_found_once_however_many_hide_it():
    """And deep inside the grammar."""
    inner = seq(uint8, A | A | AB)
    assert found(inner).count(("unreachable", AB)) == 1


@pytest.mark.parametrize("reached", [AB | A, many(A, min=1) | B, uint8 | A], ids=repr)
def test_an_alternative_that_is_reached(reached):
    """By what the earlier ones leave, or might."""
    assert "unreachable" not in {finding.kind for finding in lint(reached)}


def test_what_is_ambiguous():
    """The innermost node whose parts are not: what it builds may parse to another value."""
    both = seq(many(A), many(A))
    finding = next(one for one in lint(both << B) if one.kind == "ambiguous")
    assert finding.node == both
    assert finding.message.startswith(f"what {both!r} builds may parse to another value")


def test_what_cannot_build_is_not_ambiguous():
    """Nothing it builds is parsed."""
    kinds = {one.kind for one in lint(seq(many(A), many(A)).map(len) << B)}
    both = seq(many(A).map(len), many(A)) << B
    assert "ambiguous" in kinds
    assert "ambiguous" not in {one.kind for one in lint(both)}


def test_a_finding_is_a_sentence():
    """Its text begins with its kind."""
    assert str(Finding("waits", A, "for ever")) == "waits: for ever"


def test_nodes_are_each_there_once_in_order():
    """One that is used twice is one."""
    both = seq(A, B, A)
    assert list(nodes(both)) == [both, A, B]
