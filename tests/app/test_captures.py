from __future__ import annotations

import json
from pathlib import Path

import pytest

from tickwright.app.captures import recordings_of
from tickwright.app.registry import products_of
from tickwright.errors import UsageError


FRAME = '{"stream":"btcusdt@trade","data":{}}'
SPOT = "wss://stream.binance.com:9443/stream"
USDM = "wss://fstream.binance.com/stream"


def write(path: Path, *urls: str) -> Path:
    rows = [{"ts": 1, "conn": url, "dir": "in", "data": FRAME} for url in urls]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_each_product_of_a_file_gets_its_own_records(tmp_path: Path) -> None:
    found = recordings_of([write(tmp_path / "both.jsonl", SPOT, USDM, SPOT)])
    assert {product: len(list(part)) for product, part in found.items()} == {
        "binance.spot": 2,
        "binance.usdm": 1,
    }
    assert len(list(found["binance.spot"])) == 2, "and again"


def test_a_product_in_two_files_is_one_too_many(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, SPOT) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(UsageError, match=r"binance.spot is recorded in .*a.jsonl and in .*b.jsonl"):
        recordings_of(paths)


def test_the_streams_of_a_part_are_named_as_in_its_frames(tmp_path: Path) -> None:
    (product,) = products_of("binance.usdm")
    found = recordings_of([write(tmp_path / "both.jsonl", SPOT, USDM, USDM)])
    assert found["binance.usdm"].streams(product) == ["btcusdt@trade"]
