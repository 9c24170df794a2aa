"""Balances and positions as values."""

from __future__ import annotations

from decimal import Decimal, localcontext

from tickwright.model.account import Balance, Position


def test_g24_a_balance_adds_up_exactly() -> None:
    balance = Balance(
        venue="binance.spot",
        asset="BTC",
        free=Decimal("123456789.000000000000000001"),
        locked=Decimal("0.000000000000000002"),
    )
    with localcontext(prec=5):
        assert balance.total == Decimal("123456789.000000000000000003")


def test_a_position_says_its_direction_by_its_sign_and_may_know_little_else() -> None:
    position = Position(instrument="binance:BTC/USDT:USDT", quantity=Decimal(-1))
    assert position.quantity < 0
    assert position.liquidation_price is None
