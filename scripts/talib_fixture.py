"""Writes sampled rows of TA-Lib's values as a fixture: a comment line of JSON (where it comes from) and CSV.

python scripts/talib_fixture.py --out operators/features/raw/fixtures/talib.csv ARCHIVE/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03.zip

The rows are spread evenly over the bars that come at least 50 after the start or a hole: all is known, and the seeds still show.
"""

import argparse
import json

from talib_reference import inputs, read_klines, reference, versions

KNOWN_AFTER_BARS = 50

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("zips", nargs="+", help="monthly zips of one-minute klines of one symbol")
arguments.add_argument("--out", required=True)
arguments.add_argument("--rows", type=int, default=150)
options = arguments.parse_args()

warm = reference(read_klines(options.zips)).query(f"bar >= {KNOWN_AFTER_BARS}").drop(columns="bar")
rows = warm.iloc[:: max(1, len(warm) // options.rows)].iloc[: options.rows]
head = {
    "madeBy": "scripts/talib_fixture.py",
    "versions": versions(),
    "inputs": inputs(options.zips),
    "knownAfterBars": KNOWN_AFTER_BARS,
}
with open(options.out, "w") as file:
    file.write("# " + json.dumps(head) + "\n" + ",".join(rows.columns) + "\n")
    for row in rows.itertuples(index=False):
        file.write(",".join([str(int(row[0])), *(repr(float(value)) for value in row[1:])]) + "\n")
print(f"{len(rows)} rows, {len(rows.columns) - 1} indicators -> {options.out}")
