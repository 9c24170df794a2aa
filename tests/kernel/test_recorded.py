"""Both kernels on every recorded book message of two files, and what a long run leaves behind."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.kernel.kernels import DEPTH, DEPTH_FRAME, TRADE, TRADE_FRAME, TWIN, Kernel

from tickwright.errors import DecodeError


def recorded(path: Path, mark: str) -> Iterator[bytes]:
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["data"]
            if mark in text[:200]:
                yield text.encode()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["binance-spot-1", "binance-usdm-1"])
def test_every_recorded_depth_frame_says_the_same_to_both_kernels(
    compiled: Kernel, capture_path: Callable[[str], Path], name: str
) -> None:
    path = capture_path(name)
    kernels = (compiled, TWIN)
    scanners = [kernel.DepthScanner(**DEPTH) for kernel in kernels]
    snapshots = [
        kernel.DepthScanner(ints=["lastUpdateId"], bids="bids", asks="asks") for kernel in kernels
    ]
    books = [kernel.L2Book(8, 8) for kernel in kernels]
    for frame in recorded(path, '"lastUpdateId"'):
        for book, snapshot in zip(books, snapshots, strict=True):
            _, bids, asks = snapshot.scan(frame, 8, 8)
            book.replace(bids, asks)
    count = 0
    for frame in recorded(path, '"depthUpdate"'):
        found: list[Any] = []
        for book, scanner in zip(books, scanners, strict=True):
            *ints, bids, asks = scanner.scan(frame, 8, 8)
            book.apply(bids, asks)
            runs = [levels.as_array().tolist() for levels in (bids, asks)]
            found.append((ints, runs, book.best_bid, book.best_ask, book.bid_count, book.ask_count))
        assert found[0] == found[1]
        count += 1
        if count % 500 == 0:
            assert books[0].checksum_input(10**6) == books[1].checksum_input(10**6)
    assert count > 6000
    assert books[0].bids() == books[1].bids()
    assert books[0].asks() == books[1].asks()
    assert books[0].depth_to(25, is_bid=True) == books[1].depth_to(25, is_bid=True)


def test_g16_scanning_and_applying_leaves_no_memory_behind(kernel: Kernel) -> None:
    depth = kernel.DepthScanner(**DEPTH)
    fields = kernel.FieldScanner(fields=TRADE)
    book = kernel.L2Book(8, 8)

    def work() -> None:
        for end in (0, 90, 170, 260, len(DEPTH_FRAME) - 1):
            with pytest.raises(DecodeError):
                depth.scan(memoryview(DEPTH_FRAME[:end]), 8, 8)
            with pytest.raises(DecodeError):
                fields.scan(TRADE_FRAME[:end].replace(b'"m":true', b'"m":1'))
        *_, bids, asks = depth.scan(memoryview(DEPTH_FRAME), 8, 8)
        book.apply(bids, asks)
        fields.scan(TRADE_FRAME)
        book.copy()
        hash(bids)
        bids.as_array().tolist()

    for _ in range(20):
        work()
    gc.collect()
    tracemalloc.start()
    try:
        work()
        before, nones = tracemalloc.get_traced_memory()[0], sys.getrefcount(None)
        for _ in range(300):
            work()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 4096
        assert abs(sys.getrefcount(None) - nones) < 100
    finally:
        tracemalloc.stop()
