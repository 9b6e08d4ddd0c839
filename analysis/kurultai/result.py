"""Results of any kind."""
from __future__ import annotations

import pathlib
from typing import Any

from .calibration import open_calibration
from .comparison import open_comparison
from .file import ResultError, read_head
from .run import open_run
from .sweep import open_sweep

OPENERS = {"run": open_run, "sweep": open_sweep, "comparison": open_comparison, "calibration": open_calibration}


def open_result(file: str | pathlib.Path, unsealed: bool = False) -> Any:
    """Opens a result of any kind: a Run, a Sweep, a Comparison or a Calibration. Raises ResultError as open_run
    does."""
    kind = read_head(pathlib.Path(file), unsealed=unsealed).kind
    if kind not in OPENERS:
        raise ResultError(
            f"{file}: the result of a {kind}, which this package does not know; use the package that came with the "
            "program that wrote it"
        )
    return OPENERS[kind](file, unsealed)
