"""What only USD-M's calls do, at the sandbox, which was written from the venue's documentation."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from tests.venues.binance.trading_rig import (
    STOP,
    USDM,
    USDM_BTC,
    USDM_LISTINGS,
    Desk,
    ask,
    order_of,
)

from tickwright.errors import NotSupported, UsageError
from tickwright.model.market import Side


D = Decimal


@pytest.fixture
def usdm() -> Desk:
    return Desk(is_futures=True)


def test_futures_can_amend_the_price_but_not_of_an_order_that_waits(usdm: Desk) -> None:
    order = order_of(usdm.command())
    usdm.submit()
    changed = msgspec.structs.replace(order, price=D(59000))
    assert ask(usdm.venue, USDM.amend(order, changed, USDM_BTC)).price == D(59000)
    waiting = order_of(usdm.command(client_order_id="me-2", trigger=STOP, side=Side.SELL))
    with pytest.raises(NotSupported, match="waits for its trigger"):
        USDM.amend(waiting, waiting, USDM_BTC)
    with pytest.raises(UsageError, match="only limit orders"):
        USDM.amend(order, msgspec.structs.replace(order, price=None), USDM_BTC)


def test_a_triggered_order_of_futures_is_found_by_the_id_that_it_got_then(usdm: Desk) -> None:
    wanted = usdm.command(trigger=STOP, side=Side.SELL, price=D(63000))
    usdm.submit(trigger=STOP, side=Side.SELL, price=D(63000))
    usdm.venue.trade_at(6_399_000)
    report = ask(usdm.venue, USDM.query(order_of(wanted), USDM_BTC))
    assert report.is_working
    assert report.venue_order_id is not None
    order = order_of(wanted, report)
    found = ask(usdm.venue, USDM.query(order, USDM_BTC))
    assert found.client_order_id == "me-1"
    assert found.venue_order_id == report.venue_order_id


def test_positions_of_futures_are_signed(usdm: Desk) -> None:
    (held,) = USDM.positions(USDM_LISTINGS)
    assert ask(usdm.venue, held) == []
    usdm.submit(side=Side.SELL, price=None)
    (position,) = ask(usdm.venue, held)
    assert position.quantity == D("-0.010")
    assert position.entry_price == D("64999.9")
