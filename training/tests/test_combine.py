"""Two wins that sum to 1 leave nothing for neither, and never less than nothing."""

from riposte_training.combine import signal_belief


def test_neutral_is_never_below_zero():
    def side(p):
        return {"intercept": 0.0, "slope": 1.0, "net": [0.0], "probability": [p]}

    said = [
        signal_belief([1.0], [[0.0, 0.0]], {"long": side(k / n), "short": side((n - k) / n)}) for n in range(1, 200) for k in range(n + 1)
    ]
    assert min(min(belief[:3]) for belief in said) >= 0
