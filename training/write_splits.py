"""Splits and paths of skfolio's CombinatorialPurgedCV, which tests/test_cpcv.py compares with its own.

pip install skfolio==1.12.2 && python training/write_splits.py > training/tests/cpcv_splits.json
"""

import json
import sys
from importlib import metadata

import numpy as np
from skfolio.model_selection import CombinatorialPurgedCV

ROWS = 120
CASES = ((6, 2, 5), (5, 3, 2), (4, 2, 11))
"""Groups, groups judged, rows purged on both sides of them."""


def case(groups: int, tested: int, purged: int) -> dict[str, object]:
    cv = CombinatorialPurgedCV(n_folds=groups, n_test_folds=tested, purged_size=purged, embargo_size=0)
    splits = [[marked(train), [marked(rows) for rows in test]] for train, test in cv.split(np.zeros((ROWS, 1)))]
    return {"groups": groups, "tested": tested, "purged": purged, "splits": splits, "paths": cv.get_path_ids().tolist()}


def marked(rows: np.ndarray) -> str:
    """A digit a row: 1 for those given."""
    return "".join(np.isin(np.arange(ROWS), rows).astype(int).astype(str))


if __name__ == "__main__":
    versions = {name: metadata.version(name) for name in ("skfolio", "numpy", "scikit-learn")}
    json.dump({"versions": versions, "rows": ROWS, "cases": [case(*of) for of in CASES]}, sys.stdout, separators=(",", ":"))
