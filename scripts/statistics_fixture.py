"""Writes values of the statistics of luck, computed by the packages purgedcv (0.1.11), quantstats (0.0.86), arch (8.0.0) and scipy.

python scripts/statistics_fixture.py --out src/record/statistics/fixtures/statistics.json

Each series is a sum of an autoregression and a drift, e from Park and Miller's generator as in `bootstrap_fixture.py`, which
`statistics.test.ts` makes again.
"""

import argparse
import json
import warnings

import numpy as np
import pandas as pd
import quantstats
from arch.bootstrap import CircularBlockBootstrap, IIDBootstrap
from purgedcv import (
    deflated_sharpe_ratio,
    deflated_sharpe_ratio_full,
    min_track_record_length,
    probabilistic_sharpe_ratio,
    probability_of_backtest_overfitting,
)
from scipy import stats

CASES = ((365, 0.0, 0.0), (365, 0.3, 0.0004), (730, 0.0, 0.0008), (60, -0.3, -0.0005), (1000, 0.5, 0.0002))
TRIALS = ((2, 1e-4), (100, 0.002), (1000, 0.01))
BOOTSTRAPS = ((365, 0.0, 0.0004), (365, 0.3, 0.0), (91, -0.3, 0.001))
BLOCK = 5
RESAMPLES = 100_000
# Block starts that are written out, to be drawn again.
SHOWN = 3
MATRICES = ((5, 240, 8), (12, 365, 10), (9, 100, 6))

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--out", required=True)
options = arguments.parse_args()


def series(length, phi, drift, seed=20230101):
    state, last, values = seed, 0.0, []
    for _ in range(length):
        state = state * 16_807 % 2_147_483_647
        last = phi * last + 0.02 * (state / 2_147_483_647 - 0.5)
        values.append(last + drift)
    return np.array(values)


def case(length, phi, drift):
    x = series(length, phi, drift)
    sharpe = x.mean() / x.std(ddof=1)
    skew, kurtosis = stats.skew(x), stats.kurtosis(x, fisher=False)
    own = deflated_sharpe_ratio_full(x, 1, 0.0)
    return {
        "length": length,
        "phi": phi,
        "drift": drift,
        "moments": [skew, kurtosis],
        "purgedcvMoments": [own.observed_sr, own.skew, own.kurt],
        "psr": [[b, probabilistic_sharpe_ratio(x, b)] for b in (0.0, 0.02, -0.05)],
        "quantstatsPsr": float(quantstats.stats.probabilistic_sharpe_ratio(pd.Series(x), periods=365)),
        "quantstatsMoments": [float(quantstats.stats.skew(pd.Series(x))), float(quantstats.stats.kurtosis(pd.Series(x))) + 3],
        "dsr": [[n, v, deflated_sharpe_ratio(x, n, v)] for n, v in TRIALS],
        "minTrackRecord": [
            [b, c, None if np.isinf(m := min_track_record_length(sharpe, b, 1 - c, skew, kurtosis)) else m]
            for b, c in ((0.0, 0.95), (0.02, 0.95), (-0.05, 0.99))
        ],
    }


def matrix(trials, periods, blocks):
    x = np.stack([series(periods, 0.1, 0.0001 * t, 20230101 + t) for t in range(trials)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = probability_of_backtest_overfitting(x, blocks)
    return {"trials": trials, "periods": periods, "blocks": blocks, "logits": sorted(found.logits.tolist())}


def sharpe(x):
    return x.mean() / x.std(ddof=1) * np.sqrt(365)


def shown_draws(bootstrap, statistic, step=1):
    return [[bootstrap.index[::step].tolist(), float(statistic(*args))] for args, _ in bootstrap.bootstrap(SHOWN)]


def limits(values):
    low, high = np.quantile(values, [0.025, 0.975])
    return {"low": float(low), "high": float(high), "deviation": float(values.std())}


def bootstrap(length, phi, drift):
    """Circular blocks of days for the Sharpe ratio. For the mean of what the days of a block hold, whole blocks are drawn: their
    sums and counts."""
    x = series(length, phi, drift)
    sums = np.array([x[i : i + BLOCK].sum() for i in range(0, length, BLOCK)])
    counts = np.array([len(x[i : i + BLOCK]) for i in range(0, length, BLOCK)])

    def mean(s, c):
        return s.sum() / c.sum()

    return {
        "length": length,
        "phi": phi,
        "drift": drift,
        "circular": {
            "draws": shown_draws(CircularBlockBootstrap(BLOCK, x, seed=1), sharpe, BLOCK),
            **limits(CircularBlockBootstrap(BLOCK, x, seed=2).apply(sharpe, RESAMPLES)),
        },
        "keyed": {
            "draws": shown_draws(IIDBootstrap(sums, counts, seed=1), mean),
            **limits(IIDBootstrap(sums, counts, seed=2).apply(mean, RESAMPLES)),
        },
    }


normal = [[x, float(stats.norm.cdf(x))] for x in (-30, -12, -6, -3.0001, -3, -1, -1e-9, 0, 0.3, 1.96, 3, 3.0001, 8)]
values = {"normal": normal, "cases": [case(*c) for c in CASES], "matrices": [matrix(*m) for m in MATRICES]}
values["bootstraps"] = [bootstrap(*b) for b in BOOTSTRAPS]
with open(options.out, "w") as file:
    json.dump(values, file, indent=1)
    file.write("\n")
