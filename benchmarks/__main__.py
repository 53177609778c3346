"""Run the rows, print the table, and write it as data and as a picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from ._measuring import Outcome, Refused, Special, measure
from ._peers import look_for_original
from ._plot import as_svg
from ._report import as_data, as_json, heading, table
from ._rows import Row
from .rows import ROWS


def main() -> int:
    options = _options()
    if options.original:
        look_for_original(options.original)
    chosen = [_asked(row, options) for row in ROWS if _is_wanted(row, options)]
    if options.list:
        print("\n".join(row.name for row in chosen))
        return 0
    outcomes, refused = _run(chosen, options.rounds)
    _write(options.into, outcomes, refused)
    return 1 if refused else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("words", nargs="*", help="only rows with one of these in their name")
    parser.add_argument("--chunk", type=int, help="only rows in chunks of so many bytes")
    parser.add_argument("--limits", action="store_true", help="ours and the limits, no peers")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--original", type=Path, help="where ohneio 0.8.1 was installed")
    parser.add_argument(
        "--into", type=Path, default=Path("build/benchmarks"), help="directory for data and plot"
    )
    return parser.parse_args()


def _is_wanted(row: Row | Special, options: argparse.Namespace) -> bool:
    if options.chunk and row.chunk != options.chunk:
        return False
    return not options.words or any(word.lower() in row.name.lower() for word in options.words)


def _asked(row: Row | Special, options: argparse.Namespace) -> Row | Special:
    return row.without_peers() if options.limits and isinstance(row, Row) else row


def _run(rows: Iterable[Row | Special], rounds: int) -> tuple[list[Outcome], dict[str, str]]:
    outcomes: list[Outcome] = []
    refused: dict[str, str] = {}
    print(heading())
    for row in rows:
        try:
            outcomes.append(measure(row, rounds) if isinstance(row, Row) else row.measure(rounds))
            print(table(outcomes[-1]), flush=True)
        except Refused as error:
            refused[row.name] = str(error)
            print(f"{row.name}\n  REFUSED: {error}", flush=True)
    return outcomes, refused


def _write(into: Path, outcomes: list[Outcome], refused: dict[str, str]) -> None:
    data = as_data(outcomes, refused)
    name = f"{sys.implementation.name}-{sys.version_info.major}.{sys.version_info.minor}"
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{name}.json").write_text(as_json(data), "utf-8")
    (into / f"{name}.svg").write_text(as_svg(data), "utf-8")
    print(f"written to {into / name}.json and .svg")


if __name__ == "__main__":
    sys.exit(main())
