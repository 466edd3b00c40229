"""A market of numpy, and datasets of it as `riposte dataset` writes them. What comes after `cut` can be another path."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

BAR = 60_000
START = 1_640_995_200_000
"""2022-01-01, UTC."""
EVERY = 15
HORIZON = 60
STATES = ("strong up", "weak up", "ranging", "weak down", "strong down", "low volatility", "high volatility")
LOGIT = (
    "volatility_percentile_240 trend_t_240 realised_volatility_60 realised_volatility_240 volatility_ratio_15_60 "
    "volatility_ratio_60_1440 volume_ratio_60 efficiency_ratio_30 hour_sin hour_cos weekend"
).split()
OTHERS = "return_1 return_15 return_60 return_1_1h volume_ratio_1 kurtosis_60".split()
FUNDING = ["funding_rate", "mask_funding"]
BELIEFS = [*(f"regime.{s}" for s in STATES), "pattern.up", "pattern.down", "pattern.memory"]
SIGNAL = [f"signal.{n}" for n in ("pLong", "pShort", "pNeutral", "netLong", "netShort", "confidence")]


@dataclass(frozen=True)
class World:
    """`ahead`: how many bars a feature looks ahead; `open_hour`: the hourly column reads the hour that is still open."""

    days: int = 60
    seed: int = 1
    cut_ms: int | None = None
    ahead: int = 0
    open_hour: bool = False
    edge: float = 0.3
    funding_ends_ms: int | None = None


def returns_of(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Log returns and volumes of the minutes: volatility that wanders, and a drift that the last quarter of an hour tells."""
    n = world.days * 1440
    draws = np.random.default_rng(world.seed).standard_normal((n, 3))
    if world.cut_ms is not None:
        other = np.random.default_rng(world.seed + 1000).standard_normal((n, 3))
        after = START + BAR * (np.arange(n) + 1) > world.cut_ms
        draws[after] = other[after]
    level, log = np.zeros(n), 0.0
    for i in range(n):
        log += -0.002 * log + 0.04 * draws[i, 1]
        level[i] = log
    volatility = 0.0006 * np.exp(0.6 * level)
    noise = draws[:, 0] * volatility
    r = noise + world.edge * np.roll(trailing(noise, 15), 1) / 15
    r[0] = noise[0]
    return r, np.exp(0.5 * draws[:, 2] + level)


