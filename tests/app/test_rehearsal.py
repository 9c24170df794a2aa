"""The same files through sockets: what arrives equals what a direct replay reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.cli.rig import tiny_capture, written_capture

from tickwright.app.rehearsal import rehearse_files
from tickwright.app.replay import replay_files
from tickwright.errors import CaptureError, ConfigError
from tickwright.sandbox.market import GeneratedMarket


BTC, BTC_PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"


async def test_files_of_one_instrument_are_added_up(tmp_path: Path) -> None:
    files = [tiny_capture(tmp_path / "a.jsonl"), tiny_capture(tmp_path / "b.jsonl", trades=5)]
    report = await rehearse_files(files)
    assert report.instruments[BTC].trades.count == 8
    assert msgspec.structs.replace(report, seconds=0.0) == msgspec.structs.replace(
        replay_files(files), seconds=0.0
    )


async def test_two_products_in_one_file_are_two_venues(mixed: Path) -> None:
    report = await rehearse_files([mixed])
    assert {name: found.trades.base_volume for name, found in report.instruments.items()} == {
        BTC: "0.3",
        BTC_PERP: "6",
    }


async def test_recorded_candles_are_never_overdue_however_slowly_they_are_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = GeneratedMarket("binance.spot", (BTC,), seed=7, depth=10)
    market.want("btcusdt@kline_1m")
    played = [
        f'{{"stream":"{stream}","data":{payload}}}'
        for stream, payload in market.advance(market.now_ms + 6_000_000)
    ]
    path = written_capture(tmp_path / "candles.jsonl", played)
    monkeypatch.setattr("tickwright.marketdata.feed.TICK_S", 0.0)  # between any two parts of it
    report = await rehearse_files([path])
    assert report.instruments[BTC].candles == replay_files([path]).instruments[BTC].candles
    assert report.instruments[BTC].candles.closed == 100


async def test_progress_is_told_in_frames(tmp_path: Path) -> None:
    path = tiny_capture(tmp_path / "a.jsonl", trades=9)
    told: list[tuple[Path, int, int]] = []
    await rehearse_files([path], progress=lambda *step: told.append(step))
    assert told[-1] == (path, 9, 9)


async def test_a_damaged_file_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    path = tiny_capture(tmp_path / "a.jsonl", trades=5)
    path.write_text(path.read_text()[:-20])
    with pytest.raises(CaptureError, match="line 5"):
        await rehearse_files([path])


async def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        await rehearse_files([tmp_path / "missing"])


@pytest.mark.parametrize("name", ["bybit-linear-1a-btc-sol", "bybit-linear-2", "bybit-spot-1a-btc"])
async def test_books_that_begin_in_their_stream_end_alike_both_ways(
    capture_path: Callable[[str], Path], name: str
) -> None:
    path = capture_path(name)
    report = await rehearse_files([path])
    assert report.instruments == replay_files([path]).instruments
    assert report.failures == 0
