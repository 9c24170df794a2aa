"""Both kernels under one interface, and seed frames, for the tests and the fuzzer."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from tickwright.kernel import pure, pure_rows, pure_scan


class Kernel(NamedTuple):
    """One implementation of the kernel's five classes."""

    name: str
    Levels: Any
    L2Book: Any
    DepthScanner: Any
    FieldScanner: Any
    RowScanner: Any

    def levels(self, pairs: Any, price_scale: int = 2, quantity_scale: int = 3) -> Any:
        return self.Levels.from_pairs(pairs, price_scale, quantity_scale)


TWIN = Kernel(
    "twin",
    pure.Levels,
    pure.L2Book,
    pure_scan.DepthScanner,
    pure_scan.FieldScanner,
    pure_rows.RowScanner,
)


def as_tuple(*values: Any) -> tuple[Any, ...]:
    """What rows are made into, to be looked at."""
    return values


def load_compiled(path: Path | None = None) -> Kernel | None:
    """Return the compiled kernel, from the extension at ``path`` if given; ``None`` if not built."""
    name = "tickwright.kernel._compiled"
    try:
        module = importlib.import_module(name) if path is None else _load(name, path)
    except ImportError:
        return None
    return Kernel(
        "compiled",
        module.Levels,
        module.L2Book,
        module.DepthScanner,
        module.FieldScanner,
        module.RowScanner,
    )


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no extension module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


COMPILED = load_compiled()

DEPTH = {
    "ints": ("data.E", "data.U", "data.u"),
    "bids": "data.b",
    "asks": "data.a",
    "optional_ints": ("data.pu",),
}
"""A scanner of Binance's depth stream."""

DEPTH_FRAME = (
    b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT",'
    b'"U":50093239189,"u":50093239202,"b":[["61737.63000000","0.00000000"],'
    b'["61730.17000000","0.25000000"],["56854.58000000","12.00010000"]],'
    b'"a":[["61837.64000000","1.54698000"],["61839.85000000","0.00000000"]]}}'
)
TRADE = (
    ("data.E", "int"),
    ("data.t", "int"),
    ("data.p", "decimal"),
    ("data.q", "decimal"),
    ("data.m", "bool"),
    ("data.s", "text"),
    ("data.X", "text?"),
)
TRADE_FRAME = (
    b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT",'
    b'"t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}'
)
BEST = (("cts", "int?"), ("data.seq", "int"), ("data.b", "level"), ("data.a", "level"))
BEST_FRAME = (
    b'{"topic":"orderbook.1.BTCUSDT","type":"snapshot","ts":1795000000103,"data":{"s":"BTCUSDT",'
    b'"b":[["90000.00","1.500"]],"a":[["90000.10","0.300"]],"u":81230,"seq":7961638724},"cts":1795000000095}'
)
"""Bybit's topic of one level a side."""

TRADES = (
    None,
    ("T", "ms"),
    ("S", {"Buy": 1, "Sell": -1, "": 0}),
    ("v", "positive"),
    ("p", "decimal"),
    ("L", {"PlusTick": "+", "ZeroPlusTick": "0+", "MinusTick": "-", "ZeroMinusTick": "0-"}),
    ("i", "id"),
    ("BT", "bool"),
    ("seq", "int?"),
)
TRADES_FRAME = (
    b'{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1795000000456,"data":[{"T":1795000000454,'
    b'"s":"BTCUSDT","S":"Buy","v":"0.001","p":"90000.10","L":"PlusTick",'
    b'"i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,"RPI":false,"seq":7961638744}]}'
)
"""Bybit's trades."""
