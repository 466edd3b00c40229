"""Whether the packages are those of the lock file."""

import re
from importlib import metadata
from pathlib import Path

from .problem import Problem

LOCK = Path(__file__).parents[1] / "requirements-small.txt"
NEEDED = ("numpy", "pyarrow", "scipy", "scikit-learn", "lightgbm", "xgboost", "catboost", "onnx", "tensorboardx")
RECORDED = ("numpy", "scipy", "scikit-learn", "lightgbm", "xgboost", "catboost", "onnx")
AS_LINUX = {"xgboost": "xgboost-cpu"}
"""On Linux the lock holds the half without GPU, under another name."""


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ]+)", LOCK.read_text(), re.MULTILINE))


def installed(name: str) -> str | None:
    for alias in (AS_LINUX.get(name, name), name):
        try:
            return metadata.version(alias)
        except metadata.PackageNotFoundError:
            continue
    return None


def require_packages() -> None:
    wanted = locked()
    for name in NEEDED:
        found = installed(name)
        if found is None:
            raise Problem(f"the Python package {name} is not installed: start it with `npm run train`, which installs what it needs")
        if found != wanted[name]:
            raise Problem(f"the Python package {name} is {found}, not {wanted[name]}: remove out/python and start `npm run train` again")


def recorded() -> dict[str, str]:
    return {name: installed(name) or "" for name in RECORDED}
