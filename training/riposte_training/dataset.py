"""Reads a dataset of `riposte dataset` (docs/datasets.md): mapped, thinned, one block of arrays a symbol."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .problem import Problem

LABELS = ("regimeTarget", "longReturn", "shortReturn", "longEndMs", "shortEndMs", "longLabel", "shortLabel")
REGIME_BARS = 240
"""Bars ahead that `regimeTarget` looks: it is known when the last of them closes."""


@dataclass(frozen=True)
class Symbol:
    """Rows of one symbol in time order; `x` is [rows, columns] float32, Fortran order."""

    name: str
    time: np.ndarray
    x: np.ndarray
    gross: np.ndarray
    """[rows, 2] gross return of a long and of a short."""
    outcome: np.ndarray
    """[rows, 2] 1 target, -1 stop, 0 time."""
    known: np.ndarray
    """[rows, 2] ms at which the label of each side was known."""
    regime: np.ndarray
    """State of the next 240 bars, -1 where it is not known."""

    def __len__(self) -> int:
        return len(self.time)

    def rows(self, at: np.ndarray) -> "Symbol":
        """The rows of a mask or of indices, which must rise."""
        arrays = (self.time, np.asfortranarray(self.x[at]), self.gross, self.outcome, self.known, self.regime)
        return Symbol(self.name, *(a if i == 1 else a[at] for i, a in enumerate(arrays)))


@dataclass(frozen=True)
class Dataset:
    """What `dataset.json` says, and the rows of the symbols asked for."""

    about: dict[str, Any]
    columns: tuple[str, ...]
    """Names of the columns of `x`: features, then beliefs."""
    formulas: dict[str, str]
    beliefs: frozenset[str]
    bar_ms: int
    horizon_ms: int
    every_bars: int
    symbols: tuple[Symbol, ...]

    @property
    def names(self) -> list[str]:
        return [symbol.name for symbol in self.symbols]

    def at(self, name: str) -> int:
        """Place of a column in `x`."""
        return self.columns.index(name)


def read_dataset(folder: Path, symbols: list[str] | None, from_ms: int, to_ms: int, every_bars: int = 15) -> Dataset:
    """Rows whose close lies in [from_ms, to_ms) and is a multiple of `every_bars` bar lengths."""
    about = read_about(folder)
    roles: dict[str, list[dict[str, Any]]] = {}
    for column in about["columns"]:
        roles.setdefault(column["role"], []).append(column)
    lacking = [n for n in LABELS if n not in {c["name"] for c in about["columns"]}]
    if lacking:
        raise Problem(f"{folder}: it has no column {lacking[0]}: write it again with `npm run dataset`")
    features = [c["name"] for c in roles.get("feature", [])]
    beliefs = [c["name"] for c in roles.get("belief", [])]
    bar_ms = about["intervalMs"]
    there = sorted({file["symbol"] for file in about["files"]})
    wanted = symbols or there
    read = []
    for name in wanted:
        if name not in there:
            raise Problem(f"{folder} has no rows of {name}: it holds {', '.join(there)}")
        files = [file for file in about["files"] if file["symbol"] == name]
        end_lag = 0 if about.get("labelEnd") == "known" else bar_ms
        rows = read_symbol(folder, name, files, features + beliefs, bar_ms * every_bars, (from_ms, to_ms), end_lag)
        check_label_ends(rows, about["labels"]["horizonMs"], bar_ms, folder)
        read.append(rows)
    formulas = {c["name"]: c.get("formula", "") for c in about["columns"]}
    horizon = about["labels"]["horizonMs"]
    return Dataset(about, tuple(features + beliefs), formulas, frozenset(beliefs), bar_ms, horizon, every_bars, tuple(read))


def read_about(folder: Path) -> dict[str, Any]:
    """`dataset.json`, refused where it is not one that this program wrote."""
    try:
        about = json.loads((folder / "dataset.json").read_text())
    except FileNotFoundError:
        raise Problem(f"{folder} is no dataset: write one with `npm run dataset -- --out {folder}`") from None
    except json.JSONDecodeError:
        raise Problem(f"{folder}/dataset.json is no JSON: write the dataset again") from None
    if about.get("format") != "arrow":
        raise Problem(f"{folder} holds {about.get('format')} files: write it again with --format arrow")
    text = json.dumps([[c["name"], c["type"], c.get("formula", "")] for c in about["columns"]], separators=(",", ":"), ensure_ascii=False)
    if hashlib.sha256(text.encode()).hexdigest() != about.get("schemaSha256"):
        raise Problem(f"{folder}/dataset.json: its columns are not those of its schemaSha256: write the dataset again")
    return about


def read_symbol(
    folder: Path, name: str, files: list[dict[str, Any]], columns: list[str], step_ms: int, span: tuple[int, int], end_lag: int
) -> Symbol:
    """The files of a symbol, mapped one after the other; only the rows that stay are copied."""
    parts: list[dict[str, np.ndarray]] = []
    for file in files:
        if file["toMs"] < span[0] or file["fromMs"] >= span[1]:
            continue
        path = folder / file["file"]
        try:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        except (OSError, pa.ArrowInvalid) as error:
            raise Problem(f"{path}: {str(error).splitlines()[0]}: write the dataset again") from None
        if table.num_rows != file["rows"] or any(c not in table.column_names for c in columns):
            raise Problem(f"{path} is not the file that dataset.json lists: write the dataset again")
        time = table["timeMs"].to_numpy()
        at = np.flatnonzero((time >= span[0]) & (time < span[1]) & (time % step_ms == 0))
        x = np.empty((len(at), len(columns)), np.float32, order="F")
        for i, column in enumerate(columns):
            x[:, i] = table[column].to_numpy()[at]
        parts.append({"x": x, "timeMs": time[at], **{n: table[n].to_numpy()[at] for n in LABELS}})
    if not parts or not sum(len(p["timeMs"]) for p in parts):
        raise Problem(f"{folder} has no rows of {name} in the span asked for")
    all_of = {key: np.concatenate([p[key] for p in parts]) for key in parts[0]}
    pair = lambda suffix: np.stack([all_of[f"long{suffix}"], all_of[f"short{suffix}"]], axis=1)  # noqa: E731
    x = np.asfortranarray(all_of["x"])
    if not np.isfinite(x).all():
        raise Problem(f"{folder}: a column of {name} is not finite: write the dataset again")
    return Symbol(name, all_of["timeMs"], x, pair("Return"), pair("Label"), pair("EndMs") + end_lag, all_of["regimeTarget"])


def check_label_ends(rows: Symbol, horizon_ms: int, bar_ms: int, folder: Path) -> None:
    """A trade that ran out of time ended at the open of a bar at or after entry + horizon, and was known when that bar had closed."""
    timed = rows.outcome == 0
    early = rows.known < (rows.time + horizon_ms + bar_ms)[:, None]
    if (timed & early).any() or (rows.known < (rows.time + bar_ms)[:, None]).any():
        raise Problem(f"{folder}: a label of {rows.name} ends before it can be known: write the dataset again")
