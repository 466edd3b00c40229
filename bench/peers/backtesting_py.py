"""backtesting.py on the reference workload: backtesting_py.py DATA.f64 [repeats]

Fills at the next bar's open are its default. It trades whole units only, so prices are scaled to 0.01 BTC, as its
documentation advises for bitcoin; the EMAs are computed before the run by `I()`, its native way. Timed: `run()`, which ends
with its statistics.
"""

import sys
import warnings

import backtesting
import pandas as pd

from result_line import FAST, FEE_RATE, QTY, SLOW, START, print_result, read_bars, timed

warnings.filterwarnings("ignore")
backtesting._tqdm = lambda sequence, **_: sequence  # no progress bar

bars = read_bars(sys.argv[1])
repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 1
frame = pd.DataFrame(
    {name.capitalize(): bars[name] * (QTY if name != "volume" else 1) for name in ("open", "high", "low", "close", "volume")},
    index=pd.to_datetime(bars["time"], unit="ms"),
)


def ema(values, span):
    return pd.Series(values).ewm(span=span, adjust=False).mean()


class EmaCross(backtesting.Strategy):
    side = 0

    def init(self):
        self.fast = self.I(ema, self.data.Close, FAST)
        self.slow = self.I(ema, self.data.Close, SLOW)

    def next(self):
        fast, slow = self.fast[-1], self.slow[-1]
        wish = 1 if fast > slow else -1 if fast < slow else self.side
        if wish == self.side:
            return
        if self.side:
            self.position.close()
        self.side = wish
        if wish > 0:
            self.buy(size=1)
        else:
            self.sell(size=1)


def run():
    # A fresh Backtest each time: one keeps what it ran.
    return backtesting.Backtest(frame, EmaCross, cash=START, commission=FEE_RATE).run()


stats, times = timed(run, repeats)
closed = [(trade.EntryBar, trade.Size) for trade in stats._trades.itertuples()]
still_open = [(trade.entry_bar, trade.size) for trade in stats._strategy.trades]
entries = [(bars["time"][bar], 1 if size > 0 else -1, bars["open"][bar]) for bar, size in sorted(closed + still_open)]
print_result("backtesting.py", backtesting.__version__, len(bars["time"]), "next open", times, entries, stats["Equity Final [$]"])
