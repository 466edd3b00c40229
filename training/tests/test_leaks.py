"""Nothing that comes later may reach a prediction; and each of twelve planted leaks turns the named check red.

Checks. `rows`: what a row holds does not change when everything after a cut is another path. `predictions`: nor does any prediction
before the cut, when the whole training runs anew. `purge`: no label that is learnt from was known after the judged rows begin.
`label ends`: a trade that ran out of time was not known before its last bar had closed. `stacking`: what L1 says of a block does not
depend on what came of that block.
"""

from dataclasses import replace

import numpy as np
import pytest
from world import BAR, START, World, write_dataset

from riposte_training import boosters, calibration, columns, evaluate, layers, linear, member, stack
from riposte_training.dataset import read_dataset
from riposte_training.evaluate import judge, said_earlier
from riposte_training.folds import Fold, Gap
from riposte_training.layers import REGIME, SIGNAL
from riposte_training.problem import Problem
from riposte_training.rows import regime_rows, signal_rows, with_rule
from riposte_training.stack import Upstream

DAY = 86_400_000
GAP = Gap(BAR, 241 * BAR)
DAYS = 44
TEST = START + 34 * DAY
FOLD = Fold("judged", START, TEST, START + DAYS * DAY)
CUTS = (TEST + 2 * DAY + 7 * BAR, TEST + 5 * DAY, TEST + 8 * DAY + 11 * 3_600_000 + 30 * BAR)
CUT = CUTS[1]
SMALL = replace(SIGNAL, members=("ridge", "lightgbm"))


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(boosters.lightgbm, "__defaults__", (None, 15))
    monkeypatch.setattr(boosters.lightgbm_classes, "__defaults__", (None, 8))


class Market:
    """Datasets of the path as it is and as it might have gone on after a cut."""

    def __init__(self, folder):
        self.folder = folder
        self.read = {}

    def rows(self, world):
        if world not in self.read:
            data = read_dataset(write_dataset(self.folder / str(len(self.read)), world), None, 0, 1 << 52)
            self.read[world] = (signal_rows(data, 0.001), with_rule(regime_rows(data)))
        return self.read[world]


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    return Market(tmp_path_factory.mktemp("paths"))


def judged(market, world, layer, model, stacked=False):
    """Times of the judged rows and what is said of them."""
    signal, regime = market.rows(world)
    rows = signal if layer.name == "signal" else regime
    upstream = Upstream("logit", regime, 1, "logit@1", "") if stacked else None
    extra = rows.places("regime") if stacked else ()
    found = judge(layer, model, rows, FOLD, GAP, {"seed": 1, "chosen": True, "extra": extra}, upstream)
    return found["time"], found["belief"]


def same_predictions(market, layer=SMALL, model="ensemble", stacked=False, cut=CUT):
    world = World(days=DAYS)
    time, said = judged(market, world, layer, model, stacked)
    other_time, other = judged(market, replace(world, cut_ms=cut), layer, model, stacked)
    assert np.array_equal(time, other_time)
    early = time <= cut
    assert early.sum() > 100
    assert not np.array_equal(said[~early], other[~early])
    return np.array_equal(said[early], other[early])


def same_rows(market, world, cut=CUT):
    (rows, _), (other, _) = market.rows(world), market.rows(replace(world, cut_ms=cut))
    early = rows.time <= cut
    return np.array_equal(rows.x[early], other.x[early])


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("layer", "model", "stacked"),
    [(SMALL, "ensemble", False), (SIGNAL, "ridge", True), (REGIME, "ensemble", False)],
    ids=["L3", "stacked", "L1"],
)
def test_predictions_before_a_cut_do_not_know_what_came_after_it(market, layer, model, stacked, cut):
    assert same_predictions(market, layer, model, stacked, cut)


@pytest.mark.parametrize("cut", CUTS)
def test_rows_before_a_cut_do_not_know_what_came_after_it(market, cut):
    assert same_rows(market, World(days=DAYS), cut)


def same_stacking(market):
    """L1's cross-fitted beliefs of one block, with other outcomes of that block."""
    _, rows = market.rows(World(days=DAYS))
    own = columns.blocks(rows.time) == 2
    other = replace(rows, y=np.where(own, (rows.y + 1) % 7, rows.y))
    said = [member.train_member(REGIME, "logit", of, GAP, 1).cross_fitted[own] for of in (rows, other)]
    # One temperature belongs to all blocks: beliefs are compared but for it.
    a, b = (np.log(p) - np.log(p).mean(axis=1, keepdims=True) for p in said)
    return np.allclose(a, b * ((a * b).sum() / (b * b).sum()), atol=1e-9)


