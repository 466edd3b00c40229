"""vectorbt on the reference workload: vectorbt.py DATA.f64 [repeats] [signals|targets]

Vectorised, not event-driven: the whole year is one array expression and one call of a compiled loop over orders. Two ways
to say the same thing, `signals` (Portfolio.from_signals, an opposite entry reverses) being the faster and the default;
`targets` (Portfolio.from_orders) asks for a target amount a bar. Both shift the decision by one bar and fill at that bar's
open. Timed: indicators, signals, simulation, and the final value (its first use computes cash flow and assets).
The first run compiles or loads compiled code: it is reported apart.
"""

import sys

# A script's own folder comes first on the path, and this file bears the package's name.
here = sys.path.pop(0)
import numpy as np
import pandas as pd
import vectorbt as vbt

sys.path.insert(0, here)
from result_line import FAST, FEE_RATE, QTY, SLOW, START, print_result, read_bars, timed

bars = read_bars(sys.argv[1])
repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 6
way = sys.argv[3] if len(sys.argv) > 3 else "signals"
index = pd.to_datetime(bars["time"], unit="ms")
close, open_ = pd.Series(bars["close"], index), pd.Series(bars["open"], index)


def decisions():
    """+1, -1 or 0 a bar, decided at the close of the bar before. `ewm_mean` with span n, from the first bar, not adjusted."""
    fast = vbt.generic.nb.ewm_mean_1d_nb(bars["close"], FAST, 0, False)
    slow = vbt.generic.nb.ewm_mean_1d_nb(bars["close"], SLOW, 0, False)
    sign = np.sign(fast - slow)
    return np.concatenate(([0.0], sign[:-1]))


def by_signals():
    sign = decisions()
    return vbt.Portfolio.from_signals(
        close, entries=pd.Series(sign > 0, index), short_entries=pd.Series(sign < 0, index), price=open_, size=QTY,
        upon_opposite_entry="reverse", fees=FEE_RATE, init_cash=START, freq="1min",
    )  # fmt: skip


def by_targets():
    sign = decisions()
    target = pd.Series(np.where(sign == 0, np.nan, sign * QTY), index)
    return vbt.Portfolio.from_orders(
        close, size=target, size_type="targetamount", price=open_, fees=FEE_RATE, init_cash=START, freq="1min"
    )


def run():
    portfolio = (by_targets if way == "targets" else by_signals)()
    return portfolio, portfolio.final_value()


(portfolio, equity), times = timed(run, repeats)
orders = portfolio.orders.values
entries = [(bars["time"][o["idx"]], 1 if o["side"] == 0 else -1, o["price"]) for o in orders]
print_result("vectorbt", vbt.__version__, len(bars["time"]), "next open", times, entries, equity)
