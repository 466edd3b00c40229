"""Loads a dataset's files in pandas, polars and DuckDB and compares row counts and sums: `python3 scripts/check_dataset.py DIR`.

Every column of every file must have the same sum (absolute values beside it) in all three, the row counts must be those that
dataset.json states, no value may be missing or infinite, times must rise, a label must end a bar behind its decision or later, and the
probabilities of a belief must sum to 1 or, where the layer was not ready, be 0. Prints "N passed, N failed" and exits 1 on a failure.
"""

import json
import math
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa


def with_pandas(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all().to_pandas()


def with_polars(path):
    scan = pl.scan_parquet(path) if path.suffix == ".parquet" else pl.scan_ipc(path)
    return scan.collect()


def with_duckdb(path, names):
    """Sums by DuckDB itself. It reads Arrow memory without an extension, so nothing is fetched from a network."""
    if path.suffix == ".parquet":
        rows = duckdb.read_parquet(str(path))
    else:
        rows = duckdb.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all())
    sums = ", ".join(f'sum("{name}"::DOUBLE)' for name in names)
    found = rows.aggregate(f"count(*), {sums}").fetchall()[0]
    return found[0], dict(zip(names, found[1:]))


def close(a, b, scale):
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9 * scale)


def problems_of(path, file, about, names):
    frame, table = with_pandas(path), with_polars(path)
    rows, sums = with_duckdb(path, names)
    if not len(frame) == table.height == rows == file["rows"]:
        yield f"rows: pandas {len(frame)}, polars {table.height}, DuckDB {rows}, dataset.json {file['rows']}"
    if list(frame.columns) != names or table.columns != names:
        yield "columns differ from those of dataset.json"
        return
    for name in names:
        column = frame[name].astype("float64")
        if not column.abs().lt(math.inf).all():
            yield f"{name}: a value is missing or infinite"
        scale = float(column.abs().sum())
        if not close(column.sum(), table[name].cast(pl.Float64).sum(), scale) or not close(column.sum(), sums[name], scale):
            yield f"{name}: sums differ"
    if not frame["timeMs"].is_monotonic_increasing or not frame["timeMs"].is_unique:
        yield "timeMs does not rise"
    for name in ("longEndMs", "shortEndMs"):
        if (frame[name] < frame["timeMs"] + about["intervalMs"]).any():
            yield f"{name}: a label is known before its entry bar has closed"
    for start in (["regime."], ["signal.pLong", "signal.pShort", "signal.pNeutral"]):
        columns = [name for name in names if name.startswith(tuple(start))]
        total = frame[columns].sum(axis=1)
        if columns and not ((total - 1).abs().lt(1e-5) | (total == 0)).all():
            yield f"{columns[0]} and its like: probabilities that sum to neither 1 nor 0"


def main(folder):
    about = json.loads((folder / "dataset.json").read_text())
    if about.get("labelEnd") != "known":
        print("dataset.json: labels end before they were known; write the dataset again")
        return 1
    names = [column["name"] for column in about["columns"]]
    failed = 0
    for file in about["files"]:
        found = list(problems_of(folder / file["file"], file, about, names))
        for problem in found:
            print(f"{file['file']}: {problem}")
        failed += bool(found)
    if sum(file["rows"] for file in about["files"]) != about["rows"]:
        print("dataset.json: the files' rows do not add up")
        failed += 1
    print(f"{len(about['files']) - min(failed, len(about['files']))} passed, {failed} failed ({about['rows']} rows, {len(names)} columns)")
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
