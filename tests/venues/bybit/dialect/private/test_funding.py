from __future__ import annotations

from decimal import Decimal

import pytest
from tests.venues.bybit.dialect.private.kit import PRICE, Venue


@pytest.mark.parametrize(("side", "sign"), [("Buy", 1), ("Sell", -1)])
def test_who_is_long_pays_and_who_is_short_gets(venue: Venue, side: str, sign: int) -> None:
    venue.placed(orderType="Market", side=side, qty="0.5")
    venue.forget()
    venue.fund()
    (row,) = venue.told("execution")
    assert (row["execType"], row["orderType"], row["side"]) == ("Funding", "UNKNOWN", side)
    assert Decimal(row["execFee"]) == sign * Decimal(PRICE) / 2 * Decimal("0.0001")
    assert (row["execQty"], row["feeRate"], row["orderQty"]) == ("0.500", "0.0001", "0")


def test_the_wallet_tells_of_it_too(venue: Venue) -> None:
    venue.placed(orderType="Market", qty="0.5")
    venue.forget()
    venue.fund()
    (row,) = venue.told("wallet")
    assert [coin["coin"] for coin in row["coin"]] == ["USDT"]


def test_nobody_without_a_position_hears_of_it(venue: Venue) -> None:
    venue.placed()
    venue.forget()
    venue.fund()
    assert venue.side.take_frames() == []
