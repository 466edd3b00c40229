"""Writes values of the statistics of luck, computed by the package purgedcv (0.1.11) and scipy.

python scripts/statistics_fixture.py --out src/record/statistics/fixtures/statistics.json

Each series is a sum of an autoregression and a drift, e from Park and Miller's generator as in `bootstrap_fixture.py`, which
`statistics.test.ts` makes again.
"""

import argparse
import json

import numpy as np
from purgedcv import (
    deflated_sharpe_ratio,
    deflated_sharpe_ratio_full,
    min_track_record_length,
    probabilistic_sharpe_ratio,
)
from scipy import stats

CASES = ((365, 0.0, 0.0), (365, 0.3, 0.0004), (730, 0.0, 0.0008), (60, -0.3, -0.0005), (1000, 0.5, 0.0002))
TRIALS = ((2, 1e-4), (100, 0.002), (1000, 0.01))

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--out", required=True)
options = arguments.parse_args()


def series(length, phi, drift):
    state, last, values = 20230101, 0.0, []
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
        "dsr": [[n, v, deflated_sharpe_ratio(x, n, v)] for n, v in TRIALS],
        "minTrackRecord": [
            [b, c, None if np.isinf(m := min_track_record_length(sharpe, b, 1 - c, skew, kurtosis)) else m]
            for b, c in ((0.0, 0.95), (0.02, 0.95), (-0.05, 0.99))
        ],
    }


normal = [[x, float(stats.norm.cdf(x))] for x in (-30, -12, -6, -3.0001, -3, -1, -1e-9, 0, 0.3, 1.96, 3, 3.0001, 8)]
values = {"normal": normal, "cases": [case(*c) for c in CASES]}
with open(options.out, "w") as file:
    json.dump(values, file, indent=1)
    file.write("\n")
