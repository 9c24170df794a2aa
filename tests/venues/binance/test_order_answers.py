"""Answers about orders and accounts as the venue's documentation shows them, and answers that nobody should trust."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.venues.binance.trading_rig import SPOT_BTC, SPOT_LISTINGS, USDM_LISTINGS

from tickwright.errors import DecodeError
from tickwright.model.market import Side
from tickwright.model.orders import ReportedState
from tickwright.venues.binance import order_answers as answers
from tickwright.venues.binance.order_words import state_or_open


D = Decimal
NOW_NS = 1_795_000_009_000_000_000
MS = 1_000_000

ROW: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "clientOrderId": "sim-0001",
    "price": "65000.10000000",
    "origQty": "0.01000000",
    "executedQty": "0.00000000",
    "cummulativeQuoteQty": "0.00000000",
    "status": "NEW",
    "type": "LIMIT",
    "side": "BUY",
    "updateTime": 1795000000105,
    "isWorking": True,
    "workingTime": 1795000000105,
}
ALGO: dict[str, Any] = {
    "algoId": 2146760,
    "clientAlgoId": "alg-0001",
    "symbol": "BTCUSDT",
    "quantity": "0.010",
    "algoStatus": "NEW",
    "actualOrderId": "",
    "price": "67000.00",
    "updateTime": 1795000000105,
}


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def read(**changes: Any) -> Any:
    decode = answers.order("me-1", "binance:BTC/USDT")
    return decode(body({**ROW, **changes}), NOW_NS)


def test_an_order_goes_by_our_name_whatever_the_venue_calls_it() -> None:
    report = read(clientOrderId="cxl-0001", status="CANCELED")
    assert (report.client_order_id, report.venue_order_id) == ("me-1", "28")
    assert report.state is ReportedState.CANCELED
    assert report.side is Side.BUY
    assert report.venue_ts_ns == 1795000000105 * MS
    assert report.received_ts_ns == NOW_NS


@pytest.mark.parametrize("status", ["", "TELEPORTED"])
def test_g01_an_unknown_status_is_no_answer_to_a_command(status: str) -> None:
    with pytest.raises(DecodeError, match="unknown order status"):
        read(status=status)
    with pytest.raises(DecodeError, match="unknown order status"):
        answers.algo("a", "x")(body({**ALGO, "algoStatus": status}), NOW_NS)


def test_g25_an_unknown_status_tells_whoever_asks_that_the_order_is_there_and_no_more() -> None:
    decode = answers.order("me-1", "binance:BTC/USDT", state_or_open)
    report = decode(body({**ROW, "status": "TELEPORTED", "executedQty": "0.004"}), NOW_NS)
    assert (report.state, report.filled_quantity) == (ReportedState.OPEN, D("0.004"))
    assert "'TELEPORTED'" in report.text


@pytest.mark.parametrize(
    ("changes", "average"),
    [
        ({"executedQty": "0.004", "cummulativeQuoteQty": "260"}, D(65000)),
        ({"executedQty": "0.004", "cummulativeQuoteQty": "-1"}, None),
        ({"executedQty": "0.004", "cummulativeQuoteQty": "", "avgPrice": "65001.5"}, D("65001.5")),
        ({}, None),
    ],
)
def test_the_average_price_is_told_or_worked_out_or_missing(
    changes: dict[str, Any], average: Decimal | None
) -> None:
    assert read(**changes).average_price == average


@pytest.mark.parametrize("changes", [{"isWorking": False}, {"isWorking": None, "workingTime": -1}])
def test_an_order_that_waits_says_so(changes: dict[str, Any]) -> None:
    shown = {name: value for name, value in changes.items() if value is not None}
    kept = {name: value for name, value in ROW.items() if changes.get(name, ...) is not None}
    decode = answers.order("me-1", "binance:BTC/USDT")
    assert not decode(body({**kept, **shown}), NOW_NS).is_working


def test_a_market_order_s_price_of_zero_is_no_price() -> None:
    assert read(price="0.00000000").price is None


def test_g25_unknown_fields_and_numbers_as_text_are_borne() -> None:
    report = read(orderId="28", brandNew={"a": [1]})
    assert report.venue_order_id == "28"


@pytest.mark.parametrize("raw", [b"{}", b"[", b"null", b'{"symbol":"X"}'])
def test_an_answer_that_is_none_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        answers.order("me-1", "x")(raw, NOW_NS)


@pytest.mark.parametrize(
    "raw", [b'{"code":-2013,"msg":"Order does not exist."}', b"<html>", b"", b"[]"]
)
def test_other_refusals_say_nothing_of_an_order(raw: bytes) -> None:
    assert answers.archived("me-1", "x")(raw, NOW_NS) is None


def test_orders_of_instruments_that_nobody_knows_are_left_out() -> None:
    decode = answers.orders("binance.spot", SPOT_LISTINGS)
    found = decode(body([ROW, {**ROW, "symbol": "NEWUSDT"}]), NOW_NS)
    assert [report.client_order_id for report in found] == ["sim-0001"]
    assert found[0].instrument == SPOT_BTC.id


def test_an_amended_order_is_read_from_inside_its_envelope() -> None:
    amended = {
        "transactTime": 1795000001500,
        "executionId": 75,
        "amendedOrder": {
            "symbol": "BTCUSDT", "orderId": 30, "clientOrderId": "sim-0003a",
            "price": "64990.00000000", "qty": "0.00500000", "executedQty": "0.00200000",
            "cumulativeQuoteQty": "129.98000000", "status": "PARTIALLY_FILLED",
        },
    }  # fmt: skip
    report = answers.amended("me-1", SPOT_BTC.id)(body(amended), NOW_NS)
    assert (report.quantity, report.filled_quantity) == (D("0.005"), D("0.002"))
    assert report.average_price == D(64990)
    assert report.client_order_id == "me-1"


@pytest.mark.parametrize(
    ("changes", "state", "is_working", "order_id"),
    [
        ({}, ReportedState.OPEN, False, None),
        (
            {"algoStatus": "TRIGGERED", "actualOrderId": "22542190"},
            ReportedState.OPEN,
            True,
            "22542190",
        ),
        (
            {"algoStatus": "FINISHED", "actualOrderId": "22542190"},
            ReportedState.OPEN,
            True,
            "22542190",
        ),
        ({"algoStatus": "EXPIRED"}, ReportedState.EXPIRED, False, None),
        ({"algoStatus": "REJECTED"}, ReportedState.REJECTED, False, None),
    ],
)
def test_a_conditional_order_of_futures_tells_what_it_became(
    changes: dict[str, Any], state: ReportedState, *, is_working: bool, order_id: str | None
) -> None:
    report = answers.algo("alg-0001", "x")(body({**ALGO, **changes}), NOW_NS)
    assert (report.state, report.is_working) == (state, is_working)
    assert report.venue_order_id == order_id


def test_a_canceled_conditional_order_answers_with_a_code_that_is_text() -> None:
    raw = b'{"algoId":2146760,"clientAlgoId":"alg-0001","code":"200","msg":"success"}'
    assert answers.algo("alg-0001", "x")(raw, NOW_NS).state is ReportedState.CANCELED


def test_g25_one_word_that_nobody_knows_hides_no_order_of_a_list() -> None:
    strange = {"status": "TELEPORTED", "side": "BOTH", "type": "QUANTUM", "timeInForce": "TBD"}
    decode = answers.orders("binance.spot", SPOT_LISTINGS)
    first, second = decode(body([{**ROW, **strange}, ROW]), NOW_NS)
    assert (first.state, first.side) == (ReportedState.OPEN, Side.UNKNOWN)
    assert first.terms is not None
    assert not first.terms.is_understood
    assert (second.side, second.terms) == (Side.BUY, None)
    odd = {"algoStatus": "DREAMING", "orderType": "QUANTUM", "workingType": "MOON"}
    read_algos = answers.algo_orders("binance.usdm", USDM_LISTINGS)
    (waiting,) = read_algos(body([{**ALGO, **odd}]), NOW_NS)
    assert (waiting.state, waiting.is_working) == (ReportedState.OPEN, False)


def test_a_conditional_order_that_closes_a_position_has_no_quantity_until_it_is_triggered() -> None:
    closing = {**ALGO, "quantity": "0.000", "closePosition": True}
    decode = answers.algo("alg-0001", "x")
    assert decode(body(closing), NOW_NS).quantity == 0
    triggered = {**closing, "algoStatus": "FINISHED", "actualOrderId": "22542190"}
    assert decode(body(triggered), NOW_NS).quantity is None


def test_waiting_orders_are_listed_with_their_own_names() -> None:
    decode = answers.algo_orders("binance.usdm", USDM_LISTINGS)
    found = decode(body([ALGO, {**ALGO, "symbol": "NEWUSDT"}]), NOW_NS)
    assert [report.client_order_id for report in found] == ["alg-0001"]


@pytest.mark.parametrize("name", ["GetOrder", "PlaceOrder"])
def test_answers_that_others_recorded_are_read(shared_data: Path, name: str) -> None:
    path = shared_data / "fixtures/binance/jkorf-rest" / f"jkorf__UsdFutures_Trading_{name}.json"
    if not path.is_file():
        pytest.skip(f"no fixture {path.name}")
    found = [value for value in _objects(path.read_text()) if "orderId" in value]
    assert found
    for value in found:
        report = answers.order("me-1", "x")(body(value), NOW_NS)
        assert report.venue_order_id == str(value["orderId"])


def _objects(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects in a fixture, which may be one, or lines of them among others."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            at += 1
            continue
        found.append(value)
    return found
