"""The harness: it compares within rounds, and refuses what cannot be compared."""

import itertools
import json
import sys
import xml.etree.ElementTree as ET

import pytest

from benchmarks import __main__, _peers
from benchmarks._measuring import Outcome, Refused, Special, measure
from benchmarks._plot import as_svg
from benchmarks._report import as_data, as_json, table
from benchmarks._rows import ALL, Competitor, Job, Row, ahead, values, within

JOB = Job("letters", lambda items: b"ab" * items, items=3, chunk=2)


def one_by_one(chunks):
    for chunk in chunks:
        yield [chunk]


def doubled(chunks):
    for chunk in chunks:
        yield [chunk * 2]


def broken():
    raise ImportError("no such thing")


def ticking():
    """A clock by which each run takes one second longer than the last."""
    return itertools.accumulate(itertools.count()).__next__


US = Competitor("us", lambda: one_by_one)
THEM = Competitor("them", lambda: one_by_one)
MISSING = Competitor("nobody", broken)


def test_a_ratio_is_taken_within_a_round():
    times = iter([0, 1, 0, 1, 0, 1, 0, 1])  # whoever begins, both take a second
    outcome = measure(Row(JOB, (US,), (THEM,)), rounds=2, clock=times.__next__)
    assert [one.median for one in outcome.ratios] == [1]


def test_the_spread_holds_the_median():
    outcome = measure(Row(JOB, (US,), (THEM,)), rounds=9, clock=ticking())
    (ratio,) = outcome.ratios
    assert ratio.low <= ratio.median <= ratio.high


def test_values_that_differ_refuse_the_row():
    other = Competitor("them", lambda: doubled)
    with pytest.raises(Refused, match=r"us and them differ: value 0 is b'ab' and b'abab'"):
        measure(Row(JOB, (US,), (other,)), rounds=1)


def test_missing_values_refuse_the_row():
    other = Competitor("them", lambda: lambda chunks: one_by_one(chunks[1:]))
    with pytest.raises(Refused, match="3 values and 2"):
        measure(Row(JOB, (US,), (other,)), rounds=1)


def test_values_may_be_brought_into_one_form_first():
    other = Competitor("them", lambda: doubled, same=lambda value: value[:2])
    assert measure(Row(JOB, (US,), (other,)), rounds=1, clock=ticking()).ratios


def test_who_is_not_installed_is_left_out_and_named():
    outcome = measure(Row(JOB, (US,), (THEM, MISSING)), rounds=1, clock=ticking())
    assert [one.other for one in outcome.ratios] == ["them"]
    assert outcome.missing == {"nobody": "no such thing"}
    assert "nobody: left out, no such thing" in table(outcome)


@pytest.mark.parametrize(
    ("target", "ratio", "counted", "reached"),
    [
        (ahead(1.2), 1.2, 1.2, True),
        (ahead(1.2), 1.1, 1.1, False),
        (within(1.25), 0.8, 1.25, True),
        (within(1.25), 0.5, 2, False),
    ],
)
def test_a_target_counts_speed_or_time(target, ratio, counted, reached):
    assert target.of(ratio) == counted
    assert target.reached(ratio) is reached


def test_what_is_shown_aside_has_no_target():
    aside = Competitor("aside", lambda: one_by_one, aside=True)
    row = Row(JOB, (US, aside), (THEM, aside), targets={ALL: ahead(1), "us": ahead(2)})
    assert row.target(US, THEM) == ahead(1)
    assert row.target(US, US) == ahead(2)
    assert row.target(aside, THEM) is row.target(US, aside) is None


def test_a_row_in_smaller_chunks_has_targets_of_its_own():
    smaller = Row(JOB, (US,), (THEM,), targets={ALL: ahead(1)}).at(1)
    assert smaller.job.name == "letters, in chunks of 1"
    assert smaller.job.input(items=1) == [b"a", b"b"]
    assert smaller.target(US, THEM) is None


