"""`python -m riposte_training`: one thread and fixed order before any library is loaded."""

import os
import sys

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

from .cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
