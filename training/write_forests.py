"""Writes forests with rows and the libraries' own raw scores: `python training/write_forests.py DIR`, for `scripts/compareForests.ts`.

NAME.bin is a trees file, NAME.rows float32 [rows, features], NAME.raw float64 [rows, outputs] as the library itself predicts them. Every
other row has a value at, just below or just above a threshold of the forest; some rows are nearly 0.
"""

import os
import sys
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "tests")]

import numpy as np  # noqa: E402
from test_forest import fitted, rows_at_thresholds  # noqa: E402

from riposte_training.boosters import LIBRARIES, native_raw  # noqa: E402
from riposte_training.forest import write_trees  # noqa: E402


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*LIBRARIES, "classes"):
        forest, model, library = fitted(name)
        rows = rows_at_thresholds(forest)
        (folder / f"{name}.bin").write_bytes(write_trees([forest]))
        np.ascontiguousarray(rows, "<f4").tofile(folder / f"{name}.rows")
        np.ascontiguousarray(native_raw(library, model, rows), "<f8").tofile(folder / f"{name}.raw")


main(Path(sys.argv[1]))
