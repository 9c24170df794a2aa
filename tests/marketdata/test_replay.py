"""One pass over a product's traffic: what becomes of each kind of record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.app.registry import products_of
from tickwright.io.files import CaptureRecord
from tickwright.marketdata.pipes import BookPipe, Pipe, PipeTools
from tickwright.marketdata.replay import (
    FAILURES_SHOWN,
    InferringInstruments,
    Replay,
    beside,
    recognise,
)
from tickwright.model.instrument import Instruments
from tickwright.model.market import Quote, Trade
from tickwright.model.notices import BookState
from tickwright.model.topics import (
    BookUpdates,
    FundingRates,
    IndexPrices,
    MarkPrices,
    Notices,
    Quotes,
    Tickers,
    Topic,
    Trades,
)
from tickwright.runtime.bus import Bus


NS = 1_700_000_000_000_000_000
SPOT, USDM, COINM = products_of("binance")
BTC = "binance:BTC/USDT"
SNAPSHOT = '{"lastUpdateId":100,"bids":[["99","1"]],"asks":[["101","2"]]}'


class Clock:
    def time_ns(self) -> int:
        return NS

    def monotonic_ns(self) -> int:
        return 0

    def monotonic_s(self) -> float:
        return 0.0


class Played:
    """A replay with everything that it brought."""

    def __init__(self) -> None:
        self.pipes: list[Pipe] = []
        self.bus = Bus(Clock(), lambda name, coroutine: None)
        tools = PipeTools.for_replay(self.bus, Clock())
        self.replay = Replay(SPOT, tools, on_pipe=self.pipes.append)

    def play(self, *records: CaptureRecord) -> None:
        self.replay.play(records)

    @property
    def book(self) -> BookPipe:
        (found,) = [pipe for pipe in self.pipes if isinstance(pipe, BookPipe)]
        return found


def heard(stream: str, **data: Any) -> CaptureRecord:
    return frame(json.dumps({"stream": stream, "data": data}, separators=(",", ":")))


def frame(text: str) -> CaptureRecord:
    return CaptureRecord(received_ts_ns=NS, conn=None, direction="in", data=text)


def answered(path: str, body: str) -> CaptureRecord:
    return CaptureRecord(received_ts_ns=NS, conn=None, direction="http", path=path, data=body)


def delta(first: int, last: int, *bids: tuple[str, str]) -> CaptureRecord:
    return heard("btcusdt@depth@100ms", e="depthUpdate", E=1, s="BTCUSDT", U=first, u=last, b=bids, a=[])  # fmt: skip


def quote(sequence: int, bid: str = "99", ask: str = "101") -> CaptureRecord:
    return heard("btcusdt@bookTicker", u=sequence, s="BTCUSDT", b=bid, B="1", a=ask, A="2")


def trade(number: int, price: str = "100") -> CaptureRecord:
    return heard("btcusdt@trade", e="trade", E=1, s="BTCUSDT", t=number, p=price, q="1", T=1, m=True, M=True)  # fmt: skip


DEPTH = answered("/api/v3/depth?symbol=BTCUSDT&limit=1000", SNAPSHOT)


def test_a_book_starts_from_the_snapshot_that_came_before_its_first_delta() -> None:
    played = Played()
    played.play(DEPTH, delta(99, 101, ("99", "5")))
    keeper = played.book.keeper
    assert keeper.state is BookState.UNAUDITED
    assert keeper.sequence == 101
    assert [str(number) for number in keeper.book.bids()[0]] == ["99.00000000", "5.00000000"]


def test_a_book_starts_from_a_snapshot_that_comes_late() -> None:
    played = Played()
    played.play(delta(90, 99), delta(100, 101, ("99", "5")))
    assert not played.book.keeper.state.is_readable
    played.play(DEPTH)
    assert played.book.keeper.sequence == 101


def test_a_hole_in_the_deltas_is_a_gap_that_only_a_snapshot_heals() -> None:
    played = Played()
    played.play(DEPTH, delta(99, 101), delta(103, 104))
    keeper = played.book.keeper
    assert (keeper.state, keeper.gaps) == (BookState.RESYNCING, 1)
    later = SNAPSHOT.replace("100", "103")
    played.play(answered("/api/v3/depth?symbol=BTCUSDT", later))
    assert (keeper.sequence, keeper.resyncs) == (104, 1)


@pytest.mark.parametrize("early", [0, 1, 3])
def test_quotes_audit_the_book_even_if_they_come_before_it(early: int) -> None:
    played = Played()
    played.play(*(quote(100 + number) for number in range(early)))
    played.play(DEPTH, delta(99, 103, ("98", "1")), *(quote(103 + n) for n in range(3)))
    keeper = played.book.keeper
    assert (keeper.audited, keeper.mismatches) == (1, 0)
    assert keeper.state is BookState.LIVE


def test_events_come_on_the_bus() -> None:
    played = Played()
    events: list[object] = []
    played.bus.channel(Trades(BTC)).attach(events.append)
    played.bus.channel(Quotes(BTC)).attach(events.append)
    played.play(trade(1), quote(7), trade(2))
    assert [type(event) for event in events] == [Trade, Quote, Trade]
    assert played.replay.frames == 3


@pytest.mark.parametrize(
    "bad",
    [
        '{"stream":"btcusdt@trade","data":{"e":"trade"',
        '{"stream":"btcusdt@trade","data":{"e":"trade","p":1}}',
        "<html>",
        "",
        "[]",
    ],
)
def test_g25_a_frame_that_cannot_be_read_is_counted_and_the_replay_goes_on(bad: str) -> None:
    played = Played()
    played.play(trade(1), frame(bad), trade(2))
    assert (played.replay.failures, played.replay.frames) == (1, 3)


def test_only_the_first_bad_frames_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    played = Played()
    played.play(*[frame("?")] * (FAILURES_SHOWN + 20))
    assert played.replay.failures == FAILURES_SHOWN + 20
    assert len(caplog.records) == FAILURES_SHOWN


@pytest.mark.parametrize("path", ["/api/v3/exchangeInfo", "/api/v3/depth?symbol=BTCUSDT"])
def test_an_answer_that_cannot_be_read_is_counted(path: str) -> None:
    played = Played()
    played.play(answered(path, "<html>"), delta(1, 1))
    assert played.replay.failures == 1


def test_replies_and_other_answers_are_no_failures() -> None:
    played = Played()
    played.play(
        frame('{"result":null,"id":1}'),
        answered("/api/v3/time", '{"serverTime":1}'),
        CaptureRecord(received_ts_ns=None, conn=None, direction="out", data="{}"),
    )
    assert (played.replay.failures, played.replay.frames, played.pipes) == (0, 0, [])


def test_a_stream_that_the_product_lacks_is_skipped_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    played = Played()
    played.play(heard("btcusdt@mood", x=1), heard("btcusdt@mood", x=2))
    assert (played.replay.frames, played.replay.failures) == (0, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "binance.spot has no stream btcusdt@mood; its frames are skipped"
    ]


def test_a_symbol_without_listing_is_guessed_once_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    instruments = InferringInstruments(SPOT)
    for _ in range(2):
        found = instruments.by_symbol("binance.spot", "BTCUSDT")
        assert found is not None
        assert (found.id, found.is_inferred) == (BTC, True)
    assert len(caplog.records) == 1
    assert instruments.by_symbol("binance.usdm", "BTCUSDT") is None
    assert instruments.by_symbol("binance.spot", "QQQ") is None


@pytest.mark.parametrize(
    ("conn", "path", "name"),
    [
        ("wss://stream.binance.com:9443/stream", None, "binance.spot"),
        ("wss://fstream.binance.com/public/stream", None, "binance.usdm"),
        (None, "https://dapi.binance.com/dapi/v1/depth?symbol=BTCUSD_PERP", "binance.coinm"),
        (None, "/api/v3/depth?symbol=BTCUSDT", None),
        ("wss://ws.example.com", None, None),
        (None, None, None),
    ],
)
def test_a_record_is_recognised_by_its_host(
    conn: str | None, path: str | None, name: str | None
) -> None:
    record = CaptureRecord(received_ts_ns=1, conn=conn, direction="in", path=path, data="")
    found = recognise(record, (SPOT, USDM, COINM))
    assert (found and found.name) == name


PERP, BYBIT = "binance:BTC/USDT:USDT", "bybit:BTC/USDT:USDT"
CONTRACT = [FundingRates(BYBIT), IndexPrices(BYBIT), MarkPrices(BYBIT)]


@pytest.mark.parametrize(
    ("topic", "others"),
    [
        (Trades(BTC), []),
        (BookUpdates(BTC), []),
        (MarkPrices(PERP), [FundingRates(PERP), IndexPrices(PERP)]),
        (Tickers(BYBIT), CONTRACT),
        (BookUpdates(BYBIT, 1), [Quotes(BYBIT)]),
        (BookUpdates(BYBIT, 50), []),
        (MarkPrices("binance.usdm:*"), []),
        (Notices("binance"), []),
    ],
)
def test_what_else_a_stream_brings_is_played_beside_it(topic: Topic, others: list[Topic]) -> None:
    (linear,) = products_of("bybit.linear")
    for product in (SPOT, USDM, linear):
        if isinstance(topic, Notices) or product.owns(topic.instrument):  # type: ignore[attr-defined]  # it has one
            listed = Instruments([product.infer("BTCUSDT")])
            assert list(beside(topic, product, listed)) == others


def test_quotes_that_are_numbered_otherwise_do_not_audit_the_book() -> None:
    (linear,) = products_of("bybit.linear")
    bus = Bus(Clock(), lambda name, coroutine: None)
    pipes: list[Pipe] = []
    replay = Replay(linear, PipeTools.for_replay(bus, Clock()), on_pipe=pipes.append)
    head = '{"topic":"orderbook.%d.BTCUSDT","type":"snapshot","ts":%d,"data":{"s":"BTCUSDT",'
    tail = '"b":[["%s","1"]],"a":[["101","1"]],"u":%d,"seq":%d}}'
    for number in range(1, 9):
        replay.play([frame((head % (200, number)) + (tail % ("99", number, number)))])
        replay.play([frame((head % (1, number)) + (tail % ("98", number, number)))])
    books = [pipe for pipe in pipes if isinstance(pipe, BookPipe)]
    assert [(book.keeper.audited, book.keeper.mismatches) for book in books] == [(0, 0), (0, 0)]
    assert replay.failures == 0
