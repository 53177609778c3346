"""The ratios as a picture: bars on a logarithmic scale, the other's speed being 1."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape
from typing import Any

__all__ = ["as_svg"]

_LABELS = 400  # pixels for the names
_WIDTH = 420  # for the bars
_STEP = 18  # for a line
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


def as_svg(data: dict[str, Any]) -> str:
    """Draw what `as_data` returns."""
    speeds = [one["median"] for row in data["rows"] for one in row["speeds"]]
    scale = _Scale(min([0.8, *speeds]), max([2.0, *speeds]))
    parts = list(_rows(data, scale))
    height = _STEP * (len(parts) + 3)
    body = "\n".join(part.replace("@", str(_STEP * line)) for line, part in enumerate(parts, 2))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABELS + _WIDTH + 60}" '
        f'height="{height}" font-family="sans-serif" font-size="12" fill="#777">\n'
        f'<text x="8" y="{_STEP - 4}">speed of ohneio, the other\'s being 1 '
        f"({escape(data['python'])})</text>\n"
        f"{_axis(scale, height)}\n{body}\n</svg>\n"
    )


class _Scale:
    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least / 1.1, most * 1.1

    def __call__(self, ratio: float) -> float:
        part = math.log(ratio / self.least) / math.log(self.most / self.least)
        return round(_LABELS + _WIDTH * part, 1)


def _axis(scale: _Scale, height: int) -> str:
    return "\n".join(
        f'<line x1="{scale(tick)}" x2="{scale(tick)}" y1="{_STEP}" y2="{height - _STEP}" '
        f'stroke="#777" stroke-width="{1.5 if tick == 1 else 0.3}"/>'
        f'<text x="{scale(tick)}" y="{height - 4}" text-anchor="middle">{tick:g}</text>'
        for tick in _TICKS
        if scale.least < tick < scale.most
    )


def _rows(data: dict[str, Any], scale: _Scale) -> Iterator[str]:
    for row in data["rows"]:
        yield f'<text x="8" y="@" font-weight="bold">{escape(row["job"])}</text>'
        for one in row["speeds"]:
            yield _bar(one, scale)


def _bar(speed: dict[str, Any], scale: _Scale) -> str:
    ratio, (low, high) = speed["median"], speed["quartiles"]
    left, right = sorted((scale(1), scale(ratio)))
    missed = speed["at least"] is not None and ratio < speed["at least"]
    name = escape(f"{speed['of']} / {speed['in multiples of']}")
    return (
        f'<text x="20" y="@">{name}</text>'
        f'<g transform="translate(0 @)">'
        f'<rect x="{left}" y="-10" width="{round(right - left, 1)}" height="12" '
        f'fill="{"#c60" if missed else "#284"}" opacity="0.8"/>'
        f'<line x1="{scale(low)}" x2="{scale(high)}" y1="-4" y2="-4" stroke="#777"/>'
        f'<text x="{max(right, scale(high)) + 4}" y="0">{ratio:.2f}</text></g>'
    )
