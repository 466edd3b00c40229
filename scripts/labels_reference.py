"""Labels, weights and CUSUM events from their definitions, vectorised with numpy; shares no code with the labeller under test.

    python3 scripts/labels_reference.py fixture ZIP OUT.json      # one archive month -> the fixture of the shared test
    python3 scripts/labels_reference.py check DIR KLINES...       # every row of a dataset against klines (archive zips or
                                                                  # the store's Parquet files, all of one symbol)

`check` prints one line "N passed, N failed" (a column of a symbol is one), the worst difference of each that failed, and exits 1
when any did. Definitions: docs/datasets.md. Needs numpy; `check` also pyarrow.
"""

import csv
import hashlib
import io
import json
import platform
import sys
import zipfile
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import numpy as np

REGIME_BARS = 240
VOLATILITY_BARS = 60


# --- klines ------------------------------------------------------------------------------------------------------------


def read_zip(path):
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    rows = [row[:5] for row in csv.reader(io.StringIO(text)) if row and row[0].isdigit()]
    return np.array(rows, dtype=np.float64).T


def read_parquet(path):
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=["openTimeMs", "open", "high", "low", "close"])
    return np.array([column.to_numpy().astype(np.float64) for column in table.columns])


def read_klines(paths, tick_size):
    """Sorted by open time; prices as whole ticks (exact in float64), closes also as they are. Spot files of 2025 on are in µs."""
    parts = [read_zip(p) if str(p).endswith(".zip") else read_parquet(p) for p in paths]
    time, *prices = np.concatenate(parts, axis=1)
    time = np.where(time > 1e14, np.floor(time / 1000), time)
    time, first = np.unique(time, return_index=True)
    prices = [p[first] for p in prices]
    return {"time": time, "close": prices[3], **{n: np.rint(p / tick_size) for n, p in zip(("open", "high", "low"), prices)}}


# --- definitions -------------------------------------------------------------------------------------------------------


def log_returns(close):
    return np.concatenate(([0.0], np.log(close[1:] / close[:-1])))


def rolling_rms(returns, bars):
    """Root mean square of the last `bars` returns; the first return that exists is that of row 1."""
    out = np.full(len(returns), np.nan)
    out[bars:] = np.sqrt(np.mean(np.lib.stride_tricks.sliding_window_view(returns[1:], bars) ** 2, axis=1))
    return out


def levels(price, fraction, side):
    """price x (1 + fraction) in whole ticks, the decimals taken as they print; half a tick goes against the side."""
    half = ROUND_HALF_DOWN if side > 0 else ROUND_HALF_UP
    factors = [1 + Decimal(repr(f)) for f in np.broadcast_to(fraction, price.shape).tolist()]
    with localcontext() as context:
        context.prec = 60
        return np.array([float((int(p) * f).to_integral_value(half)) for p, f in zip(price.tolist(), factors)])


def triple_barrier(k, entry, side, stop_fraction, target_fraction, horizon_ms, interval_ms):
    """Of entries at the open of rows `entry`: label, return, when it was known (close of the bar of the exit), last row held, whether the
    data tell it. All barriers as fractions by entry."""
    n = len(k["time"])
    price = k["open"][entry]
    stop = np.where(stop_fraction > 0, levels(price, -side * stop_fraction, side), -side * np.inf)
    target = np.where(target_fraction > 0, levels(price, side * target_fraction, side), side * np.inf)
    # A level at or below zero is no level.
    stop = np.where(stop <= 0, -side * np.inf, stop)
    target = np.where(target <= 0, side * np.inf, target)
    closes = k["time"] + interval_ms
    last = np.maximum(np.searchsorted(closes, k["time"][entry] + horizon_ms, side="left"), entry)
    worst, best = (k["low"], k["high"]) if side > 0 else (k["high"], k["low"])
    label = np.zeros(len(entry), dtype=np.int8)
    exit_row, exit_price, held = (np.zeros(len(entry), dtype=np.int64), np.full(len(entry), np.nan), np.zeros(len(entry), np.int64))
    for a in range(0, len(entry), 4096):
        part = slice(a, a + 4096)
        width = int(np.max(last[part] - entry[part])) + 1
        rows = entry[part, None] + np.arange(width)
        alive = (rows <= last[part, None]) & (rows < n)
        rows = np.minimum(rows, n - 1)
        hit_stop = alive & (side * worst[rows] <= side * stop[part, None])
        hit_target = alive & (side * best[rows] >= side * target[part, None])
        none = width + 1
        s = np.where(hit_stop.any(axis=1), hit_stop.argmax(axis=1), none)
        t = np.where(hit_target.any(axis=1), hit_target.argmax(axis=1), none)
        at = np.minimum(np.minimum(s, t), width)
        row = np.minimum(entry[part] + at, n - 1)
        opened = k["open"][row]
        later = at > 0
        open_at_stop = later & (s == at) & (side * opened <= side * stop[part])
        open_at_target = later & (t == at) & (side * opened >= side * target[part])
        by_target = (t < s) | ((t == s) & (t < none) & open_at_target & ~open_at_stop)
        by_time = (s == none) & (t == none)
        at_open = open_at_stop | open_at_target
        level = np.where(by_target, target[part], stop[part])
        label[part] = np.where(by_time, 0, np.where(by_target, 1, -1))
        exit_row[part] = np.where(by_time, last[part] + 1, row)
        exit_price[part] = np.where(by_time, np.nan, np.where(at_open, opened, level))
        held[part] = np.where(by_time, last[part], row - at_open)
    known = exit_row < n
    exit_row = np.minimum(exit_row, n - 1)
    exit_price = np.where(label == 0, k["open"][exit_row], exit_price)
    end = k["time"][exit_row] + interval_ms
    return {"label": label, "return": side * (exit_price - price) / price, "endMs": end, "held": held, "known": known}


