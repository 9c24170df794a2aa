"""OKX's servers as documented: answers one by one, linked updates, REST bodies, refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.sandbox import GeneratedMarket
from tickwright.venues.dialects import Reply
from tickwright.venues.okx.dialect import OkxDialect, PublicSocket


def listed(symbol: str) -> bool:
    return symbol in ("BTC-USDT", "ETH-USDT")


def talk(is_business: bool = False) -> PublicSocket:
    return PublicSocket(is_business, listed)


def ask(socket: PublicSocket, operation: str, *args: tuple[str, str], **refused: str) -> Reply:
    named = [{"channel": channel, "instId": symbol} for channel, symbol in args]
    text = json.dumps({"id": "1", "op": operation, "args": named})
    return socket.answer(text, now_ms=0, refused=refused)


@pytest.fixture
def market() -> GeneratedMarket:
    return GeneratedMarket("okx", ("okx:BTC/USDT",), seed=3, rate_per_s=200)


def answered(market: GeneratedMarket, path: str, **params: str) -> Any:
    answer = market.answer("GET", path, params)
    assert answer.status == 200
    return json.loads(answer.body)


def test_each_argument_is_answered_alone() -> None:
    socket = talk()
    reply = ask(
        socket, "subscribe", ("books", "BTC-USDT"), ("booksX", "BTC-USDT"), ("trades", "ETH-USDT")
    )
    said = [json.loads(text) for text in (reply.text, *reply.others)]
    assert [each["event"] for each in said] == ["subscribe", "error", "subscribe"]
    assert said[1]["code"] == "60018"
    assert "channel:booksX,instId:BTC-USDT doesn't exist." in said[1]["msg"]
    assert reply.added == tuple(socket.streams) == ("books:BTC-USDT", "trades:ETH-USDT")
    left = ask(socket, "unsubscribe", ("books", "BTC-USDT"))
    assert (left.removed, list(socket.streams)) == (("books:BTC-USDT",), ["trades:ETH-USDT"])


@pytest.mark.parametrize(
    ("is_business", "channel", "symbol", "is_there"),
    [
        (False, "books", "BTC-USDT", True),
        (False, "candle1m", "BTC-USDT", False),
        (True, "candle1m", "BTC-USDT", True),
        (True, "candle6H", "BTC-USDT", False),
        (True, "books", "BTC-USDT", False),
        (False, "books", "NOPE-USDT", False),
    ],
)
def test_candles_are_on_the_business_socket_alone(
    is_business: bool, channel: str, symbol: str, is_there: bool
) -> None:
    assert bool(ask(talk(is_business), "subscribe", (channel, symbol)).added) is is_there


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"op":"subscribe"}', '{"op":"what","args":[]}', "Ping"]
)
def test_what_is_no_request_is_an_illegal_one(text: str) -> None:
    reply = talk().answer(text, now_ms=0, refused={})
    assert json.loads(reply.text)["code"] == "60012"


def test_a_ping_is_answered_as_a_text() -> None:
    assert talk().answer("ping", now_ms=0, refused={}) == Reply("pong")
    assert talk().allowance.quiet_s == 30


def test_a_book_begins_with_a_snapshot_and_each_update_names_the_one_before(
    market: GeneratedMarket,
) -> None:
    market.want("books:BTC-USDT")
    first = json.loads(market.greeting("books:BTC-USDT") or "")
    assert (first["action"], first["data"][0]["prevSeqId"]) == ("snapshot", -1)
    last = first["data"][0]["seqId"]
    updates = [json.loads(payload) for _, payload in market.advance(market.now_ms + 3000)]
    assert len(updates) > 20
    for update in updates:
        (row,) = update["data"]
        assert update["arg"] == {"channel": "books", "instId": "BTC-USDT"}
        assert (update["action"], row["prevSeqId"], row["checksum"]) == ("update", last, 0)
        assert all(len(level) == 4 for level in (*row["asks"], *row["bids"]))
        last = row["seqId"]


def test_trades_of_one_taker_are_joined_by_price(market: GeneratedMarket) -> None:
    market.want("trades:BTC-USDT")
    assert len(json.loads(market.greeting("trades:BTC-USDT") or "")["data"]) == 1
    said = [json.loads(payload) for _, payload in market.advance(market.now_ms + 5000)]
    rows = [row for frame in said for row in frame["data"]]
    assert rows[0].keys() == {"instId", "tradeId", "px", "sz", "side", "ts", "count"}
    assert {row["side"] for row in rows} == {"buy", "sell"}


def test_rest_lists_spot_and_tells_the_time(market: GeneratedMarket) -> None:
    (row,) = answered(market, "/api/v5/public/instruments", instType="SPOT")["data"]
    assert (row["instId"], row["state"], row["tickSz"]) == ("BTC-USDT", "live", "0.1")
    assert answered(market, "/api/v5/public/instruments", instType="SWAP")["data"] == []
    assert answered(market, "/api/v5/public/instruments")["code"] == "51000"
    assert answered(market, "/api/v5/public/time")["data"] == [{"ts": str(market.now_ms)}]
    assert market.answer("GET", "/api/v5/nothing", {}).status == 404


def test_candles_lie_between_the_times_that_are_named_newest_first(market: GeneratedMarket) -> None:
    path, minute = "/api/v5/market/candles", 60_000
    now = market.now_ms // minute * minute
    found = answered(
        market, path, instId="BTC-USDT", bar="1m", before=str(now - 4 * minute), after=str(now)
    )
    assert [int(row[0]) for row in found["data"]] == [now - n * minute for n in (1, 2, 3)]
    assert {row[8] for row in found["data"]} == {"1"}
    assert answered(market, path, instId="NOPE-USDT")["code"] == "51001"


def test_a_socket_has_one_of_two_paths() -> None:
    dialect = OkxDialect()
    dialect.converse("/ws/v5/business", {}, is_flat=False, is_listed=listed)
    with pytest.raises(ValueError, match="no public socket"):
        dialect.converse("/ws/v5/private", {}, is_flat=False, is_listed=listed)


def test_an_upgrade_is_announced() -> None:
    notice = OkxDialect().shutdown_notice(0)
    assert notice is not None
    assert json.loads(notice[1])["code"] == "64008"
    assert json.loads(OkxDialect().refusal(429, 0, None))["code"] == "50011"
    assert json.loads(OkxDialect().refusal(503, 0, None))["code"] == "50001"
