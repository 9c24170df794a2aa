"""What is written of USD-M orders beyond what the endpoints' tests show."""

from __future__ import annotations

import msgspec
import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.venues.binance.dialect.private.usdm_views import (
    STATUSES,
    UsdmViews,
    algo_status,
    money,
)
from tickwright.venues.reports import OrderStatus, OrderView


@pytest.fixture
def stop(usdm: Venue) -> OrderView:
    usdm.ok(
        "POST", "/fapi/v1/algoOrder", algoType="CONDITIONAL", symbol="BTCUSDT", side="SELL",
        type="TRAILING_STOP_MARKET", callbackRate="1", activatePrice="66000", quantity="0.010",
    )  # fmt: skip
    (found,) = usdm.exchange.open_orders("me")
    return found


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (0, "0.00000000"), (15 * 10**15, "1.50000000"), (-15 * 10**15, "-1.50000000"),
        (-1, "0.00000000"), (10**8 - 1, "0.00000000"), (-(10**8), "-0.00000001"),
    ],
)  # fmt: skip
def test_amounts_are_cut_toward_zero(raw: int, text: str) -> None:
    assert money(raw) == text


def test_every_status_that_a_contracts_order_has_has_a_word() -> None:
    assert set(OrderStatus) - set(STATUSES) == {OrderStatus.RECEIVED, OrderStatus.PENDING}


@pytest.mark.parametrize(
    ("status", "triggered_ns", "word"),
    [
        (OrderStatus.DORMANT, 0, "NEW"), (OrderStatus.CANCELED, 0, "CANCELED"),
        (OrderStatus.EXPIRED, 0, "EXPIRED"), (OrderStatus.REJECTED, 0, "REJECTED"),
        (OrderStatus.OPEN, 1, "TRIGGERED"), (OrderStatus.PARTIALLY_FILLED, 1, "TRIGGERED"),
        (OrderStatus.FILLED, 1, "FINISHED"), (OrderStatus.CANCELED, 1, "FINISHED"),
    ],
)  # fmt: skip
def test_a_conditional_order_has_states_of_its_own(
    stop: OrderView, status: OrderStatus, triggered_ns: int, word: str
) -> None:
    assert (
        algo_status(msgspec.structs.replace(stop, status=status, triggered_ns=triggered_ns)) == word
    )


def test_trailing_orders_show_their_rate(usdm: Venue, stop: OrderView) -> None:
    views = UsdmViews(usdm.listing)
    assert views.algo(stop)["callbackRate"] == "1"
    triggered = msgspec.structs.replace(stop, triggered_ns=1, status=OrderStatus.OPEN)
    body = views.order(triggered)
    assert (body["activatePrice"], body["priceRate"]) == ("66000.00", "1")


def test_an_acknowledgement_knows_of_no_fill(usdm: Venue, stop: OrderView) -> None:
    filled = msgspec.structs.replace(stop, status=OrderStatus.FILLED, filled=10)
    views = UsdmViews(usdm.listing)
    assert views.placed(filled, is_full=False)["executedQty"] == "0.000"
    assert views.placed(filled)["executedQty"] == "0.010"
