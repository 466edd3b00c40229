"""Mistakes get one line, and leave what is there as it was."""

import json
from datetime import datetime

import pytest
from walking import RIDGE, STEPS, walked

from riposte_training.cli import main
from riposte_training.folds import Steps


def refused(capsys, *argv):
    assert main(["walk", *argv]) == 1
    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("train: ")]
    return line


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--train", "6w"], "no number of months or days"),
        (["--train", "0d"], "no number of months or days"),
        (["--train", "30d", "--test", "5d"], "all three"),
        (["--train", "30d", "--test", "5d", "--step", "2d"], "judged twice"),
        (["--signal", "ridge,forest"], "the signal layer has"),
        (["--signal", "", "--regime", ""], "name a model"),
        (["--serve", "signal=logit"], "none of the models"),
        (["--signal", "ridge", "--serve", "signal=lightgbm"], "none of the models"),
        (["--costs", "0,free"], "fractions of the entry"),
        (["--costs=-0.1"], "from 0 to 1"),
        (["--cpcv", "3,3"], "fewer of them"),
        (["--cpcv", "six"], "fewer of them"),
        (["--signal", "", "--cpcv", "6,2"], "--cpcv judges the signal"),
        (["--jobs", "0"], "no whole number above 0"),
        (["--dataset", "/nowhere"], "is no dataset"),
        (["--folds", "3"], "npm run walk-forward -- --help"),
    ],
)
def test_mistakes_get_one_line(capsys, argv, said):
    assert said in refused(capsys, *argv)


def test_a_range_shorter_than_one_fold(capsys, dataset, tmp_path):
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), "--train", "60d", "--test", "5d", "--step", "5d")
    assert "the span has 59 days: a walk-forward needs 60 to train and 5 to judge" in line


def test_a_horizon_longer_than_the_embargo(capsys, dataset, tmp_path):
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, "--embargo", "59")
    assert "look 60 bars ahead" in line


@pytest.mark.parametrize("text", ['{"format": 2}', "[]", "no json"])
def test_results_of_another_version_are_left_alone(capsys, dataset, tmp_path, text):
    (tmp_path / "walk.json").write_text(text)
    assert "this program writes 1" in refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE)
    assert (tmp_path / "walk.json").read_text() == text


def test_a_kept_fold_of_another_version_is_named(capsys, dataset, tmp_path):
    walked(dataset, tmp_path, *RIDGE)
    about = next(tmp_path.rglob("about.json"))
    about.write_text(json.dumps({**json.loads(about.read_text()), "format": 9}))
    line = refused(capsys, "--dataset", str(dataset), "--work", str(tmp_path), *STEPS, *RIDGE)
    assert "has format 9" in line
    assert about.parent.name in line


def test_a_month_that_the_rows_do_not_fill_is_neither_learnt_from_nor_judged():
    day = lambda text: int(datetime.fromisoformat(f"{text}+00:00").timestamp() * 1000)  # noqa: E731
    whole = lambda first, last: Steps().whole(day(first), day(last))  # noqa: E731
    assert whole("2022-01-20T00:00", "2022-08-03T00:00") == (day("2022-02-01"), day("2022-08-01"))
    assert whole("2022-01-03T06:00", "2023-12-31T19:45") == (day("2022-01-03T06:00"), day("2024-01-01"))
    days = Steps("d", 20, 5, 5).whole(day("2022-01-03T06:00"), day("2022-02-03T19:45"))
    assert days == (day("2022-01-03T06:00"), day("2022-02-04"))
