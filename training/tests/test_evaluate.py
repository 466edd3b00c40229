"""The walk-forward from the command line: folds, resuming, figures, TensorBoard."""

import json

import numpy as np
import pytest
from world import World, write_dataset

from riposte_training import boosters, evaluate
from riposte_training.cli import main
from riposte_training.metrics import figure


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    """January to August: two folds."""
    return write_dataset(tmp_path_factory.mktemp("months") / "dataset", World(days=243), symbols=("BTCUSDT", "ETHUSDT"))


def run(months, out, *more):
    places = ["--dataset", str(months), "--out", str(out), "--work", str(out / "work"), "--logs", str(out / "logs")]
    return main([*places, "--evaluate", *more])


def test_judges_month_by_month_and_goes_on_where_it_was_stopped(months, tmp_path, capsys, monkeypatch):
    ridge = ["--layer", "signal", "--model", "ridge", "--columns", "all", "--no-member"]
    own = evaluate.judge

    def stopped(layer, model, rows, fold, *rest):
        if fold.name == "2022-08":
            raise KeyboardInterrupt
        return own(layer, model, rows, fold, *rest)

    monkeypatch.setattr(evaluate, "judge", stopped)
    assert run(months, tmp_path, *ridge) == 130
    assert "finished folds are kept" in capsys.readouterr().err
    worked = []
    monkeypatch.setattr(
        evaluate, "judge", lambda layer, model, rows, fold, *rest: worked.append(fold.name) or own(layer, model, rows, fold, *rest)
    )
    assert run(months, tmp_path, *ridge) == 0
    assert worked == ["2022-08"]
    said = capsys.readouterr()
    assert "fold 1/2 2022-07" in said.err
    assert "signal ridge BTCUSDT, 2 folds: directionalIc" in said.out
    [figures] = (tmp_path / "work").rglob("figures.json")
    ic = json.loads(figures.read_text())["symbols"]["ETHUSDT"]["directionalIc"]
    assert ic["interval"][0] < ic["value"] < ic["interval"][1]
    assert ic["value"] > 0.03
    assert list((tmp_path / "logs").rglob("events.out.*"))
    assert run(months, tmp_path, *ridge) == 0
    assert len((tmp_path / "work/looks.jsonl").read_text().splitlines()) == 1


def test_a_fold_that_was_written_half_is_made_again(months, tmp_path):
    ridge = ["--layer", "signal", "--model", "ridge", "--columns", "all", "--no-member"]
    assert run(months, tmp_path, *ridge) == 0
    [fold] = (tmp_path / "work").rglob("2022-07.npz")
    whole = dict(np.load(fold))
    fold.write_bytes(fold.read_bytes()[:1000])
    assert run(months, tmp_path, *ridge) == 0
    again = dict(np.load(fold))
    assert all(np.array_equal(whole[key], again[key]) for key in whole)


def test_earlier_months_calibrate_where_they_are_asked(months, tmp_path, capsys):
    ridge = ["--layer", "signal", "--model", "ridge", "--columns", "all", "--symbols", "BTCUSDT"]
    places = {name: tmp_path / name for name in ("blocks", "earlier")}
    for name, out in places.items():
        assert run(months, out, *ridge, "--calibration", name) == 0
    folds = {name: [dict(np.load(file)) for file in sorted(out.rglob("2022-*.npz"))] for name, out in places.items()}
    first, second = zip(folds["blocks"], folds["earlier"], strict=True)
    assert np.array_equal(first[0]["belief"], first[1]["belief"])
    assert np.array_equal(second[0]["raw"], second[1]["raw"])
    assert not np.array_equal(second[0]["belief"], second[1]["belief"])
    manifests = [json.loads((out / "signal/ridge/1/manifest.json").read_text()) for out in places.values()]
    assert [m["training"]["recipe"].endswith("calibrated on the judged months too") for m in manifests] == [False, True]
    assert manifests[0]["calibration"]["long"] != manifests[1]["calibration"]["long"]
    capsys.readouterr()
    assert main(["--dataset", str(months), *ridge, "--calibration", "earlier"]) == 1
    assert "give both" in capsys.readouterr().err


def test_a_regime_is_judged_beside_rule_and_prior_and_its_card_says_so(months, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(boosters.lightgbm_classes, "__defaults__", (None, 8))
    assert run(months, tmp_path, "--layer", "regime", "--model", "ensemble", "--symbols", "BTCUSDT") == 0
    out = capsys.readouterr().out
    assert "gainOnRule" in out
    assert "better than the rule in" in out
    card = (tmp_path / "regime/ensemble/1/card.md").read_text()
    assert "walk-forward over 2 months: nats better than the rule" in card


def test_intervals_are_those_of_whole_blocks():
    """A statistic of five-day blocks that are all alike does not vary; single rows would make it."""
    time = np.arange(0, 50 * 86_400_000, 3_600_000)
    values = np.tile([0.0, 1.0], len(time) // 2)
    assert figure(lambda at: float(values[at].mean()), time)["interval"] == [0.5, 0.5]
