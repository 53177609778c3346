"""Run a fuzzer: ``python -m tests.fuzz NAME --runs N``.

With atheris, in a group of its own: ``pip install --group fuzz``. There is no wheel
of it for every Python and system that the tests run on.
"""

import argparse
import sys
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("python -m tests.fuzz needs atheris: pip install --group fuzz")

# What is imported in here is instrumented: branches that an input was the first to take are seen.
# Not so what every byte goes through, whatever the grammar: it tells little, and takes most time.
BELOW = [
    f"ohneio.{room}.{module.stem}"
    for room in ("core", "testing", "loops")
    for module in Path("ohneio", room).glob("*.py")
]
with atheris.instrument_imports(include=["ohneio", "examples"], exclude=BELOW):
    from tests.fuzz.targets import SEEDS, TARGETS


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("name", choices=TARGETS, help="what to fuzz")
    asked.add_argument("--runs", type=int, default=1_000_000, help="executions (1,000,000)")
    asked.add_argument("--seed", type=int, default=0, help="0, the default: another each time")
    asked.add_argument("--max-len", type=int, default=128, help="longest input in bytes (128)")
    asked.add_argument("--timeout", type=int, default=20, help="seconds for one execution (20)")
    asked.add_argument(
        "--build", type=Path, default=Path("build/fuzz"), help="where to keep it all"
    )
    return asked.parse_args()


def mutated_input(data: bytes, max_size: int, seed: int) -> bytes:
    """Mostly leave the grammar in front as it is: to make another takes long."""
    size = 1 + data[0] % 48 if data and seed % 8 else 0
    return data[:size] + atheris.Mutate(data[size:], max(max_size - size, 1))


def main() -> None:
    """Fuzz on from the last run's corpus; a finding is printed, kept, and ends the run."""
    given = arguments()
    corpus = given.build / given.name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(SEEDS[given.name]):
        (corpus / f"seed-{number}").write_bytes(data)
    options = [f"-runs={given.runs}", f"-max_len={given.max_len}", f"-seed={given.seed}"]
    limits = [f"-timeout={given.timeout}", "-rss_limit_mb=2048", f"-artifact_prefix={corpus}-"]
    mutator = {"custom_mutator": mutated_input} if given.name == "generated" else {}
    atheris.Setup([sys.argv[0], *options, *limits, str(corpus)], TARGETS[given.name], **mutator)
    atheris.Fuzz()


main()
