"""What only spot's calls do, at the sandbox, which was written from the venue's documentation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.binance.trading_rig import (
    SPOT,
    SPOT_BTC,
    SPOT_LISTINGS,
    Desk,
    ask,
    order_of,
)

from tickwright.errors import NotSupported
from tickwright.model.orders import ReportedState, TimeInForce


D = Decimal


@pytest.fixture
def spot() -> Desk:
    return Desk(is_futures=False)


def test_spot_names_the_executions_of_an_order_that_trades_at_once(spot: Desk) -> None:
    report = spot.submit(price=None, quantity=D("0.150"))
    assert [(fill.price, fill.quantity, fill.fee_asset) for fill in report.fills] == [
        (D("65000.1"), D("0.1"), "BTC"),
        (D("65000.2"), D("0.05"), "BTC"),
    ]
    assert report.average_price == D("9750.02") / D("0.15")


def test_a_market_order_by_quote_spends_so_much_on_spot(spot: Desk) -> None:
    report = spot.submit(price=None, quantity=None, quote_quantity=D(650))
    assert report.state is ReportedState.FILLED
    assert report.filled_quantity == D("0.009")


@pytest.mark.parametrize("change", [{"quantity": D("0.020")}, {"price": D(59000)}])
def test_spot_cannot_amend_anything_else(spot: Desk, change: dict[str, Any]) -> None:
    order = order_of(spot.command())
    with pytest.raises(NotSupported, match=r"orders\.replace"):
        SPOT.amend(order, msgspec.structs.replace(order, **change), SPOT_BTC)


def test_g10_an_execution_has_one_name_in_every_answer(spot: Desk) -> None:
    placed = spot.submit(price=None, quantity=D("0.150"))
    rows = ask(spot.venue, SPOT.executions(SPOT_BTC))
    assert [row.fill.trade_id for row in rows] == [fill.trade_id for fill in placed.fills]


def test_an_immediate_order_that_finds_nobody_expires_with_the_venue_s_reason(spot: Desk) -> None:
    report = spot.submit(time_in_force=TimeInForce.IOC)
    assert report.state is ReportedState.EXPIRED
    assert report.text == "UNFILLED_IOC_QUANTITY_EXPIRED"


def test_spot_has_no_positions() -> None:
    with pytest.raises(NotSupported, match="balances, no positions"):
        SPOT.positions(SPOT_LISTINGS)