def weights(kind, returns, entry, held):
    begins = np.zeros(len(returns) + 1)
    np.add.at(begins, entry, 1)
    np.add.at(begins, held + 1, -1)
    concurrency = np.cumsum(begins)[:-1]
    share = np.divide(1.0, concurrency, out=np.zeros_like(concurrency), where=concurrency > 0)
    total = np.concatenate(([0.0], np.cumsum(share if kind == "uniqueness" else returns * share)))
    over = total[held + 1] - total[entry]
    return over / (held + 1 - entry) if kind == "uniqueness" else np.abs(over)


def cusum_events(returns, threshold):
    up = down = 0.0
    events = []
    for row, (r, h) in enumerate(zip(returns.tolist(), threshold.tolist())):
        if not h > 0:
            up = down = 0.0
            continue
        up, down = max(0.0, up + r), min(0.0, down + r)
        if down < -h:
            down = 0.0
            events.append(row)
        elif up > h:
            up = 0.0
            events.append(row)
    return np.array(events, dtype=np.int64)


def labelled(k, rows, rules, sigma, interval_ms):
    """Columns of the decisions at `rows` (entries at the next row) that the data finish, and which those are."""
    barriers = rules["barriers"]
    scale = sigma[rows] * np.sqrt(rules["horizonMs"] / interval_ms) if barriers["unit"] == "volatility" else np.ones(len(rows))
    inside = rows + REGIME_BARS < len(k["time"])
    rows, scale = rows[inside], scale[inside]
    sides = {}
    for name, side in (("long", 1), ("short", -1)):
        fractions = (barriers["stop"] * scale, barriers["target"] * scale)
        sides[name] = triple_barrier(k, rows + 1, side, *fractions, rules["horizonMs"], interval_ms)
    known = sides["long"]["known"] & sides["short"]["known"]
    rows = rows[known]
    returns = log_returns(k["close"])
    columns = {}
    total = 0.0
    for name, found in sides.items():
        columns[f"{name}Label"] = found["label"][known]
        columns[f"{name}Return"] = found["return"][known]
        columns[f"{name}EndMs"] = found["endMs"][known]
        total = total + weights(rules["weight"], returns, rows + 1, found["held"][known])
    columns["weight"] = total / 2
    return rows, columns


# --- fixture -----------------------------------------------------------------------------------------------------------


CASES = [
    {
        "barriers": {"unit": "fraction", "stop": 0.005, "target": 0.015},
        "horizonMs": 3_600_000,
        "weight": "uniqueness",
        "sampling": {"kind": "every", "bars": 1},
    },
    {
        "barriers": {"unit": "volatility", "stop": 0.7, "target": 1.5},
        "horizonMs": 7_200_000,
        "weight": "returnAttribution",
        "sampling": {"kind": "cusum", "threshold": 4},
    },
]
EXACT = ["longLabel", "longReturn", "longEndMs", "shortLabel", "shortReturn", "shortEndMs"]


def sha256(numbers):
    """Of float64, little-endian: labels, returns and times are the same doubles in every implementation."""
    return hashlib.sha256(np.asarray(numbers, dtype="<f8").tobytes()).hexdigest()