def trailing(values: np.ndarray, bars: int) -> np.ndarray:
    """Sum over the last `bars`, fewer at the beginning."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    i = np.arange(1, len(values) + 1)
    return total[i] - total[np.maximum(0, i - bars)]


def feature_table(world: World) -> dict[str, np.ndarray]:
    r, volume = returns_of(world)
    n = len(r)
    close_ms = START + BAR * (np.arange(n) + 1)
    if world.ahead:
        r = np.concatenate([r[world.ahead :], np.zeros(world.ahead)])
    rms = lambda bars: np.sqrt(trailing(r * r, bars) / bars) + 1e-9  # noqa: E731
    path = np.cumsum(r)
    hour = (close_ms % 86_400_000) / 86_400_000 * 2 * np.pi
    ends = np.minimum((np.arange(n) // 60 + 1) * 60 - 1, n - 1) if world.open_hour else (np.arange(n) + 1) // 60 * 60 - 1
    closed = np.where(ends >= 60, path[ends] - path[ends - 60], 0.0)
    t = trailing(r, 240) / 240 / (rms(240) / np.sqrt(240))
    return {
        "volatility_percentile_240": 1 / (1 + np.exp(-2 * np.log(rms(240) / 0.0006))),
        "trend_t_240": t,
        "realised_volatility_60": rms(60) / 0.0006,
        "realised_volatility_240": rms(240) / 0.0006,
        "volatility_ratio_15_60": rms(15) / rms(60),
        "volatility_ratio_60_1440": rms(60) / rms(1440),
        "volume_ratio_60": trailing(volume, 60) / 60,
        "efficiency_ratio_30": np.abs(trailing(r, 30)) / (trailing(np.abs(r), 30) + 1e-9),
        "hour_sin": np.sin(hour),
        "hour_cos": np.cos(hour),
        "weekend": ((close_ms // 86_400_000 + 3) % 7 >= 5).astype(float),
        "return_1": r / 0.0006,
        "return_15": trailing(r, 15) / 0.0006,
        "return_60": trailing(r, 60) / 0.0006,
        "return_1_1h": closed / 0.0006,
        "volume_ratio_1": volume,
        "kurtosis_60": trailing(r**4, 60) / 60 / rms(60) ** 4,
    }


def labels_of(r: np.ndarray, at: np.ndarray) -> dict[str, np.ndarray]:
    """Entry at the close, stop .5 %, target 1.5 %, an hour; by closes only."""
    path = np.concatenate([[0.0], np.cumsum(r)])
    found: dict[str, np.ndarray] = {}
    window = path[at[:, None] + 1 + np.arange(1, HORIZON + 1)] - path[at + 1][:, None]
    for side, sign in (("long", 1.0), ("short", -1.0)):
        gross = sign * np.expm1(window)
        stop, target = gross <= -0.005, gross >= 0.015
        touched = stop | target
        first = np.where(touched.any(axis=1), touched.argmax(axis=1), HORIZON - 1)
        row = np.arange(len(at))
        label = np.where(~touched.any(axis=1), 0, np.where(stop[row, first], -1, 1))
        found[f"{side}Label"] = label.astype(np.int8)
        found[f"{side}Return"] = np.where(label == 0, gross[row, first], np.where(label == 1, 0.015, -0.005))
        bars = np.where(label == 0, HORIZON + 1, first + 1)
        found[f"{side}EndMs"] = START + BAR * (at + 1 + bars)
    return found


def state_of(v: np.ndarray, t: np.ndarray) -> np.ndarray:
    return np.select([v >= 0.7, v <= 0.3, t >= 1.2, t >= 0.6, t <= -1.2, t <= -0.6], [6, 5, 0, 1, 4, 3], 2).astype(np.int8)


def write_dataset(
    folder: Path,
    world: World,
    symbols: tuple[str, ...] = ("BTCUSDT",),
    beliefs: bool = True,
    label_lag: int = 0,
    absent: int = -9,
    hole: tuple[int, int] = (0, 0),
) -> Path:
    """`label_lag`: bars by which the labels' ends are written too early. `absent`: a state that no row is followed by.

    `hole`: days that have no rows.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = [*LOGIT, *OTHERS, *FUNDING]
    said = [*BELIEFS, *SIGNAL] if beliefs else []
    columns = [{"name": "timeMs", "type": "int64", "role": "time"}]
    columns += [{"name": n, "type": "float32", "role": "feature", "formula": f"formula of {n}", "unit": "1"} for n in names]
    columns += [{"name": n, "type": "float32", "role": "belief", "formula": n, "unit": "1"} for n in said]
    for side in ("long", "short"):
        columns += [
            {"name": f"{side}{n}", "type": t, "role": "label"} for n, t in (("Label", "int8"), ("Return", "float64"), ("EndMs", "int64"))
        ]
    columns.append({"name": "regimeTarget", "type": "int8", "role": "label"})
    files = []
    for number, symbol in enumerate(symbols):
        arrays = arrays_of(World(**{**world.__dict__, "seed": world.seed + number}), names, said)
        for side in ("long", "short"):
            arrays[f"{side}EndMs"] -= BAR * label_lag
        arrays["regimeTarget"][arrays["regimeTarget"] == absent] = 2
        day = (arrays["timeMs"] - START) // 86_400_000
        arrays = {key: values[(day < hole[0]) | (day >= hole[1])] for key, values in arrays.items()}
        table = pa.table({c["name"]: pa.array(arrays[c["name"]]) for c in columns})
        file = folder / f"{symbol}-2022-01.arrow"
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        time = arrays["timeMs"]
        entry = {"file": file.name, "symbol": symbol, "rows": len(time), "fromMs": int(time[0]), "toMs": int(time[-1])}
        files.append({**entry, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()})
    schema = json.dumps([[c["name"], c["type"], c.get("formula", "")] for c in columns], separators=(",", ":"), ensure_ascii=False)
    about = {
        "format": "arrow",
        "labelEnd": "known",
        "intervalMs": BAR,
        "columns": columns,
        "files": files,
        "labels": {"barriers": {"unit": "fraction", "stop": 0.005, "target": 0.015}, "horizonMs": HORIZON * BAR},
        "schemaSha256": hashlib.sha256(schema.encode()).hexdigest(),
        "datasetSha256": hashlib.sha256(json.dumps(files).encode()).hexdigest(),
    }
    (folder / "dataset.json").write_text(json.dumps(about))
    return folder


def arrays_of(world: World, names: list[str], said: list[str]) -> dict[str, np.ndarray]:
    r, _ = returns_of(world)
    table = feature_table(world)
    at = np.arange(1440, len(r) - 301)
    at = at[(START + BAR * (at + 1)) % (EVERY * BAR) == 0]
    time = START + BAR * (at + 1)
    there = np.ones(len(at), bool) if world.funding_ends_ms is None else time < world.funding_ends_ms
    table["funding_rate"] = np.zeros(len(r))
    table["funding_rate"][at] = np.where(there, np.sin(time / 7e8), 0.0)
    table["mask_funding"] = np.zeros(len(r))
    table["mask_funding"][at] = ~there
    clean = feature_table(World(**{**world.__dict__, "ahead": 0, "open_hour": False}))
    target = state_of(clean["volatility_percentile_240"][at + 240], clean["trend_t_240"][at + 240])
    arrays = {n: table[n][at].astype(np.float32) for n in names}
    return {"timeMs": time, **arrays, **beliefs_of(clean, at, said), **labels_of(r, at), "regimeTarget": target}


def beliefs_of(table: dict[str, np.ndarray], at: np.ndarray, said: list[str]) -> dict[str, np.ndarray]:
    """What rules may say: the state that is, with a share for every other, and nothing of the side."""
    state = state_of(table["volatility_percentile_240"][at], table["trend_t_240"][at])
    regime = np.full((len(at), 7), 0.1) + 0.3 * np.eye(7)[state]
    regime[:, 2] += 1 - regime.sum(axis=1)
    lean = 0.5 + 0.3 * np.tanh(table["return_15"][at] / 20)
    rest = [lean, 1 - lean, np.tanh(table["return_60"][at] / 50), 0.3 * lean, 0.3 * (1 - lean), np.full(len(at), 0.7)]
    signal = [rest[3], rest[4], rest[5], 1e-3 * (lean - 0.5) - 1e-3, 1e-3 * (0.5 - lean) - 1e-3, np.full(len(at), 0.3)]
    values = [*regime.T, lean, 1 - lean, rest[2], *signal]
    return {name: value.astype(np.float32) for name, value in zip(said, values, strict=False)}
