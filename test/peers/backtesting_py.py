"""backtesting.py on the scenarios of standard input (test/peers/scenario.ts); what it filled goes to standard output.

It fills market orders at the next open, closes a trade at its stop before its target, and pays the commission on each side, as the
simulated venue does on bars without slippage.
"""

import json
import sys
import warnings

import backtesting
import pandas as pd

warnings.filterwarnings("ignore")
backtesting._tqdm = lambda sequence, **_: sequence  # no progress bar


def strategy(trades):
    entries = {trade["entryBar"] - 1: trade for trade in trades}

    class Planned(backtesting.Strategy):
        leave_at = None

        def init(self):
            pass

        def next(self):
            at = len(self.data) - 1
            if self.position and at + 1 == self.leave_at:
                self.position.close()
            trade = entries.get(at)
            if trade is None:
                return
            self.leave_at = trade["exitBar"]
            send = self.buy if trade["direction"] > 0 else self.sell
            send(size=trade["lots"], sl=trade["stopTicks"] or None, tp=trade["targetTicks"] or None)

    return Planned


def replay(scenario):
    bars = scenario["bars"]
    frame = pd.DataFrame(
        {name.capitalize(): [float(bar[name]) for bar in bars] for name in ("open", "high", "low", "close")},
        index=pd.to_datetime([bar["openTimeMs"] for bar in bars], unit="ms"),
    )
    run = backtesting.Backtest(frame, strategy(scenario["trades"]), cash=scenario["startUsdt"], commission=scenario["feeRate"])
    stats = run.run()
    fills = []
    for trade in stats._trades.itertuples():
        direction = 1 if trade.Size > 0 else -1
        for bar, way, price in ((trade.EntryBar, direction, trade.EntryPrice), (trade.ExitBar, -direction, trade.ExitPrice)):
            fills.append({"bar": int(bar), "direction": way, "ticks": float(price), "lots": abs(int(trade.Size))})
    return {"fills": fills, "equityUsdt": float(stats["Equity Final [$]"])}


json.dump([replay(scenario) for scenario in json.load(sys.stdin)], sys.stdout)
