"""Kraken's servers as documented: answers by symbol, books that are cut without a word, checksums, JSON numbers."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal
from typing import Any

import pytest

from tickwright.sandbox import GeneratedMarket
from tickwright.venues.dialects import Reply
from tickwright.venues.kraken.dialect import KrakenDialect, PublicSocket


BOOK = "book:BTC/USD"


def talk() -> PublicSocket:
    return PublicSocket(lambda symbol: symbol in ("BTC/USD", "ETH/USD"))


def ask(socket: PublicSocket, method: str, symbols: list[str], **params: Any) -> Reply:
    said = {"method": method, "params": {"symbol": symbols, **params}, "req_id": 7}
    return socket.answer(json.dumps(said), now_ms=0, refused={})


def decoded(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


@pytest.fixture
def market() -> GeneratedMarket:
    return GeneratedMarket("kraken", ("kraken:BTC/USD",), seed=3, rate_per_s=200, depth=300)


def test_each_symbol_is_answered_alone_and_a_refusal_does_not_name_the_channel() -> None:
    socket = talk()
    reply = ask(socket, "subscribe", ["BTC/USD", "FOO/BAR"], channel="book", depth=100)
    done, failed = (decoded(text) for text in (reply.text, *reply.others))
    assert done["result"] == {"channel": "book", "depth": 100, "symbol": "BTC/USD"}
    assert (done["success"], done["req_id"]) == (True, 7)
    assert failed["error"] == "Currency pair not supported FOO/BAR"
    assert (failed["symbol"], failed["success"], "result" in failed) == ("FOO/BAR", False, False)
    assert reply.added == tuple(socket.streams) == (BOOK,)
    assert ask(socket, "unsubscribe", ["BTC/USD"], channel="book", depth=100).removed == (BOOK,)


@pytest.mark.parametrize(
    ("params", "stream"),
    [
        ({"channel": "trade"}, "trade:BTC/USD"),
        ({"channel": "ticker", "event_trigger": "bbo"}, "ticker:BTC/USD"),
        ({"channel": "ohlc", "interval": 60}, "ohlc-60:BTC/USD"),
        ({"channel": "ohlc"}, "ohlc-1:BTC/USD"),
        ({"channel": "ohlc", "interval": 7}, None),
        ({"channel": "book"}, None),
        ({"channel": "level3"}, None),
    ],
)
def test_a_channel_is_served_or_refused(params: dict[str, Any], stream: str | None) -> None:
    reply = ask(talk(), "subscribe", ["BTC/USD"], **params)
    assert reply.added == (() if stream is None else (stream,))
    assert decoded(reply.text)["success"] is (stream is not None)


@pytest.mark.parametrize("text", ["{", "[]", '{"method":"subscribe","params":{}}', '{"params":{}}'])
def test_what_is_no_request_is_malformed(text: str) -> None:
    assert "Malformed request" in talk().answer(text, now_ms=0, refused={}).text


def test_a_ping_is_answered_and_other_methods_are_not_supported() -> None:
    pong = decoded(talk().answer('{"method":"ping","req_id":3}', now_ms=0, refused={}).text)
    assert (pong["method"], pong["req_id"]) == ("pong", 3)
    assert "Unsupported" in ask(talk(), "add_order", ["BTC/USD"]).text
    assert talk().allowance.quiet_s == 60


class Kept:
    """A book kept as the page *Book Checksum* tells."""

    def __init__(self) -> None:
        self.sides: dict[str, dict[Decimal, Decimal]] = {"bids": {}, "asks": {}}

    def take(self, row: Any) -> None:
        for name, side in self.sides.items():
            for level in row[name]:
                if level["qty"]:
                    side[level["price"]] = level["qty"]
                else:
                    side.pop(level["price"])
            kept = sorted(side.items(), reverse=name == "bids")[:100]
            self.sides[name] = dict(kept)
        assert self.checksum() == row["checksum"]

    def checksum(self) -> int:
        text = ""
        for name in ("asks", "bids"):
            for level in list(self.sides[name].items())[:10]:
                text += "".join(f"{part:f}".replace(".", "").lstrip("0") for part in level)
        return zlib.crc32(text.encode())


def test_who_cuts_the_book_to_its_depth_finds_every_checksum_right(market: GeneratedMarket) -> None:
    market.want(BOOK)
    first = decoded(market.greeting(BOOK) or "")
    assert (first["channel"], first["type"]) == ("book", "snapshot")
    kept = Kept()
    kept.take(first["data"][0])
    updates = [decoded(payload) for _, payload in market.advance(market.now_ms + 20_000)]
    assert len(updates) > 200
    for update in updates:
        kept.take(update["data"][0])
    assert len(kept.sides["bids"]) == 100


def test_numbers_are_json_numbers_with_all_their_digits(market: GeneratedMarket) -> None:
    market.want("trade:BTC/USD")
    (frame, *_) = [decoded(payload) for _, payload in market.advance(market.now_ms + 3000)]
    row = frame["data"][0]
    assert isinstance(row["price"], Decimal)
    assert isinstance(row["trade_id"], int)
    assert row["price"].as_tuple().exponent == -1


def test_a_candle_has_a_begin_and_no_close(market: GeneratedMarket) -> None:
    market.want("ohlc-1:BTC/USD")
    frames = [decoded(payload) for _, payload in market.advance(market.now_ms + 3000)]
    row = frames[0]["data"][0]
    assert row["interval"] == 1
    assert row["interval_begin"].endswith(":00.000000Z")


def answered(market: GeneratedMarket, where: str, **params: str) -> Any:
    return decoded(market.answer("GET", f"/0/public/{where}", params).body)


def test_rest_speaks_the_old_names(market: GeneratedMarket) -> None:
    ((name, pair),) = answered(market, "AssetPairs")["result"].items()
    assert (name, pair["wsname"], pair["pair_decimals"]) == ("XBTUSD", "XBT/USD", 1)
    assert answered(market, "Time")["result"]["unixtime"] == market.now_ms // 1000
    assert answered(market, "Nothing")["error"] == ["EGeneral:Unknown method"]


def test_candles_come_after_a_second_oldest_first(market: GeneratedMarket) -> None:
    now = market.now_ms // 60_000 * 60
    found = answered(market, "OHLC", pair="XBTUSD", interval="1", since=str(now - 121))["result"]
    assert [row[0] for row in found["XBTUSD"]] == [now - 120, now - 60, now]
    assert answered(market, "OHLC", pair="FOOBAR")["error"] == ["EQuery:Unknown asset pair"]


def test_the_socket_has_a_version() -> None:
    dialect = KrakenDialect()
    dialect.converse("/v2", {}, is_flat=False, is_listed=lambda symbol: True)
    with pytest.raises(ValueError, match="no public socket"):
        dialect.converse("/", {}, is_flat=False, is_listed=lambda symbol: True)
    assert dialect.refusal(429, 0, None) == '{"error":["EGeneral:Too many requests"]}'
    assert dialect.refusal(503, 0, None) == '{"error":["EService:Unavailable"]}'
