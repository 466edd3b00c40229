"""The ledger of looks: every configuration that was judged, one line each. Statistics of luck need their number."""

import json
import os
from pathlib import Path
from typing import Any


def record(work: Path, look: dict[str, Any]) -> int:
    """Appends a look that is not there yet; returns how many there are."""
    file = work / "looks.jsonl"
    lines = file.read_text().splitlines() if file.is_file() else []
    line = json.dumps(look, sort_keys=True)
    if line not in lines:
        work.mkdir(parents=True, exist_ok=True)
        with file.open("a") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())
        lines.append(line)
    return len(lines)
