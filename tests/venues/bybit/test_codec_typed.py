"""Candles and liquidations."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.venues.bybit.samples import (
    INVERSE_ID,
    KLINE,
    LINEAR_ID,
    LIQUIDATION,
    LISTED,
    RECEIVED_NS,
    SPOT_KLINE,
)

from tickwright.core.intervals import interval_ns
from tickwright.errors import DecodeError
from tickwright.model.market import Candle, Liquidation, Side
from tickwright.venues.bybit import codec_typed


D = Decimal
MS = 1_000_000
BTC = LISTED[LINEAR_ID]


@pytest.mark.parametrize("frame", [KLINE, SPOT_KLINE])
def test_a_candle_is_read_with_our_word_for_its_interval(frame: bytes) -> None:
    (candle,) = codec_typed.candles(frame, RECEIVED_NS, BTC)
    assert candle == Candle(
        LINEAR_ID, 1_795_000_123_456 * MS, RECEIVED_NS, "5m", 1_795_000_000_000 * MS,
        1_795_000_299_999 * MS, D("90000.1"), D("90020"), D("89990"), D("90010"), D("2.081"),
        D("187300.4"), None, False,
    )  # fmt: skip


def test_a_candle_says_that_it_is_over() -> None:
    frame = KLINE.replace(b'"confirm":false', b'"confirm":true')
    assert codec_typed.candles(frame, RECEIVED_NS, BTC)[0].is_closed


def test_the_turnover_of_an_inverse_contract_counts_the_base_coin_and_is_left_out() -> None:
    (candle,) = codec_typed.candles(KLINE, RECEIVED_NS, LISTED[INVERSE_ID])
    assert (candle.volume, candle.quote_volume) == (D("2.081"), None)


def test_every_interval_of_ours_is_one() -> None:
    assert all(interval_ns(interval) for interval in codec_typed.INTERVALS)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"interval":"5"', b'"interval":"7"'), (b'"90020"', b'"1"'), (b'"end":1795', b'"end":1794')],
)
def test_a_candle_that_breaks_a_rule_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(DecodeError):
        codec_typed.candles(KLINE.replace(old, new), RECEIVED_NS, BTC)


def test_a_long_position_is_closed_by_a_sell_order() -> None:
    (event,) = codec_typed.liquidations(LIQUIDATION, RECEIVED_NS, BTC)
    assert event == Liquidation(
        LINEAR_ID, 1_795_000_000_929 * MS, RECEIVED_NS, Side.SELL, D("88900.00"), None, D("0.120"), D("0.120")
    )  # fmt: skip
    short = LIQUIDATION.replace(b'"Buy"', b'"Sell"')
    assert codec_typed.liquidations(short, RECEIVED_NS, BTC)[0].side is Side.BUY
    strange = LIQUIDATION.replace(b'"Buy"', b'"None"')
    assert codec_typed.liquidations(strange, RECEIVED_NS, BTC)[0].side is Side.UNKNOWN
