"""Values of the features of volume, statistics, candles and time, computed from their definitions with numpy and scipy.

    python scripts/feature_examples.py > operators/features/fixtures/examples.json

The bars come from a small generator that `operators/features/examples.test.ts` repeats (multiplicative congruences, exact in
float64). Nothing here reads the TypeScript implementation.
"""

import json
import math
import sys
from datetime import datetime, timezone

import numpy as np
import scipy
from scipy import stats

BARS = 1500
FROM_MS = 1_672_531_200_000
SIGMA, VOLUME_BASELINE, TRADES_BASELINE = 5e-4, 9.0, 6.0
ROWS = (300, 777, 1499)


def bars():
    state = 1

    def uniform():
        nonlocal state
        state = state * 16807 % 2147483647
        return state / 2147483647

    rows = []
    close = 100.0
    for i in range(BARS):
        u = [uniform() for _ in range(7)]
        if i % 17 == 16:
            rows.append((close, close, close, close, 0.0, 0.0, 0.0, 0.0))
            continue
        open_ = close * (1 + (u[0] - 0.5) * 2e-4)
        close = open_ * (1 + (u[1] - 0.5) * 2e-3)
        high = max(open_, close) * (1 + u[2] * 5e-4)
        low = min(open_, close) * (1 - u[3] * 5e-4)
        volume = 1 + 20 * u[4]
        quote = volume * (open_ + high + low + close) / 4
        rows.append((open_, high, low, close, volume, quote, float(math.floor(1 + 10 * u[5])), volume * u[6]))
    return np.array(rows).T


O, H, L, C, V, Q, N, B = bars()
R = np.concatenate([[0.0], np.log(C[1:] / C[:-1])])
SIGNED = 2 * B - V


def compressed(x):
    return math.copysign(math.log1p(abs(x)), x)


def acf(x, lag):
    d = x - x.mean()
    return float((d[lag:] * d[:-lag]).sum() / (d * d).sum())


def variance_ratio(x, q):
    n = len(x)
    mean = x.mean()
    single = ((x - mean) ** 2).sum() / (n - 1)
    sums = np.convolve(x, np.ones(q), "valid")
    m = q * (n - q + 1) * (1 - q / n)
    return float(((sums - q * mean) ** 2).sum() / m / single - 1)


def hurst(x):
    scales = [1, 2, 4, 8, 16, 32]
    means = [np.abs(np.convolve(x, np.ones(q), "valid")).mean() for q in scales]
    return float(np.polyfit(np.log(scales), np.log(means), 1)[0] - 0.5)


def entropy(x):
    up = (x > 0).astype(int)
    patterns = 4 * up[:-2] + 2 * up[1:-1] + up[2:]
    return float(stats.entropy(np.bincount(patterns, minlength=8)) / math.log(8))


def run(x):
    sign = np.sign(x[-1])
    if sign == 0:
        return 0.0
    length = 0
    while length < 15 and np.sign(x[-1 - length]) == sign:
        length += 1
    return float(sign * math.log(1 + length))


def volume_columns(t):
    last = lambda x, n: x[t + 1 - n : t + 1]
    total = lambda x, n: last(x, n).sum()
    clv = np.divide(2 * C - H - L, H - L, out=np.zeros(BARS), where=H > L)
    log_volume = np.log(V / VOLUME_BASELINE + 0.01)
    return {
        "volume_ratio_1": log_volume[t],
        "volume_ratio_15": math.log(last(V, 15).mean() / VOLUME_BASELINE + 0.01),
        "taker_imbalance_1": SIGNED[t] / V[t] if V[t] else 0,
        "taker_imbalance_15": total(SIGNED, 15) / total(V, 15),
        "trades_ratio_1": math.log(N[t] / TRADES_BASELINE + 0.01),
        "average_trade_size_15": math.log(total(V, 15) / total(N, 15) / (VOLUME_BASELINE / TRADES_BASELINE)),
        "volume_ratio_60": math.log(last(V, 60).mean() / VOLUME_BASELINE + 0.01),
        **{f"taker_imbalance_{n}": total(SIGNED, n) / total(V, n) for n in (5, 60, 240)},
        "vpin_60": np.abs(last(SIGNED, 60)).sum() / total(V, 60),
        **{f"vwap_distance_{n}": (C[t] / (total(Q, n) / total(V, n)) - 1) / (SIGMA * math.sqrt(n)) for n in (60, 240)},
        **{f"obv_slope_{n}": total(np.sign(R) * V, n) / total(V, n) for n in (20, 60)},
        "chaikin_money_flow_20": total(clv * V, 20) / total(V, 20),
        "price_volume_trend_60": math.sqrt(60) * np.average(last(R, 60), weights=last(V, 60)) / SIGMA,
        "amihud_60": math.log(np.mean(np.abs(last(R, 60)) / SIGMA / (last(V, 60) / VOLUME_BASELINE + 0.01)) + 0.01),
        "volume_return_correlation_60": stats.pearsonr(last(log_volume, 60), last(R, 60)).statistic,
    }


