"""Capture files in, one report and all events out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.conftest import USDM_URL, frames_of
from tests.cli.rig import tiny_capture, written_capture

from tickwright.app.replay import Replaying, Traffic, replay_files
from tickwright.errors import CaptureError, ConfigError, UnknownVenue, UsageError
from tickwright.io.files import CaptureReader
from tickwright.model.market import Trade
from tickwright.model.topics import Trades


BTC, BTC_PERP = "binance:BTC/USDT", "binance:BTC/USDT:USDT"


def test_events_reach_handlers_of_the_user_s_own(tmp_path: Path) -> None:
    replaying = Replaying()
    seen: list[Trade] = []
    replaying.bus.channel(Trades(BTC)).attach(seen.append)
    report = replaying.run([tiny_capture(tmp_path / "a.jsonl")])
    assert [trade.trade_id for trade in seen] == [1, 2, 3]
    assert report.instruments[BTC].trades.count == 3
    assert (report.frames, report.failures) == (3, 0)


def test_an_async_handler_is_refused(tmp_path: Path) -> None:
    async def handler(event: object) -> None: ...

    with pytest.raises(UsageError, match="plain functions"):
        Replaying().bus.channel(Trades(BTC)).attach(handler)


def test_a_second_file_is_added_and_not_counted_twice(tmp_path: Path) -> None:
    files = [tiny_capture(tmp_path / "a.jsonl"), tiny_capture(tmp_path / "b.jsonl", trades=4)]
    report = replay_files(files)
    assert report.instruments[BTC].trades.count == 7
    assert report.instruments[BTC].trades.base_volume == "0.7"


def test_the_traffic_of_two_products_in_one_file_is_kept_apart(mixed: Path) -> None:
    report = replay_files([mixed])
    assert {name: found.trades.base_volume for name, found in report.instruments.items()} == {
        BTC: "0.3",
        BTC_PERP: "6",
    }


def test_progress_is_told_in_bytes(tmp_path: Path) -> None:
    path = tiny_capture(tmp_path / "a.jsonl")
    told: list[tuple[Path, int, int]] = []
    replay_files([path], progress=lambda *step: told.append(step))
    size = path.stat().st_size
    assert told[-1] == (path, size, size)


def test_what_came_before_the_damage_is_reported(tmp_path: Path) -> None:
    path = tiny_capture(tmp_path / "a.jsonl", trades=5)
    path.write_text(path.read_text()[:-20])
    replaying = Replaying()
    with pytest.raises(CaptureError, match="line 5"):
        replaying.run([path])
    report = replaying.report()
    assert report.instruments[BTC].trades.count == 4
    assert report.seconds > 0


def test_a_recording_s_book_equals_the_one_kept_by_hand(
    capture_path: Callable[[str], Path],
) -> None:
    path = capture_path("binance-spot-8")
    asks: dict[float, str] = {}
    snapshot_id = None
    for record in CaptureReader(path):
        if record.direction == "http" and "depth?symbol=BLZETH" in (record.path or ""):
            body = json.loads(record.data)
            asks = {float(price): size for price, size, *_ in body["asks"]}
            snapshot_id = body["lastUpdateId"]
    assert snapshot_id is not None
    for record in CaptureReader(path):
        if '"blzeth@depth' in record.data[:40]:
            data = json.loads(record.data)["data"]
            if data["u"] > snapshot_id:
                asks.update({float(price): size for price, size in data["a"]})
    best = sorted(price for price, size in asks.items() if float(size))[:20]
    book = replay_files([path]).instruments["binance:BLZ/ETH"].book
    assert book is not None
    assert [float(price) for price, _ in book.asks] == best


def test_a_file_tells_its_product_by_its_first_telling_url(tmp_path: Path) -> None:
    frames = frames_of(tiny_capture(tmp_path / "tiny.jsonl"))
    path = written_capture(tmp_path / "a.jsonl", frames, url=USDM_URL)
    assert Traffic(path, None).default.name == "binance.usdm"
    assert Traffic(path, "binance.spot").default.name == "binance.spot"


def test_a_telling_url_weighs_more_than_the_user_s_word(mixed: Path) -> None:
    traffic = Traffic(mixed, "binance.coinm")
    assert traffic.products(CaptureReader(mixed)) == ["binance.spot", "binance.usdm"]


@pytest.mark.parametrize(
    ("name", "error", "reason"),
    [
        (None, UsageError, "say --product with one of"),
        ("binance", UsageError, "name one of binance.spot"),
        ("nowhere", UnknownVenue, "nowhere"),
    ],
)
def test_a_file_that_tells_nothing_needs_the_user_s_word(
    tmp_path: Path, name: str | None, error: type[Exception], reason: str
) -> None:
    frames = frames_of(tiny_capture(tmp_path / "tiny.jsonl"))
    path = written_capture(tmp_path / "a.jsonl", frames, url="wss://127.0.0.1/stream")
    with pytest.raises(error, match=reason):
        replay_files([path], product=name)
    assert replay_files([path], product="binance.spot").frames == 3


def test_an_empty_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(CaptureError, match="is empty"):
        replay_files([tmp_path / "empty"])
    with pytest.raises(ConfigError, match="no such file"):
        replay_files([tmp_path / "missing"])
