"""The fixed configuration over BTC and ETH 2022-2023, against the numbers of the prototype: `python training/reproduce.py DATASET [WORK]`.

DATASET is written by
    npm run backfill -- --archive ARCHIVE --market spot --symbol BTCUSDT,ETHUSDT --from 2022-01-01 --to 2024-01-01 --data STORE
    npm run dataset -- --data STORE --market spot --symbol BTCUSDT,ETHUSDT --from 2022-01-01 --to 2024-01-01 --beliefs \
        --set labels.everyBars=15 --out DATASET
Takes about half an hour on two busy cores; finished folds are kept in WORK. The last line counts what passed and what failed.
"""

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


def run(dataset: str, work: str) -> int:
    failed = 0
    for (symbol, model), (wanted, tolerance) in DIRECTIONAL.items():
        line = result(dataset, work, symbol, "signal", model)
        found = float(re.search(r"directionalIc (\S+)", line)[1])  # type: ignore[index]
        good = abs(found - wanted) <= tolerance
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {symbol} {model}: {found:.4f}, wanted {wanted} ± {tolerance} ({line})", flush=True)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        line = result(dataset, work, symbol, "regime", "ensemble")
        gain, low = (float(v) for v in re.search(r"gainOnRule (\S+) \[(\S+),", line).groups())  # type: ignore[union-attr]
        folds = int(re.search(r"rule in (\d+)", line)[1])  # type: ignore[index]
        good = gain >= GAIN and low > 0 and folds >= FOLDS
        failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {symbol} regime: {gain:.4f} nats in {folds} of 18 folds ({line})", flush=True)
    print(f"{len(DIRECTIONAL) + 2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(run(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "out/training"))
