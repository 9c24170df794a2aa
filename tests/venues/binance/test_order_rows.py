"""The payloads that the rows of orders quote are read by them, all fields at their place."""

from __future__ import annotations

import msgspec
import pytest

from tickwright.venues.binance.order_rows import (
    AlgoRow,
    BalanceRow,
    FillRow,
    OrderRow,
    OwnTradeRow,
    WalletRow,
)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (
            FillRow,
            '{"price":"65000.1","qty":"0.01","commission":"0.1","commissionAsset":"BTC","tradeId":7}',
            {"trade_id": 7, "price": "65000.1", "quantity": "0.01", "fee": "0.1", "fee_asset": "BTC"},
        ),
        (
            OrderRow,
            '{"symbol":"BTCUSDT","orderId":28,"status":"NEW","transactTime":5,"workingTime":-1}',
            {"symbol": "BTCUSDT", "order_id": 28, "status": "NEW", "transact_ms": 5, "working_ms": -1},
        ),
        (
            AlgoRow,
            '{"algoId":2146760,"clientAlgoId":"alg-0001","code":"200","msg":"success"}',
            {"algo_id": 2146760, "client_id": "alg-0001", "status": "CANCELED"},
        ),
        (
            OwnTradeRow,
            '{"symbol":"B","id":1,"orderId":2,"price":"3","qty":"4","commission":"5",'
            '"commissionAsset":"C","time":6,"buyer":true,"maker":true}',
            {"id": 1, "order_id": 2, "time_ms": 6, "buyer": True, "is_buyer": None},
        ),
        (BalanceRow, '{"asset":"USDT","free":"1","locked":"2"}', {"free": "1", "locked": "2"}),
        (
            WalletRow,
            '{"asset":"USDT","balance":"3","availableBalance":"2","crossUnPnl":"1"}',
            {"balance": "3", "available": "2"},
        ),
    ],
)  # fmt: skip
def test_documented_payloads_fit_their_rows(
    kind: type[msgspec.Struct], raw: str, expected: dict[str, object]
) -> None:
    row = msgspec.json.decode(raw, type=kind)
    assert {name: getattr(row, name) for name in expected} == expected