def test_a_row_in_small_chunks_is_against_the_limits_only():
    limit = Competitor("limit", lambda: one_by_one)
    row = Row(JOB, (US,), (THEM,), (limit,), targets={"limit": ahead(1)})
    small = row.in_small_chunks(lambda runner: lambda chunks: map(list, runner(chunks)))
    assert [one.chunk for one in small] == [1460, 64]
    assert [one.target(US, limit) for one in small] == [within(1.25), within(1.6)]
    for one in small:
        alone, inside = one.others
        assert alone == limit
        assert (inside.name, one.target(US, inside)) == ("limit, in a connection", None)
        assert values(inside, inside.load(), [b"a"]) == [b"a"]


def test_a_row_without_peers_keeps_the_limits_and_their_targets():
    limit = Competitor("limit", lambda: one_by_one)
    targets = {"limit": within(1), "them": ahead(1), ALL: ahead(2)}
    alone = Row(JOB, (US,), (THEM,), (limit,), targets).without_peers()
    assert alone.others == (limit,)
    assert alone.targets == {"limit": within(1), ALL: ahead(2)}


def test_the_table_names_ours_where_there_are_several(outcomes):
    row = Row(JOB, (US, Competitor("also us", lambda: one_by_one)), (THEM,))
    shown = table(measure(row, rounds=1, clock=ticking()))
    assert "us: speed / them" in shown
    assert "also us: speed / them" in shown


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], ["letters", "letters, in chunks of 1"]),
        (["CHUNKS"], ["letters, in chunks of 1"]),
        (["nothing", "letters"], ["letters", "letters, in chunks of 1"]),
        (["--chunk", "2"], ["letters"]),
    ],
)
def test_rows_are_chosen_by_a_word_of_their_name_or_by_the_chunk(asked, found, monkeypatch, capsys):
    row = Row(JOB, (US,), (THEM,))
    monkeypatch.setattr(__main__, "ROWS", [row, row.at(1)])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--list", *asked])
    assert __main__.main() == 0
    assert capsys.readouterr().out.splitlines() == found


def test_a_row_that_is_refused_fails_the_run(monkeypatch, capsys, tmp_path):
    other = Competitor("them", lambda: doubled)
    monkeypatch.setattr(__main__, "ROWS", [Row(JOB, (US,), (other,))])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--into", str(tmp_path)])
    assert __main__.main() == 1
    assert "REFUSED: us and them differ" in capsys.readouterr().out


def test_a_special_row_measures_itself(monkeypatch, tmp_path):
    special = Special("special", lambda rounds: Outcome("special", None, rounds, notes={"n": 1}))
    monkeypatch.setattr(__main__, "ROWS", [special])
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--rounds", "3", "--into", str(tmp_path)])
    assert __main__.main() == 0
    (written,) = tmp_path.glob("*.json")
    (row,) = json.loads(written.read_text("utf-8"))["rows"]
    assert (row["job"], row["rounds"], row["notes"]) == ("special", 3, {"n": 1})


def test_a_job_is_cut_into_chunks_unless_it_has_none():
    assert JOB.input() == [b"ab"] * 3
    assert JOB.input(items=1, chunk=1) == [b"a", b"b"]
    assert Job("values", range, items=3, chunk=None).input(2, 1) == [0, 1]


@pytest.fixture
def outcomes():
    row = Row(JOB, (US,), (THEM, MISSING), targets={ALL: within(0.001)})
    return [measure(row, rounds=3, clock=ticking())]


def test_the_table_says_what_was_missed(outcomes):
    assert "  time / them" in table(outcomes[0])
    assert "<= 0.001 MISSED" in table(outcomes[0])


def test_data_survive_json(outcomes):
    data = as_data(outcomes, {"other": "they differ"})
    assert json.loads(as_json(data)) == data
    assert data["rows"][0]["speeds"][0]["at least"] == 1000


def test_the_plot_is_xml_with_a_bar_a_ratio(outcomes):
    root = ET.fromstring(as_svg(as_data(outcomes, {})))
    assert len(root.findall(".//{*}rect")) == 1


def test_the_release_of_2016_is_found_only_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(_peers, "_NAME", "original_of_this_test")
    monkeypatch.setattr(_peers, "_place", tmp_path)
    with pytest.raises(ImportError, match="not installed beside"):
        _peers.original()
    (tmp_path / "ohneio.py").write_text("protocol = 'then'", "utf-8")
    assert _peers.original().protocol == "then"
    assert _peers.original() is sys.modules.pop("original_of_this_test")
