"""A connector with ears: what it records, and what it leaves when something is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tickwright.app.config import Settings
from tickwright.app.recording import Recording, topics_for
from tickwright.app.replay import replay_files
from tickwright.errors import (
    CaptureError,
    Closed,
    ConfigError,
    ConnectivityError,
    UnknownInstrument,
    UsageError,
)
from tickwright.io.files import CaptureReader
from tickwright.model.topics import AggTrades, BookUpdates, Candles, InstrumentTopic, Quotes, Trades
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.server import LoopbackVenue
from tickwright.venues.base import Endpoints
from tickwright.venues.signing import Credentials


BTC, ETH, BTC_PERP = "binance:BTC/USDT", "binance:ETH/USDT", "binance:BTC/USDT:USDT"


@pytest.fixture
async def venue() -> AsyncIterator[LoopbackVenue]:
    markets = [
        GeneratedMarket("binance.spot", (BTC, ETH), depth=20),
        GeneratedMarket("binance.usdm", (BTC_PERP,), depth=20),
    ]
    async with LoopbackVenue(markets, speed=0) as made:
        yield made


def recording(path: Path, venue: LoopbackVenue, topics: list[InstrumentTopic]) -> Recording:
    return Recording(path, topics, settings=Settings(endpoints=venue.endpoints))


async def stream(venue: LoopbackVenue, recording: Recording, records: int) -> None:
    async with asyncio.timeout(10):
        while recording.records < records:
            await venue.advance(0.2)


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("book", [BookUpdates]),
        (" trades , quotes,", [Trades, Quotes]),
        ("aggtrades,candles", [AggTrades, Candles]),
    ],
)
def test_words_name_topics(words: str, kinds: list[type]) -> None:
    assert topics_for([BTC, ETH], words) == [kind(each) for each in (BTC, ETH) for kind in kinds]


@pytest.mark.parametrize(
    ("instrument", "words", "error"),
    [
        (BTC, "book,news", UsageError),
        (BTC, "", UsageError),
        ("BTCUSDT", "book", UnknownInstrument),
    ],
)
def test_other_words_and_ids_are_refused(
    instrument: str, words: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        topics_for([instrument], words)


async def test_what_is_recorded_can_be_replayed_into_the_venue_s_own_book(
    venue: LoopbackVenue, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl.zst"
    async with recording(path, venue, topics_for([BTC], "book,trades,quotes")) as running:
        await stream(venue, running, 60)
    found = replay_files([path], product="binance.spot").instruments[BTC]
    assert found.book is not None
    assert (found.book.state, found.book.gaps, found.book.audit_mismatches) == ("live", 0, 0)
    assert found.trades.count > 0


async def test_g30_a_recording_holds_nothing_of_a_key_that_is_set(
    venue: LoopbackVenue, tmp_path: Path
) -> None:
    path, planted = tmp_path / "a.jsonl", "planted-4242424242"
    settings = Settings(
        endpoints=venue.endpoints, credentials={"binance": Credentials(planted, planted)}
    )
    async with Recording(path, topics_for([BTC], "book,trades"), settings=settings) as running:
        await stream(venue, running, 30)
    assert planted not in repr(list(CaptureReader(path)))


async def test_two_products_go_into_one_file(venue: LoopbackVenue, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    async with recording(path, venue, topics_for([BTC, BTC_PERP], "trades")) as running:
        async with asyncio.timeout(10):
            while "2 of 2 connections" not in running.progress():
                await venue.advance(0.2)
        await stream(venue, running, running.records + 30)
    hosts = {record.conn for record in CaptureReader(path) if record.direction == "in"}
    assert len(hosts) == 2


async def test_it_tells_how_far_it_is_and_flushes_while_it_runs(
    venue: LoopbackVenue, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl.zst"
    told: list[str] = []
    async with recording(path, venue, topics_for([BTC], "trades")) as running:
        await stream(venue, running, 20)
        with suppress(TimeoutError):
            await asyncio.wait_for(running.run(told.append), 1.2)
        assert running.has_begun
        read = 0
        with suppress(CaptureError):
            for _ in CaptureReader(path):
                read += 1
        assert read >= 20
    assert "records · 1 of 1 connections live" in told[-1]


async def test_a_recording_that_is_not_entered_can_do_nothing(tmp_path: Path) -> None:
    idle = Recording(tmp_path / "a.jsonl", [Trades(BTC)])
    assert not idle.has_begun
    with pytest.raises(Closed, match="async with Recording"):
        idle.progress()


async def test_no_file_is_left_if_nothing_can_be_recorded(
    venue: LoopbackVenue, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(UnknownInstrument, match="did you mean"):
        async with recording(path, venue, [Trades("binance:BTC/USD")]):
            pass
    nowhere = Settings(endpoints={"binance.spot": Endpoints(rest="http://127.0.0.1:9")})
    with pytest.raises(ConnectivityError):
        async with Recording(path, [Trades(BTC)], settings=nowhere):
            pass
    assert not path.exists()


async def test_an_existing_file_is_kept(venue: LoopbackVenue, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("precious")
    with pytest.raises(ConfigError, match="exists"):
        async with recording(path, venue, [Trades(BTC)]):
            pass
    assert path.read_text() == "precious"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is full")
async def test_a_full_disk_ends_the_run(venue: LoopbackVenue) -> None:
    settings = Settings(endpoints=venue.endpoints)
    full = Recording(Path("/dev/full"), [Trades(BTC)], is_overwriting=True, settings=settings)
    with pytest.raises(CaptureError, match="No space left"):
        async with full as running:
            await asyncio.wait_for(running.run(), 10)
