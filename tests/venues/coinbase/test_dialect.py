"""Coinbase's servers as documented: lists for answers, numbers for frames, makers' sides."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.sandbox import GeneratedMarket
from tickwright.venues.coinbase.dialect import CoinbaseDialect, MarketSocket
from tickwright.venues.dialects import Reply


BOOK = "l2_data:BTC-USD"


def talk() -> MarketSocket:
    return MarketSocket(lambda symbol: symbol in ("BTC-USD", "ETH-USD"), 1)


def ask(socket: MarketSocket, kind: str, channel: str, *products: str, **refused: str) -> Reply:
    said = {"type": kind, "channel": channel, "product_ids": products}
    return socket.answer(json.dumps(said), now_ms=0, refused=refused)


def number_of(text: str) -> int:
    found: int = json.loads(text)["sequence_num"]
    return found


def frame(number: int) -> str:
    return f'{{"channel":"l2_data","sequence_num":{number},"events":[]}}'


@pytest.fixture
def market() -> GeneratedMarket:
    return GeneratedMarket("coinbase", ("coinbase:BTC/USD",), seed=3, rate_per_s=200)


def test_an_answer_lists_all_that_is_subscribed_by_now() -> None:
    socket = talk()
    ask(socket, "subscribe", "level2", "BTC-USD")
    reply = ask(socket, "subscribe", "ticker", "BTC-USD", "ETH-USD")
    said = json.loads(reply.text)
    assert said["events"] == [
        {"subscriptions": {"level2": ["BTC-USD"], "ticker": ["BTC-USD", "ETH-USD"]}}
    ]
    assert reply.added == ("ticker:BTC-USD", "ticker:ETH-USD")
    left = ask(socket, "unsubscribe", "level2", "BTC-USD")
    assert left.removed == (BOOK,)
    assert "level2" not in left.text


def test_heartbeats_need_no_product_and_may_be_asked_for_again() -> None:
    socket = talk()
    assert socket.allowance.quiet_s == 5
    assert ask(socket, "subscribe", "heartbeats").added == ("heartbeats:heartbeats",)
    assert ask(socket, "subscribe", "heartbeats").added == ()
    assert socket.allowance.quiet_s == 90


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "failed to parse"),
        ("[]", "failed to parse"),
        ('{"type":"subscribe","channel":"full","product_ids":["BTC-USD"]}', "not supported"),
        (
            '{"type":"subscribe","channel":"level2","product_ids":["BTC-USD","NOPE-USD"]}',
            "NOPE-USD is not",
        ),
    ],
)
def test_an_error_has_a_text_and_no_number(text: str, message: str) -> None:
    socket = talk()
    said = json.loads(socket.answer(text, now_ms=0, refused={}).text)
    assert said["type"] == "error"
    assert message in said["message"]
    assert list(socket.streams) == []


def test_every_frame_of_a_connection_has_the_next_number_whatever_its_channel() -> None:
    socket = talk()
    assert number_of(ask(socket, "subscribe", "level2", "BTC-USD").text) == 0
    assert number_of(socket.wrap(BOOK, frame(57))) == 1
    assert number_of(socket.wrap("ticker:BTC-USD", frame(9))) == 2
    assert number_of(socket.wrap(BOOK, frame(58))) == 3
    assert number_of(ask(socket, "subscribe", "ticker", "BTC-USD").text) == 4


def test_a_frame_that_was_kept_back_leaves_a_hole_and_one_that_comes_again_has_its_old_number() -> (
    None
):
    socket = talk()
    assert number_of(socket.wrap(BOOK, frame(57))) == 0
    assert number_of(socket.wrap(BOOK, frame(59))) == 2
    assert number_of(socket.wrap(BOOK, frame(58))) == 1
    assert number_of(socket.wrap(BOOK, frame(59))) == 2
    assert number_of(socket.wrap(BOOK, frame(60))) == 3


def test_frames_of_a_stream_are_numbered_and_a_snapshot_has_the_number_before_the_next(
    market: GeneratedMarket,
) -> None:
    market.want(BOOK)
    frames = [payload for _, payload in market.advance(market.now_ms + 1000)]
    assert [number_of(text) for text in frames] == list(range(1, len(frames) + 1))
    assert number_of(market.greeting(BOOK) or "") == len(frames)


def test_a_book_is_whole_and_its_changes_are_the_engine_s(market: GeneratedMarket) -> None:
    market.want(BOOK)
    (event,) = json.loads(market.greeting(BOOK) or "")["events"]
    assert (event["type"], event["product_id"]) == ("snapshot", "BTC-USD")
    bids, asks = market.book("BTC-USD")
    assert len(event["updates"]) == len(bids) + len(asks)
    for _, payload in market.advance(market.now_ms + 1000):
        (change,) = json.loads(payload)["events"]
        assert change["type"] == "update"
        assert len({row["event_time"] for row in change["updates"]}) == 1
        assert {row["side"] for row in change["updates"]} <= {"bid", "offer"}


def test_the_side_of_a_trade_is_the_maker_s(market: GeneratedMarket) -> None:
    market.want("market_trades:BTC-USD")
    (instrument,) = market.instruments
    said = [json.loads(payload) for _, payload in market.advance(market.now_ms + 3000)]
    sides = {
        row["trade_id"]: row["side"]
        for one in said
        for event in one["events"]
        for row in event["trades"]
    }
    makers = {str(one.id): one.is_buyer_maker for one in instrument.trades(None, len(sides))}
    assert sides
    assert all((side == "BUY") is makers[number] for number, side in sides.items())


def answered(
    market: GeneratedMarket, where: str, params: dict[str, str] | None = None, status: int = 200
) -> Any:
    answer = market.answer("GET", f"/api/v3/brokerage/{where}", params or {})
    assert answer.status == status
    return json.loads(answer.body)


def test_rest_lists_products_and_tells_the_time(market: GeneratedMarket) -> None:
    (row,) = answered(market, "market/products")["products"]
    assert (row["product_id"], row["status"], row["alias"]) == ("BTC-USD", "online", "")
    assert answered(market, "time")["epochMillis"] == str(market.now_ms)
    assert answered(market, "nothing", status=404)["error"] == "NOT_FOUND"


def test_candles_need_a_span_and_come_newest_first(market: GeneratedMarket) -> None:
    now = market.now_ms // 60_000 * 60
    span = {"start": str(now - 180), "end": str(now - 1), "granularity": "ONE_MINUTE"}
    found = answered(market, "market/products/BTC-USD/candles", span)["candles"]
    assert [int(row["start"]) for row in found] == [now - 60, now - 120, now - 180]
    answered(market, "market/products/BTC-USD/candles", {"granularity": "ONE_MINUTE"}, 400)
    answered(market, "market/products/NOPE-USD/candles", span, 400)


def test_there_is_one_socket() -> None:
    dialect = CoinbaseDialect()
    first, second = (
        dialect.converse("/", {}, is_flat=False, is_listed=lambda symbol: True) for _ in range(2)
    )
    assert first.framing != second.framing
    with pytest.raises(ValueError, match="no market data socket"):
        dialect.converse("/ws", {}, is_flat=False, is_listed=lambda symbol: True)
    assert "rate_limit_exceeded" in dialect.refusal(429, 0, None)
