"""What the dialect sends beside what the venue was recorded to send: keys, their order, the kinds of their values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import capture_path
from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.io.files import CaptureReader
from tickwright.sandbox import GeneratedMarket


TOPICS = ("orderbook.200.BTCUSDT", "tickers.BTCUSDT", "publicTrade.BTCUSDT", "kline.1.BTCUSDT")
CAPTURES = {"linear": "bybit-linear-1a-btc-sol", "spot": "bybit-spot-1a-btc"}
Frames = dict[tuple[str, str], Any]


def recorded(category: str) -> Frames:
    """Return a recorded frame of each topic and type."""
    found: Frames = {}
    for record in CaptureReader(capture_path(CAPTURES[category])):
        frame = json.loads(record.data) if record.direction == "in" else {}
        if frame.get("topic") in TOPICS:
            found.setdefault((frame["topic"], frame["type"]), frame)
    return found


def made(category: str) -> Frames:
    """Return a frame of each topic and type as the sandbox sends it."""
    market, frames = GeneratedMarket("bybit", 1, seed=3, opened_ms=NOW_MS), []
    for topic in TOPICS:
        market.want(f"{category}/{topic}")
        frames.append(market.greeting(f"{category}/{topic}"))
    frames += [payload for _, payload in market.advance(NOW_MS + 60_000)]
    found: Frames = {}
    for frame in (json.loads(text) for text in frames if text is not None):
        found.setdefault((frame["topic"], frame["type"]), frame)
    return found


def shape(value: Any) -> Any:
    """Return keys in their order, and kinds of values; of a list the first item stands for all."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value and not isinstance(value[0], list) else []
    return type(value).__name__


@pytest.mark.parametrize("category", CAPTURES)
def test_frames_have_the_keys_of_recorded_ones_in_their_order(category: str) -> None:
    ours = made(category)
    for key, frame in recorded(category).items():
        if key == ("tickers.BTCUSDT", "delta"):
            assert set(ours[key]["data"]) <= set(recorded(category)[key[0], "snapshot"]["data"])
            assert list(ours[key]) == list(frame)
        else:
            assert shape(ours[key]) == shape(frame), key


@pytest.mark.parametrize("category", CAPTURES)
def test_instruments_have_what_recorded_ones_have(category: str) -> None:
    records = CaptureReader(capture_path(CAPTURES[category]))
    theirs = json.loads(next(record.data for record in records if record.direction == "http"))
    asked = {"category": category}
    market = GeneratedMarket("bybit", 1, seed=3)
    ours = json.loads(market.answer("GET", "/v5/market/instruments-info", asked).body)
    assert list(ours) == list(theirs)
    assert list(ours["result"]) == list(theirs["result"])
    known = next(row for row in theirs["result"]["list"] if row["symbol"] == "BTCUSDT")
    assert set(known) <= set(ours["result"]["list"][0])
    for name in ("lotSizeFilter", "priceFilter", "riskParameters"):
        assert set(ours["result"]["list"][0][name]) == set(known[name])
