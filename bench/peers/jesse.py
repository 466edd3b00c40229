"""jesse (Python, with its Rust indicators) on the reference workload: jesse.py DATA.f64

`research.backtest` in fast mode, one 1m route, futures. The strategy keeps its two EMAs itself, one step a bar: `ta.ema`
looks at the last 240 candles only and is slower. Its market orders fill at the close that decided, hence the hash of the
same-close variant. It wants every minute, so gaps are filled with flat bars of volume 0, which move the averages a little
but no entry. It closes the last position at the end: its equity is one exit fee below the marked one. Timed: `research.backtest`.
"""

import os
import sys
import tempfile
from importlib.metadata import version

import numpy as np

data_file = os.path.abspath(sys.argv[1])
# In a folder that looks like one of its projects it would ask for its database.
work = tempfile.TemporaryDirectory(prefix="riposte-jesse-")  # removed at exit
os.chdir(work.name)
# A script's own folder comes first on the path, and this file bears the package's name.
here = sys.path.pop(0)
import jesse.helpers as jh
from jesse import research
from jesse.strategies import Strategy

sys.path.insert(0, here)
from result_line import FAST, FEE_RATE, QTY, SLOW, START, print_result, read_bars, timed

MINUTE_MS = 60_000
EXCHANGE, SYMBOL = "Binance Perpetual Futures", "BTC-USDT"
ENTRIES = []


def candles(bars):
    """jesse's rows (time, open, close, high, low, volume), every minute from the first bar to the last."""
    minutes = np.arange(bars["time"][0], bars["time"][-1] + MINUTE_MS, MINUTE_MS)
    source = np.searchsorted(bars["time"], minutes, side="right") - 1
    missing = bars["time"][source] != minutes
    columns = {name: bars[name][source] for name in ("open", "close", "high", "low", "volume")}
    for name in ("open", "high", "low"):
        columns[name][missing] = columns["close"][missing]
    columns["volume"][missing] = 0.0
    return np.column_stack([minutes.astype(float), *columns.values()])


class EmaCross(Strategy):
    fast = slow = None

    def before(self):
        close = self.current_candle[2]
        if self.fast is None:
            self.fast = self.slow = close
            return
        self.fast += 2 / (FAST + 1) * (close - self.fast)
        self.slow += 2 / (SLOW + 1) * (close - self.slow)

    def should_long(self):
        return self.fast > self.slow

    def should_short(self):
        return self.fast < self.slow

    def go_long(self):
        self.buy = QTY, self.price

    def go_short(self):
        self.sell = QTY, self.price

    def should_cancel_entry(self):
        return True

    def update_position(self):
        if self.fast < self.slow if self.is_long else self.fast > self.slow:
            self.liquidate()

    def on_open_position(self, order):
        ENTRIES.append((self.current_candle[0] + MINUTE_MS, 1 if order.side == "buy" else -1, order.price))


bars = read_bars(data_file)
config = {
    "starting_balance": START,
    "fee": FEE_RATE,
    "type": "futures",
    "futures_leverage": 1,
    "futures_leverage_mode": "cross",
    "exchange": EXCHANGE,
    "warm_up_candles": 0,
}
routes = [{"exchange": EXCHANGE, "strategy": EmaCross, "symbol": SYMBOL, "timeframe": "1m"}]
history = {jh.key(EXCHANGE, SYMBOL): {"exchange": EXCHANGE, "symbol": SYMBOL, "candles": candles(bars)}}
result, times = timed(lambda: research.backtest(config, routes, [], history, fast_mode=True), 1)
equity = result["metrics"]["finishing_balance"]
print_result("jesse", version("jesse"), len(bars["time"]), "same close", times, ENTRIES, equity)
