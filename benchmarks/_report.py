"""The table for people, and the same as data."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from typing import Any

from ._measuring import Outcome, Ratio
from ._peers import versions

__all__ = ["as_data", "as_json", "heading", "table"]

_COLUMNS = "{:58} {:>7}  {:15} {:>8} {}"


def heading() -> str:
    return _COLUMNS.format("", "ratio", "quartiles", "to reach", "").rstrip()


def table(outcome: Outcome) -> str:
    """Return one row as lines of text, a pair of competitors a line."""
    lines = [outcome.name]
    alone = len({ratio.ours for ratio in outcome.ratios}) == 1
    lines += [_line(ratio, "" if alone else f"{ratio.ours}: ") for ratio in outcome.ratios]
    lines += [f"  {name}: left out, {why}" for name, why in outcome.missing.items()]
    return "\n".join(lines)


def _line(ratio: Ratio, who: str) -> str:
    target = ratio.target
    shown = sorted(target.of(one) if target else one for one in (ratio.low, ratio.high))
    median = target.of(ratio.median) if target else ratio.median
    what = ratio.what or ("time" if target and target.upside_down else "speed")
    return _COLUMNS.format(
        f"  {who}{what} / {ratio.other}",
        f"{median:.2f}",
        f"{shown[0]:.2f} .. {shown[1]:.2f}",
        str(target or ""),
        "" if target is None else "reached" if target.reached(ratio.median) else "MISSED",
    ).rstrip()


def as_data(outcomes: Iterable[Outcome], refused: dict[str, str]) -> dict[str, Any]:
    """Return everything as plain data; no time is in it, for times say nothing elsewhere."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": platform.machine(),
        "versions": versions(),
        "rows": [_row(outcome) for outcome in outcomes],
        "refused": refused,
    }


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "job": outcome.name,
        "chunk": outcome.chunk,
        "rounds": outcome.rounds,
        "missing": outcome.missing,
        "notes": outcome.notes,
        "speeds": [_speed(ratio) for ratio in outcome.ratios],
    }


def _speed(ratio: Ratio) -> dict[str, Any]:
    target = ratio.target
    return {
        "what": ratio.what or "speed",
        "of": ratio.ours,
        "in multiples of": ratio.other,
        "median": round(ratio.median, 3),
        "quartiles": [round(ratio.low, 3), round(ratio.high, 3)],
        "at least": None if target is None else round(target.of(target.ratio), 3),
    }


def as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1) + "\n"
