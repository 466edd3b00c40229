"""Writes values of the paired bootstrap, computed by the package arch (8.0.0) beside numpy.

python scripts/bootstrap_fixture.py --out src/record/runs/compare/fixtures/bootstrap.json

Each series is an autoregression x[t] = phi x[t-1] + e[t], e from Park and Miller's generator (uniform on -0.5..0.5, times 0.02), which
`pairedBootstrap.test.ts` makes again. `blockDays` is arch's optimal block length of the stationary bootstrap, `low` and `high` the ends of
its 95 % percentile interval of the mean over 200,000 resamples, `deviation` the standard deviation of the resampled means.
"""

import argparse
import json

import numpy as np
from arch.bootstrap import StationaryBootstrap, optimal_block_length

RESAMPLES = 200_000
CASES = ((365, 0.0), (365, 0.4), (730, 0.7), (60, -0.3))

arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
arguments.add_argument("--out", required=True)
options = arguments.parse_args()


def series(length, phi):
    state, last, values = 20230101, 0.0, []
    for _ in range(length):
        state = state * 16_807 % 2_147_483_647
        last = phi * last + 0.02 * (state / 2_147_483_647 - 0.5)
        values.append(last)
    return np.array(values)


def case(length, phi):
    x = series(length, phi)
    block = float(optimal_block_length(x)["stationary"].iloc[0])
    means = StationaryBootstrap(max(block, 1.0), x, seed=1).apply(np.mean, RESAMPLES)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "length": length,
        "phi": phi,
        "mean": float(x.mean()),
        "blockDays": block,
        "low": float(low),
        "high": float(high),
        "deviation": float(means.std()),
    }


with open(options.out, "w", encoding="utf-8") as file:
    json.dump({"resamples": RESAMPLES, "cases": [case(*each) for each in CASES]}, file, indent=2)
    file.write("\n")
