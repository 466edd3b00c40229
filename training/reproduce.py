"""The fixed configuration over BTC and ETH 2022-2023, against the numbers of the prototype: `python training/reproduce.py DATASET [WORK]`.

DATASET is written by
    npm run backfill -- --archive ARCHIVE --market spot --symbol BTCUSDT,ETHUSDT --from 2022-01-01 --to 2024-01-01 --data STORE
    npm run dataset -- --data STORE --market spot --symbol BTCUSDT,ETHUSDT --from 2022-01-01 --to 2024-01-01 --beliefs \
        --set labels.everyBars=15 --out DATASET
Takes about half an hour on two busy cores; finished folds are kept in WORK. The last line counts what passed and what failed.
`npm run night -- training` runs the checks one by one, on no folds that were kept (docs/tests.md).
"""

import argparse
import contextlib
import io
import os
import re
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

from riposte_training.cli import main  # noqa: E402

DIRECTIONAL = {
    ("BTCUSDT", "ridge"): (0.029, 0.003),
    ("ETHUSDT", "ridge"): (0.022, 0.003),
    ("BTCUSDT", "lightgbm"): (0.031, 0.010),
    ("ETHUSDT", "lightgbm"): (0.035, 0.010),
}
"""Pooled Pearson IC of long minus short over 18 folds, and how far a run may lie from it."""
GAIN, FOLDS = 0.015, 13
"""Nats by which the ensemble of L1 must be better than the rule, and in how many of 18 folds."""


def result(dataset: str, work: str, symbol: str, layer: str, model: str) -> str:
    """The line that the walk-forward ends with."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        places = ["--dataset", dataset, "--work", work, "--logs", f"{work}/tensorboard"]
        code = main([*places, "--layer", layer, "--model", model, "--symbols", symbol, "--columns", "all", "--evaluate", "--no-member"])
    if code != 0:
        sys.exit(code)
    return out.getvalue().strip()


def directional(dataset: str, work: str, symbol: str, model: str) -> tuple[bool, str]:
    wanted, tolerance = DIRECTIONAL[symbol, model]
    line = result(dataset, work, symbol, "signal", model)
    found = float(re.search(r"directionalIc (\S+)", line)[1])  # type: ignore[index]
    return abs(found - wanted) <= tolerance, f"{symbol} {model}: {found:.4f}, wanted {wanted} ± {tolerance} ({line})"


def regime(dataset: str, work: str, symbol: str) -> tuple[bool, str]:
    line = result(dataset, work, symbol, "regime", "ensemble")
    gain, low = (float(v) for v in re.search(r"gainOnRule (\S+) \[(\S+),", line).groups())  # type: ignore[union-attr]
    folds = int(re.search(r"rule in (\d+)", line)[1])  # type: ignore[index]
    return gain >= GAIN and low > 0 and folds >= FOLDS, f"{symbol} regime: {gain:.4f} nats in {folds} of 18 folds ({line})"


CHECKS = [*((directional, *of) for of in DIRECTIONAL), (regime, "BTCUSDT"), (regime, "ETHUSDT")]


def run(dataset: str, work: str, check: int | None) -> int:
    failed = 0
    checks = CHECKS if check is None else [CHECKS[check - 1]]
    for judge, *of in checks:
        good, line = judge(dataset, work, *of)
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {line}", flush=True)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("work", nargs="?", default="out/training")
    parser.add_argument("--check", type=int, choices=range(1, len(CHECKS) + 1), help="that one alone")
    sys.exit(run(**vars(parser.parse_args())))
