import os
import sys
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import pytest  # noqa: E402
from world import World, write_dataset  # noqa: E402


@pytest.fixture(scope="session")
def dataset(tmp_path_factory):
    """Sixty days of one symbol, beliefs included."""
    return write_dataset(tmp_path_factory.mktemp("world") / "dataset", World())