def fixture(zip_path, out):
    tick_size = 0.01
    k = read_klines([zip_path], tick_size)
    returns = log_returns(k["close"])
    sigma = rolling_rms(returns, VOLATILITY_BARS)
    cases = []
    for rules in CASES:
        every = rules["sampling"]["kind"] == "every"
        chosen = np.arange(len(returns)) if every else cusum_events(returns, rules["sampling"]["threshold"] * sigma)
        rows, columns = labelled(k, chosen, rules, sigma, 60_000)
        some = np.unique(np.linspace(0, len(rows) - 1, 130).astype(int))
        cases.append(
            {
                "rules": rules,
                "chosen": len(chosen),
                "rows": len(rows),
                "sha256": {"row": sha256(rows), **{name: sha256(columns[name]) for name in EXACT}},
                "weightSum": float(columns["weight"].sum()),
                "columns": ["index", "row", *columns],
                "some": [[int(i), int(rows[i]), *(float(c[i]) for c in columns.values())] for i in some],
            }
        )
    head = {
        "madeBy": "scripts/labels_reference.py fixture",
        "input": {"file": Path(zip_path).name, "sha256": hashlib.sha256(Path(zip_path).read_bytes()).hexdigest()},
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "klines": len(returns),
        "tickSize": tick_size,
        "volatilityBars": VOLATILITY_BARS,
    }
    lines = [json.dumps({**case, "some": "SOME"}).replace('"SOME"', "[\n" + ",\n".join(map(json.dumps, case["some"])) + "\n]") for case in cases]
    Path(out).write_text(json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n' + ",\n".join(lines) + "\n]\n}\n")
    print(f"{out}: " + ", ".join(f"{case['rows']} rows" for case in cases))


# --- check -------------------------------------------------------------------------------------------------------------


def read_dataset(folder, files):
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = []
    for file in files:
        path = folder / file["file"]
        tables.append(pq.read_table(path) if path.suffix == ".parquet" else pa.ipc.open_file(pa.memory_map(str(path))).read_all())
    table = pa.concat_tables(tables)
    return {name: table.column(name).to_numpy() for name in table.column_names}


def check(folder, kline_paths):
    folder = Path(folder)
    about = json.loads((folder / "dataset.json").read_text())
    symbols = {file["symbol"] for file in about["files"]}
    named = [s for s in symbols if all(s in str(p) for p in kline_paths)]
    if len(named) != 1:
        sys.exit(f"the klines must be of one symbol of the dataset: {', '.join(sorted(symbols))}")
    symbol = named[0]
    tick_size = next(i["tickSize"] for i in about["instruments"] if i["symbol"] == symbol)
    data = read_dataset(folder, [f for f in about["files"] if f["symbol"] == symbol])
    k = read_klines(kline_paths, tick_size)
    rows = np.searchsorted(k["time"], data["timeMs"] - about["intervalMs"])
    if not np.array_equal(k["time"][np.minimum(rows, len(k["time"]) - 1)] + about["intervalMs"], data["timeMs"]):
        sys.exit("a row of the dataset has no kline: give the klines of the whole span and the 240 bars after it")
    sigma = np.full(len(k["time"]), np.nan)
    sigma[rows] = data["volatilityUnit"]
    found, columns = labelled(k, rows, about["labels"], sigma, about["intervalMs"])
    failed = passed = 0
    for name, expected in columns.items():
        # Rows that the klines given do not finish are rows that cannot be compared: none may be left.
        actual = data[name].astype(np.float64)
        tolerance = 1e-6 * np.maximum(np.abs(expected), 1e-6) if name == "weight" else np.zeros(len(expected))
        good = len(actual) == len(expected) and bool(np.all(np.abs(actual - expected) <= tolerance))
        passed, failed = passed + good, failed + (not good)
        if not good:
            worst = f"{len(actual)} rows, {len(expected)} expected" if len(actual) != len(expected) else np.max(np.abs(actual - expected))
            print(f"{symbol} {name}: {worst}")
    regimes = regime_problems(data, rows)
    if regimes is not None:
        passed, failed = passed + (regimes == 0), failed + (regimes > 0)
        if regimes:
            print(f"{symbol} regimeTarget: {regimes} rows differ from the rule 240 bars later")
    print(f"{passed} passed, {failed} failed ({len(found)} rows of {symbol})")
    return 1 if failed else 0


def regime_problems(data, rows):
    """Rows whose target differs from the rule at the row 240 klines later, where that is a row of the dataset; None without the rule's columns."""
    if "volatility_percentile_240" not in data or "trend_t_240" not in data:
        return None
    v, t = (data[name].astype(np.float64) for name in ("volatility_percentile_240", "trend_t_240"))
    near = np.min([np.abs(v - 0.1), np.abs(v - 0.9), np.abs(np.abs(t) - 1), np.abs(np.abs(t) - 2)], axis=0) < 1e-5
    trend = np.select([t >= 2, t >= 1, t <= -2, t <= -1], [0, 1, 4, 3], 2)
    state = np.where(v >= 0.9, 6, np.where(v <= 0.1, 5, trend))
    later = np.minimum(np.searchsorted(rows, rows + REGIME_BARS), len(rows) - 1)
    there = (rows[later] == rows + REGIME_BARS) & ~near[later]
    return int(np.sum(data["regimeTarget"][there] != state[later][there]))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "fixture":
        fixture(sys.argv[2], sys.argv[3])
    elif len(sys.argv) >= 4 and sys.argv[1] == "check":
        sys.exit(check(sys.argv[2], sys.argv[3:]))
    else:
        sys.exit(__doc__)