def test_cross_fitted_beliefs_do_not_know_their_own_block(market):
    assert same_stacking(market)


def test_every_training_row_was_known_before_the_judged_rows(market):
    rows, _ = market.rows(World(days=DAYS))
    train = member.training_rows(rows, START, TEST, GAP)
    assert (train.known + BAR <= TEST).all()
    assert (train.time + GAP.embargo_ms <= TEST).all()
    assert len(train) > 2500


FIRST = Fold("first", START, START + 24 * DAY, TEST)
"""The fold before `FOLD`, whose judged rows may help to calibrate it."""


def calibrated_by(market, world, *folds):
    """`FOLD`, calibrated on the judged rows of `folds` as well."""
    rows, _ = market.rows(world)
    options = {"seed": 1, "chosen": False}
    earlier = [(fold, judge(SIGNAL, "ridge", rows, fold, GAP, options)) for fold in folds]
    return judge(SIGNAL, "ridge", rows, FOLD, GAP, options, judged=earlier)


def same_calibration(market, cut, *folds):
    """Whether another path behind the cut leaves what was said before it as it is."""
    found, other = (calibrated_by(market, World(days=DAYS, **more), *folds) for more in ({}, {"cut_ms": cut}))
    early = found["time"] <= cut
    assert not np.array_equal(found["raw"][~early], other["raw"][~early])
    return np.array_equal(found["belief"][early], other["belief"][early])


@pytest.mark.parametrize("cut", CUTS)
def test_a_calibration_by_earlier_months_does_not_know_what_came_after_a_cut(market, cut):
    assert same_calibration(market, cut, FIRST)


def test_a_calibration_learns_from_earlier_months_what_was_known_in_time(market):
    rows, _ = market.rows(World(days=DAYS))
    alone, refined = calibrated_by(market, World(days=DAYS)), calibrated_by(market, World(days=DAYS), FIRST)
    assert np.array_equal(alone["raw"], refined["raw"])
    assert not np.array_equal(alone["belief"], refined["belief"])
    judged = judge(SIGNAL, "ridge", rows, FIRST, GAP, {"seed": 1, "chosen": False})
    raw, y = said_earlier(rows, TEST, GAP, [(FIRST, judged)])
    at = (rows.time >= FIRST.test_ms) & (rows.time + 241 * BAR <= TEST) & (rows.known + BAR <= TEST)
    assert np.array_equal(y, rows.y[at])
    assert 0 < len(raw) == at.sum() < len(judged["raw"])


# Planted leaks. Each is put where a careless change would put it.


class WholeWorld:
    """Tells a leak which world it is in: the one whose judged rows hold the row in question."""

    def __init__(self, market, monkeypatch):
        self.rows = None
        original = member.training_rows

        def noted(rows, *rest):
            self.rows = rows
            return original(rows, *rest)

        monkeypatch.setattr("riposte_training.evaluate.training_rows", noted)

    def test(self):
        return self.rows.at(self.rows.time >= TEST)


@pytest.fixture
def whole(market, monkeypatch):
    return WholeWorld(market, monkeypatch)


def test_leak_1_no_purge(market, monkeypatch):
    monkeypatch.setattr(member, "before", lambda time, known, test_ms, gap: time < test_ms)
    rows, _ = market.rows(World(days=DAYS))
    with pytest.raises(AssertionError, match="purge"):
        member.training_rows(rows, START, TEST, GAP)


def test_leak_2_scaler_on_all_rows(market, whole, monkeypatch):
    own = linear.scaling
    monkeypatch.setattr(linear, "scaling", lambda x: own(np.vstack([x, whole.test().x[:, : x.shape[1]]])))
    assert not same_predictions(market, SIGNAL, "ridge")


def test_leak_3_columns_from_the_judged_rows(market, whole, monkeypatch):
    def leaking(x, y, time, known, usable, gap, seed):
        test = whole.test()
        strength = [abs(columns.correlation(test.x[:, c].astype(float), test.y[:, 0])) for c in usable]
        best = sorted(usable[i] for i in np.argsort(strength)[-8:])
        return [best] * 5

    monkeypatch.setattr(layers, "choose", leaking)
    assert not same_predictions(market, SIGNAL, "ridge")


