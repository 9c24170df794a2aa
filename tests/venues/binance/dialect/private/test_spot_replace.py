"""Cancel-replace: the table of section 11.3.3, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from tests.venues.binance.dialect.private.kit import NOW_MS, Venue


PATH = "/api/v3/order/cancelReplace"
NEW: dict[str, Any] = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.010",
    "price": "64000",
}  # fmt: skip
STOP, ALLOW = "STOP_ON_FAILURE", "ALLOW_FAILURE"
UNPAYABLE = {"quantity": "50"}


def open_order(venue: Venue) -> int:
    placed = venue.ok("POST", "/api/v3/order", **{**NEW, "price": "60000"})
    order_id: int = placed["orderId"]
    return order_id


@pytest.mark.parametrize(
    ("mode", "is_there", "changes", "status", "code", "results"),
    [
        (STOP, True, {}, 200, 0, ("SUCCESS", "SUCCESS")),
        (ALLOW, True, {}, 200, 0, ("SUCCESS", "SUCCESS")),
        (STOP, False, {}, 400, -2022, ("FAILURE", "NOT_ATTEMPTED")),
        (STOP, True, UNPAYABLE, 409, -2021, ("SUCCESS", "FAILURE")),
        (ALLOW, True, UNPAYABLE, 409, -2021, ("SUCCESS", "FAILURE")),
        (ALLOW, False, {}, 409, -2021, ("FAILURE", "SUCCESS")),
        (ALLOW, False, UNPAYABLE, 400, -2022, ("FAILURE", "FAILURE")),
    ],
)
def test_each_outcome_has_status_code_and_both_results(
    spot: Venue,
    mode: str,
    is_there: bool,
    changes: dict[str, str],
    status: int,
    code: int,
    results: tuple[str, str],
) -> None:
    order_id = open_order(spot) if is_there else 1
    params = {**NEW, **changes, "cancelReplaceMode": mode, "cancelOrderId": order_id}
    got, body = spot.call("POST", PATH, **params)
    assert got == status
    if code:
        texts = {
            -2021: "Order cancel-replace partially failed.",
            -2022: "Order cancel-replace failed.",
        }
        assert (body["code"], body["msg"]) == (code, texts[code])
    data = body["data"] if code else body
    assert (data["cancelResult"], data["newOrderResult"]) == results
    for result, response in zip(
        results, (data["cancelResponse"], data["newOrderResponse"]), strict=True
    ):
        if result == "NOT_ATTEMPTED":
            assert response is None
        else:
            assert ("code" in response) == (result == "FAILURE")


def test_a_broken_filter_stops_both(spot: Venue) -> None:
    order_id = open_order(spot)
    params = {**NEW, "price": "64000.05", "cancelReplaceMode": ALLOW, "cancelOrderId": order_id}
    assert spot.refused("POST", PATH, **params) == (-1013, "Filter failure: PRICE_FILTER")
    params["price"] = "1000"
    assert spot.refused("POST", PATH, **params)[1] == "Filter failure: PERCENT_PRICE_BY_SIDE"
    assert spot.ok("GET", "/api/v3/order", symbol="BTCUSDT", orderId=order_id)["status"] == "NEW"


def test_ids_of_cancel_and_order_are_the_ones_sent(spot: Venue) -> None:
    order_id = open_order(spot)
    body = spot.ok(
        "POST", PATH, **NEW, cancelReplaceMode=STOP, cancelOrderId=order_id,
        cancelNewClientOrderId="cxl-2", newClientOrderId="new-2",
    )  # fmt: skip
    assert body["cancelResponse"]["clientOrderId"] == "cxl-2"
    assert body["newOrderResponse"]["clientOrderId"] == "new-2"
    assert spot.answered is not None
    assert spot.answered.headers["x-mbx-order-count-10s"] == "2"


@pytest.mark.parametrize(
    ("limited", "mode", "is_there", "status", "code"),
    [
        ("DO_NOTHING", STOP, True, 429, -1015),
        ("CANCEL_ONLY", STOP, True, 429, -2021),
        ("CANCEL_ONLY", STOP, False, 429, -2022),
        ("CANCEL_ONLY", ALLOW, True, 409, -2021),
        ("CANCEL_ONLY", ALLOW, False, 400, -2022),
    ],
)
def test_beyond_the_order_limit_only_the_cancel_may_happen(
    spot: Venue, limited: str, mode: str, is_there: bool, status: int, code: int
) -> None:
    order_id = open_order(spot)
    spot.side.context.counts("me").add(NOW_MS, (100, 100))
    got, body = spot.call(
        "POST", PATH, **NEW, cancelReplaceMode=mode, orderRateLimitExceededMode=limited,
        cancelOrderId=order_id if is_there else 1,
    )  # fmt: skip
    assert (got, body["code"]) == (status, code)
    still = spot.exchange.open_orders("me")
    assert bool(still) is (limited == "DO_NOTHING" or not is_there)


def test_modes_must_be_known(spot: Venue) -> None:
    assert spot.refused("POST", PATH, **NEW, cancelOrderId=1)[0] == -1102
    assert spot.refused("POST", PATH, **NEW, cancelOrderId=1, cancelReplaceMode="TRY")[0] == -1130
    assert spot.refused("POST", PATH, **NEW, cancelReplaceMode=STOP) == (
        -1102,
        "Param 'cancelOrderId' or 'cancelOrigClientOrderId' must be sent, but both were empty/null!",
    )
