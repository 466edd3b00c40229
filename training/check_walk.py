"""The line said in the stitched backtest what the trainer had judged: python training/check_walk.py OUT (report.decisions=all).

Every judged row of the models that served, bar by bar, but the one that closes as its span begins: it is still the member's before. The
last line counts the layers of which all rows are the same.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

NAMES = {
    "signal": ("pLong", "pShort", "pNeutral", "netLong", "netShort"),
    "regime": tuple(f"regime{s}" for s in ("StrongUp", "WeakUp", "Ranging", "WeakDown", "StrongDown", "LowVolatility", "HighVolatility")),
}
TOLERANCE = 1e-12
"""Signals are the same bits; a regime's softmax may differ in the last one."""


def judged(work: Path, layer: str, model: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and beliefs of all folds."""
    files = [np.load(file) for file in sorted(work.glob("folds/**/*.npz")) if "cpcv" not in str(file.relative_to(work))]
    return np.concatenate([f[f"{layer}/time"] for f in files]), np.concatenate([f[f"{layer}/{model}/belief"] for f in files])


def main(out: Path) -> int:
    (work,) = [folder for folder in (out / "work").iterdir() if (folder / "walk.json").is_file()]
    walk = json.loads((work / "walk.json").read_text())
    served = sorted(walk["serve"])
    table = parquet.read_table(work / "backtests" / "-".join(served) / "decisions.parquet").to_pydict()
    places = {time: row for row, time in enumerate(table["timeMs"])}
    begins = {fold["testFromMs"] for fold in walk["folds"]}
    same = differ = bad = 0
    for layer in served:
        before = differ
        times, beliefs = judged(work, layer, walk["serve"][layer])
        for time, said in zip(times.tolist(), beliefs, strict=True):
            if int(time) in begins:
                continue
            row = places.get(int(time))
            own = None if row is None else [table[name][row] for name in NAMES[layer]]
            if own is not None and np.abs(np.array(own) - said[: len(own)]).max() <= TOLERANCE:
                same += 1
                continue
            differ += 1
            if differ <= 5:
                print(f"{layer} at {time}: judged {said.tolist()}, the line said {own}")
        bad += differ > before
    print(f"{same} judged rows are the same on the line, {differ} are not")
    bad = bad if same else len(served)
    print(f"{len(served) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
