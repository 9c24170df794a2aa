"""Private news in the model's words: nothing guessed, nothing lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.venues.bybit.samples import LINEAR_ID, LISTED, RECEIVED_NS, SPOT_ID

from tickwright.errors import DecodeError
from tickwright.model.account import Balance, Position
from tickwright.model.market import Side
from tickwright.model.orders import Fill, OrderReport, OrderTerms, ReportedState
from tickwright.venues.bybit.account import account_news, order_report
from tickwright.venues.bybit.hedges import Sides
from tickwright.venues.bybit.wire_private import OrderRow


D = Decimal
MS = 1_000_000

ORDER: dict[str, Any] = {
    "category": "linear", "symbol": "BTCUSDT", "orderId": "af6512ea", "orderLinkId": "bot1-000001", "side": "Buy",
    "orderStatus": "New", "cancelType": "UNKNOWN", "rejectReason": "EC_NoError", "timeInForce": "GTC",
    "price": "89000.00", "qty": "0.001", "avgPrice": "", "leavesQty": "0.001", "cumExecQty": "0", "orderType": "Limit",
    "triggerPrice": "", "marketUnit": "", "createdTime": "1795000002023", "updatedTime": "1795000002026",
    "smpGroup": "0", "cumFeeDetail": {},
}  # fmt: skip
EXECUTION: dict[str, Any] = {
    "category": "linear", "symbol": "BTCUSDT", "execFee": "0.0178", "execId": "0ab1bdf7", "execPrice": "89000.00",
    "execQty": "0.001", "execType": "Trade", "orderId": "af6512ea", "orderLinkId": "bot1-000001", "side": "Buy",
    "execTime": "1795000004353", "isMaker": True, "feeCurrency": "USDT", "seq": 7961638801, "extraFees": "",
}  # fmt: skip
POSITION: dict[str, Any] = {
    "category": "linear", "symbol": "BTCUSDT", "side": "Buy", "size": "0.001", "entryPrice": "89000",
    "markPrice": "89001.20", "unrealisedPnl": "0.0012", "liqPrice": "", "updatedTime": "1795000004358",
}  # fmt: skip
COIN: dict[str, Any] = {
    "coin": "USDT", "equity": "10000.12", "walletBalance": "10000.12", "locked": "1", "totalOrderIM": "2",
    "totalPositionIM": "8.95", "unrealisedPnl": "0.0012",
}  # fmt: skip


def frame(topic: str, *rows: dict[str, Any]) -> bytes:
    said = {"topic": topic, "id": "100001_1", "creationTime": 1795000002027, "data": list(rows)}
    return json.dumps(said).encode()


def news(topic: str, *rows: dict[str, Any]) -> list[Any]:
    return list(account_news(frame(topic, *rows), RECEIVED_NS, LISTED, Sides()))


def report(**changes: Any) -> OrderReport:
    (found,) = news("order", {**ORDER, **changes})
    assert isinstance(found, OrderReport)
    return found


def test_a_new_order_is_open() -> None:
    assert report() == OrderReport(
        client_order_id="bot1-000001",
        instrument=LINEAR_ID,
        state=ReportedState.OPEN,
        received_ts_ns=RECEIVED_NS,
        side=Side.BUY,
        venue_order_id="af6512ea",
        venue_ts_ns=1_795_000_002_026 * MS,
        placed_ts_ns=1_795_000_002_023 * MS,
        quantity=D("0.001"),
        price=D(89000),
        filled_quantity=D(0),
        average_price=None,
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"orderStatus": "PartiallyFilled"}, ReportedState.OPEN),
        ({"orderStatus": "Triggered"}, ReportedState.OPEN),
        ({"orderStatus": "Filled"}, ReportedState.FILLED),
        (
            {"orderStatus": "Cancelled", "cancelType": "CancelByUser", "rejectReason": "EC_PerCancelRequest"},
            ReportedState.CANCELED,
        ),
        ({"orderStatus": "PartiallyFilledCanceled", "cancelType": "CancelByUser"}, ReportedState.CANCELED),
        ({"orderStatus": "Deactivated"}, ReportedState.CANCELED),
        ({"orderStatus": "Cancelled", "rejectReason": "EC_NoImmediateQtyToFill"}, ReportedState.EXPIRED),
        ({"orderStatus": "PartiallyFilledCanceled", "rejectReason": "EC_CancelForNoFullFill"}, ReportedState.EXPIRED),
        ({"orderStatus": "Cancelled", "cancelType": "CancelBySmp"}, ReportedState.EXPIRED),
        ({"orderStatus": "Rejected", "rejectReason": "EC_ReachRiskPriceLimit"}, ReportedState.REJECTED),
    ],
)  # fmt: skip
def test_every_status_is_one_of_ours(changes: dict[str, str], state: ReportedState) -> None:
    assert report(**changes).state is state


@pytest.mark.parametrize("status", ["Cancelled", "Rejected"])
def test_a_post_only_order_that_would_take_is_rejected_on_spot_and_contracts_alike(
    status: str,
) -> None:
    found = report(orderStatus=status, rejectReason="EC_PostOnlyWillTakeLiquidity")
    assert (found.state, found.code) == (ReportedState.REJECTED, "POST_ONLY")
    assert found.text == "EC_PostOnlyWillTakeLiquidity"


def test_g25_an_unknown_status_is_open_and_says_so() -> None:
    found = report(orderStatus="Pirouette")
    assert (found.state, found.text) == (ReportedState.OPEN, "status 'Pirouette' is not known")


def test_an_order_that_waits_for_its_trigger_does_not_work_yet() -> None:
    assert not report(orderStatus="Untriggered").is_working


def test_the_protective_price_of_a_market_order_is_no_limit() -> None:
    found = report(orderType="Market", price="93450.00", avgPrice="90000", cumExecQty="0.001")
    assert (found.price, found.average_price, found.quantity) == (None, D(90000), D("0.001"))


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({"side": "Buy"}, None),
        ({"side": "Sell"}, D(5)),
        ({"side": "Buy", "marketUnit": "baseCoin"}, D(5)),
        ({"side": "Sell", "marketUnit": "quoteCoin"}, None),
    ],
)
def test_a_market_order_by_quote_amount_has_no_quantity(
    changes: dict[str, str], quantity: Decimal | None
) -> None:
    found = report(category="spot", orderType="Market", qty="5", **changes)
    assert (found.instrument, found.quantity) == (SPOT_ID, quantity)


def test_rest_does_not_name_the_category_and_its_amount_is_no_quantity_either() -> None:
    """100 USDT spent for 300 of the base coin: taken for a quantity, that was filled three times over."""
    row = {**ORDER, "orderType": "Market", "qty": "100", "cumExecQty": "300", "category": "",
           "orderStatus": "PartiallyFilledCanceled", "rejectReason": "EC_CancelForNoFullFill"}  # fmt: skip
    found = order_report(msgspec.convert(row, OrderRow), LISTED[SPOT_ID], RECEIVED_NS)
    assert (found.quantity, found.filled_quantity) == (None, D(300))
    assert found.state is ReportedState.EXPIRED
    on_contracts = order_report(msgspec.convert(row, OrderRow), LISTED[LINEAR_ID], RECEIVED_NS)
    assert on_contracts.quantity == D(100)


def test_an_order_s_terms_are_told_where_it_is_no_plain_one() -> None:
    assert report().terms is None
    assert report(timeInForce="PostOnly").terms == OrderTerms(post_only=True)


def test_an_order_without_a_name_of_ours_goes_by_the_venue_s() -> None:
    assert report(orderLinkId="").client_order_id == "af6512ea"


def test_an_execution_is_a_fill_of_its_order() -> None:
    assert news("execution.linear", EXECUTION) == [
        OrderReport(
            client_order_id="bot1-000001",
            instrument=LINEAR_ID,
            state=ReportedState.OPEN,
            received_ts_ns=RECEIVED_NS,
            side=Side.BUY,
            venue_order_id="af6512ea",
            fills=(
                Fill(
                    trade_id="0ab1bdf7",
                    price=D(89000),
                    quantity=D("0.001"),
                    fee=D("0.0178"),
                    fee_asset="USDT",
                    is_maker=True,
                    venue_ts_ns=1_795_000_004_353 * MS,
                ),
            ),
        )
    ]


def test_g10_the_fast_topic_brings_the_same_execution_without_its_fee() -> None:
    fast = {name: EXECUTION[name] for name in (
        "category", "symbol", "execId", "execPrice", "execQty", "orderId", "isMaker", "side", "execTime",
    )}  # fmt: skip
    (found,) = news("execution.fast", fast)
    (fill,) = found.fills
    assert (fill.trade_id, fill.fee, fill.fee_asset) == ("0ab1bdf7", None, None)
    assert found.client_order_id == found.venue_order_id == "af6512ea"


def test_a_rebate_is_negative_and_a_fee_without_a_coin_is_in_the_settle_coin() -> None:
    (found,) = news("execution", {**EXECUTION, "execFee": "-0.01", "feeCurrency": ""})
    (fill,) = found.fills
    assert (fill.fee, fill.fee_asset) == (D("-0.01"), "USDT")


@pytest.mark.parametrize("kind", ["Funding", "Settle"])
def test_what_moves_money_and_no_position_is_no_execution(kind: str) -> None:
    assert news("execution", {**EXECUTION, "execType": kind}) == []


@pytest.mark.parametrize(
    ("changes", "quantity"),
    [
        ({}, D("0.001")),
        ({"side": "Sell"}, D("-0.001")),
        ({"side": "", "size": "0"}, D(0)),
        ({"side": "None", "size": "0"}, D(0)),
    ],
)
def test_a_short_position_is_below_zero(changes: dict[str, str], quantity: Decimal) -> None:
    (found,) = news("position", {**POSITION, **changes})
    assert found == Position(
        instrument=LINEAR_ID,
        quantity=quantity,
        entry_price=D(89000),
        mark_price=D("89001.2"),
        unrealized_pnl=D("0.0012"),
        liquidation_price=None,
    )


def test_both_sides_of_a_hedge_are_one_position() -> None:
    long = {**POSITION, "positionIdx": 1, "size": "0.5"}
    short = {**POSITION, "positionIdx": 2, "size": "0.2", "side": "Sell"}
    assert [each.quantity for each in news("position", long, short)] == [D("0.3")]
    assert news("position", long) == []  # what it comes to is not known yet


def test_a_wallet_says_what_is_free() -> None:
    rows = {
        "accountType": "UNIFIED",
        "coin": [COIN, {**COIN, "coin": "BTC", "totalOrderIM": "", "totalPositionIM": ""}],
    }
    assert news("wallet", rows) == [
        Balance(venue="bybit", asset="USDT", free=D("9988.17"), locked=D("11.95")),
        Balance(venue="bybit", asset="BTC", free=D("9999.12"), locked=D(1)),
    ]


def test_instruments_that_are_not_listed_and_other_topics_bring_nothing() -> None:
    option = {"category": "option", "symbol": "BTC-26MAR27-90000-C"}
    assert news("order", {**ORDER, **option}) == []
    assert news("execution", {**EXECUTION, **option}) == []
    assert news("position", {**POSITION, **option}) == []
    assert news("greeks", {"baseCoin": "BTC"}) == []


@pytest.mark.parametrize(
    "frame", [b"", b'{"topic":"order","data":[{}]}', b'{"topic":"order"}', b"\xff"]
)
def test_a_frame_that_lacks_what_it_must_say_is_refused(frame: bytes) -> None:
    with pytest.raises(DecodeError):
        account_news(frame, RECEIVED_NS, LISTED, Sides())


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(DecodeError):
        report(cumExecQty="x")
