"""What the Python peers share: the data file, the workload's numbers, the one line of JSON that each prints.

Data file: float64, little-endian, six columns back to back: open time (ms), open, high, low, close, volume.
Line: peer, version, bars, fills ("next open" or "same close"), replaySeconds (median of the repeats after the first, or the
only one), firstReplaySeconds, repeats, replayCpuSeconds, entries, tradeHash (16 hex digits), equity, peakRssMb.
"""

import gc
import hashlib
import json
import resource
import statistics
import time
from pathlib import Path

import numpy as np

QTY, FEE_RATE, START = 0.01, 0.0004, 10_000.0
FAST, SLOW = 20, 50
COLUMNS = ("time", "open", "high", "low", "close", "volume")


def read_bars(path):
    """The six columns as float64 arrays by name, the times as int64."""
    columns = np.fromfile(path, dtype="<f8").reshape(len(COLUMNS), -1)
    bars = {name: np.ascontiguousarray(column) for name, column in zip(COLUMNS, columns)}
    bars["time"] = bars["time"].astype(np.int64)
    return bars


def timed(run, repeats):
    """Runs `run` `repeats` times: its last result and (wall, CPU) seconds of each. Garbage of one is collected before the next."""
    times = []
    for _ in range(repeats):
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        result = run()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return result, times


def trade_hash(entries):
    """SHA-256 over "time,side,price with 2 decimals" and a line feed per entry; its first 16 hex digits."""
    lines = "".join(f"{int(t)},{int(side)},{float(price):.2f}\n" for t, side, price in entries)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def peak_rss_mb():
    """This process's own peak. Linux's ru_maxrss starts at that of the process that spawned it, VmHWM does not."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_result(peer, version, bars, fills, times, entries, equity):
    wall, cpu = zip(*(times[1:] or times))
    line = {
        "peer": peer,
        "version": version,
        "bars": int(bars),
        "fills": fills,
        "replaySeconds": round(statistics.median(wall), 6),
        "firstReplaySeconds": round(times[0][0], 6),
        "repeats": len(times),
        "replayCpuSeconds": round(statistics.median(cpu), 6),
        "entries": len(entries),
        "tradeHash": trade_hash(entries),
        "equity": round(float(equity), 4),
        "peakRssMb": round(peak_rss_mb(), 1),
    }
    print(json.dumps(line))
