"""Writes values of every price feature, computed from their formulas with numpy, scipy and TA-Lib over whole windows.

python scripts/price_fixture.py --out operators/features/price/fixtures/prices.csv

The bars are whole numbers from Park and Miller's generator, which `prices.test.ts` makes again. σ is 0.001.
"""

import argparse

import numpy as np
import talib
from scipy import stats

BARS = 2_000
AT = (1_700, 1_711, 1_850, 1_999)
SIGMA = 0.001

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--out", required=True)
options = arguments.parse_args()


def market():
    """Open, high, low, close and volume of each bar; one number of the generator for each of five random parts."""
    state, close = 20230101, 100_000
    rows = []

    def draw(below):
        nonlocal state
        state = state * 16_807 % 2_147_483_647
        return state % below

    for _ in range(BARS):
        start = close + draw(21) - 10
        close = start + draw(201) - 100
        rows.append((start, max(start, close) + draw(60), min(start, close) - draw(60), close, draw(1_000)))
    return np.array(rows, dtype=float).T


o, h, l, c, v = market()
r = np.log(c[1:] / c[:-1])  # r[i − 1] is the return of bar i
typical = (h + l + c) / 3


def rms(at, n):
    return np.sqrt(np.mean(r[at - n : at] ** 2))


def last(x, at, n):
    return x[at + 1 - n : at + 1]


def position(at, n):
    low, high = last(l, at, n).min(), last(h, at, n).max()
    return (c[at] - low) / (high - low)


def yang_zhang(at):
    n, window = 240, slice(at - 239, at + 1)
    before = slice(at - 240, at)
    overnight = np.var(np.log(o[window] / c[before]), ddof=1)
    open_to_close = np.var(np.log(c[window] / o[window]), ddof=1)
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    return np.sqrt(overnight + k * open_to_close + (1 - k) * rogers_satchell(at, n))


def rogers_satchell(at, n):
    hh, ll, cc, oo = (last(x, at, n) for x in (h, l, c, o))
    return np.mean(np.log(hh / cc) * np.log(hh / oo) + np.log(ll / cc) * np.log(ll / oo))


def garman_klass(at, n):
    hh, ll, cc, oo = (last(x, at, n) for x in (h, l, c, o))
    return np.mean(0.5 * np.log(hh / ll) ** 2 - (2 * np.log(2) - 1) * np.log(cc / oo) ** 2)


def volatility_percentile(at):
    """Bar 0 opens at midnight, so that bar i closes a quarter-hour where i + 1 is a multiple of 15."""
    samples = [rms(i, 240) for i in range(240, at + 1) if (i + 1) % 15 == 0]
    return stats.percentileofscore(samples, rms(at, 240), kind="mean") / 100


macd, signal, histogram = talib.MACD(c, 12, 26, 9)
slow_d = talib.STOCH(h, l, c, fastk_period=14, slowk_period=3, slowd_period=3)[1]
aroon_down, aroon_up = talib.AROON(h, l, 25)
atr = talib.ATR(h, l, c, 14)
line = [stats.linregress(np.arange(60), last(np.log(c), at, 60)) for at in AT]

columns = {}
for n in (1, 2, 3, 5, 10, 15, 30, 60, 120, 240, 480, 1440):
    columns[f"return_{n}"] = [np.log(c[at] / c[at - n]) / (SIGMA * np.sqrt(n)) for at in AT]
for n in (15, 20, 60, 240, 1440):
    columns[f"realised_volatility_{n}"] = [rms(at, n) / SIGMA for at in AT]
for n in (10, 20, 50, 100, 200, 480):
    ema = talib.EMA(c, n)
    columns[f"ema_distance_{n}"] = [(c[at] / ema[at] - 1) / (SIGMA * np.sqrt(n)) for at in AT]
for n in (20, 60, 240):
    columns[f"donchian_position_{n}"] = [position(at, n) for at in AT]