def statistics_columns(t):
    last = lambda n: R[t + 1 - n : t + 1]
    return {
        **{f"skew_{n}": compressed(stats.skew(last(n))) for n in (60, 240)},
        **{f"kurtosis_{n}": compressed(stats.kurtosis(last(n))) for n in (60, 240)},
        "autocorrelation_1_60": acf(last(60), 1),
        "autocorrelation_1_240": acf(last(240), 1),
        "autocorrelation_5_240": acf(last(240), 5),
        "variance_ratio_5_240": variance_ratio(last(240), 5),
        "variance_ratio_15_240": variance_ratio(last(240), 15),
        **({"variance_ratio_60_1440": variance_ratio(last(1440), 60)} if t >= 1440 else {}),
        "hurst_240": hurst(last(240)),
        "sign_entropy_60": entropy(last(60)),
        "up_share_60": (last(60) > 0).mean(),
        "sign_run": run(last(60)),
    }


def candle_columns(t):
    last = lambda x: x[t - 9 : t + 1]
    span = H[t] - L[t]
    ranges = np.log(H / L) / SIGMA
    shadows = (np.minimum(O, C) - L) - (H - np.maximum(O, C))
    before, now = C[t - 1] - O[t - 1], C[t] - O[t]
    around = min(O[t], C[t]) <= min(O[t - 1], C[t - 1]) and max(O[t], C[t]) >= max(O[t - 1], C[t - 1])
    return {
        "candle_body": now / span if span else 0,
        "upper_shadow": (H[t] - max(O[t], C[t])) / span if span else 0,
        "lower_shadow": (min(O[t], C[t]) - L[t]) / span if span else 0,
        "close_location": (C[t] - L[t]) / span if span else 0.5,
        "range": ranges[t],
        "inside_bar": float(H[t] < H[t - 1] and L[t] > L[t - 1]),
        "engulfing": float(np.sign(now)) if around and now * before < 0 else 0.0,
        "range_expansion_10": math.log((ranges[t] + 0.05) / (ranges[t - 10 : t].mean() + 0.05)),
        "body_share_10": last((C - O) / C).sum() / last((H - L) / C).sum(),
        "shadow_balance_10": last(shadows / C).sum() / last((H - L) / C).sum(),
    }


def time_columns(t):
    close = datetime.fromtimestamp((FROM_MS + (t + 1) * 60_000) / 1000, timezone.utc)
    day = (close.hour * 60 + close.minute) / 1440
    week = (close.weekday() + day) / 7
    turn = lambda name, share: {f"{name}_sin": math.sin(2 * math.pi * share), f"{name}_cos": math.cos(2 * math.pi * share)}
    return {
        **turn("hour", day),
        **turn("weekday", week),
        **turn("minute", close.minute / 60),
        "funding_distance": 1 - (day * 3) % 1,
    }


def main():
    values = {
        str(t): {name: float(x) for part in (volume_columns, statistics_columns, candle_columns, time_columns) for name, x in part(t).items()}
        for t in ROWS
    }
    made = f"scripts/feature_examples.py with numpy {np.__version__}, scipy {scipy.__version__}"
    json.dump({"made": made, "bars": BARS, "rows": values}, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
