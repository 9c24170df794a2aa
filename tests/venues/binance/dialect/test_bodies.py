"""Rows as sections 11 and 12 of the venue's reference give them."""

from __future__ import annotations

import json

import pytest
from tests.venues.binance.dialect.samples import (
    CANDLE,
    DAY,
    JOINED,
    MARK,
    NOW_MS,
    TRADE,
    FixedInstrument,
)

from tickwright.venues.binance.dialect import bodies
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
from tickwright.venues.binance.dialect.spelling import Spelling


I_SPOT, I_USDM = FixedInstrument(SPOT), FixedInstrument(USDM)
I_COINM = FixedInstrument(COINM, "BTCUSD_PERP")
SP, UM, CM = (
    Spelling(SPOT, I_SPOT.listing),
    Spelling(USDM, I_USDM.listing),
    Spelling(COINM, I_COINM.listing),
)
BEST = I_SPOT.best()
WINDOW = (
    "symbol priceChange priceChangePercent weightedAvgPrice openPrice highPrice lowPrice lastPrice volume"
    " quoteVolume openTime closeTime firstId lastId count"
)
FULL = f"{WINDOW} lastQty"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (bodies.depth(SPOT, SP, I_SPOT, 5, NOW_MS), "lastUpdateId bids asks"),
        (bodies.depth(USDM, UM, I_USDM, 5, NOW_MS), "lastUpdateId E T bids asks"),
        (bodies.depth(COINM, CM, I_COINM, 5, NOW_MS), "lastUpdateId E T symbol pair bids asks"),
        (bodies.trade(SPOT, SP, TRADE), "id price qty quoteQty time isBuyerMaker isBestMatch"),
        (bodies.trade(USDM, UM, TRADE), "id price qty quoteQty time isBuyerMaker isRPITrade"),
        (bodies.trade(COINM, CM, TRADE), "id price qty baseQty time isBuyerMaker"),
        (bodies.agg_trade(SPOT, SP, JOINED), "a p q f l T m M"),
        (bodies.agg_trade(USDM, UM, JOINED), "a p q nq f l T m"),
        (bodies.day(SPOT, SP, DAY, BEST, is_mini=False), f"{FULL} prevClosePrice bidPrice bidQty askPrice askQty"),
        (bodies.day(SPOT, SP, DAY, BEST, is_mini=True),
         "symbol openPrice highPrice lowPrice lastPrice volume quoteVolume openTime closeTime firstId lastId count"),
        (bodies.day(USDM, UM, DAY, BEST, is_mini=False), FULL),
        (bodies.day(COINM, CM, DAY, BEST, is_mini=False), FULL.replace("quoteVolume", "baseVolume pair")),
        (bodies.window(SP, DAY), WINDOW),
        (bodies.price(SPOT, SP, 1, NOW_MS), "symbol price"),
        (bodies.price(USDM, UM, 1, NOW_MS), "symbol price time"),
        (bodies.book_ticker(SPOT, SP, I_SPOT), "symbol bidPrice bidQty askPrice askQty"),
        (bodies.book_ticker(USDM, UM, I_USDM), "symbol bidPrice bidQty askPrice askQty time"),
        (bodies.average_price(SP, DAY), "mins price closeTime"),
        (bodies.premium_index(USDM, UM, MARK, NOW_MS),
         "symbol markPrice indexPrice estimatedSettlePrice lastFundingRate interestRate nextFundingTime time"),
        (bodies.funding(UM, MARK), "symbol fundingRate fundingTime markPrice rateType"),
        (bodies.open_interest(USDM, UM, 81_000_123, NOW_MS), "symbol openInterest time"),
        (bodies.open_interest(COINM, CM, 5, NOW_MS), "symbol pair openInterest contractType time"),
    ],
)  # fmt: skip
def test_rows_have_the_documented_fields(text: str, fields: str) -> None:
    assert set(json.loads(text)) == set(fields.split())


def test_candles_are_tuples_of_twelve() -> None:
    row = json.loads(bodies.kline(SP, CANDLE))
    assert len(row) == 12
    assert row[:6] == [
        CANDLE.open_ms,
        "64990.00000000",
        "65010.00000000",
        "64980.50000000",
        "65000.10000000",
        "12.50000000",
    ]
    assert (row[6], row[8], row[11]) == (CANDLE.close_ms, 43, "0")


def test_a_snapshot_is_cut_to_its_limit_best_first() -> None:
    book = json.loads(bodies.depth(SPOT, SP, I_SPOT, 1, NOW_MS))
    assert book == {
        "lastUpdateId": 100,
        "bids": [["65000.00000000", "1.20000000"]],
        "asks": [["65000.10000000", "0.80000000"]],
    }


def test_open_interest_is_in_contracts_or_base() -> None:
    text = bodies.open_interest(USDM, UM, 81_000_123, NOW_MS)
    assert json.loads(text)["openInterest"] == "81000.123"


def test_rows_make_an_array() -> None:
    assert bodies.rows(["1", "2"]) == "[1,2]"
    assert bodies.rows([]) == "[]"