def test_leak_4_stopping_by_the_judged_rows(market, whole, monkeypatch):
    def leaking(x, y, seed, params=None, rounds=15):
        test = whole.test()
        rounds = 5 + int(abs(test.y[:, 0].sum()) * 1e6) % 20
        return own(x, y, seed, params, rounds)

    own = boosters.lightgbm
    monkeypatch.setitem(boosters.LIBRARIES, "lightgbm", leaking)
    assert not same_predictions(market, SIGNAL, "lightgbm")


def test_leak_5_calibration_on_the_judged_rows(market, whole, monkeypatch):
    own = calibration.side_calibration
    monkeypatch.setattr(calibration, "side_calibration", lambda raw, net: own(np.append(raw, 0), np.append(net, whole.test().y.mean())))
    assert not same_predictions(market, SIGNAL, "ridge")


def test_leak_6_weights_from_the_judged_rows(market, whole, monkeypatch):
    def leaking(raws, net):
        tilt = np.array([1.0, abs(whole.test().y.mean()) * 1e3, *np.ones(len(raws))])[: len(raws)]
        return calibration.shrunk(tilt)

    monkeypatch.setattr(calibration, "signal_weights", leaking)
    assert not same_predictions(market)


def test_leak_7_stacking_in_sample(market, monkeypatch):
    own = member.outside
    monkeypatch.setattr(member, "outside", lambda time, known, block, gap: own(time, known, block, gap) | block)
    assert not same_stacking(market)


def test_leak_8_mask_of_the_judged_month(tmp_path_factory, whole, monkeypatch):
    own = columns.usable

    def leaking(x, names):
        return own(np.vstack([x, whole.test().x]), names)

    monkeypatch.setattr(member, "usable", leaking)
    market = Market(tmp_path_factory.mktemp("masks"))
    here, there = World(days=DAYS), World(days=DAYS, funding_ends_ms=CUT + BAR)
    (time, said), (_, other) = (judged(market, world, SIGNAL, "ridge") for world in (here, there))
    early = time <= CUT
    assert not np.array_equal(said[early], other[early])


def test_a_mask_that_flips_in_the_judged_month_changes_nothing_before(tmp_path_factory):
    market = Market(tmp_path_factory.mktemp("masks"))
    here, there = World(days=DAYS), World(days=DAYS, funding_ends_ms=CUT + BAR)
    (time, said), (_, other) = (judged(market, world, SIGNAL, "ridge") for world in (here, there))
    assert np.array_equal(said[time <= CUT], other[time <= CUT])


def test_leak_9_a_feature_one_bar_ahead(market):
    assert not same_rows(market, World(days=DAYS, ahead=1))


def test_leak_10_an_open_hourly_bar(market):
    cut = CUT + 30 * BAR
    assert same_rows(market, World(days=DAYS), cut)
    assert not same_rows(market, World(days=DAYS, open_hour=True), cut)


def test_leak_11_a_label_that_ends_one_bar_early(tmp_path):
    folder = write_dataset(tmp_path / "early", World(days=8), label_lag=1)
    with pytest.raises(Problem, match="ends before it can be known"):
        read_dataset(folder, None, 0, 1 << 52)


def test_leak_12_calibration_by_the_judged_month(market, monkeypatch):
    monkeypatch.setattr(evaluate, "before", lambda time, known, test_ms, gap: np.ones(len(time), bool))
    with pytest.raises(AssertionError, match="purge"):
        calibrated_by(market, World(days=DAYS), FIRST, FOLD)
    monkeypatch.setattr(evaluate, "require_purged", lambda *_: None)
    assert not same_calibration(market, CUT, FIRST, FOLD)


def test_a_member_behind_l1_learns_from_cross_fitted_beliefs_only(market, monkeypatch):
    """The training rows' regime columns are those of `cross_fitted`, the judged rows' those of the member of the whole window."""
    signal, regime = market.rows(World(days=DAYS))
    seen = {}
    own = stack.train_member

    def noted(*args, **options):
        seen["member"] = own(*args, **options)
        return seen["member"]

    monkeypatch.setattr(stack, "train_member", noted)
    train = member.training_rows(signal, START, TEST, GAP)
    test = signal.at(signal.time >= TEST)
    learnt, said = Upstream("logit", regime, 1, "logit@1", "").behind(train, test, START, TEST, GAP)
    l1 = seen["member"]
    places = list(signal.places("regime"))
    own_rows = member.training_rows(regime, START, TEST, GAP)
    at = np.isin(own_rows.time, learnt.time)
    assert np.array_equal(learnt.x[:, places], l1.cross_fitted[at].astype(np.float32))
    assert np.array_equal(said.x[:, places], l1.belief(l1.raws(test.x)).astype(np.float32))
