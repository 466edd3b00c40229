"""Compares raw indicator columns with TA-Lib's; exits with 1 if one differs.

python scripts/talib_compare.py FEATURES.parquet KLINES.zip [KLINES.zip ...]

FEATURES.parquet is what `riposte features --raw` wrote: `timeMs` (the bar's close) and `raw_*` columns. TA-Lib starts anew
behind every hole in the klines. Compared is every bar from 1,500 after a start on: to 1e-9 of the value, or 1e-9 where the
value is below 1. A value that is missing or no number is a difference.
"""

import argparse
import sys

import numpy as np
import pandas as pd

from talib_reference import MINUTE_MS, WARM_UP_BARS, read_klines, reference

TOLERANCE = 1e-9

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("features", help="Parquet file with timeMs and raw_* columns")
arguments.add_argument("zips", nargs="+", help="monthly zips of one-minute klines of the same symbol")
arguments.add_argument("--time", choices=("close", "open"), default="close", help="what timeMs is (default: close)")
options = arguments.parse_args()

features = pd.read_parquet(options.features)
expected = reference(read_klines(options.zips)).query(f"bar >= {WARM_UP_BARS}")
expected = expected.assign(timeMs=expected.openTimeMs + (MINUTE_MS if options.time == "close" else 0))
# Only the time the file covers: it may be shorter than the zips.
expected = expected[expected.timeMs.between(features.timeMs.min(), features.timeMs.max())]
if expected.empty:
    sys.exit(f"{options.features}: no bar of the zips lies in its time after {WARM_UP_BARS} bars of warm-up; give the zips of the same months")
features = features.set_index("timeMs").reindex(expected.timeMs)

passed, failed = 0, []
for name in [column for column in expected.columns if column.startswith("raw_")]:
    if name not in features.columns:
        failed.append((np.inf, name, "no such column"))
        continue
    wanted = expected[name].to_numpy()
    found = features[name].to_numpy(dtype=float)
    difference = np.abs(found - wanted) / np.maximum(1, np.abs(wanted))
    difference[~np.isfinite(difference)] = np.inf
    at = int(np.argmax(difference))
    if difference[at] <= TOLERANCE:
        passed += 1
    else:
        where = f"{difference[at]:.3g} at timeMs {expected.timeMs.iloc[at]}: TA-Lib {wanted[at]!r}, file {found[at]!r}"
        failed.append((difference[at], name, where))

if failed:
    _, name, where = max(failed)
    print(f"worst: {name}: {where}", file=sys.stderr)
print(f"{passed} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
