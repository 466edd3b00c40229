import os
import sys
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import pytest  # noqa: E402
from walking import BOOSTED, LINEAR, walked  # noqa: E402
from world import World, write_dataset  # noqa: E402

from riposte_training import boosters  # noqa: E402


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Sixty days of one symbol, beliefs included."""
    return write_dataset(tmp_path_factory.mktemp("world") / "dataset", World())


@pytest.fixture
def few_rounds(monkeypatch):
    for library in ("lightgbm", "xgboost", "catboost"):
        monkeypatch.setattr(boosters, "ROUNDS", 12)
        monkeypatch.setitem(boosters.LIBRARIES, library, getattr(boosters, library))
    monkeypatch.setattr(boosters.lightgbm, "__defaults__", (None, 12))
    monkeypatch.setattr(boosters.lightgbm_classes, "__defaults__", (None, 8))


@pytest.fixture(scope="session")
def ridge(dataset, tmp_path_factory):
    """walk.json of ridge and logit, and its folder."""
    work = tmp_path_factory.mktemp("ridge") / "work"
    return walked(dataset, work, *LINEAR), work


@pytest.fixture(scope="session")
def boosted(dataset, tmp_path_factory):
    work = tmp_path_factory.mktemp("boosted") / "work"
    walked(dataset, work, *BOOSTED)
    return work
