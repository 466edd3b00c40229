"""The verdicts of the long reproduction, on lines such as a walk-forward ends with."""

import pytest

import reproduce

LINE = "signal ridge BTCUSDT, 18 folds: directionalIc {} [0.0133, 0.0435], longIc 0.0294 [0.0141, 0.0439]"
REGIME = "regime ensemble ETHUSDT, 18 folds: logLoss 1.0 [0.9, 1.1], gainOnRule {} [{}, 0.0600], better than the rule in {}"


@pytest.mark.parametrize(
    ("check", "line", "code"),
    [
        (1, LINE.format("0.0319"), 0),
        (1, LINE.format("0.0321"), 1),
        (1, LINE.format("-0.0290"), 1),
        (6, REGIME.format("0.0150", "0.0001", 13), 0),
        (6, REGIME.format("0.0149", "0.0001", 13), 1),
        (6, REGIME.format("0.0150", "-0.0001", 13), 1),
        (6, REGIME.format("0.0150", "0.0001", 12), 1),
    ],
)
def test_a_check_is_passed_inside_its_bounds(check, line, code, monkeypatch, capsys):
    monkeypatch.setattr(reproduce, "result", lambda *_: line)
    assert reproduce.run("dataset", "work", check) == code
    said = capsys.readouterr().out
    assert said.startswith("FAILED" if code else "ok ")
    assert said.endswith(f"{1 - code} passed, {code} failed\n")


def test_there_are_six(monkeypatch, capsys):
    line = REGIME.format("0.0200", "0.0100", 18) + LINE.format("0.0300")
    monkeypatch.setattr(reproduce, "result", lambda *_: line)
    assert reproduce.run("dataset", "work", None) == 1
    assert capsys.readouterr().out.endswith("5 passed, 1 failed\n")
