"""Answers about what an account holds and traded, as the venue's documentation shows them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC, USDM_LISTINGS

from tickwright.model.market import Side
from tickwright.venues.binance import account_answers as answers


D = Decimal
NOW_NS = 1_795_000_009_000_000_000
MS = 1_000_000


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("words", "side", "is_maker"),
    [
        ({"isBuyer": True, "isMaker": False}, Side.BUY, False),
        ({"buyer": False, "maker": True}, Side.SELL, True),
    ],
)
def test_own_trades_read_alike_on_both_products(
    words: dict[str, bool], side: Side, *, is_maker: bool
) -> None:
    row = {
        "symbol": "BTCUSDT", "id": 4200000050, "orderId": 29, "price": "65000.10000000",
        "qty": "0.01000000", "commission": "0.00001000", "commissionAsset": "BTC",
        "time": 1795000000205, **words,
    }  # fmt: skip
    (found,) = answers.executions(SPOT_BTC.id)(body([row]), NOW_NS)
    assert (found.side, found.fill.is_maker) == (side, is_maker)
    assert (found.fill.trade_id, found.fill.fee) == ("4200000050", D("0.00001"))
    assert found.fill.venue_ts_ns == 1795000000205 * MS


def test_balances_of_spot_are_free_and_locked() -> None:
    raw = b'{"balances":[{"asset":"USDT","free":"10000.0","locked":"650.001"}],"uid":1}'
    (found,) = answers.spot_balances("binance.spot")(raw, NOW_NS)
    assert (found.free, found.locked, found.total) == (D(10000), D("650.001"), D("10650.001"))


def test_what_is_not_available_of_a_margin_wallet_is_locked() -> None:
    row = {"asset": "USDT", "balance": "10000.0", "availableBalance": "9936.5"}
    gain = {"asset": "USDC", "balance": "10", "availableBalance": "12"}
    first, second = answers.futures_balances("binance.usdm")(body([row, gain]), NOW_NS)
    assert (first.free, first.locked) == (D("9936.5"), D("63.5"))
    assert (second.free, second.locked) == (D(10), 0)  # the rest is profit that is not realised


def test_positions_leave_out_what_is_flat_and_what_is_unknown() -> None:
    row = {
        "symbol": "BTCUSDT", "positionAmt": "-0.010", "entryPrice": "65000.10",
        "markPrice": "65110.10000000", "unRealizedProfit": "-1.1", "liquidationPrice": "0",
    }  # fmt: skip
    rows = [row, {**row, "positionAmt": "0.000"}, {**row, "symbol": "NEWUSDT"}]
    (found,) = answers.positions("binance.usdm", USDM_LISTINGS)(body(rows), NOW_NS)
    assert found.quantity == D("-0.010")
    assert found.liquidation_price is None
    assert found.unrealized_pnl == D("-1.1")