columns["stochastic_k_14"] = [position(at, 14) for at in AT]
columns["atr_14"] = [atr[at] / (c[at] * SIGMA) for at in AT]
columns["natr_14"] = [talib.NATR(h, l, c, 14)[at] / 100 for at in AT]
columns["volatility_ratio_15_60"] = [np.log(rms(at, 15) / rms(at, 60)) for at in AT]
columns["volatility_ratio_60_1440"] = [np.log(rms(at, 60) / rms(at, 1440)) for at in AT]
columns["parkinson_30"] = [np.sqrt(np.mean(np.log(last(h, at, 30) / last(l, at, 30)) ** 2) / (4 * np.log(2))) / SIGMA for at in AT]
columns["garman_klass_60"] = [np.sqrt(garman_klass(at, 60)) / SIGMA for at in AT]
columns["rogers_satchell_120"] = [np.sqrt(rogers_satchell(at, 120)) / SIGMA for at in AT]
columns["yang_zhang_240"] = [yang_zhang(at) / SIGMA for at in AT]
columns["macd_12_26"] = [macd[at] / (c[at] * SIGMA) for at in AT]
columns["macd_signal_9"] = [signal[at] / (c[at] * SIGMA) for at in AT]
columns["macd_histogram"] = [histogram[at] / (c[at] * SIGMA) for at in AT]
columns["adx_14"] = [talib.ADX(h, l, c, 14)[at] / 100 for at in AT]
columns["di_plus_14"] = [talib.PLUS_DI(h, l, c, 14)[at] / 100 for at in AT]
columns["di_minus_14"] = [talib.MINUS_DI(h, l, c, 14)[at] / 100 for at in AT]
columns["rsi_14"] = [talib.RSI(c, 14)[at] / 50 - 1 for at in AT]
columns["rsi_2"] = [talib.RSI(c, 2)[at] / 50 - 1 for at in AT]
columns["bollinger_position_20"] = [stats.zscore(last(c, at, 20))[-1] for at in AT]
columns["bollinger_width_20"] = [np.std(last(c, at, 20)) / (c[at] * SIGMA) for at in AT]
columns["aroon_up_25"] = [aroon_up[at] / 100 for at in AT]
columns["aroon_down_25"] = [aroon_down[at] / 100 for at in AT]
columns["trix_30"] = [talib.TRIX(c, 30)[at] / 100 / SIGMA for at in AT]
columns["slope_60"] = [fit.slope * np.sqrt(60) / SIGMA for fit in line]
columns["r2_60"] = [fit.rvalue**2 for fit in line]
columns["stochastic_d_14"] = [slow_d[at] / 100 for at in AT]
columns["cci_20"] = [talib.CCI(h, l, c, 20)[at] / 100 for at in AT]
columns["keltner_position_20"] = [(c[at] - talib.EMA(c, 20)[at]) / (2 * talib.ATR(h, l, c, 20)[at]) for at in AT]
columns["donchian_width_60"] = [(last(h, at, 60).max() - last(l, at, 60).min()) / (c[at] * SIGMA * np.sqrt(60)) for at in AT]
columns["money_flow_index_14"] = [talib.MFI(h, l, c, v, 14)[at] / 100 for at in AT]
columns["efficiency_ratio_30"] = [abs(c[at] - c[at - 30]) / np.abs(np.diff(last(c, at, 31))).sum() for at in AT]
columns["volatility_percentile_240"] = [volatility_percentile(at) for at in AT]
columns["trend_t_240"] = [stats.ttest_1samp(r[at - 240 : at], 0).statistic for at in AT]

with open(options.out, "w") as file:
    file.write("column," + ",".join(map(str, AT)) + "\n")
    for name, values in columns.items():
        file.write(",".join([name, *(repr(float(value)) for value in values)]) + "\n")
print(f"{len(columns)} columns at {len(AT)} bars -> {options.out}")
