"""A walk-forward on a Ray head of this machine against one in this process, byte by byte: `python training/compare_ray.py`.

Needs training/requirements-ray.txt beside the trainer's packages. The head has neither dashboard nor usage statistics and ends with the
script. The last line counts what passed and what failed. `npm run night -- ray` runs it (docs/tests.md).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled", "PYTHONPATH": str(HERE)}
sys.path[:0] = [str(HERE), str(HERE / "tests")]

from walking import digest  # noqa: E402
from world import World, write_dataset  # noqa: E402

from riposte_training.cli import main  # noqa: E402

WALK = ["--train", "45d", "--test", "5d", "--step", "5d", "--cpcv", "3,1"]
HEAD = """
import ray, sys
print(ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False).address_info["gcs_address"], flush=True)
sys.stdin.read()
"""


@contextmanager
def head() -> Iterator[str]:
    """Address of a head that ends with the block."""
    with subprocess.Popen([sys.executable, "-c", HEAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()  # type: ignore[union-attr]
        process.stdin.close()  # type: ignore[union-attr]


def problems_of(work: Path) -> Iterator[str]:
    common = ["walk", "--dataset", str(write_dataset(work / "dataset", World())), *WALK]
    if main([*common, "--work", str(work / "dead"), "--ray", "127.0.0.1:1"]) != 1:
        yield "a dead address is no mistake"
    if main([*common, "--work", str(work / "here"), "--jobs", "1"]) != 0:
        yield "the local walk failed"
    with head() as address:
        code = main([*common, "--work", str(work / "ray"), "--ray", address])
    if code != 0:
        yield f"the walk on Ray ended with {code}"
    elif digest(work / "ray") != digest(work / "here"):
        yield "the walk on Ray gave other bytes"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        problems = list(problems_of(Path(folder)))
    for problem in problems:
        print(f"FAILED {problem}")
    print(f"{0 if problems else 1} passed, {len(problems)} failed")
    sys.exit(1 if problems else 0)
