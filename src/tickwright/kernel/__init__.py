"""The hot path: price levels straight from the frame's bytes, and the book that they change.

Two kernels with one interface: ``_compiled`` (Cython), and its plain Python twin (``pure*.py``), which serves
where the extension was not built, or where the environment says ``TICKWRIGHT_PURE=1``.
"""

from __future__ import annotations

import os  # the one look at the environment below the settings: which kernel an import gives
from typing import TYPE_CHECKING


__all__ = [
    "IS_COMPILED",
    "DepthScanner",
    "FieldScanner",
    "L2Book",
    "Levels",
    "RowScanner",
    "name_after",
]

if TYPE_CHECKING:
    from tickwright.kernel._compiled import (
        DepthScanner,
        FieldScanner,
        L2Book,
        Levels,
        RowScanner,
        name_after,
    )

    IS_COMPILED: bool
else:
    try:
        if os.environ.get("TICKWRIGHT_PURE") == "1":
            raise ImportError("the twin was asked for")
        from tickwright.kernel._compiled import (
            DepthScanner,
            FieldScanner,
            L2Book,
            Levels,
            RowScanner,
            name_after,
        )

        IS_COMPILED = True
    except ImportError:
        from tickwright.kernel.pure import L2Book, Levels
        from tickwright.kernel.pure_names import name_after
        from tickwright.kernel.pure_rows import RowScanner
        from tickwright.kernel.pure_scan import DepthScanner, FieldScanner

        IS_COMPILED = False
