"""What the order book peers share: the capture, the tops that their books are compared by, the one line of JSON that each prints.

A capture is gzipped or plain text, a message a line: `<local time ns> <json>`. Line of a peer: peer, version, diffs, levels, topHash,
top (bid × quantity, ask × quantity, at the end), rows, each with `what`, `unit` ("book" or "wire"), `bestSeconds`, `medianSeconds`.
"""

import gzip
import hashlib
import json
import statistics
from pathlib import Path

import numpy as np

from result_line import timed

TICKS_PER_UNIT, LOTS_PER_UNIT = 10, 1000


def read_book(path, symbol="BTCUSDT"):
    """The first order book snapshot, and (local ns, JSON text) of each diff that ends at its id or later, in the file's order."""
    raw = Path(path).read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    snapshot, diffs = None, []
    for line in raw.splitlines():
        if b'"depthUpdate"' in line:
            local_ns, text = line.split(b" ", 1)
            data = json.loads(text)["data"]
            if data["s"] == symbol:
                diffs.append((int(local_ns), text, data["u"]))
        elif snapshot is None and b'"lastUpdateId"' in line:
            snapshot = json.loads(line.split(b" ", 1)[1])
    if snapshot is None:
        raise SystemExit(f"{path} has no order book snapshot")
    return snapshot, [(local_ns, text) for local_ns, text, last in diffs if last >= snapshot["lastUpdateId"]]


def level_count(diffs):
    messages = [json.loads(text)["data"] for _, text in diffs]
    return sum(len(data["b"]) + len(data["a"]) for data in messages)


def hash_of_tops(tops):
    """SHA-256 over the tops, one row a diff: best bid and ask in ticks, their quantities in lots; int32, little-endian. 16 digits."""
    return hashlib.sha256(np.ascontiguousarray(tops, dtype="<i4").tobytes()).hexdigest()[:16]


def row(what, unit, run, repeats):
    """Times `run` once to warm up and then `repeats` times."""
    _, times = timed(run, repeats + 1)
    wall = [seconds for seconds, _ in times[1:]]
    return {"what": what, "unit": unit, "bestSeconds": min(wall), "medianSeconds": statistics.median(wall)}


def print_book_result(peer, version, diffs, tops, rows):
    bid, ask, bid_lots, ask_lots = (int(value) for value in tops[-1])
    line = {
        "peer": peer,
        "version": version,
        "diffs": len(diffs),
        "levels": level_count(diffs),
        "topHash": hash_of_tops(tops),
        "top": f"{bid / TICKS_PER_UNIT} × {bid_lots / LOTS_PER_UNIT}, {ask / TICKS_PER_UNIT} × {ask_lots / LOTS_PER_UNIT}",
        "rows": rows,
    }
    print(json.dumps(line))
