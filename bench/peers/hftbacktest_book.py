"""hftbacktest's market depths on a capture: hftbacktest_book.py CAPTURE [repeats]

The snapshot and the diffs become its npz events, one a level, with the latencies and the order that its own converter would give
them. Timed: its backtest over all of them from a compiled (numba) loop without orders, compilation outside. Its engine takes events
singly, each time asking which of its processors has the next one, and a backtest keeps two books: the exchange's and the strategy's.
The rows of "one book" leave the exchange's out (events without that flag), which no backtest does.
"""

import contextlib
import json
import os
import sys
import tempfile

import hftbacktest
import numpy as np
from hftbacktest import BUY_EVENT, DEPTH_EVENT, DEPTH_SNAPSHOT_EVENT, EXCH_EVENT, LOCAL_EVENT, SELL_EVENT, BacktestAsset
from hftbacktest import HashMapMarketDepthBacktest, ROIVectorMarketDepthBacktest
from hftbacktest.data.validation import correct_event_order, correct_local_timestamp, validate_event_order
from hftbacktest.types import event_dtype
from numba import njit

from book_capture import LOTS_PER_UNIT, TICKS_PER_UNIT, print_book_result, read_book, row

repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
snapshot, diffs = read_book(sys.argv[1])
# Width of the region of interest, as that of the window of ours; what lies outside is dropped.
ROI_TICKS = 65_536
NS_PER_MS = 1_000_000
FOREVER = np.int64(10**17)


def events_of(kind, exch_ns, local_ns, bids, asks):
    return [
        (kind | side, exch_ns, local_ns, float(price), float(qty), 0, 0, 0.0)
        for side, levels in ((BUY_EVENT, bids), (SELL_EVENT, asks))
        for price, qty in levels
    ]


def convert():
    """The events of a backtest, in its order and with its flags; a diff keeps an arrival of its own."""
    messages = [(local_ns, json.loads(text)["data"]) for local_ns, text in diffs]
    local_ns, exch_ns = messages[0][0] - 1000, messages[0][1]["T"] * NS_PER_MS - 1000
    rows = events_of(DEPTH_SNAPSHOT_EVENT, exch_ns, local_ns, snapshot["bids"], snapshot["asks"])
    for arrived_ns, data in messages:
        local_ns = max(arrived_ns, local_ns + 1)
        rows += events_of(DEPTH_EVENT, data["T"] * NS_PER_MS, local_ns, data["b"], data["a"])
    with contextlib.redirect_stdout(sys.stderr):  # it prints the latency that it corrects
        events = correct_local_timestamp(np.array(rows, dtype=event_dtype), 0)
    by_exchange, by_arrival = (np.argsort(events[name], kind="mergesort") for name in ("exch_ts", "local_ts"))
    events = correct_event_order(events, by_exchange, by_arrival)
    validate_event_order(events)
    return events


def strategy_only(events):
    """The events that the strategy's book sees, without the flag of the exchange's."""
    one = events[(events["ev"] & LOCAL_EVENT) != 0].copy()
    one["ev"] &= ~np.uint64(EXCH_EVENT)
    return one


def through_npz(events):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "events.npz")
        np.savez(path, data=events)
        return np.load(path)["data"]


def asset(events):
    middle = (float(snapshot["bids"][0][0]) + float(snapshot["asks"][0][0])) / 2
    half = ROI_TICKS / 2 / TICKS_PER_UNIT
    return (
        BacktestAsset().data([events]).linear_asset(1.0).constant_order_latency(NS_PER_MS, NS_PER_MS)
        .risk_adverse_queue_model().no_partial_fill_exchange().trading_value_fee_model(0.0002, 0.0004)
        .tick_size(1 / TICKS_PER_UNIT).lot_size(1 / LOTS_PER_UNIT).roi_lb(middle - half).roi_ub(middle + half)
    )  # fmt: skip


@njit
def elapse_all(backtest):
    return backtest.elapse(FOREVER)


@njit
def read_all(backtest):
    """Stops at every arrival (the snapshot, each diff) and reads the best bid and ask. The last arrival answers `end of data` (1)."""
    total, answer = 0.0, 2
    while answer == 2:
        answer = backtest.wait_next_feed(False, FOREVER)
        depth = backtest.depth(0)
        bid, ask = depth.best_bid_tick, depth.best_ask_tick
        total += bid + ask + depth.bid_qty_at_tick(bid) + depth.ask_qty_at_tick(ask)
    return total


@njit
def write_tops(backtest, out):
    answer, stops = 2, 0
    while answer == 2 and stops <= len(out):
        answer = backtest.wait_next_feed(False, FOREVER)
        depth = backtest.depth(0)
        if stops > 0:  # the first is the snapshot
            bid, ask = depth.best_bid_tick, depth.best_ask_tick
            out[stops - 1, 0], out[stops - 1, 1] = bid, ask
            # `best_bid_qty` of ROIVectorMarketDepth is the price in 2.4.4's binding.
            out[stops - 1, 2] = round(depth.bid_qty_at_tick(bid) / depth.lot_size)
            out[stops - 1, 3] = round(depth.ask_qty_at_tick(ask) / depth.lot_size)
        stops += 1
    return stops if answer == 1 else -1


def timed_row(what, depth, events, loop):
    """Builds a backtest for each pass, outside its time."""
    waiting = [depth([asset(events)]) for _ in range(repeats + 1)]
    done = []

    def run():
        backtest = waiting.pop()
        done.append(backtest)
        return loop(backtest)

    result = row(what, "book", run, repeats)
    for backtest in done:
        backtest.close()
    return result


def tops_of(depth, events):
    out = np.empty((len(diffs), 4), dtype=np.int64)
    backtest = depth([asset(events)])
    stops = write_tops(backtest, out)
    backtest.close()
    if stops != len(diffs) + 1:
        raise SystemExit(f"{stops} arrivals instead of {len(diffs)} diffs and the snapshot")
    return out


both = through_npz(convert())
one = strategy_only(both)
depths = (("HashMapMarketDepth", HashMapMarketDepthBacktest), ("ROIVectorMarketDepth", ROIVectorMarketDepthBacktest))
all_tops = [tops_of(depth, events) for _, depth in depths for events in (both, one)]
if any(not np.array_equal(tops, all_tops[0]) for tops in all_tops):
    raise SystemExit("its own depths disagree on the best bid and ask")
rows = []
for name, depth in depths:
    rows.append(timed_row(f"{name}, backtest (two books), elapse to the end", depth, both, elapse_all))
    rows.append(timed_row(f"{name}, one book, elapse to the end", depth, one, elapse_all))
    rows.append(timed_row(f"{name}, one book, best bid and ask read a diff", depth, one, read_all))
print_book_result("hftbacktest", hftbacktest.__version__, diffs, all_tops[0], rows)
