"""What a task leaves behind. Whole in the cache or not at all; the same task again finds it there."""

import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ..artefact import write_whole
from ..problem import Problem

FORMAT = 1
"""Of what is kept and of walk.json."""


@dataclass(frozen=True)
class Result:
    arrays: dict[str, np.ndarray]
    about: dict[str, Any]
    files: dict[str, bytes]
    """Of members, by their path."""


def keep(folder: Path, result: Result) -> None:
    arrays = io.BytesIO()
    np.savez(arrays, **result.arrays)
    about = json.dumps({"format": FORMAT, **result.about}).encode()
    if folder.exists():  # It could not be read.
        shutil.rmtree(folder)
    members = {f"members/{file}": content for file, content in result.files.items()}
    write_whole(folder, {"arrays.npz": arrays.getvalue(), "about.json": about, **members})


def kept(folder: Path) -> Result | None:
    """Without the members' files. None: it is not there, or cannot be read and has to be made again."""
    try:
        about = json.loads((folder / "about.json").read_text())
        if about["format"] != FORMAT:
            raise Problem(f"{folder} has format {about['format']}, and this program keeps {FORMAT}: remove it or give another --work")
        with np.load(folder / "arrays.npz") as arrays:
            return Result(dict(arrays), about, {})
    except (OSError, ValueError, EOFError, KeyError, TypeError, BadZipFile):
        return None
