"""Field sets as sections 4 and 5 of the venue's reference give them."""

from __future__ import annotations

import json

import pytest
from tests.venues.binance.dialect.samples import (
    CANDLE,
    DAY,
    FORCED,
    JOINED,
    MARK,
    NOW_MS,
    TRADE,
    FixedInstrument,
)

from tickwright.venues.binance.dialect.payloads import (
    FuturesPayloads,
    SpotPayloads,
    kline,
    payloads_of,
)
from tickwright.venues.binance.dialect.products import COINM, SPOT, USDM
from tickwright.venues.binance.dialect.spelling import Spelling


AT_SPOT = Spelling(SPOT, FixedInstrument(SPOT).listing)
AT_USDM = Spelling(USDM, FixedInstrument(USDM).listing)
BEST = (6_500_000, 120_000, 6_500_010, 80_000)
SPOT_SAYS, USDM_SAYS, COINM_SAYS = SpotPayloads(), FuturesPayloads(USDM), FuturesPayloads(COINM)
TICKER = "e E s p P w c Q o h l v q O C F L n"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (SPOT_SAYS.trade(AT_SPOT, TRADE, NOW_MS), "e E s t p q T m M"),
        (SPOT_SAYS.agg_trade(AT_SPOT, JOINED, NOW_MS), "e E s a p q f l T m M"),
        (SPOT_SAYS.book_ticker(AT_SPOT, 9, BEST, NOW_MS), "u s b B a A"),
        (SPOT_SAYS.depth(AT_SPOT, (1, 2, 0), [], [], NOW_MS), "e E s U u b a"),
        (SPOT_SAYS.partial_depth(AT_SPOT, (1, 2, 0), [], [], NOW_MS), "lastUpdateId bids asks"),
        (SPOT_SAYS.mini_ticker(AT_SPOT, DAY, NOW_MS), "e E s c o h l v q"),
        (SPOT_SAYS.ticker(AT_SPOT, DAY, BEST, NOW_MS), f"{TICKER} x b B a A"),
        (SPOT_SAYS.window_ticker(AT_SPOT, DAY, "1h", NOW_MS), "e E s p P w c o h l v q O C F L n"),
        (SPOT_SAYS.average_price(AT_SPOT, DAY, NOW_MS), "e E s i w T"),
        (USDM_SAYS.trade(AT_USDM, TRADE, NOW_MS), "e E T s t p q X m st"),
        (USDM_SAYS.agg_trade(AT_USDM, JOINED, NOW_MS), "e E a s p q nq f l T m st"),
        (USDM_SAYS.book_ticker(AT_USDM, 9, BEST, NOW_MS), "e u s ps b B a A T E st"),
        (USDM_SAYS.depth(AT_USDM, (1, 2, 0), [], [], NOW_MS), "e E T s ps U u pu b a st"),
        (USDM_SAYS.mini_ticker(AT_USDM, DAY, NOW_MS), "e E s c o h l v q ps st"),
        (USDM_SAYS.ticker(AT_USDM, DAY, BEST, NOW_MS), f"{TICKER} ps st"),
        (USDM_SAYS.mark_price(AT_USDM, MARK, NOW_MS), "e E s p ap P i r T st"),
        (USDM_SAYS.force_order(AT_USDM, FORCED, NOW_MS), "e E o ps st"),
        (kline(AT_SPOT, "1m", CANDLE, NOW_MS, is_closed=False), "e E s k"),
        (kline(AT_USDM, "1m", CANDLE, NOW_MS, is_closed=True, head='"ps":"BTCUSDT","ct":"PERPETUAL"'), "e E ps ct k"),
    ],
)  # fmt: skip
def test_payloads_have_the_documented_fields(text: str, fields: str) -> None:
    assert set(json.loads(text)) == set(fields.split())


def test_trades_say_who_waited() -> None:
    trade = json.loads(SPOT_SAYS.trade(AT_SPOT, TRADE, NOW_MS))
    assert trade == {
        "e": "trade", "E": NOW_MS, "s": "BTCUSDT", "t": 7, "p": "65000.10000000", "q": "0.01000000",
        "T": NOW_MS - 1, "m": True, "M": True,
    }  # fmt: skip


def test_futures_deltas_name_the_event_before() -> None:
    delta = json.loads(USDM_SAYS.depth(AT_USDM, (5, 9, 3), [(6_500_000, 0)], [], NOW_MS))
    assert (delta["U"], delta["u"], delta["pu"]) == (5, 9, 3)
    assert delta["b"] == [["65000.00", "0.000"]]


def test_candles_carry_every_documented_number() -> None:
    candle = json.loads(kline(AT_SPOT, "1m", CANDLE, NOW_MS, is_closed=True))["k"]
    assert set(candle) == {
        "t",
        "T",
        "s",
        "i",
        "f",
        "L",
        "o",
        "c",
        "h",
        "l",
        "v",
        "n",
        "x",
        "q",
        "V",
        "Q",
        "B",
    }
    assert candle["x"] is True
    assert (candle["v"], candle["n"]) == ("12.50000000", 43)


def test_families_say_which_they_are() -> None:
    assert json.loads(USDM_SAYS.trade(AT_USDM, TRADE, NOW_MS))["st"] == 1
    assert json.loads(COINM_SAYS.trade(AT_USDM, TRADE, NOW_MS))["st"] == 2


def test_each_product_has_its_family() -> None:
    assert isinstance(payloads_of(SPOT), SpotPayloads)
    assert isinstance(payloads_of(USDM), FuturesPayloads)
    assert isinstance(payloads_of(COINM), FuturesPayloads)


def test_liquidations_have_the_side_of_their_order() -> None:
    order = json.loads(USDM_SAYS.force_order(AT_USDM, FORCED, NOW_MS))["o"]
    assert set(order) == {"s", "S", "o", "f", "q", "p", "ap", "X", "l", "z", "T"}
    assert (order["S"], order["p"], order["ap"]) == ("SELL", "65000.00", "65000.10")
